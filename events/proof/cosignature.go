package proof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// ErrCosigner: it is not the key of a witness.
var ErrCosigner = errors.New("a witness's key is NAME+ID+KEY, for Ed25519 cosignatures (C2SP tlog-cosignature)")

// What comes before the public key in a witness's verifier key, and what is signed before the checkpoint's text.
const (
	cosignatureType   = 4
	cosignatureHeader = "cosignature/v1\ntime %d\n"
	timestampBytes    = 8
)

// Cosigner signs checkpoints of others as C2SP tlog-cosignature has it, Ed25519: it says that at the time of signing this
// was the largest checkpoint of the log that it had seen, and continued all that it had seen before.
type Cosigner struct {
	key  *cosignatureKey
	sign func(message []byte) []byte
	now  func() time.Time
}

// NewCosigner is the witness of that name with a key of Ed25519 (RFC 8032). It fails with ErrCosigner for a name that
// cannot be one.
func NewCosigner(name string, key ed25519.PrivateKey, now func() time.Time) (*Cosigner, error) {
	public := key.Public().(ed25519.PublicKey)
	verifier, err := newCosignatureKey(name, public)
	if err != nil {
		return nil, err
	}
	return &Cosigner{verifier, func(message []byte) []byte { return ed25519.Sign(key, message) }, now}, nil
}

// Name is the witness's name.
func (c *Cosigner) Name() string { return c.key.name }

// KeyHash is the key's id.
func (c *Cosigner) KeyHash() uint32 { return c.key.id }

// VerifierKey is the public key as C2SP signed-note writes it, of type 4.
func (c *Cosigner) VerifierKey() string {
	encoded := base64.StdEncoding.EncodeToString(append([]byte{cosignatureType}, c.key.public...))
	return fmt.Sprintf("%s+%08x+%s", c.key.name, c.key.id, encoded)
}

// Sign is note.Signer's: the time in seconds, and the signature over the time and the text.
func (c *Cosigner) Sign(text []byte) ([]byte, error) {
	at := uint64(c.now().Unix())
	return append(binary.BigEndian.AppendUint64(nil, at), c.sign(cosigned(at, text))...), nil
}

func cosigned(at uint64, text []byte) []byte {
	return append(fmt.Appendf(nil, cosignatureHeader, at), text...)
}

// Cosign is the signature line for a checkpoint's text.
func (c *Cosigner) Cosign(text string) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: text}, c)
	if err != nil {
		return nil, err
	}
	return signed[len(text)+1:], nil
}

// cosignatureKey verifies the cosignatures of one witness.
type cosignatureKey struct {
	name   string
	id     uint32
	public ed25519.PublicKey
}

// NewCosignatureVerifier reads a witness's verifier key (C2SP signed-note, type 4). It fails with ErrCosigner.
func NewCosignatureVerifier(key string) (note.Verifier, error) {
	name, rest, _ := strings.Cut(key, "+")
	id, encoded, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != cosignatureType {
		return nil, ErrCosigner
	}
	k, err := newCosignatureKey(name, raw[1:])
	if err != nil || fmt.Sprintf("%08x", k.id) != id {
		return nil, ErrCosigner
	}
	return k, nil
}

func newCosignatureKey(name string, public ed25519.PublicKey) (*cosignatureKey, error) {
	if name == "" || strings.ContainsAny(name, "+ \t\r\n") {
		return nil, fmt.Errorf("%w: a name has no spaces and plus signs", ErrCosigner)
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), append([]byte{cosignatureType}, public...)...))
	return &cosignatureKey{name, binary.BigEndian.Uint32(sum[:]), public}, nil
}

// Name is the witness's name.
func (k *cosignatureKey) Name() string { return k.name }

// KeyHash is the key's id.
func (k *cosignatureKey) KeyHash() uint32 { return k.id }

// Verify is note.Verifier's.
func (k *cosignatureKey) Verify(text, signature []byte) bool {
	if len(signature) != timestampBytes+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	return at>>63 == 0 && ed25519.Verify(k.public, cosigned(at, text), signature[timestampBytes:])
}

// Cosignatures is the signature lines in a checkpoint that the witnesses have put there, each witness once, as they must
// be written.
func Cosignatures(signed []byte, witnesses []note.Verifier) (lines []string) {
	opened, err := note.Open(signed, note.VerifierList(witnesses...))
	if err != nil {
		return nil
	}
	for _, s := range opened.Sigs {
		if canonical([]note.Signature{s}) {
			lines = append(lines, fmt.Sprintf("— %s %s\n", s.Name, s.Base64))
		}
	}
	return lines
}
