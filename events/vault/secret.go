package vault

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// secretBytes is the length of every secret: keys, the master key, the secret for pseudonyms.
const secretBytes = 32

// secretFile is how a secret lies in a file: 64 hexadecimal digits, mode 0600. Its errors are those of reading it.
type secretFile struct {
	of                    string // in words
	missing, open, broken error
}

// read reads the secret. It fails with missing, open when others than the owner can read it, or broken.
func (f secretFile) read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, f.missing
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.of, err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, f.open
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.of, err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != secretBytes {
		return nil, f.broken
	}
	return secret, nil
}

// create makes a secret and keeps it in a file that must not exist. When it returns, the file is on disk: what is made
// with a secret that is lost is of no use to anyone. If we crash before, no file of that name is there, or a whole one.
func (f secretFile) create(file string) ([]byte, error) {
	secret := newSecret()
	temporary, err := os.CreateTemp(filepath.Dir(file), ".secret-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", f.of, err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.WriteString(hex.EncodeToString(secret) + "\n")
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err == nil {
		err = os.Link(temporary.Name(), file) // unlike a rename, it does not take the place of another's
	}
	if err == nil {
		err = syncDir(filepath.Dir(file))
	}
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", f.of, err)
	}
	return secret, nil
}

func newSecret() []byte {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // it never fails
	return secret
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // it was only read
	if runtime.GOOS == "windows" {
		return nil
	}
	return d.Sync()
}
