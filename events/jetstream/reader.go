package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/nats-io/nats.go"

	"ettervern/events"
)

// index is where each entity's entries lie. It is folded from the stream.
type index struct {
	mu        *sync.RWMutex
	sequences map[events.Entity]*[]uint64 // guarded by mu
}

func newIndex() index { return index{new(sync.RWMutex), map[events.Entity]*[]uint64{}} }

// add takes the next entry; it is false when its number is not one more than that of the entity's entry before.
func (i index) add(e events.Entry) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	known := i.sequences[e.Entity]
	if known == nil {
		known = new([]uint64)
	}
	if e.Number != uint64(len(*known))+1 {
		return false
	}
	if *known = append(*known, e.Sequence); e.Number == 1 {
		i.sequences[e.Entity] = known
	}
	return true
}

func (i index) of(entity events.Entity) []uint64 {
	i.mu.RLock()
	defer i.mu.RUnlock()
	if known := i.sequences[entity]; known != nil {
		return *known
	}
	return nil
}

// History reads an entity's durable entries in order; none is an empty history. It shows what was durable when it was
// asked, and fails with ErrBroken when an entry is missing, or ErrClosed.
func (l *Ledger) History(ctx context.Context, entity events.Entity) ([]events.Entry, error) {
	if err := l.applied.wait(ctx, l.Durable()); err != nil {
		return nil, err
	}
	return readAll(ctx, l, l.index.of(entity), (&opener{ledger: l}).entry)
}

// At reads the durable entry at a sequence, or events.ErrNotFound.
func (l *Ledger) At(ctx context.Context, sequence uint64) (events.Entry, error) {
	if sequence == 0 || sequence > l.Durable() {
		return events.Entry{}, events.ErrNotFound
	}
	return l.read(ctx, sequence)
}

func (l *Ledger) read(ctx context.Context, sequence uint64) (events.Entry, error) {
	entries, err := readAll(ctx, l, []uint64{sequence}, (&opener{ledger: l}).entry)
	if err != nil {
		return events.Entry{}, err
	}
	return entries[0], nil
}

// stored is a message as it lies in the stream.
type stored struct {
	subject string
	body    []byte
}

// readBody is a message's bytes.
func readBody(_ uint64, m stored) ([]byte, error) { return m.body, nil }

// readAll reads messages by their sequences, each as read makes it. A cluster's leader that has just been chosen may lag
// behind what is known; it is asked again for a while.
func readAll[T any](ctx context.Context, l *Ledger, sequences []uint64, read func(uint64, stored) (T, error)) ([]T, error) {
	if len(sequences) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, l.config.AckWait, events.ErrUnavailable)
	defer cancel()
	for {
		all, err := readOnce(ctx, l, sequences, read)
		if l.config.Remote == nil || !errors.Is(err, ErrBroken) || pause(ctx) != nil {
			return all, err
		}
	}
}

// readOnce sends all requests before it awaits the first answer, for each round trip costs more than the read.
func readOnce[T any](ctx context.Context, l *Ledger, sequences []uint64, read func(uint64, stored) (T, error)) ([]T, error) {
	if len(sequences) == 1 { // a subscription costs more than all of a short read
		return readOne(ctx, l, sequences[0], read)
	}
	inbox := l.conn.NewInbox()
	answers, err := l.conn.SubscribeSync(inbox + ".*")
	if err != nil {
		return nil, l.unread(err)
	}
	defer func() { _ = answers.Unsubscribe() }() // the connection is closing when it fails
	for i, sequence := range sequences {
		if err := l.conn.PublishRequest(l.get.subject, inbox+"."+strconv.Itoa(i), bySequence(sequence)); err != nil {
			return nil, l.unread(err)
		}
	}
	all := make([]T, len(sequences))
	for range sequences {
		answer, err := answers.NextMsgWithContext(ctx)
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return nil, l.unread(err)
		}
		i, err := strconv.Atoi(answer.Subject[len(inbox)+1:])
		if err != nil || i >= len(all) {
			return nil, errors.New("read entries: an answer to nothing")
		}
		m, err := l.get.open(answer, sequences[i])
		if err != nil {
			return nil, err
		}
		if all[i], err = read(sequences[i], m); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// bySequence asks for a message (JetStream API, STREAM.MSG.GET).
func bySequence(sequence uint64) []byte {
	return append(strconv.AppendUint([]byte(`{"seq":`), sequence, 10), '}')
}

func readOne[T any](ctx context.Context, l *Ledger, sequence uint64, read func(uint64, stored) (T, error)) ([]T, error) {
	answer, err := l.conn.RequestWithContext(ctx, l.get.subject, bySequence(sequence))
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, l.unread(err)
	}
	m, err := l.get.open(answer, sequence)
	if err != nil {
		return nil, err
	}
	one, err := read(sequence, m)
	return []T{one}, err
}

// unread is why entries could not be read.
func (l *Ledger) unread(err error) error {
	if l.conn.IsClosed() {
		return ErrClosed
	}
	if l.config.Remote != nil {
		return fmt.Errorf("%w: read entries: %w", events.ErrUnavailable, err)
	}
	return fmt.Errorf("read entries: %w", err)
}

func openAnswer(answer *nats.Msg, sequence uint64) (stored, error) {
	if answer.Header.Get("Nats-Sequence") != strconv.FormatUint(sequence, 10) {
		return stored{}, fmt.Errorf("%w: there is no entry at sequence %d", ErrBroken, sequence)
	}
	return stored{answer.Header.Get("Nats-Subject"), answer.Data}, nil
}
