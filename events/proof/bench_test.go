package proof

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// alike is the tiles of a tree of any size whose leaves are all the same: a subtree's hash depends on its level only.
func alike(leaf Hash) Tiles {
	var levels [TileLevels]Hash
	for level := range levels {
		levels[level] = leaf
		for range TileHeight {
			leaf = tlog.NodeHash(leaf, leaf)
		}
	}
	return func(tile tlog.Tile, into []byte) (int, error) {
		for at := 0; at < len(into); at += tlog.HashSize {
			copy(into[at:], levels[tile.L][:])
		}
		return len(into), nil
	}
}

// BenchmarkProof makes and checks an inclusion proof at ten million entries, without the signature.
func BenchmarkProof(b *testing.B) {
	const size, index = 10_000_000, 7_654_321
	leaf := Leaf([]byte("entry"))
	hashes := alike(leaf)
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
