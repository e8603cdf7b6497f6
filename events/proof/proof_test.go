package proof

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// stored is a tree's hashes in memory, in the order of tlog.StoredHashIndex.
type stored []Hash

// ReadHashes reads them.
func (s stored) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		out[i] = s[x]
	}
	return out, nil
}

// grow is the tree over bodies, and its roots by size.
func grow(bodies [][]byte) (hashes stored, roots []Hash) {
	var e Edge
	roots = append(roots, e.Root())
	for _, b := range bodies {
		hashes = e.Append(Leaf(b), hashes)
		roots = append(roots, e.Root())
	}
	return hashes, roots
}

func numbered(n int) (bodies [][]byte) {
	for i := range n {
		bodies = append(bodies, fmt.Appendf(nil, "entry %d", i))
	}
	return bodies
}

func keys(t testing.TB, name string) (note.Signer, note.Verifier) {
	secret, public, err := note.GenerateKey(rand.Reader, name)
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	return signer, verifier
}

func sign(t testing.TB, signer note.Signer, size int, root Hash) Signed {
	c := Checkpoint{Origin: signer.Name(), Size: uint64(size), Root: root}
	signed, err := c.Sign(signer)
	require.NoError(t, err)
	return Signed{c, signed}
}

// The tree of Certificate Transparency's published vectors: eight leaves, the root of each size.
func TestTheTreeIsThatOfRFC6962(t *testing.T) {
	_, roots := grow(testonly.LeafInputs())
	for size, want := range testonly.RootHashes() {
		require.Equal(t, hex.EncodeToString(want), hex.EncodeToString(roots[size][:]), "size %d", size)
	}
}

func TestTheEdgeStoresWhatTlogStores(t *testing.T) {
	var ours stored
	var theirs stored
	var e Edge
	for i := range 300 {
		body := fmt.Appendf(nil, "entry %d", i)
		ours = e.Append(Leaf(body), ours)
		more, err := tlog.StoredHashes(int64(i), body, theirs)
		require.NoError(t, err)
		theirs = append(theirs, more...)
		root, err := tlog.TreeHash(int64(i)+1, theirs)
		require.NoError(t, err)
		require.Equal(t, root, e.Root(), "size %d", i+1)
	}
	require.Equal(t, theirs, ours)
}

// The example of the specification c2sp.org/tlog-checkpoint.
func TestACheckpointIsTheTextOfC2SP(t *testing.T) {
	const text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	c, err := parseCheckpoint(text)
	require.NoError(t, err)
	require.Equal(t, uint64(20852163), c.Size)
	require.Equal(t, text, c.Text())
	_, err = parseCheckpoint(text + "an extension line\n")
	require.NoError(t, err)
	for name, wrong := range map[string]string{
		"leading zero": strings.Replace(text, "20852163", "020852163", 1), "a sign": strings.Replace(text, "20852163", "+20852163", 1),
		"too large": strings.Replace(text, "20852163", "9223372036854775808", 1), "no root": "example.com/behind-the-sofa\n20852163\n",
		"short root":     "example.com/behind-the-sofa\n1\nCsUYag==\n",
		"base64 not its": strings.Replace(text, "q2I=", "q2J=", 1),
	} {
		_, err := parseCheckpoint(wrong)
		require.ErrorIs(t, err, ErrForged, name)
	}
}

// The published key and signature of golang.org/x/mod's own note vectors.
func TestANoteIsSignedAsPublished(t *testing.T) {
	signer, err := note.NewSigner("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
	require.NoError(t, err)
	verifier, err := note.NewVerifier("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
	require.NoError(t, err)
	_, roots := grow(testonly.LeafInputs())
	signed, err := Checkpoint{Origin: "PeterNeumann", Size: 8, Root: roots[8]}.Sign(signer)
	require.NoError(t, err)
	require.Equal(t, golden, string(signed))
	c, err := OpenCheckpoint(signed, verifier)
	require.NoError(t, err)
	require.Equal(t, roots[8], c.Root)
}

// Ed25519 signs the same text always the same way: this note must never come out otherwise.
const golden = "PeterNeumann\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n" +
	"— PeterNeumann x08gozdSgLMzAnw63LH1RGViJhUfW60EUGKY7Kmr004fQNOSqfrcd1hIk3BCtdcLWIqvGtX67sL24VN+44uTlxMnbAA=\n"

// A second implementation judges our proofs: every entry in every tree of up to 70, every pair of trees.
func TestProofsHoldUnderASecondImplementation(t *testing.T) {
	signer, _ := keys(t, "example.com/log")
	bodies := numbered(70)
	hashes, roots := grow(bodies)
	for size := 1; size <= len(bodies); size++ {
		s := sign(t, signer, size, roots[size])
		for index := range size {
			p, err := ProveInclusion(s, uint64(index), Leaf(bodies[index]), hashes)
			require.NoError(t, err)
			leaf := Leaf(bodies[index])
			require.NoError(t, proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(index), uint64(size), leaf[:], path(t, p, 2), roots[size][:]))
		}
		for old := range size {
			p, err := ProveConsistency(s, uint64(old), hashes)
			require.NoError(t, err)
			require.NoError(t, proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(old), uint64(size), path(t, p, 1), roots[old][:], roots[size][:]))
		}
	}
}

// path is the hashes of a proof, read by hand: the lines after the head up to the first empty one.
func path(t *testing.T, p []byte, head int) (hashes [][]byte) {
	before, _, found := strings.Cut(string(p), "\n\n")
	require.True(t, found)
	for _, line := range strings.Split(before, "\n")[head:] {
		h, err := base64.StdEncoding.DecodeString(line)
		require.NoError(t, err)
		hashes = append(hashes, h)
	}
	return hashes
}

