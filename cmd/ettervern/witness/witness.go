// Package witness is both ends of C2SP tlog-witness: the witness, which cosigns checkpoints of ledgers that others run after
// seeing that each continues all it has seen before, and the client by which a ledger asks one.
//
// A witness knows nothing of what is in a ledger: it sees names, sizes and hashes.
package witness

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ettervern/events/proof"
)

const keyName = "witness.key"

var (
	// ErrName: the witness signs under another name than the one asked for, or has none yet.
	ErrName = errors.New("the witness cannot sign under this name")
	// ErrState: what the witness wrote down of a ledger cannot be read. It cosigns nothing until that is put right.
	ErrState = errors.New("what the witness has seen of a ledger cannot be read")
)

// Config is a witness.
type Config struct {
	Dir     string           // where it keeps its key and what it has seen
	Name    string           // such as statsforvalter.example/vitne; "" for the one it has
	Ledgers []note.Verifier  // whose checkpoints it cosigns
	Now     func() time.Time // nil for time.Now
}

// Witness cosigns checkpoints. It is safe for concurrent use.
type Witness struct {
	dir      string
	cosigner *proof.Cosigner
	ledgers  map[string]*ledger // by origin
}

// ledger is what the witness knows of one ledger.
type ledger struct {
	verifier note.Verifier
	file     string
	mu       sync.Mutex
	seen     proof.Checkpoint // the last one cosigned; guarded by mu
}

// Open opens the witness in a directory, which must exist and be locked; at first it makes its key. It fails with ErrName
// or ErrState.
func Open(config Config) (*Witness, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	key, err := openKey(config.Dir, config.Name)
	if err != nil {
		return nil, err
	}
	w := &Witness{dir: config.Dir, ledgers: map[string]*ledger{}}
	if w.cosigner, err = proof.NewCosigner(key.name, key.secret, config.Now); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrName, err)
	}
	for _, verifier := range config.Ledgers {
		l, err := openLedger(config.Dir, verifier)
		if err != nil {
			return nil, err
		}
		w.ledgers[verifier.Name()] = l
	}
	return w, nil
}

// VerifierKey is the witness's public key.
func (w *Witness) VerifierKey() string { return w.cosigner.VerifierKey() }

func openLedger(dir string, verifier note.Verifier) (*ledger, error) {
	sum := sha256.Sum256([]byte(verifier.Name()))
	l := &ledger{verifier: verifier, file: filepath.Join(dir, hex.EncodeToString(sum[:])+".checkpoint"), seen: proof.Empty(verifier.Name())}
	signed, err := os.ReadFile(l.file)
	if errors.Is(err, os.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		l.seen, err = proof.OpenCheckpoint(signed, verifier)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s in %s: %w", ErrState, verifier.Name(), filepath.Base(l.file), err)
	}
	return l, nil
}

type key struct {
	name   string
	secret ed25519.PrivateKey
}

// openKey reads the key, and makes it when there is none: as C2SP signed-note writes secret keys.
func openKey(dir, name string) (key, error) {
	path := filepath.Join(dir, keyName)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if name == "" {
			return key{}, fmt.Errorf("%w: at the first start it must be given one", ErrName)
		}
		secret, _, err := note.GenerateKey(rand.Reader, name)
		if err != nil {
			return key{}, err
		}
		if _, err := note.NewSigner(secret); err != nil {
			return key{}, fmt.Errorf("%w: it must be a name without spaces and plus signs, such as statsforvalter.example/vitne", ErrName)
		}
		text = []byte(secret + "\n")
		if err := writeDurably(path, text); err != nil {
			return key{}, err
		}
	} else if err != nil {
		return key{}, err
	}
	k, err := parseKey(strings.TrimSpace(string(text)))
	if err == nil && name != "" && name != k.name {
		err = fmt.Errorf("%w: its key is that of %s", ErrName, k.name)
	}
	return k, err
}

func parseKey(text string) (key, error) {
	if _, err := note.NewSigner(text); err != nil {
		return key{}, fmt.Errorf("the witness's key cannot be read: %w", err)
	}
	fields := strings.SplitN(text, "+", 5) // PRIVATE, KEY, name, id, and a byte 1 with the seed
	raw, err := base64.StdEncoding.DecodeString(fields[4])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return key{}, errors.New("the witness's key cannot be read")
	}
	return key{fields[2], ed25519.NewKeyFromSeed(raw[1:])}, nil
}

// writeDurably puts a file in the place of another, whole or not at all. When it returns the file outlives a power cut.
func writeDurably(path string, data []byte) error {
	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
