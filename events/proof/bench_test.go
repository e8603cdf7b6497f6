package proof

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// alike is a tree of any size whose leaves are all the same: a subtree's hash depends on its level only.
type alike [64]Hash

func newAlike(leaf Hash) (a alike) {
	a[0] = leaf
	for i := range a[1:] {
		a[i+1] = tlog.NodeHash(a[i], a[i])
	}
	return a
}

// ReadHashes works them out.
func (a alike) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		level, _ := tlog.SplitStoredHashIndex(x)
		out[i] = a[level]
	}
	return out, nil
}

// BenchmarkProof makes and checks an inclusion proof at ten million entries, without the signature.
func BenchmarkProof(b *testing.B) {
	const size, index = 10_000_000, 7_654_321
	leaf := Leaf([]byte("entry"))
	hashes := newAlike(leaf)
	root, err := tlog.TreeHash(size, hashes)
	require.NoError(b, err)
	for b.Loop() {
		path, err := tlog.ProveRecord(size, index, hashes)
		if err == nil {
			err = tlog.CheckRecord(path, size, root, index, leaf)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppend is what each entry costs the writer beside the hash of its bytes.
func BenchmarkAppend(b *testing.B) {
	var e Edge
	stored := make([]Hash, 0, 64)
	leaf := Leaf([]byte("entry"))
	for b.Loop() {
		stored = e.Append(leaf, stored[:0])
	}
}

// BenchmarkLeaf hashes an entry of common size.
func BenchmarkLeaf(b *testing.B) {
	body := make([]byte, 600)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		Leaf(body)
	}
}