// Whatever single bit is changed in a proof, or wherever it is cut, it holds no longer.
func TestAnInclusionProofHoldsWholeOrNotAtAll(t *testing.T) {
	signer, verifier := keys(t, "example.com/log")
	bodies := numbered(100)
	hashes, roots := grow(bodies)
	s := sign(t, signer, 100, roots[100])
	p, err := ProveInclusion(s, 41, Leaf(bodies[41]), hashes)
	require.NoError(t, err)
	index, c, err := CheckInclusion(p, Leaf(bodies[41]), verifier)
	require.NoError(t, err)
	require.Equal(t, uint64(41), index)
	require.Equal(t, s.Checkpoint, c)
	for i := range len(p) * 8 {
		_, _, err := CheckInclusion(flipped(p, i), Leaf(bodies[41]), verifier)
		require.ErrorIs(t, err, ErrForged, "bit %d", i)
	}
	for i := range p {
		_, _, err := CheckInclusion(p[:i], Leaf(bodies[41]), verifier)
		require.ErrorIs(t, err, ErrForged, "cut at %d", i)
	}
	for i := range len(bodies[41]) * 8 {
		_, _, err := CheckInclusion(p, Leaf(flipped(bodies[41], i)), verifier)
		require.ErrorIs(t, err, ErrForged)
	}
}

func TestAConsistencyProofHoldsWholeOrNotAtAll(t *testing.T) {
	signer, verifier := keys(t, "example.com/log")
	hashes, roots := grow(numbered(100))
	old := Checkpoint{Origin: "example.com/log", Size: 37, Root: roots[37]}
	s := sign(t, signer, 100, roots[100])
	p, err := ProveConsistency(s, 37, hashes)
	require.NoError(t, err)
	c, err := CheckConsistency(p, old, verifier)
	require.NoError(t, err)
	require.Equal(t, s.Checkpoint, c)
	for i := range len(p) * 8 {
		_, err := CheckConsistency(flipped(p, i), old, verifier)
		require.ErrorIs(t, err, ErrForged, "bit %d", i)
	}
	for i := range p {
		_, err := CheckConsistency(p[:i], old, verifier)
		require.ErrorIs(t, err, ErrForged, "cut at %d", i)
	}
}

func flipped(b []byte, bit int) []byte {
	b = bytes.Clone(b)
	b[bit/8] ^= 1 << (bit % 8)
	return b
}

// A history that was rewritten, whatever was changed, left out, added or moved, gives no proof that continues the old tree.
func TestARewrittenHistoryContinuesNothing(t *testing.T) {
	signer, verifier := keys(t, "example.com/log")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "entries")
		old := rapid.IntRange(1, n).Draw(t, "seen by the auditor")
		bodies := numbered(n)
		_, roots := grow(bodies)
		at := rapid.IntRange(0, old-1).Draw(t, "where")
		switch rapid.SampledFrom([]string{"changed", "left out", "added", "moved"}).Draw(t, "how") {
		case "changed":
			bodies[at] = []byte("another")
		case "left out":
			bodies = append(bodies[:at], append(bodies[at+1:], []byte("instead"))...)
		case "added":
			bodies = append(bodies[:at], append([][]byte{[]byte("more")}, bodies[at:]...)...)
		case "moved":
			other := (at + 1) % n
			bodies[at], bodies[other] = bodies[other], bodies[at]
		}
		hashes, forged := grow(bodies)
		c := Checkpoint{Origin: "example.com/log", Size: uint64(len(bodies)), Root: forged[len(bodies)]}
		signed, err := c.Sign(signer) // the log itself is dishonest
		require.NoError(t, err)
		p, err := ProveConsistency(Signed{c, signed}, uint64(old), hashes)
		require.NoError(t, err)
		_, err = CheckConsistency(p, Checkpoint{Origin: "example.com/log", Size: uint64(old), Root: roots[old]}, verifier)
		require.ErrorIs(t, err, ErrForged)
	})
}

func TestForgedCheckpointsAreRefused(t *testing.T) {
	signer, verifier := keys(t, "example.com/log")
	impostor, _ := keys(t, "example.com/log")
	elsewhere, _ := keys(t, "example.com/other")
	_, roots := grow(numbered(5))
	good := sign(t, signer, 5, roots[5])
	for name, forged := range map[string][]byte{
		"another's key":      sign(t, impostor, 5, roots[5]).Note,
		"another's name":     sign(t, elsewhere, 5, roots[5]).Note,
		"another size":       bytes.Replace(good.Note, []byte("\n5\n"), []byte("\n6\n"), 1),
		"nothing":            nil,
		"unsigned":           []byte(good.Text()),
		"another log's text": mustSign(t, signer, Checkpoint{Origin: "example.com/other", Size: 5, Root: roots[5]}),
	} {
		_, err := OpenCheckpoint(forged, verifier)
		require.ErrorIs(t, err, ErrForged, name)
	}
}

func mustSign(t *testing.T, signer note.Signer, c Checkpoint) []byte {
	signed, err := c.Sign(signer)
	require.NoError(t, err)
	return signed
}

func TestHashesThatWereChangedGiveNoProof(t *testing.T) {
	signer, _ := keys(t, "example.com/log")
	bodies := numbered(9)
	hashes, roots := grow(bodies)
	s := sign(t, signer, 9, roots[9])
	hashes[tlog.StoredHashIndex(1, 0)][0] ^= 1
	_, err := ProveInclusion(s, 3, Leaf(bodies[3]), hashes)
	require.ErrorIs(t, err, ErrForged)
	_, err = ProveInclusion(s, 9, Leaf(bodies[3]), hashes)
	require.ErrorIs(t, err, ErrForged)
	_, err = ProveConsistency(s, 10, hashes)
	require.ErrorIs(t, err, ErrNotThatLong)
}
