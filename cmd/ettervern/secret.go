package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/vault"
)

// secretName is the file of the secret for pseudonyms in the data directory.
const secretName = "pseudonym.secret"

// secretKeeper reads the secret for pseudonyms when it is first needed, and makes it when this ledger never had one.
type secretKeeper struct {
	file   string
	shared bool // others serve the same ledger, and must have the same secret: it is never made here
	states *commands.States
	folded atomic.Bool // the states are those of the whole ledger

	mu   sync.Mutex
	read *vault.Pseudonyms // guarded by mu
}

func (c config) secretKeeper(states *commands.States) *secretKeeper {
	k := &secretKeeper{file: c.secret, shared: c.remote != nil, states: states}
	if k.file == "" && !k.shared {
		k.file = filepath.Join(c.dir, secretName)
	}
	return k
}

// errSecretLost: another secret would give every youth a second pseudonym.
var errSecretLost = errors.New("the ledger holds youths whose pseudonyms were made with a secret that is not here; put its file back, or name it with --pseudonym-secret")

// errSecretShared: each server of the ledger would make its own.
var errSecretShared = errors.New("a ledger on other servers has no directory for its secret for pseudonyms; make a file of 64 random hexadecimal digits and mode 0600 once, give it to all who serve this ledger, and name it with --pseudonym-secret")

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
	secret, err := vault.Open(k.file)
	if errors.Is(err, vault.ErrNoSecret) {
		switch {
		case k.states.Holds(&events.SubmissionRead{}):
			err = errSecretLost
		case dry:
			return vault.Ephemeral(), nil
		case k.shared:
			err = errSecretShared
		default:
			secret, err = vault.Create(k.file)
		}
	}
	if err != nil {
		return nil, &commands.Refusal{Code: "no_secret", Message: err.Error()}
	}
	k.read = secret
	return secret, nil
}
