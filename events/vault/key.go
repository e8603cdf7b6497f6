package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
)

// KeyID names a key and tells nothing of it: SHA-256 of keyContext and the key. The zero KeyID is that of no key.
//
// It also binds: nobody can make two keys of one id, so that an entry that names its key opens in one way only.
type KeyID [sha256.Size]byte

// keyContext keeps the id apart from other hashes of the same bytes.
const keyContext = "ettervern key id 1\x00"

// String is the id in base64 (RFC 4648 § 5, without padding); - for no key.
func (id KeyID) String() string { return string(id.appendText(nil)) }

func (id KeyID) appendText(b []byte) []byte {
	if id == (KeyID{}) {
		return append(b, noKey)
	}
	return base64.RawURLEncoding.AppendEncode(b, id[:])
}

// noKey stands where a key's id would.
const noKey = '-'

// parseKeyID reads what String writes, and nothing else.
func parseKeyID(text []byte) (id KeyID, ok bool) {
	if len(text) == 1 && text[0] == noKey {
		return id, true
	}
	if len(text) != base64.RawURLEncoding.EncodedLen(len(id)) {
		return id, false
	}
	_, err := base64.RawURLEncoding.Strict().Decode(id[:], text)
	return id, err == nil && id != KeyID{}
}

// Key seals and opens the entries of one entity. It is safe for concurrent use.
type Key struct {
	ID     KeyID
	secret [secretBytes]byte
	cipher atomic.Pointer[cipher.AEAD] // made when it is first used; a Ring lets it go again
	taken  bool                        // bound to an entity; guarded by the Ring's lock
}

// NewKey is a new random key.
func NewKey() *Key {
	k, _ := keyOf(newSecret()) // it has the right length
	return k
}

// keyOf is the key of these bytes.
func keyOf(secret []byte) (*Key, error) {
	if len(secret) != secretBytes {
		return nil, errors.New("a key has 32 bytes")
	}
	k := &Key{ID: idOf(secret)}
	copy(k.secret[:], secret)
	return k, nil
}

func idOf(secret []byte) KeyID { return sha256.Sum256(append([]byte(keyContext), secret...)) }

// wipe takes the key out of memory, as far as that can be done.
func (k *Key) wipe() {
	clear(k.secret[:])
	k.cipher.Store(nil)
}

// String hides the key.
func (k *Key) String() string { return "(key " + k.ID.String() + ")" }

// GoString hides the key.
func (k *Key) GoString() string { return k.String() }

// Secret is the key itself, in hexadecimal, for audit bundles: who has it opens every entry of the entity, also those to come.
func (k *Key) Secret() string { return hex.EncodeToString(k.secret[:]) }

// ParseKey reads what Secret writes, and nothing else.
func ParseKey(text string) (*Key, error) {
	secret, err := hex.DecodeString(text)
	if err != nil || hex.EncodeToString(secret) != text {
		return nil, errors.New("a key is 64 small hexadecimal digits")
	}
	return keyOf(secret)
}

// aead is the key's cipher, and whether it was made just now.
func (k *Key) aead() (_ cipher.AEAD, made bool) {
	if c := k.cipher.Load(); c != nil {
		return *c, false
	}
	c := gcm(k.secret[:])
	k.cipher.Store(&c)
	return c, true
}

// gcm is AES-256-GCM (NIST SP 800-38D), which draws a random nonce at each sealing and puts it before the ciphertext.
func gcm(secret []byte) cipher.AEAD {
	block, err := aes.NewCipher(secret)
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	c, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(fmt.Sprint("AES is a block cipher of 128 bits: ", err))
	}
	return c
}
