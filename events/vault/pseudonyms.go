// Package vault keeps what the ledger must not hold in plain. For now that is identity numbers: they become
// pseudonyms and are dropped.
package vault

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Pseudonyms makes the UUIDs of youths from identity numbers, by a keyed hash with the secret of the installation. The
// same number gives the same UUID as long as the secret is the same; without it nobody can find the number of a UUID,
// or tell whether a number is in the ledger.
//
// The contract for change: a pseudonym is for ever. What goes into the hash is never changed; the test of its value
// stays as it is.
type Pseudonyms struct{ secret [secretBytes]byte }

const (
	secretBytes = 32
	purpose     = "ettervern pseudonym 1"
)

var (
	// ErrNoSecret: there is no file of that name.
	ErrNoSecret = errors.New("there is no secret for pseudonyms")
	// ErrSecretOpen: others than the owner can read the file.
	ErrSecretOpen = errors.New("the secret for pseudonyms can be read by others; set its mode to 0600, and think about who has read it")
	// ErrSecretBroken: the file holds something else.
	ErrSecretBroken = errors.New("the secret for pseudonyms must be 64 hexadecimal digits")
)

// Open reads the secret from a file. It fails with ErrNoSecret, ErrSecretOpen or ErrSecretBroken.
func Open(file string) (*Pseudonyms, error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoSecret
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret for pseudonyms: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, ErrSecretOpen
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the secret for pseudonyms: %w", err)
	}
	p := &Pseudonyms{}
	raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(raw) != secretBytes {
		return nil, ErrSecretBroken
	}
	copy(p.secret[:], raw)
	return p, nil
}

// Create makes a secret and keeps it in a file of mode 0600, which must not exist. When it returns, the file is on
// disk: a pseudonym made with a secret that is lost is of no use to anyone. If we crash before, no file of that name
// is there, or a whole one.
func Create(file string) (*Pseudonyms, error) {
	p := Ephemeral()
	temporary, err := os.CreateTemp(filepath.Dir(file), ".secret-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("make the secret for pseudonyms: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.WriteString(hex.EncodeToString(p.secret[:]) + "\n")
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err == nil {
		err = os.Link(temporary.Name(), file) // unlike a rename, it does not take the place of another's
	}
	if err == nil {
		err = syncDir(filepath.Dir(file))
	}
	if err != nil {
		return nil, fmt.Errorf("make the secret for pseudonyms: %w", err)
	}
	return p, nil
}

// Ephemeral is a secret kept nowhere: for a rehearsal, or a ledger that is not kept either.
func Ephemeral() *Pseudonyms {
	p := &Pseudonyms{}
	_, _ = rand.Read(p.secret[:]) // it never fails
	return p
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

// Of is the pseudonym of whoever has the number.
func (p *Pseudonyms) Of(n Number) string { return p.uuid(string(n.kind), n.digits) }

// ID tells secrets apart, and tells nothing of them.
func (p *Pseudonyms) ID() string { return p.uuid("secret", "") }

// uuid is a version 8 UUID (RFC 9562 § 5.8) of the HMAC-SHA-256 of what is named.
func (p *Pseudonyms) uuid(kind, name string) string {
	mac := hmac.New(sha256.New, p.secret[:])
	mac.Write([]byte(purpose + "\x00" + kind + "\x00" + name))
	u := mac.Sum(nil)[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// String hides the secret.
func (*Pseudonyms) String() string { return "(secret for pseudonyms)" }

// GoString hides the secret.
func (p *Pseudonyms) GoString() string { return p.String() }
