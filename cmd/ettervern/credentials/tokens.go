// Package credentials tells who somebody is: by a token of this ledger's own.
package credentials

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"ettervern/cmd/ettervern/access"
	"ettervern/events"
)

var (
	// ErrNotGood: the credential is unknown, has run out, or was revoked. Which of them is not told.
	ErrNotGood = errors.New("the credential is not good, or not any more")
	// ErrOpenFile: a file with secrets can be read by others.
	ErrOpenFile = errors.New("others can read this file with secrets; chmod 600 keeps them out")
	// ErrBusy: another process is changing the tokens, or was stopped while it did.
	ErrBusy = errors.New("the tokens are being changed by another process; if there is none, remove the file ending in .new")
)

// Token is what the ledger keeps of one: not the secret, but its SHA-256. The secret has 256 bits by chance, so that no
// slower hash would add anything.
type Token struct {
	ID   string      `json:"id" doc:"Names the token in lists and logs; no secret."`
	Name string      `json:"name"`
	Role access.Role `json:"role"`
	access.Scope
	Created time.Time  `json:"created"`
	Expires time.Time  `json:"expires"`
	Revoked *time.Time `json:"revoked,omitempty"`
	Hash    string     `json:"hash,omitempty"`
	Nkey    string     `json:"nkey,omitempty" doc:"Instead of a secret: the public key of a NATS user."`
}

// Order is a token to be made.
type Order struct {
	Name string      `json:"name" doc:"Whose it is: it stands in the access log."`
	Role access.Role `json:"role" enum:"emitter,caseworker,supervisor,auditor,witness,administrator"`
	access.Scope
	Nkey string `json:"nkey,omitempty" doc:"The public key of a NATS user (U…), instead of a secret."`
	Days int    `json:"days,omitempty" doc:"For how many days, at most 730; 90 when left out."`
}

var userKey = regexp.MustCompile(`^U[A-Z2-7]{55}$`)

const (
	prefix      = "ettervern_" // of secrets, so that scanners of repositories find one that was left there
	defaultDays = 90
	maxDays     = 730
)

// Tokens is the file of tokens, mode 0600. Several processes may use it: each looks whether it has changed. It is safe for
// concurrent use.
type Tokens struct {
	path  string
	known access.Places
	now   func() time.Time

	mu         sync.Mutex
	seen       os.FileInfo // guarded by mu, like the rest: the file as it was read
	tokens     []Token
	byIdentity map[string]int
}

// OpenTokens uses the file at path, which need not be there yet.
func OpenTokens(path string, known access.Places, now func() time.Time) *Tokens {
	return &Tokens{path: path, known: known, now: now}
}

// Identify is the principal of a secret, or ErrNotGood.
func (t *Tokens) Identify(secret string) (*access.Principal, error) {
	return t.Of(IdentityOf(secret))
}

// IdentityOf names a secret without telling it, for Of.
func IdentityOf(secret string) string { return "secret:" + digest(secret) }

// IdentityOfNkey names a NATS user, for Of. Whoever calls it has seen that the user holds the key.
func IdentityOfNkey(key string) string { return "nkey:" + key }

// Of is the principal of an identity, or ErrNotGood: asked at each request, so that a revoked one gets no further.
func (t *Tokens) Of(identity string) (*access.Principal, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.read(); err != nil {
		return nil, err
	}
	i, known := t.byIdentity[identity]
	if !known {
		return nil, ErrNotGood
	}
	token := &t.tokens[i]
	if token.Revoked != nil || !t.now().Before(token.Expires) {
		return nil, ErrNotGood
	}
	return &access.Principal{Name: token.Name + " #" + token.ID, Role: token.Role, Actor: string(token.Role), Scope: token.Scope}, nil
}

// First makes an administrator's token, good for 30 days, if there was never a token; else the secret is "".
func (t *Tokens) First() (secret string, err error) {
	all, err := t.List()
	if err != nil || len(all) > 0 {
		return "", err
	}
	_, secret, err = t.Create(Order{Name: "first start", Role: access.Administrator, Days: 30})
	return secret, err
}

