package vault

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// Master wraps the keys of entities for keeping. It is the seam for a key service.
//
// Both methods are called for each key, at a start for all of them: a service of others should unwrap one key when it
// is opened, and wrap with that. about is authenticated and not kept: what was wrapped about one thing does not unwrap
// about another. It must be safe for concurrent use.
type Master interface {
	// ID tells masters apart, and tells nothing of them.
	ID() string
	Wrap(secret, about []byte) ([]byte, error)
	// Unwrap is what was wrapped, or an error when that was done by another master, about something else, or was changed.
	Unwrap(wrapped, about []byte) ([]byte, error)
}

// MasterKey is a Master of 32 random bytes, kept in a file.
type MasterKey struct {
	id   string
	aead cipher.AEAD
}

var (
	// ErrNoMasterKey: there is no file of that name.
	ErrNoMasterKey = errors.New("there is no master key")
	// ErrMasterKeyOpen: others than the owner can read the file.
	ErrMasterKeyOpen = errors.New("the master key can be read by others; set its mode to 0600, and think about who has read it")
	// ErrMasterKeyBroken: the file holds something else.
	ErrMasterKeyBroken = errors.New("the master key must be 64 hexadecimal digits")
	// ErrNotWrapped: it was wrapped by another master or about something else, or was changed.
	ErrNotWrapped = errors.New("this key was not wrapped by this master key")
)

// masterSecret is how the key lies in its file.
var masterSecret = secretFile{"the master key", ErrNoMasterKey, ErrMasterKeyOpen, ErrMasterKeyBroken}

// OpenMasterKey reads the key from a file. It fails with ErrNoMasterKey, ErrMasterKeyOpen or ErrMasterKeyBroken.
func OpenMasterKey(file string) (*MasterKey, error) { return masterWith(masterSecret.read(file)) }

// CreateMasterKey makes a key and keeps it in a file of mode 0600, which must not exist. When it returns, the file is on
// disk: what is wrapped with a key that is lost is lost. If we crash before, no file of that name is there, or a whole one.
func CreateMasterKey(file string) (*MasterKey, error) { return masterWith(masterSecret.create(file)) }

// NewMasterKey is a random key kept nowhere, for a ledger that is not kept either.
func NewMasterKey() *MasterKey { return masterOf(newSecret()) }

func masterWith(secret []byte, err error) (*MasterKey, error) {
	if err != nil {
		return nil, err
	}
	return masterOf(secret), nil
}

func masterOf(secret []byte) *MasterKey {
	id := sha256.Sum256(append([]byte("ettervern master key id 1\x00"), secret...))
	return &MasterKey{id: hex.EncodeToString(id[:8]), aead: gcm(secret)}
}

// ID tells masters apart, and tells nothing of them.
func (m *MasterKey) ID() string { return m.id }

// Wrap encrypts a secret. It does not fail.
func (m *MasterKey) Wrap(secret, about []byte) ([]byte, error) {
	return m.aead.Seal(nil, nil, secret, about), nil
}

// Unwrap is what was wrapped, or ErrNotWrapped.
func (m *MasterKey) Unwrap(wrapped, about []byte) ([]byte, error) {
	secret, err := m.aead.Open(nil, nil, wrapped, about)
	if err != nil {
		return nil, ErrNotWrapped
	}
	return secret, nil
}

// String hides the key.
func (m *MasterKey) String() string { return "(master key " + m.id + ")" }

// GoString hides the key.
func (m *MasterKey) GoString() string { return m.String() }
