package jetstream

import (
	"errors"
	"fmt"

	"ettervern/events"
)

const (
	maxGroup      = 1024    // entries published before one barrier
	maxGroupBytes = 8 << 20 // and bytes
)

// group is entries that share a barrier: one of each entity, in the order in which they are published.
type group struct {
	entries []*pending
	events  int
	failed  error // what the server says is wrong with its store
}

func (g *group) room() bool {
	const typical = 640 // bytes of an event
	return len(g.entries) < maxGroup && g.events*typical < maxGroupBytes
}

func (g *group) add(p *pending) {
	g.entries = append(g.entries, p)
	g.events += len(p.entry.Events)
}

// highest is the last sequence that was acknowledged, 0 for none.
func (g *group) highest() uint64 {
	highest := uint64(0)
	for _, p := range g.entries {
		if p.err == nil {
			highest = max(highest, p.entry.Sequence)
		}
	}
	return highest
}

// commit makes a group durable and hands it on to be shown, and then answered.
//
// If we crash before the barrier returns, nobody was told anything: what was stored all the same is found by its
// source and id when it is sent again. If the barrier fails, nobody knows what is on disk: everything published is
// unknown, and the writer stops until a start has looked at the store again.
//
// If the server could not write an entry it says nothing, and writes no more: that entry is unknown, those before it
// stand, and the writer stops likewise.
func (w *writer) commit(g *group) {
	if highest := g.highest(); highest > 0 {
		if err := w.makeDurable(highest, g.entries); err != nil {
			failAll(g.entries, events.ErrOutcomeUnknown)
		}
	}
	if g.failed != nil {
		w.ledger.fail(g.failed)
	}
	w.waiting.Add(-int64(len(g.entries)))
	w.ledger.commits <- commit{entries: g.entries}
}

// makeDurable makes one barrier for everything up to a sequence, of which entries are those that the writer has at hand,
// which it then counts as. After one barrier has failed no other is made: it would not tell of the same error again.
func (w *writer) makeDurable(upTo uint64, entries []*pending) error {
	w.barrier.Lock()
	defer w.barrier.Unlock()
	if _, err := w.ledger.durable.now(); err != nil {
		return err
	}
	if err := w.harden(upTo, entries); err != nil {
		if w.ledger.config.Remote == nil || !errors.Is(err, events.ErrUnavailable) { // else it is read back with the next group
			w.ledger.fail(err)
		}
		return err
	}
	w.ledger.durable.advance(upTo)
	w.ledger.full.Store(false)
	return nil
}

// harden puts what was published into the tree, writes sequence and root down, and makes all of it durable.
//
// If we crash before the barrier returns, the head may be ahead of the stream, unconfirmed; a start takes that for what
// it is.
func (w *writer) harden(upTo uint64, entries []*pending) error {
	l := w.ledger
	if l.tree == nil {
		return l.barrier()
	}
	for _, p := range entries {
		if p.err != nil || p.entry.Sequence <= l.tree.edge.Size() {
			continue
		}
		if err := l.grow(p.entry.Sequence - 1); err != nil {
			return err
		}
		l.tree.add(p.entry, p.leaf)
	}
	if err := l.grow(upTo); err != nil {
		return err
	}
	if err := l.tree.publish(); err != nil {
		return err
	}
	if err := l.barrier(); err != nil {
		return err
	}
	return l.tree.confirm()
}

// letOut makes durable, and lets be shown, what others or a lost acknowledgement left in the stream up to a sequence.
func (w *writer) letOut(upTo uint64) error {
	err := w.makeDurable(upTo, nil)
	if err == nil {
		w.ledger.commits <- commit{upTo: upTo}
	}
	return err
}

// flushHashes writes down the hashes of everything durable.
func (w *writer) flushHashes() error {
	w.barrier.Lock()
	defer w.barrier.Unlock()
	return w.ledger.tree.tiles.flush()
}

func (l *Ledger) barrier() error {
	if err := l.config.Barrier(); err != nil {
		return fmt.Errorf("the durability barrier failed: %w", err)
	}
	return nil
}

// failAll gives the error to every entry that was not refused for a reason of its own.
func failAll(entries []*pending, err error) {
	for _, p := range entries {
		if p.err == nil {
			p.err = err
		}
	}
}
