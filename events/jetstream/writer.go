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

// writer is the ledger's one writer. It publishes what is waiting, awaits every acknowledgement, and makes one barrier;
// only then are those who recorded it answered.
type writer struct {
	ledger  *Ledger
	queue   chan *pending
	mu      sync.RWMutex // held for reading while an entry is put into the queue
	closed  bool         // guarded by mu
	waiting atomic.Int64 // entries from when they are put into the queue until their barrier
	barrier sync.Mutex   // held while a barrier is made; whoever holds it has the tree
	done    chan struct{}

	// Its goroutine's own.
	in     <-chan *pending        // the queue, until it is empty for good
	group  map[events.Entity]bool // whom the group is about
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
	answer chan struct{} // takes one when entry.Sequence or err is set for good
}

func newWriter(l *Ledger, last time.Time) (*writer, error) {
	acks, err := newAcks(l.conn, l.names.entries)
	if err != nil {
		return nil, err
	}
	w := &writer{
		ledger: l, queue: make(chan *pending, maxGroup), done: make(chan struct{}),
		acks: acks, last: last, unsure: map[events.Entity]bool{}, group: map[events.Entity]bool{},
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
	p := idle.Get().(*pending)
	p.entry, p.after, p.body = entry, after, body
	if err := l.writer.put(ctx, p); err != nil {
		return events.Entry{}, err
	}
	<-p.answer
	entry, err = p.entry, p.err
	*p = pending{answer: p.answer}
	idle.Put(p)
	return entry, err
}

// idle holds what entries were on their way in, for others: who has sent the answer does not look at it any more.
var idle = sync.Pool{New: func() any { return &pending{answer: make(chan struct{}, 1)} }}

func (w *writer) put(ctx context.Context, p *pending) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrClosed
	}
	w.waiting.Add(1)
	select {
	case w.queue <- p:
		return nil
	case <-ctx.Done():
		w.waiting.Add(-1)
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

// run lets group after group go its way. What comes meanwhile waits for the next: sending while the disk is awaited gains
// nothing, for the server's writes then wait for the disk too.
func (w *writer) run() {
	defer close(w.done)
	defer close(w.ledger.commits)
	for w.in != nil || len(w.later) > 0 {
		g := w.gather()
		w.send(g)
		w.commit(g)
	}
}

// gather is a group of what is waiting. It waits for the first entry only.
func (w *writer) gather() *group {
	g, again := &group{}, w.later
	clear(w.group)
	w.later = nil
	for _, p := range again {
		w.sort(g, p)
	}
	if len(g.entries) == 0 {
		p, open := <-w.in
		w.take(g, p, open)
	}
	for g.room() {
		select {
		case p, open := <-w.in:
			w.take(g, p, open)
		default:
			return g
		}
	}
	return g
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
	if w.group[p.entry.Entity] || !g.room() {
		w.later = append(w.later, p)
		return
	}
	w.group[p.entry.Entity] = true
	g.add(p)
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
