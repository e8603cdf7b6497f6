package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"ettervern/events"
)

// fence is where the stream ends, as the writer of a remote ledger knows it. Every entry names it as the last sequence
// it expects, beside the last one of its entity, so that the server stores nothing on top of what its writer has not
// seen. A writer that lost its lease without noticing, and a message of its that arrives late, can thus come before the
// next writer's first entry, but never after: decisions, recorded times and ids of events stay those of one writer.
//
// When the end is elsewhere, the writer proves its lease by renewing it before it looks where. What it finds then was
// written by itself, or by a writer before it; whatever was decided without knowing it is a conflict, to be decided again.
type fence struct {
	end  uint64 // the last sequence, when all that was sent is stored
	sure bool
}

// next is the end that the next message names, and then moves.
func (f *fence) next() uint64 {
	f.end++
	return f.end - 1
}

// exchangeFenced sends a batch when the stream's end is known. When one entry is not stored, those after it are
// conflicts, for they expected another end.
func (w *writer) exchangeFenced(batch []*pending) {
	grown, err := w.awaitEnd()
	if err == nil && grown {
		err = events.ErrConflict
	}
	if err != nil {
		failAll(batch, err)
		return
	}
	w.exchange(batch, leaderTries)
	w.fence.sure = !slices.ContainsFunc(batch, func(p *pending) bool { return p.err != nil })
}

// awaitEnd finds the stream's end, as long as an acknowledgement may take, and tells whether it lies beyond what was
// known. What only a new start can mend stops the ledger.
func (w *writer) awaitEnd() (grown bool, err error) {
	l := w.ledger
	ctx, cancel := context.WithTimeout(context.Background(), l.config.AckWait)
	defer cancel()
	for !w.fence.sure || !l.lease.valid() {
		if grown, err = w.findEnd(ctx); err == nil {
			break
		}
		if errors.Is(err, ErrLeaseTaken) || errors.Is(err, ErrLoosened) || errors.Is(err, ErrBroken) {
			l.fail(err)
		}
		if _, failed := l.durable.now(); failed != nil || pause(ctx) != nil {
			return false, fmt.Errorf("%w: %w", events.ErrUnavailable, err)
		}
	}
	return grown, nil
}

// findEnd proves that the lease is ours, and looks where the stream ends.
func (w *writer) findEnd(ctx context.Context) (grown bool, err error) {
	if err := w.ledger.lease.renew(ctx, w.ledger.claim()); err != nil {
		return false, err
	}
	info, err := w.ledger.checkStream(ctx)
	if err != nil {
		return false, err
	}
	end := info.State.LastSeq
	if grown = end > max(w.ledger.Durable(), w.acked); grown {
		if err := w.adopt(ctx, end); err != nil {
			return false, err
		}
	}
	w.fence = &fence{end: end, sure: true}
	return grown, nil
}

// adopt lets out what the stream holds beyond what was known, and goes on from its recorded time.
func (w *writer) adopt(ctx context.Context, end uint64) error {
	last, err := w.ledger.read(ctx, end)
	if err != nil {
		return err
	}
	if last.Recorded.After(w.last) {
		w.last = last.Recorded
	}
	return w.letOut(end)
}
