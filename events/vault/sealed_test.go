package vault_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/events/vault"
)

const youthID = "5b0c1c4e-8a57-4d0e-9c51-0d7e6c1f2a10"

var clear = vault.Clear{
	Entity: events.YouthEntity(youthID), Number: 3, Recorded: time.Date(2026, 11, 24, 2, 55, 37, 625424000, time.UTC),
}

func TestWhatIsSealedOpensAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := append([]byte("["), rapid.SliceOf(rapid.Byte()).Draw(t, "body")...)
		body = append(body, ']') // as every batch ends: spaces after it are padding
		c := clear
		c.Number = rapid.Uint64().Draw(t, "number")
		key := vault.NewKey()
		stored := key.Seal([]byte("before"), c, vault.Pad(bytes.Clone(body)))[len("before"):]
		opened, err := key.Open([]byte("before"), stored)
		require.NoError(t, err)
		require.Equal(t, "before"+string(body), string(opened))
		read, _, err := vault.Parse(stored)
		require.NoError(t, err)
		c.Key = key.ID
		require.Equal(t, c, read)
	})
}

func sealed(t *testing.T, key *vault.Key) []byte {
	t.Helper()
	return key.Seal(nil, clear, vault.Pad([]byte(`[{"type":"ettervern.YouthDied.v1"}]`)))
}

func TestNothingOfTheContentIsClear(t *testing.T) {
	stored := sealed(t, vault.NewKey())
	for _, word := range []string{"YouthDied", "ettervern.", "type", "[{"} {
		require.NotContains(t, string(stored), word)
	}
	short, long := vault.Pad([]byte("[1]")), vault.Pad([]byte("[1,2,3,4]"))
	require.Len(t, short, len(long), "the length does not tell what is sealed")
	require.Len(t, vault.Pad(make([]byte, 256)), 256)
	require.Len(t, vault.Pad(make([]byte, 257)), 512)
}

func TestEachSealingIsAnother(t *testing.T) {
	key := vault.NewKey()
	seen := map[string]bool{}
	for range 1000 { // an entry that is offered again is sealed again, with another time
		stored := sealed(t, key)
		_, content, err := vault.Parse(stored)
		require.NoError(t, err)
		nonce := string(content[:12])
		require.False(t, seen[nonce], "a nonce is never used twice")
		seen[nonce] = true
	}
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	key := vault.NewKey()
	stored := sealed(t, key)
	for bit := range 8 * len(stored) {
		changed := bytes.Clone(stored)
		changed[bit/8] ^= 1 << (bit % 8)
		_, err := key.Open(nil, changed)
		require.Error(t, err, "bit %d", bit)
	}
	for n := range stored {
		_, err := key.Open(nil, stored[:n])
		require.Error(t, err, "cut at %d", n)
	}
	_, err := key.Open(nil, append(bytes.Clone(stored), 0))
	require.ErrorIs(t, err, vault.ErrForged)
}

// Everything an attacker can say in the clear lines is of right form; the content belongs to one place only.
func TestASealedEntryBelongsToOnePlace(t *testing.T) {
	key := vault.NewKey()
	stored := sealed(t, key)
	for what, changed := range map[string][]byte{
		"another youth":  bytes.Replace(stored, []byte(youthID), []byte(strings.Replace(youthID, "5b", "6b", 1)), 1),
		"another kind":   bytes.Replace(stored, []byte("youth/"), []byte("supervision/"), 1),
		"another number": bytes.Replace(stored, []byte(" 3 "), []byte(" 4 "), 1),
		"another time":   bytes.Replace(stored, []byte("625424Z"), []byte("625425Z"), 1),
		"another key":    bytes.Replace(stored, []byte(key.ID.String()), []byte(vault.NewKey().ID.String()), 1),
	} {
		_, _, err := vault.Parse(changed)
		require.NoError(t, err, what)
		_, err = key.Open(nil, changed)
		require.ErrorIs(t, err, vault.ErrForged, what)
	}
	_, err := vault.NewKey().Open(nil, stored)
	require.ErrorIs(t, err, vault.ErrForged, "the wrong key")
}

