// Package proof is the Merkle log over the ledger: what the tree over the stored entries is (RFC 6962), how its root is
// signed (C2SP tlog-checkpoint), and what shows that an entry is in it (C2SP tlog-proof) and that a later tree holds all
// of an earlier one (the body of C2SP tlog-witness).
//
// It is pure over places and bytes: it knows neither events nor streams, so that an auditor's verifier can use it as it is.
//
// The contract for change: what was signed once must verify for ever. The hashes, the texts and their order are those of
// the specifications; if a golden test fails, change the code, not the file.
package proof

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of the tree, SHA-256.
type Hash = tlog.Hash

// Leaf is the leaf hash of an entry's bytes as they are stored: SHA-256(0x00 ‖ body), RFC 6962 § 2.1. The entry at a
// sequence of the ledger is the leaf at index sequence − 1.
func Leaf(body []byte) Hash { return tlog.RecordHash(body) }

// Edge is the right edge of a growing tree: all that is needed to go on and to know the root. The zero Edge is the
// empty tree. It is not safe for concurrent use.
type Edge struct {
	size  uint64
	roots [64]Hash // of the perfect subtrees: roots[i] counts when bit i of size is set
}

// Size is the number of leaves.
func (e *Edge) Size() uint64 { return e.size }

// Append adds a leaf. It returns stored with the hashes appended that become final by this leaf, in the order in which
// tlog.StoredHashIndex numbers them: the leaf, then each subtree that it completes.
func (e *Edge) Append(leaf Hash, stored []Hash) []Hash {
	stored = append(stored, leaf)
	level := 0
	for ; e.size>>level&1 == 1; level++ {
		leaf = tlog.NodeHash(e.roots[level], leaf)
		stored = append(stored, leaf)
	}
	e.roots[level] = leaf
	e.size++
	return stored
}

// Root is the root of the tree as it stands; that of the empty tree is SHA-256 of nothing.
func (e *Edge) Root() Hash {
	if e.size == 0 {
		return emptyRoot
	}
	level := bits.TrailingZeros64(e.size)
	root := e.roots[level]
	for level++; level < bits.Len64(e.size); level++ {
		if e.size>>level&1 == 1 {
			root = tlog.NodeHash(e.roots[level], root)
		}
	}
	return root
}

var emptyRoot = func() Hash {
	root, err := tlog.TreeHash(0, nil)
	if err != nil {
		panic(err) // nothing is read for it
	}
	return root
}()
