package jetstream

import (
	"context"
	"errors"
	"fmt"

	"ettervern/events"
	"ettervern/events/proof"
)

// recall folds what the stream held at the start, and demands that it is what was written down and signed of it. Until
// then nothing is written and nothing is signed.
func (l *Ledger) recall(ctx context.Context) error {
	if l.tree == nil {
		l.compared.advance(1)
		return l.catchUp(ctx, l.opened)
	}
	if err := l.tree.recalled.shorter(l.opened); err != nil {
		return err
	}
	err := l.followTo(ctx, l.opened, func(e events.Entry, leaf proof.Hash) error {
		if err := l.tree.recall(e, leaf); err != nil {
			return err
		}
		return l.apply(e)
	})
	if err == nil && l.tree.recalled.differs > 0 { // the stream is right: else a root would not be
		l.config.Log.Warn("the tiles are made anew", "sequence", l.tree.recalled.differs)
		l.tree.forget()
		err = l.followTo(ctx, l.opened, l.tree.recall)
	}
	if err == nil {
		err = l.tree.recallDone()
	}
	if err == nil {
		err = l.keys.opened() // of an empty ledger; of another again
	}
	if err == nil {
		err = l.askWitnesses(ctx)
	}
	if err == nil {
		l.compared.advance(1)
	}
	return err
}

// followTo is follow from the first entry to the last. When remote servers break off to choose a leader it goes on from
// where it was.
func (l *Ledger) followTo(ctx context.Context, last uint64, apply func(events.Entry, proof.Hash) error) error {
	for at := uint64(0); at < last; {
		var failed error
		err := l.follow(ctx, at, true, func(e events.Entry, leaf proof.Hash) error {
			if failed = apply(e, leaf); failed == nil && e.Sequence == last {
				failed = errCaughtUp
			}
			at = e.Sequence
			return failed
		})
		switch {
		case errors.Is(failed, errCaughtUp):
			return nil
		case failed != nil || !l.passes(err):
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// recalling is how the tree is made from the stream at a start: its hashes are compared with those in the tiles, its
// roots with those that were written down or signed.
type recalling struct {
	differs  uint64 // the first sequence at which the tiles and the stream differ; 0 for none
	expected []expectation
	agreed   uint64 // the highest sequence at which a root was found right
}

// expectation is a root that the stream must have had at a sequence, and who says so.
type expectation struct {
	state
	by        string
	directory proof.Hash // of the entities; zero where nothing is said of them
}

// recall puts the leaf of the next entry of the stream into the tree and compares. It fails with ErrBroken when the
// stream is not what it was.
func (t *tree) recall(e events.Entry, leaf proof.Hash) error {
	final, r := t.grow(e, leaf), t.recalled
	if r.differs == 0 && !t.tiles.recall(final) { // from here on the tiles stay as they are until it is known who is right
		r.differs = t.edge.Size()
	}
	if r.differs == 0 && t.tiles.many() {
		if err := t.tiles.flush(); err != nil {
			return err
		}
	}
	return r.check(t.edge.Size(), t.edge.Root, t.directory.rootAt)
}

// check compares the roots with those expected at this size.
func (r *recalling) check(size uint64, root func() proof.Hash, directoryAt func(uint64) proof.Hash) error {
	for _, e := range r.expected {
		if e.sequence != size {
			continue
		}
		if e.root != root() {
			return r.difference(e)
		}
		if e.directory != (proof.Hash{}) && e.directory != directoryAt(size) {
			return fmt.Errorf("%w: up to sequence %d its entities are not those that %s tells of", ErrBroken, size, e.by)
		}
		r.agreed = size
	}
	return nil
}

func (r *recalling) difference(e expectation) error {
	if r.differs > 0 {
		return fmt.Errorf("%w: from sequence %d on the stream is not what %s tells of it", ErrBroken, r.differs, e.by)
	}
	return fmt.Errorf("%w: between sequence %d and %d the stream is not what %s tells of it", ErrBroken, r.agreed+1, e.sequence, e.by)
}

// shorter is ErrBroken when the stream ends before what it must hold.
func (r *recalling) shorter(last uint64) error {
	for _, e := range r.expected {
		if e.sequence > last {
			return fmt.Errorf("%w: from sequence %d on entries are lost: %s tells of %d, the stream holds %d", ErrBroken, last+1, e.by, e.sequence, last)
		}
	}
	return nil
}

// forget begins the tree anew, to make the tiles from the stream.
func (t *tree) forget() {
	t.edge = proof.Edge{}
	t.tiles.forget()
	t.directory.begin()
	t.recalled = &recalling{}
}

// recallDone lets go of what lies in the tiles beyond the stream: hashes of entries that a power cut has taken before
// anyone was told of them.
func (t *tree) recallDone() error {
	if err := t.tiles.flush(); err != nil {
		return err
	}
	if err := t.tiles.cut(); err != nil {
		return err
	}
	t.recalled = nil
	t.directory.recalled(t.edge.Size())
	if err := t.publish(); err != nil {
		return err
	}
	return t.confirm()
}