func TestOnlyOneSpellingIsRead(t *testing.T) {
	stored := sealed(t, vault.NewKey())
	for what, other := range map[string][]byte{
		"nothing":            {},
		"a plain entry":      []byte(`[{"type":"ettervern.YouthDied.v1"}]`),
		"another format":     bytes.Replace(stored, []byte("entry 2"), []byte("entry 3"), 1),
		"a number with zero": bytes.Replace(stored, []byte(" 3 "), []byte(" 03 "), 1),
		"a shorter time":     bytes.Replace(stored, []byte(".625424Z"), []byte(".62542Z"), 1),
		"another zone":       bytes.Replace(stored, []byte("625424Z"), []byte("625424+00:00"), 1),
		"a longer line":      bytes.Replace(stored, []byte("\nyouth"), []byte("\n youth"), 1),
		"one line":           []byte("ettervern entry 2\n"),
	} {
		_, _, err := vault.Parse(other)
		require.ErrorIs(t, err, vault.ErrForm, what)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(vault.NewKey().Seal(nil, clear, vault.Pad([]byte("[]"))))
	key := vault.NewKey()
	f.Fuzz(func(t *testing.T, stored []byte) {
		c, content, err := vault.Parse(stored)
		if err != nil {
			require.ErrorIs(t, err, vault.ErrForm)
			return
		}
		require.LessOrEqual(t, len(content), len(stored))
		require.NotZero(t, c.Recorded)
		_, err = key.Open(nil, stored)
		require.ErrorIs(t, err, vault.ErrForged)
	})
}

// goldenSecret is the key of the golden vectors: the bytes 0, 1, 2 …
func goldenSecret() []byte {
	secret := make([]byte, 32)
	for i := range secret {
		secret[i] = byte(i)
	}
	return secret
}

// TestGoldenEntry: what was sealed once opens for ever, and by anyone who has the key and this description: here with
// nothing but AES-GCM, SHA-256 and base64. Does this fail? Then change the code, never the file.
func TestGoldenEntry(t *testing.T) {
	stored, err := os.ReadFile("testdata/golden/entry")
	require.NoError(t, err)
	body, err := os.ReadFile("testdata/golden/body.json")
	require.NoError(t, err)

	end := 1 + bytes.IndexByte(stored, '\n')
	end += 1 + bytes.IndexByte(stored[end:], '\n')
	lines, nonce, ciphertext := stored[:end], stored[end:end+12], stored[end+12:]
	id := sha256.Sum256(append([]byte("ettervern key id 1\x00"), goldenSecret()...))
	require.Equal(t, "ettervern entry 2\nyouth/"+youthID+" 3 2026-11-24T02:55:37.625424Z "+
		base64.RawURLEncoding.EncodeToString(id[:])+"\n", string(lines))
	block, err := aes.NewCipher(goldenSecret())
	require.NoError(t, err)
	gcm, err := cipher.NewGCM(block)
	require.NoError(t, err)
	padded, err := gcm.Open(nil, nonce, ciphertext, lines)
	require.NoError(t, err)
	require.Len(t, padded, 512)
	require.Equal(t, string(body), string(bytes.TrimRight(padded, " ")))
	entry, err := events.Decode(clear.Entity, 7, body)
	require.NoError(t, err)
	require.Equal(t, clear.Number, entry.Number)

	key := goldenKey(t)
	opened, err := key.Open(nil, stored)
	require.NoError(t, err)
	require.Equal(t, string(body), string(opened))
}

// goldenKey is the key of the golden entry, from the golden sheet: what was wrapped once unwraps for ever.
func goldenKey(t *testing.T) *vault.Key {
	t.Helper()
	master, err := vault.OpenMasterKey(goldenMaster(t))
	require.NoError(t, err)
	text, err := os.ReadFile("testdata/golden/sheet")
	require.NoError(t, err)
	sheet, err := vault.DecodeSheet(text)
	require.NoError(t, err)
	require.Equal(t, string(text), string(sheet.Encode()))
	require.Equal(t, master.ID(), sheet.Master)
	key, err := sheet.Keys[0].Unwrap(master, sheet.Ledger)
	require.NoError(t, err)
	return key
}

// goldenMaster is the master key of the golden sheet: the bytes 0xff, 0xfe …
func goldenMaster(t *testing.T) string {
	t.Helper()
	file := t.TempDir() + "/master.key"
	secret := goldenSecret()
	for i := range secret {
		secret[i] ^= 0xff
	}
	require.NoError(t, os.WriteFile(file, []byte(hex.EncodeToString(secret)+"\n"), 0o600))
	return file
}
