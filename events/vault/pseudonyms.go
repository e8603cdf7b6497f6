// Package vault keeps what the ledger must not hold in plain. Identity numbers become pseudonyms and are dropped; entries
// are sealed, each entity's under a key of its own, so that they can be forgotten by destroying that key.
package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Pseudonyms makes the UUIDs of youths from identity numbers, by a keyed hash with the secret of the installation. The
// same number gives the same UUID as long as the secret is the same; without it nobody can find the number of a UUID,
// or tell whether a number is in the ledger.
//
// The contract for change: a pseudonym is for ever. What goes into the hash is never changed; the test of its value
// stays as it is.
type Pseudonyms struct{ secret [secretBytes]byte }

const purpose = "ettervern pseudonym 1"

var (
	// ErrNoSecret: there is no file of that name.
	ErrNoSecret = errors.New("there is no secret for pseudonyms")
	// ErrSecretOpen: others than the owner can read the file.
	ErrSecretOpen = errors.New("the secret for pseudonyms can be read by others; set its mode to 0600, and think about who has read it")
	// ErrSecretBroken: the file holds something else.
	ErrSecretBroken = errors.New("the secret for pseudonyms must be 64 hexadecimal digits")
)

// pseudonymSecret is how the secret lies in its file.
var pseudonymSecret = secretFile{"the secret for pseudonyms", ErrNoSecret, ErrSecretOpen, ErrSecretBroken}

// Open reads the secret from a file. It fails with ErrNoSecret, ErrSecretOpen or ErrSecretBroken.
func Open(file string) (*Pseudonyms, error) { return pseudonymsWith(pseudonymSecret.read(file)) }

// Create makes a secret and keeps it in a file of mode 0600, which must not exist. When it returns, the file is on
// disk: a pseudonym made with a secret that is lost is of no use to anyone. If we crash before, no file of that name
// is there, or a whole one.
func Create(file string) (*Pseudonyms, error) { return pseudonymsWith(pseudonymSecret.create(file)) }

// Ephemeral is a secret kept nowhere: for a rehearsal, or a ledger that is not kept either.
func Ephemeral() *Pseudonyms {
	p, _ := pseudonymsWith(newSecret(), nil)
	return p
}

func pseudonymsWith(secret []byte, err error) (*Pseudonyms, error) {
	if err != nil {
		return nil, err
	}
	return &Pseudonyms{[secretBytes]byte(secret)}, nil
}

// Of is the pseudonym of whoever has the number.
func (p *Pseudonyms) Of(n Number) string { return p.uuid(string(n.kind), n.digits) }

// OfName is the pseudonym of a person who is known by a name, not a number.
func (p *Pseudonyms) OfName(name string) string { return p.uuid("name", name) }

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
