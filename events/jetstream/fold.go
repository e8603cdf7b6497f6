package jetstream

import (
	"context"
	"errors"
	"fmt"

	"ettervern/events"
)

// commit is what the writer is done with: entries of its own, in order, those without an error durable; or all that the
// stream holds up to a sequence.
type commit struct {
	entries []*pending
	upTo    uint64
}

// answer tells those who wait for the entries.
func (c commit) answer() {
	for _, p := range c.entries {
		p.answer <- struct{}{}
	}
}

// fold brings every durable entry to the index and the views, in order: first what the stream held at the start, then
// what the writer commits. It takes the writer's own entries as they are, for they were found to read back equal, and
// reads from the stream only what the writer does not have. Who recorded them is answered after that: the views show
// already what is decided next. It ends when the writer has.
func (l *Ledger) fold(ctx context.Context) error {
	if err := l.recall(ctx); err != nil {
		return err
	}
	for c := range l.commits {
		if err := l.show(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// show brings a commit to the views, and answers for each entry when they have it, or will not: its emitter need not wait
// for the others.
func (l *Ledger) show(ctx context.Context, c commit) (err error) {
	for _, p := range c.entries {
		if err == nil && p.err == nil {
			err = l.showEntry(ctx, p.entry)
		}
		p.answer <- struct{}{}
	}
	if err == nil {
		err = l.catchUp(ctx, c.upTo)
	}
	return err
}

func (l *Ledger) showEntry(ctx context.Context, e events.Entry) error {
	if err := l.catchUp(ctx, e.Sequence-1); err != nil {
		return err
	}
	return l.apply(e)
}

var errCaughtUp = errors.New("caught up")

// catchUp folds from the stream up to a sequence; most often there is nothing to do.
func (l *Ledger) catchUp(ctx context.Context, upTo uint64) error {
	if l.Applied() >= upTo {
		return nil
	}
	for {
		err := l.Follow(ctx, l.Applied(), func(e events.Entry) error {
			if err := l.apply(e); err != nil {
				return err
			}
			if e.Sequence == upTo {
				return errCaughtUp
			}
			return nil
		})
		switch {
		case errors.Is(err, errCaughtUp):
			return nil
		case !l.passes(err):
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

func (l *Ledger) apply(e events.Entry) error {
	if applied := l.Applied(); e.Sequence <= applied {
		return nil
	}
	if !l.index.add(e) {
		return fmt.Errorf("%w: at sequence %d the entity's number is %d", ErrBroken, e.Sequence, e.Number)
	}
	if e.Recorded.Before(l.recorded) {
		return fmt.Errorf("%w: at sequence %d the recorded time goes back", ErrBroken, e.Sequence)
	}
	l.recorded = e.Recorded
	l.keys.note(e)
	if e.Sequence == l.opened {
		if err := l.keys.opened(); err != nil {
			return err
		}
	}
	for _, v := range l.config.Views {
		v.Apply(e)
	}
	l.applied.advance(e.Sequence)
	return nil
}
