package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/vault"
)

// The files of the secret for pseudonyms, and of what tells it from others, in the data directory.
const (
	secretName = "pseudonym.secret"
	secretMark = "pseudonym.id"
)

// secretKeeper reads the secret for pseudonyms when it is first needed, and makes it when this ledger never had one.
type secretKeeper struct {
	file   string
	mark   string // the file that says which secret it was
	shared bool   // others serve the same ledger, and must have the same secret: it is never made here
	states *commands.States
	folded atomic.Bool // the states are those of the whole ledger

	mu   sync.Mutex
	read *vault.Pseudonyms // guarded by mu
}

func (c config) secretKeeper(states *commands.States) *secretKeeper {
	k := &secretKeeper{file: c.secret, mark: filepath.Join(c.dir, secretMark), shared: c.remote != nil, states: states}
	if k.file == "" {
		k.file = filepath.Join(c.dir, secretName)
	}
	return k
}

// errSecretLost: another secret would give every youth a second pseudonym.
var errSecretLost = errors.New("the ledger holds youths whose pseudonyms were made with a secret that is not here; put its file back, or name it with --pseudonym-secret")

// errSecretOther: the same.
var errSecretOther = errors.New("the file holds another secret for pseudonyms than this ledger's; put the right one in its place, or name it with --pseudonym-secret")

// errSecretShared: each server of the ledger would make its own.
var errSecretShared = errors.New("several machines may serve a ledger on other servers, and all need one secret for pseudonyms; make a file of 64 random hexadecimal digits and mode 0600 once, and put it into the data directory of each as pseudonym.secret, or name it with --pseudonym-secret")

// get is the secret. When dry, and there is none yet, it is one that is kept nowhere. Before the ledger is read to its
// end it is unavailable: whether this ledger ever had a secret, and whose each case is, is known only then.
func (k *secretKeeper) get(dry bool) (*vault.Pseudonyms, error) {
	if !k.folded.Load() {
		return nil, fmt.Errorf("%w: the ledger is not read to its end yet", events.ErrUnavailable)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.read != nil {
		return k.read, nil
	}
	marked, err := k.marked()
	if err != nil {
		return nil, err
	}
	secret, err := k.open(marked, dry)
	if err != nil {
		return nil, &commands.Refusal{Code: "no_secret", Message: err.Error()}
	}
	if dry {
		return secret, nil
	}
	if err := k.note(marked, secret); err != nil {
		return nil, err
	}
	k.read = secret
	return secret, nil
}

// person is a pseudonym for somebody whose name holds an identity number.
func (k *secretKeeper) person(name string) (string, error) {
	secret, err := k.get(false)
	if err != nil {
		return "", err
	}
	return "person:" + secret.OfName(name), nil
}

// open reads the secret that the ledger was marked with, or makes one where it never had any.
func (k *secretKeeper) open(marked string, dry bool) (*vault.Pseudonyms, error) {
	secret, err := vault.Open(k.file)
	switch {
	case err == nil && marked != "" && marked != secret.ID():
		return nil, errSecretOther
	case !errors.Is(err, vault.ErrNoSecret):
		return secret, err
	case marked != "" || k.states.Holds(&events.SubmissionRead{}):
		return nil, errSecretLost
	case dry:
		return vault.Ephemeral(), nil
	case k.shared:
		return nil, errSecretShared
	}
	return vault.Create(k.file)
}

// note marks the ledger with its secret. If we crash before, the next to read the secret does it.
func (k *secretKeeper) note(marked string, secret *vault.Pseudonyms) error {
	if marked != "" {
		return nil
	}
	if err := os.WriteFile(k.mark, []byte(secret.ID()+"\n"), 0o600); err != nil {
		return fmt.Errorf("note which secret makes pseudonyms: %w", err)
	}
	return nil
}

// marked tells which secret the ledger has had, by its id; "" when it has not had one.
func (k *secretKeeper) marked() (string, error) {
	text, err := os.ReadFile(k.mark)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read which secret makes pseudonyms: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
