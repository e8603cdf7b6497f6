package jetstream

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/events/vault"
)

// writer is the ledger's one writer. It publishes what is waiting, awaits every acknowledgement, makes one barrier, and
// only then answers. Two goroutines share this, so that entries are sent while the disk is awaited for those before:
// the sender, and the committer, to whom it hands over group after group.
type writer struct {
	ledger  *Ledger
	queue   chan *pending
	mu      sync.RWMutex // held for reading while an entry is put into the queue
	closed  bool         // guarded by mu
	groups  chan *group  // to the committer
	waiting atomic.Int64 // entries in the sender's group, and in one that the committer has not begun with
	barrier sync.Mutex   // held while a barrier is made and what it made durable is let out; whoever holds it has the tree
	done    chan struct{}

	// The sender's own.
	in     <-chan *pending        // the queue, until it is empty for good
	later  []*pending             // entries of entities that are in the group already
	acks   *acks                  // of what is sent
	last   time.Time              // the recorded time of the last entry
	unsure map[events.Entity]bool // an acknowledgement did not come: look before publishing again
	failed error                  // what the server says is wrong with its store
	acked  uint64                 // the last sequence that was acknowledged
	fence  *fence                 // of a remote ledger; nil for an embedded one
	sealed []byte                 // the last entry as it is stored
}

// pending is an entry on its way.
type pending struct {
	entry  events.Entry
	after  uint64
	end    uint64     // of the whole stream, where it is to be stored behind; only for a remote ledger
	body   []byte     // before it is sealed; with a provisional recorded time until it is published
	leaf   proof.Hash // of what was published
	err    error
	answer chan struct{} // closed when entry.Sequence or err is set for good
}

func newWriter(l *Ledger, last time.Time) (*writer, error) {
	acks, err := newAcks(l.conn)
	if err != nil {
		return nil, err
	}
	w := &writer{
		ledger: l, queue: make(chan *pending, maxGroup), groups: make(chan *group), done: make(chan struct{}),
		acks: acks, last: last, unsure: map[events.Entity]bool{},
	}
	if l.lease != nil {
		w.fence = &fence{end: l.opened, sure: true}
	}
	w.in = w.queue
	go w.run()
	return w, nil
}

// Append stores the entry after the one at sequence after in its entity's history, 0 for none. It sets the recorded
// time; the number must be one more than that of the entry before. It returns the entry as stored when it is durable.
//
// events.ErrConflict: the history is longer, or others' entries were found: read it and decide again.
// events.ErrUnavailable: the ledger is closed or has stopped, its servers cannot be reached, or the context ended the
// wait for a place in the queue; nothing is stored. events.ErrOutcomeUnknown: it may be stored or not; the entity's
// history tells, when it can be read. What is in the queue is answered, whatever the context.
func (l *Ledger) Append(ctx context.Context, entry events.Entry, after uint64) (events.Entry, error) {
	body, err := l.encode(entry)
	if err != nil {
		return events.Entry{}, err
	}
	p := &pending{entry: entry, after: after, body: body, answer: make(chan struct{})}
	if err := l.writer.put(ctx, p); err != nil {
		return events.Entry{}, err
	}
	<-p.answer
	return p.entry, p.err
}

func (w *writer) put(ctx context.Context, p *pending) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrClosed
	}
	select {
	case w.queue <- p:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", events.ErrUnavailable, ctx.Err())
	}
}

// close takes no more entries and returns when those in the queue are answered.
func (w *writer) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	defer close(w.ledger.commits)
	var committer sync.WaitGroup
	committer.Go(func() {
		for g := range w.groups {
			w.commit(g)
		}
	})
	defer committer.Wait()
	defer close(w.groups)
	g := newGroup()
	for w.in != nil || len(w.later) > 0 || len(g.entries) > 0 {
		w.gather(g)
		w.send(g)
		if w.handOver(g) {
			g = newGroup()
		}
	}
}

// gather puts what is waiting into the group. It does not wait itself.
func (w *writer) gather(g *group) {
	again := w.later
	w.later = nil
	for _, p := range again {
		w.sort(g, p)
	}
	for g.room() {
		select {
		case p, open := <-w.in:
			w.take(g, p, open)
		default:
			return
		}
	}
}

func (w *writer) take(g *group, p *pending, open bool) {
	if open {
		w.sort(g, p)
	} else {
		w.in = nil
	}
}

// sort puts an entry into the group, or keeps it for a later one.
func (w *writer) sort(g *group, p *pending) {
	if g.entities[p.entry.Entity] || !g.room() {
		w.later = append(w.later, p)
		return
	}
	g.add(p)
	w.waiting.Add(1)
}

// handOver gives the group to the committer. As long as that is at its barrier, or the group is empty, it takes in one
// more entry instead.
func (w *writer) handOver(g *group) (handed bool) {
	groups, in := w.groups, w.in
	switch {
	case len(g.entries) > 0:
		if !g.room() {
			in = nil
		}
		select {
		case groups <- g:
			return true
		default:
		}
	case in == nil:
		return false
	default:
		groups = nil
	}
	select {
	case groups <- g:
		return true
	case p, open := <-in:
		w.take(g, p, open)
		return false
	}
}

// stamp is the time of recording: now, in whole microseconds, and never before the entry before.
func (w *writer) stamp() time.Time {
	if now := w.ledger.config.Now().UTC().Truncate(time.Microsecond); now.After(w.last) {
		w.last = now
	}
	return w.last
}

// encode is the entry as it will be stored, but for the recorded time, which the writer stamps. It refuses what would
// not read back equal: the stored bytes are the truth. This is done in the caller's goroutine, beside the writer.
func (l *Ledger) encode(entry events.Entry) ([]byte, error) {
	entry.Recorded = l.config.Now().UTC().Truncate(time.Microsecond)
	body := events.Encode(entry)
	if len(body) > maxMessage-4096 {
		return nil, fmt.Errorf("the entry is too large to store: %d bytes", len(body))
	}
	if err := events.Check(entry, body); err != nil {
		return nil, err
	}
	if l.keys != nil {
		body = vault.Pad(body)
	}
	return body, nil
}

// Waiting is how many entries are sent, or about to be, and wait for their barrier.
func (l *Ledger) Waiting() int { return int(l.writer.waiting.Load()) }
