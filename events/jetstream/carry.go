package jetstream

import (
	"context"
	"errors"
	"fmt"

	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/events/vault"
)

// ErrNotCarried: entries are carried over from a plain ledger into a sealed one that holds nothing.
var ErrNotCarried = errors.New("entries are carried over from a ledger in plain into a new, sealed one")

// CarryOver fills this ledger, new and sealed, with the entries of a plain one, each with its number, recorded time, actor and
// sequence, and closes it. Whoever opens it compares everything with the tree that was made on the way. After an error, or
// a crash, what was filled is of no use: begin with a new directory. told, where it is not nil, is called now and then with how
// many entries are over.
//
// The other ledger is read and left as it is. Its checkpoints are not this one's: the leaves are others.
func (l *Ledger) CarryOver(ctx context.Context, from *Ledger, told func(entries uint64)) error {
	if !l.sealed || from.sealed || l.opened > 0 {
		return ErrNotCarried
	}
	if err := errors.Join(l.compared.wait(ctx, 1), from.applied.wait(ctx, from.Durable())); err != nil {
		return err
	}
	l.writer.close() // nobody else writes from now on
	if l.Durable() > 0 {
		return ErrNotCarried
	}
	c := carrier{writer: l.writer, last: map[events.Entity]uint64{}}
	total := from.Durable()
	err := from.followTo(ctx, total, func(e events.Entry, _ proof.Hash) error {
		if c.batch = append(c.batch, e); len(c.batch) < maxGroup && e.Sequence < total {
			return nil
		}
		if err := c.flush(); err != nil {
			return err
		}
		if told != nil {
			told(e.Sequence)
		}
		return nil
	})
	return errors.Join(err, l.Close(ctx))
}

// carrier is the writer in the hands of CarryOver. Sequences are known before, so that a batch may hold several entries of
// an entity.
type carrier struct {
	writer *writer
	last   map[events.Entity]uint64 // the sequence of each entity's last entry
	batch  []events.Entry
}

// flush stores the batch.
func (c *carrier) flush() error {
	w, all := c.writer, make([]*pending, len(c.batch))
	w.acks.begin(len(all))
	for i, e := range c.batch {
		body := events.Encode(e)
		if err := events.Check(e, body); err != nil {
			return fmt.Errorf("sequence %d: %w", e.Sequence, err)
		}
		all[i] = &pending{entry: e, after: c.last[e.Entity], body: vault.Pad(body)}
		c.last[e.Entity] = e.Sequence
		all[i].entry.Sequence = 0
		stored, err := w.seal(all[i])
		if err == nil {
			err = w.acks.publish(i, all[i], stored, false)
		}
		if err != nil {
			return fmt.Errorf("sequence %d: %w", e.Sequence, err)
		}
		all[i].leaf = proof.Leaf(stored)
	}
	w.collect(all)
	for i, p := range all {
		if p.err == nil && p.entry.Sequence != c.batch[i].Sequence {
			p.err = ErrNotCarried // another wrote here
		}
		if p.err != nil {
			return fmt.Errorf("sequence %d: %w", c.batch[i].Sequence, p.err)
		}
	}
	upTo := c.batch[len(c.batch)-1].Sequence
	c.batch = c.batch[:0]
	w.barrier.Lock()
	defer w.barrier.Unlock()
	if err := w.harden(upTo, all); err != nil {
		return err
	}
	w.ledger.durable.advance(upTo)
	return nil
}
