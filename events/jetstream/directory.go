package jetstream

import (
	"maps"
	"slices"
	"sync"

	"ettervern/events"
	"ettervern/events/proof"
)

// tidyAt is how many changes may wait before they are put into the directory.
const tidyAt = 4096

// directory is the second tree: how many entries each entity has, and which is the last. Changes wait until a root is
// asked for, so that the writer need not, and a root can be that of what is durable though more has been published.
type directory struct {
	mu      sync.Mutex
	waiting []change                 // guarded by mu, ascending by sequence
	latest  map[events.Entity]change // likewise; instead of waiting while the whole stream is read: only the last counts

	turn sync.Mutex      // taken before mu; guards what follows
	tree proof.Directory // of the entries up to at
	at   uint64
}

// change is what an entry changes: the entity has so many entries, this leaf being that of the last.
type change struct {
	sequence uint64
	entity   events.Entity
	number   uint64
	leaf     proof.Hash
}

func (d *directory) add(c change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.latest != nil {
		d.latest[c.entity] = c
		return
	}
	d.waiting = append(d.waiting, c)
}

// recalled puts what the stream held at the start into the tree; from now on changes come one by one.
func (d *directory) recalled(last uint64) {
	d.rootAt(last)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.latest = nil
}

// tidy puts the changes up to a sequence into the tree when many wait: beside the writer, whom some milliseconds would hold up.
func (d *directory) tidy(upTo uint64) {
	d.mu.Lock()
	many := len(d.waiting) >= tidyAt
	d.mu.Unlock()
	if many && d.turn.TryLock() { // else somebody is about it
		go func() {
			defer d.turn.Unlock()
			d.advance(upTo)
		}()
	}
}

// rootAt is the root of the entries up to a sequence, which must not be less than any asked for before.
func (d *directory) rootAt(sequence uint64) proof.Hash {
	_, root := d.rootOf(func() state { return state{sequence: sequence} })
	return root
}

// rootOf is the root of the entries that are durable, as told when nothing can be put into the tree meanwhile.
func (d *directory) rootOf(durable func() state) (state, proof.Hash) {
	d.turn.Lock()
	defer d.turn.Unlock()
	s := durable()
	d.advance(s.sequence)
	return s, d.tree.Root()
}

func (d *directory) advance(upTo uint64) {
	for _, c := range d.take(upTo) {
		d.tree.Set(proof.Key(c.entity.String()), proof.Value(c.number, c.leaf))
	}
	d.at = max(d.at, upTo)
}

// take is the changes up to a sequence, which wait no longer.
func (d *directory) take(upTo uint64) []change {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.latest != nil {
		taken := slices.Collect(maps.Values(d.latest))
		clear(d.latest)
		return taken
	}
	n := 0
	for n < len(d.waiting) && d.waiting[n].sequence <= upTo {
		n++
	}
	taken := d.waiting[:n:n]
	d.waiting = append([]change(nil), d.waiting[n:]...)
	return taken
}

// paths is the ways of entities through the directory of the entries up to a sequence; false when it is no longer of these.
func (d *directory) paths(entities []events.Entity, at uint64) (paths []proof.Path, ok bool) {
	d.turn.Lock()
	defer d.turn.Unlock()
	if d.at != at {
		return nil, false
	}
	for _, e := range entities {
		paths = append(paths, d.tree.Path(proof.Key(e.String())))
	}
	return paths, true
}

// begin is the empty directory before the whole stream is read.
func (d *directory) begin() {
	d.turn.Lock()
	defer d.turn.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting, d.latest, d.tree, d.at = nil, map[events.Entity]change{}, proof.Directory{}, 0
}