// Create makes a token. The secret is told here and never again; there is none for an nkey. An order that cannot be meant is an *events.FormError.
func (t *Tokens) Create(o Order) (token Token, secret string, err error) {
	faults := access.Check(o.Name, o.Role, o.Scope, t.known)
	if o.Days == 0 {
		o.Days = defaultDays
	}
	if o.Days < 1 || o.Days > maxDays {
		faults = append(faults, events.Fault{Pointer: "/days", Problem: fmt.Sprintf("must be 1 to %d", maxDays)})
	}
	if o.Nkey != "" && !userKey.MatchString(o.Nkey) {
		faults = append(faults, events.Fault{Pointer: "/nkey", Problem: "must be the public key of a NATS user: U and 55 letters and digits"})
	}
	if len(faults) > 0 {
		return Token{}, "", &events.FormError{Faults: faults}
	}
	now := t.now().UTC().Truncate(time.Second)
	token = Token{ID: strings.ToLower(rand.Text()[:8]), Name: o.Name, Role: o.Role, Scope: o.Scope, Created: now, Expires: now.AddDate(0, 0, o.Days), Nkey: o.Nkey}
	if o.Nkey == "" {
		secret = prefix + rand.Text() + rand.Text()
		token.Hash = digest(secret)
	}
	err = t.change(func(all []Token) ([]Token, error) { return append(all, token), nil })
	token.Hash = ""
	return token, secret, err
}

// List is all tokens there ever were, without their hashes.
func (t *Tokens) List() ([]Token, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := t.read()
	all := slices.Clone(t.tokens)
	for i := range all {
		all[i].Hash = ""
	}
	return all, err
}

// Revoke ends a token at once, or is events.ErrNotFound. Revoking twice is harmless.
func (t *Tokens) Revoke(id string) error {
	return t.change(func(all []Token) ([]Token, error) {
		i := slices.IndexFunc(all, func(token Token) bool { return token.ID == id })
		if i < 0 {
			return nil, events.ErrNotFound
		}
		if now := t.now().UTC().Truncate(time.Second); all[i].Revoked == nil {
			all[i].Revoked = &now
		}
		return all, nil
	})
}

// change rewrites the file. Whoever makes the new one alone may change it; a crash before the renaming leaves the tokens as
// they were, and the new file for the operator to remove.
func (t *Tokens) change(how func([]Token) ([]Token, error)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(t.path), 0o700); err != nil {
		return err
	}
	next, err := os.OpenFile(t.path+".new", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return ErrBusy
	}
	if err != nil {
		return err
	}
	if err := errors.Join(t.rewrite(next, how), next.Close()); err != nil {
		return errors.Join(err, os.Remove(next.Name()))
	}
	return os.Rename(next.Name(), t.path)
}

func (t *Tokens) rewrite(next *os.File, how func([]Token) ([]Token, error)) error {
	if err := t.read(); err != nil {
		return err
	}
	all, err := how(slices.Clone(t.tokens))
	if err != nil {
		return err
	}
	lines := json.NewEncoder(next)
	lines.SetIndent("", "  ")
	return errors.Join(lines.Encode(all), next.Sync())
}

// read brings the tokens up to date. A file that cannot be read is an error: then nobody is let in.
func (t *Tokens) read() error {
	info, err := os.Stat(t.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.seen, t.tokens, t.byIdentity = nil, nil, nil
		return nil
	case err != nil:
		return err
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s: %w", t.path, ErrOpenFile)
	case t.seen != nil && os.SameFile(t.seen, info) && t.seen.ModTime().Equal(info.ModTime()) && t.seen.Size() == info.Size():
		return nil
	}
	text, err := os.ReadFile(t.path)
	if err != nil {
		return err
	}
	var all []Token
	if err := json.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("%s is damaged: %w", t.path, err)
	}
	t.seen, t.tokens, t.byIdentity = info, all, map[string]int{}
	for i, token := range all { // a key that is handed out again counts as it was last
		t.byIdentity[token.identity()] = i
	}
	return nil
}

func (t *Token) identity() string {
	if t.Nkey != "" {
		return IdentityOfNkey(t.Nkey)
	}
	return "secret:" + t.Hash
}

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
