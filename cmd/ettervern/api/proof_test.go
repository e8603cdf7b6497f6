package api_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func bodyOf(t *testing.T, d door, path string) []byte {
	answer := d.get(path)
	require.Equal(t, 200, answer.StatusCode)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return body
}

// TestAProofIsCheckedByHand follows docs/proofs.md step by step, with nothing but SHA-256, Ed25519 and base64.
func TestAProofIsCheckedByHand(t *testing.T) {
	d := open(t)
	for youth := range 5 {
		require.Equal(t, 201, d.do("POST", "/v1/events", registrationOf(youth), "Content-Type", structured).StatusCode)
	}
	require.Equal(t, 201, d.do("POST", "/v1/events", of(2, "moved", "ResidenceChanged", "2025-01-10", `{"municipality":"0301"}`), "Content-Type", structured).StatusCode)
	var answer struct {
		Checkpoint string
		Rows       []struct {
			Number, Sequence uint64
			Entry            []byte
			Proof            string
		}
	}
	require.NoError(t, json.Unmarshal(bodyOf(t, d, "/v1/youths/7b0c8f5e-5a43-4c6e-9a55-000000000002/proof"), &answer))
	key := strings.TrimSpace(string(bodyOf(t, d, "/v1/checkpoint/key")))
	size, root := checkedByHand(t, answer.Checkpoint, key)
	require.Equal(t, uint64(6), size)
	require.Len(t, answer.Rows, 2)
	for i, row := range answer.Rows {
		head, checkpoint, found := strings.Cut(row.Proof, "\n\n")
		require.True(t, found)
		require.Equal(t, answer.Checkpoint, checkpoint)
		lines := strings.Split(head, "\n")
		require.Equal(t, "c2sp.org/tlog-proof@v1", lines[0])
		require.Equal(t, fmt.Sprint("index ", row.Sequence-1), lines[1])
		require.Equal(t, root, climb(t, row.Entry, row.Sequence-1, size, lines[2:]))
		require.Contains(t, string(row.Entry), fmt.Sprintf(`"entitynumber":%d`, i+1))
	}
}

// checkedByHand checks a checkpoint's signature and is its size and root.
func checkedByHand(t *testing.T, checkpoint, key string) (uint64, []byte) {
	parts := strings.SplitN(key, "+", 3) // name, id, and a byte 1 with the public key
	public, err := base64.StdEncoding.DecodeString(parts[2])
	require.NoError(t, err)
	require.Equal(t, byte(1), public[0], "Ed25519")
	text, signatures, found := strings.Cut(checkpoint, "\n\n")
	require.True(t, found)
	line := strings.TrimPrefix(strings.TrimSpace(signatures), "— "+parts[0]+" ")
	signature, err := base64.StdEncoding.DecodeString(line)
	require.NoError(t, err)
	require.Equal(t, parts[1], fmt.Sprintf("%x", signature[:4]))
	require.True(t, ed25519.Verify(public[1:], []byte(text+"\n"), signature[4:]))
	lines := strings.Split(text, "\n")
	require.Equal(t, parts[0], lines[0])
	size, err := strconv.ParseUint(lines[1], 10, 64)
	require.NoError(t, err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	require.NoError(t, err)
	return size, root
}

// climb works out the root from an entry and its path, as RFC 9162 § 2.1.3.2 writes the algorithm.
func climb(t *testing.T, entry []byte, index, size uint64, path []string) []byte {
	at := hashOf([]byte{0}, entry)
	f, s := index, size-1
	for _, line := range path {
		beside, err := base64.StdEncoding.DecodeString(line)
		require.NoError(t, err)
		require.NotZero(t, s)
		if f&1 == 1 || f == s {
			at = hashOf([]byte{1}, beside, at)
			for f&1 == 0 && f != 0 {
				f, s = f>>1, s>>1
			}
		} else {
			at = hashOf([]byte{1}, at, beside)
		}
		f, s = f>>1, s>>1
	}
	require.Zero(t, s)
	return at
}

func hashOf(parts ...[]byte) []byte {
	sum := sha256.Sum256(bytes.Join(parts, nil))
	return sum[:]
}

// A follower fetches tiles, and finds the checkpoint's root in them.
func TestTheTreeIsFetchedAsTiles(t *testing.T) {
	d := open(t)
	for youth := range 5 {
		require.Equal(t, 201, d.do("POST", "/v1/events", registrationOf(youth), "Content-Type", structured).StatusCode)
	}
	size, root := checkedByHand(t, string(bodyOf(t, d, "/v1/checkpoint")), strings.TrimSpace(string(bodyOf(t, d, "/v1/checkpoint/key"))))
	require.Equal(t, uint64(5), size)
	tile := bodyOf(t, d, "/v1/tile/0/000.p/5")
	require.Len(t, tile, 5*sha256.Size)
	node := func(left, right []byte) []byte {
		sum := sha256.Sum256(append(append([]byte{1}, left...), right...))
		return sum[:]
	}
	leaf := func(i int) []byte { return tile[32*i : 32*i+32] }
	require.Equal(t, root, node(node(node(leaf(0), leaf(1)), node(leaf(2), leaf(3))), leaf(4)))
	require.Equal(t, tile[:64], bodyOf(t, d, "/v1/tile/0/000.p/2"))
	require.Equal(t, tile, bodyOf(t, d, "/v1/accesses/tile/0/000.p/5"), "here the same ledger stands in for the log of accesses")
	for _, none := range []string{"0/000", "0/000.p/6", "0/000.p/256", "0/0", "0/001.p/1", "1/000.p/1", "data/000.p/1", "entries/000", "0/x000/000", "-1/000", "99999999999999999999/000", "0/"} {
		require.Equal(t, 404, d.get("/v1/tile/"+none).StatusCode, none)
	}
	require.Equal(t, 400, d.get("/v1/tile/0/000.p/5?size=5").StatusCode)
}
