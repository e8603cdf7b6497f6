package jetstream

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events"
	"ettervern/events/proof"
)

const (
	readAhead = 5000            // messages asked for at once: a third of the speed is lost with few
	chunkSize = 128             // messages decoded by one worker at a time
	heartbeat = 5 * time.Second // of a server that has nothing to send; two are missed before another is asked
)

// Follow brings every durable entry after sequence after to apply, in order, and goes on with new ones until the
// context ends or apply returns an error. It demands that sequences are gapless: JetStream can drop a damaged record
// without a word, and then Follow ends with ErrBroken.
func (l *Ledger) Follow(ctx context.Context, after uint64, apply func(events.Entry) error) error {
	return l.follow(ctx, after, false, func(e events.Entry, _ proof.Hash) error { return apply(e) })
}

// follow is Follow that also brings each entry's leaf in the Merkle tree, when that is asked for.
func (l *Ledger) follow(ctx context.Context, after uint64, hashed bool, apply func(events.Entry, proof.Hash) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	consumer, err := l.js.OrderedConsumer(ctx, l.names.entries, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: after + 1,
	})
	if err != nil {
		return fmt.Errorf("follow the stream: %w", err)
	}
	f := &follower{ledger: l, previous: after, hashed: hashed, ordered: make(chan *chunk, 2*runtime.GOMAXPROCS(0))}
	reading, err := consumer.Consume(func(m jetstream.Msg) { f.take(ctx, m, cancel) }, jetstream.PullMaxMessages(readAhead), jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		return fmt.Errorf("follow the stream: %w", err)
	}
	cancel(f.apply(ctx, apply))
	reading.Stop()
	<-reading.Closed()
	return context.Cause(ctx)
}

// follower checks messages as they come, decodes them a chunk at a time beside one another, and applies them in order.
type follower struct {
	ledger   *Ledger
	hashed   bool   // leaves are wanted
	previous uint64 // the sequence of the message before; the consumer's goroutine's
	filling  *chunk // likewise
	ordered  chan *chunk
}

// chunk is some consecutive messages. Its entries may be read when done is closed.
type chunk struct {
	messages []jetstream.Msg
	first    uint64 // sequence
	entries  []events.Entry
	leaves   []proof.Hash // of the entries, or as many zeros
	err      error
	done     chan struct{}
}

// take checks one message's place and sends its chunk on when that is full, or nothing more is waiting.
func (f *follower) take(ctx context.Context, m jetstream.Msg, fail context.CancelCauseFunc) {
	meta, err := m.Metadata()
	if err != nil {
		fail(fmt.Errorf("%w: %w", ErrBroken, err))
		return
	}
	if meta.Sequence.Stream != f.previous+1 {
		fail(fmt.Errorf("%w: the entry at sequence %d is lost: what comes next is at %d", ErrBroken, f.previous+1, meta.Sequence.Stream))
		return
	}
	f.previous++
	if f.filling == nil {
		f.filling = &chunk{first: f.previous, messages: make([]jetstream.Msg, 0, chunkSize), done: make(chan struct{})}
	}
	f.filling.messages = append(f.filling.messages, m)
	if len(f.filling.messages) < chunkSize && meta.NumPending > 0 {
		return
	}
	go f.filling.decode(&opener{ledger: f.ledger}, f.hashed)
	select {
	case f.ordered <- f.filling:
	case <-ctx.Done():
	}
	f.filling = nil
}

func (c *chunk) decode(o *opener, hashed bool) {
	defer close(c.done)
	c.entries, c.leaves = make([]events.Entry, len(c.messages)), make([]proof.Hash, len(c.messages))
	for i, m := range c.messages {
		if hashed {
			c.leaves[i] = proof.Leaf(m.Data())
		}
		if c.entries[i], c.err = o.entry(c.first+uint64(i), stored{m.Subject(), m.Data()}); c.err != nil {
			c.entries, c.err = c.entries[:i], fmt.Errorf("%w: %w", ErrBroken, c.err)
			return
		}
	}
}

// apply applies the chunks in order, each entry when it is durable.
func (f *follower) apply(ctx context.Context, apply func(events.Entry, proof.Hash) error) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case c := <-f.ordered:
			<-c.done
			for i, e := range c.entries {
				if err := f.ledger.durable.wait(ctx, e.Sequence); err != nil {
					return err
				}
				if err := apply(e, c.leaves[i]); err != nil {
					return err
				}
			}
			if c.err != nil {
				return c.err
			}
		}
	}
}
