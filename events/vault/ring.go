package vault

import (
	"bytes"
	"slices"
	"sync"

	"ettervern/events"
)

// keptCiphers is how many ciphers are kept at a time, 1.3 kB each.
const keptCiphers = 1 << 16

// Ring holds the keys of a ledger, each bound to one entity or free. It is safe for concurrent use.
type Ring struct {
	mu    sync.RWMutex
	keys  map[KeyID]*Key
	bound map[events.Entity]*Key // the entity's key; the first one it named, should it have several
	free  []*Key                 // to be taken, once Settle has told which are
	ready bool
	warm  []*Key // with a cipher
}

// NewRing is a ring without keys.
func NewRing() *Ring {
	return &Ring{keys: map[KeyID]*Key{}, bound: map[events.Entity]*Key{}}
}

// Add puts keys on the ring. After Settle they are free.
func (r *Ring) Add(keys []*Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range keys {
		if r.keys[k.ID] != nil {
			continue
		}
		r.keys[k.ID] = k
		if r.ready {
			r.free = append(r.free, k)
		}
	}
}

// Settle tells that every entry has been opened: what none of them named is free from now on.
func (r *Ring) Settle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ready {
		return
	}
	r.ready = true
	for _, k := range r.keys {
		if !k.taken {
			r.free = append(r.free, k)
		}
	}
}

// Free is how many keys can be taken.
func (r *Ring) Free() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.free)
}

// Take is the entity's key: its own, or else a free one, fresh, which then is its own. It is nil when none is free.
func (r *Ring) Take(e events.Entity) (k *Key, fresh bool) {
	r.mu.RLock()
	k = r.bound[e]
	r.mu.RUnlock()
	if k != nil {
		return k, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.free) == 0 {
		return nil, false
	}
	k = r.free[len(r.free)-1]
	r.free = r.free[:len(r.free)-1]
	r.bind(e, k)
	return k, true
}

// Has tells whether the ring has a key that is bound to the entity.
func (r *Ring) Has(e events.Entity) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.bound[e] != nil
}

// Knows tells whether the key of an id is on the ring.
func (r *Ring) Knows(id KeyID) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys[id] != nil
}

// Remove takes keys from the ring, and out of memory.
func (r *Ring) Remove(ids ...KeyID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		k := r.keys[id]
		if k == nil {
			continue
		}
		delete(r.keys, id)
		r.free = slices.DeleteFunc(r.free, func(other *Key) bool { return other == k })
		r.warm = slices.DeleteFunc(r.warm, func(other *Key) bool { return other == k })
		for e, bound := range r.bound {
			if bound == k {
				delete(r.bound, e)
			}
		}
		k.wipe()
	}
}

// Seal is Key.Seal that keeps the key's cipher. It is nil when the key was removed meanwhile.
func (r *Ring) Seal(k *Key, dst []byte, c Clear, padded []byte) (stored []byte) {
	r.use(k, func() { stored = k.Seal(dst, c, padded) })
	return stored
}

// Open appends to dst the body that was sealed as these bytes, and binds its key to its entity. Its errors are ErrForm,
// ErrForged, and ErrNoKey; with the last one what is clear is told all the same. An entry that is not sealed has its body
// in plain.
func (r *Ring) Open(dst, stored []byte) (c Clear, body []byte, err error) {
	c, sealed, err := Parse(stored)
	if err != nil {
		return c, nil, err
	}
	if c.Key == (KeyID{}) {
		return c, append(dst, bytes.TrimRight(sealed, " ")...), nil
	}
	k := r.find(c)
	if k == nil || !r.use(k, func() { body, err = k.open(dst, stored, sealed) }) {
		return c, nil, ErrNoKey
	}
	return c, body, err
}

// use does something with a key that is not removed meanwhile, and keeps its cipher; it is false when the key is gone.
func (r *Ring) use(k *Key, do func()) bool {
	r.mu.RLock()
	if r.keys[k.ID] != k {
		r.mu.RUnlock()
		return false
	}
	_, made := k.aead()
	do()
	r.mu.RUnlock()
	if made {
		r.keep(k)
	}
	return true
}

// find is the key that an entry names, bound to its entity from now on.
func (r *Ring) find(c Clear) *Key {
	r.mu.RLock()
	k, bound := r.keys[c.Key], r.bound[c.Entity]
	r.mu.RUnlock()
	if k != nil && k != bound {
		r.mu.Lock()
		r.bind(c.Entity, k)
		r.mu.Unlock()
	}
	return k
}

// Copy is a copy of the key of an id, which outlives its removal; nil when the key is not on the ring.
func (r *Ring) Copy(id KeyID) *Key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k := r.keys[id]
	if k == nil {
		return nil
	}
	c, _ := keyOf(k.secret[:]) // it has the right length
	return c
}

// bind is called under the lock.
func (r *Ring) bind(e events.Entity, k *Key) {
	k.taken = true
	if r.bound[e] == nil {
		r.bound[e] = k
	}
}

// keep notes that the key has a cipher now, and when too many are kept lets all others go: to make one costs half a
// microsecond.
func (r *Ring) keep(k *Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.warm) == keptCiphers {
		for _, other := range r.warm {
			other.cipher.Store(nil)
		}
		r.warm = r.warm[:0]
	}
	r.warm = append(r.warm, k)
}
