package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// The first byte of what is hashed, so that nothing in the directory can be taken for a node of the log.
const (
	leafPrefix = 2
	forkPrefix = 3
)

// Directory is the second tree: of each entity that the log has entries of, how many these are and which is the last.
// It is a binary trie over the entities' keys. The path of a key through it ends at one leaf only, and so shows either
// what the directory says of the entity or that it says nothing: the leaf there is another's.
//
// Its root depends on what it holds, not on the order in which that came. The zero Directory is empty. It is not safe
// for concurrent use.
type Directory struct {
	root   place
	forks  []fork
	leaves []record
}

// place is where a subtree lies: n > 0 is fork n − 1, n < 0 is leaf −n − 1, 0 is nowhere.
type place int32

// fork parts the keys below it, which agree in all bits before, by one bit.
type fork struct {
	hash  Hash
	known bool // hash is that of what is below
	bit   uint8
	below [2]place
}

// record is a leaf: an entity's key, and the Value of its entries.
type record struct{ key, value Hash }

// Key is the place of an entity, by its name as kind/id, in the directory: SHA-256 of the name. Whoever is shown a path
// learns of others only their keys, which do not tell the names.
func Key(name string) Hash { return sha256.Sum256([]byte(name)) }

// Value is what the directory holds of an entity with so many entries, the last of which has this leaf in the log:
// SHA-256(the number in 8 bytes, the highest first ‖ leaf).
func Value(number uint64, last Hash) Hash {
	return sha256.Sum256(append(binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(last)), number), last[:]...))
}

// Len is how many entities the directory holds.
func (d *Directory) Len() int { return len(d.leaves) }

// Set makes value that of the key.
func (d *Directory) Set(key, value Hash) {
	if d.root == 0 {
		d.leaves = append(d.leaves, record{key, value})
		d.root = -1
		return
	}
	near := &d.leaves[d.reach(key, func(f *fork, _ place) { f.known = false })]
	if near.key == key {
		near.value = value
		return
	}
	d.part(key, value, differ(key, near.key))
}

// reach is the leaf at which the path of a key ends; each is called with the forks on it, from the root down, and with
// what lies on their other sides.
func (d *Directory) reach(key Hash, each func(f *fork, beside place)) int {
	at := d.root
	for at > 0 {
		f := &d.forks[at-1]
		side := bit(key, f.bit)
		each(f, f.below[1-side])
		at = f.below[side]
	}
	return int(-at - 1)
}

// part puts a new leaf beside the keys that it first differs from in a bit.
func (d *Directory) part(key, value Hash, from uint8) {
	d.leaves = append(d.leaves, record{key, value})
	d.forks = append(d.forks, fork{bit: from})
	at := &d.root
	for *at > 0 && d.forks[*at-1].bit < from {
		f := &d.forks[*at-1]
		at = &f.below[bit(key, f.bit)]
	}
	side := bit(key, from)
	added := &d.forks[len(d.forks)-1]
	added.below[side], added.below[1-side] = place(-len(d.leaves)), *at
	*at = place(len(d.forks))
}

// Root is the root over everything set; that of the empty directory is SHA-256 of nothing.
func (d *Directory) Root() Hash { return d.hash(d.root) }

// hash works out what has changed below a place; a path is at most 256 forks long.
func (d *Directory) hash(at place) Hash {
	switch {
	case at == 0:
		return emptyRoot
	case at < 0:
		return d.leaves[-at-1].hash()
	}
	f := &d.forks[at-1]
	if !f.known {
		f.hash, f.known = forkHash(f.bit, d.hash(f.below[0]), d.hash(f.below[1])), true
	}
	return f.hash
}

func (r record) hash() Hash {
	var text [1 + 2*sha256.Size]byte
	text[0] = leafPrefix
	copy(text[1:], r.key[:])
	copy(text[1+sha256.Size:], r.value[:])
	return sha256.Sum256(text[:])
}

func forkHash(bit uint8, left, right Hash) Hash {
	var text [2 + 2*sha256.Size]byte
	text[0], text[1] = forkPrefix, bit
	copy(text[2:], left[:])
	copy(text[2+sha256.Size:], right[:])
	return sha256.Sum256(text[:])
}

// bit is one bit of a key, the highest of the first byte being bit 0.
func bit(key Hash, i uint8) byte { return key[i/8] >> (7 - i%8) & 1 }

// differ is the first bit in which two keys differ.
func differ(a, b Hash) uint8 {
	i := 0
	for a[i] == b[i] {
		i++
	}
	return uint8(8*i + bits.LeadingZeros8(a[i]^b[i]))
}
