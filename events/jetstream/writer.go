package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events"
)

const (
	maxGroup      = 1024    // entries published before one barrier
	maxGroupBytes = 8 << 20 // and bytes
)

// What the server says in the place of an acknowledgement.
const (
	wrongLastSequence         jetstream.ErrorCode = 10071 // the subject's last sequence is not the expected one
	wrongLastSequenceReplicas jetstream.ErrorCode = 10164 // the same, of replicas
	noRoom                    jetstream.ErrorCode = 10023 // looked at before anything is stored
)

// writer is the ledger's one writer: it publishes what is waiting, awaits every acknowledgement, makes one barrier,
// and only then answers. Everything below done is its own goroutine's.
type writer struct {
	ledger *Ledger
	queue  chan *pending
	mu     sync.RWMutex // held for reading while an entry is put into the queue
	closed bool         // guarded by mu
	done   chan struct{}

	last   time.Time              // the recorded time of the last entry
	later  []*pending             // entries of entities that are in the group already
	unsure map[events.Entity]bool // an acknowledgement did not come: look before publishing again
	failed error                  // what the server says is wrong with its store
	fence  *fence                 // of a remote ledger; nil for an embedded one
}

// pending is an entry on its way.
type pending struct {
	entry  events.Entry
	after  uint64
	body   []byte // with a provisional recorded time until it is published
	ack    jetstream.PubAckFuture
	err    error
	answer chan struct{} // closed when entry.Sequence or err is set for good
}

func newWriter(l *Ledger, last time.Time) *writer {
	w := &writer{ledger: l, queue: make(chan *pending, maxGroup), done: make(chan struct{}), last: last, unsure: map[events.Entity]bool{}}
	if l.lease != nil {
		w.fence = &fence{end: l.opened, sure: true}
	}
	go w.run()
	return w
}

// Append stores the entry after the one at sequence after in its entity's history, 0 for none. It sets the recorded
// time; the number must be one more than that of the entry before. It returns the entry as stored when it is durable.
//
// events.ErrConflict: the history is longer, or others' entries were found: read it and decide again.
// events.ErrUnavailable: the ledger is closed or has stopped, its servers cannot be reached, or the context ended the wait for a place in the queue; nothing is stored. events.ErrOutcomeUnknown: it may be stored or not; the
// entity's history tells, when it can be read. What is in the queue is answered, whatever the context.
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
	for group := w.gather(); group != nil; group = w.gather() {
		w.commit(group)
		for _, p := range group {
			close(p.answer)
		}
	}
}

// gather waits for an entry and takes what else is waiting, one entry of each entity. It is nil at the end.
func (w *writer) gather() []*pending {
	g := group{entities: map[events.Entity]bool{}}
	waiting := w.later
	w.later = nil
	for _, p := range waiting {
		w.sort(&g, p)
	}
	if len(g.entries) == 0 {
		p, open := <-w.queue
		if !open {
			return nil
		}
		w.sort(&g, p)
	}
	for g.room() {
		select {
		case p, open := <-w.queue:
			if !open {
				return g.entries
			}
			w.sort(&g, p)
		default:
			return g.entries
		}
	}
	return g.entries
}

type group struct {
	entries  []*pending
	entities map[events.Entity]bool
	events   int
}

func (g *group) room() bool {
	const typical = 640 // bytes of an event
	return len(g.entries) < maxGroup && g.events*typical < maxGroupBytes
}

// sort puts an entry into the group, or keeps it for a later one.
func (w *writer) sort(g *group, p *pending) {
	if g.entities[p.entry.Entity] || !g.room() {
		w.later = append(w.later, p)
		return
	}
	g.entities[p.entry.Entity] = true
	g.entries = append(g.entries, p)
	g.events += len(p.entry.Events)
}

// commit publishes a group and makes it durable. After it each entry has its sequence or its error.
//
// If we crash before the barrier returns, nobody was told anything: what was stored all the same is found by its
// source and id when it is sent again. If the barrier fails, nobody knows what is on disk: everything published is
// unknown, and the writer stops until a start has looked at the store again.
//
// If the server could not write an entry it says nothing, and writes no more: that entry is unknown, those before it
// stand, and the writer stops likewise.
func (w *writer) commit(group []*pending) {
	defer w.stopIfFailed()
	if _, err := w.ledger.durable.now(); err != nil {
		failAll(group, err)
		return
	}
	send := w.send
	if w.fence != nil {
		send = w.sendFenced
	}
	highest := send(group)
	if highest == 0 {
		return
	}
	if _, err := w.ledger.durable.now(); err != nil { // since settle's barrier failed: the next would not tell
		failAll(group, events.ErrOutcomeUnknown)
		return
	}
	if err := w.ledger.config.Barrier(); err != nil {
		w.ledger.fail(fmt.Errorf("the durability barrier failed: %w", err))
		failAll(group, events.ErrOutcomeUnknown)
		return
	}
	w.committed(highest, group)
}

// send publishes a group and is the highest sequence acknowledged, 0 for none.
func (w *writer) send(group []*pending) uint64 {
	for _, p := range group {
		w.publish(p)
	}
	return w.collect(group)
}

func (w *writer) stopIfFailed() {
	if w.failed != nil {
		w.ledger.fail(w.failed)
	}
}

// committed lets out what has become durable. It waits for the views when they are far behind, as in a start: deciding
// needs them.
func (w *writer) committed(upTo uint64, group []*pending) {
	c := commit{upTo: upTo, entries: make([]events.Entry, 0, len(group))}
	for _, p := range group {
		if p.err == nil {
			c.entries = append(c.entries, p.entry)
		}
	}
	w.ledger.durable.advance(upTo)
	w.ledger.full.Store(false)
	select {
	case w.ledger.commits <- c:
	case <-w.ledger.stopped:
	}
}

// failAll gives the error to every entry that was not refused for a reason of its own.
func failAll(group []*pending, err error) {
	for _, p := range group {
		if p.err == nil {
			p.err = err
		}
	}
}

// publish stamps, encodes and sends one entry, without waiting for the acknowledgement.
func (w *writer) publish(p *pending) {
	if p.err = w.settle(p.entry.Entity, p.after); p.err != nil {
		return
	}
	p.entry.Recorded = w.stamp()
	events.Stamp(p.body, p.entry.Recorded)
	message := &nats.Msg{Subject: subjectOf(p.entry.Entity), Data: p.body}
	options := []jetstream.PublishOpt{
		jetstream.WithExpectStream(streamName), jetstream.WithExpectLastSequencePerSubject(p.after), jetstream.WithRetryAttempts(0),
	}
	if w.fence != nil {
		options = append(options, w.fence.expect()...)
	}
	if p.ack, p.err = w.ledger.js.PublishMsgAsync(message, options...); p.err != nil {
		p.err = w.rejected(p.entry.Entity, p.err)
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
	return body, events.Check(entry, body)
}

// collect awaits every acknowledgement and is the highest sequence acknowledged, 0 for none.
func (w *writer) collect(group []*pending) uint64 {
	deadline := time.NewTimer(w.ledger.config.AckWait)
	defer deadline.Stop()
	highest := uint64(0)
	for _, p := range group {
		if p.err != nil {
			continue
		}
		select {
		case ack := <-p.ack.Ok():
			p.entry.Sequence = ack.Sequence
			highest = max(highest, ack.Sequence)
		case err := <-p.ack.Err():
			p.err = w.rejected(p.entry.Entity, err)
		case <-deadline.C:
			deadline.Reset(0)
			p.err = w.rejected(p.entry.Entity, context.DeadlineExceeded)
		}
	}
	return highest
}

// rejected is what an error instead of an acknowledgement means.
func (w *writer) rejected(entity events.Entity, err error) error {
	var api *jetstream.APIError
	w.unsure[entity] = true
	if !errors.As(err, &api) {
		w.failed = w.ledger.storeHealth()
		return fmt.Errorf("%w: %w", events.ErrOutcomeUnknown, err)
	}
	switch {
	case api.ErrorCode == wrongLastSequence, api.ErrorCode == wrongLastSequenceReplicas:
		return events.ErrConflict
	case api.ErrorCode == noRoom:
		w.ledger.full.Store(true)
		return fmt.Errorf("%w: %w", events.ErrUnavailable, ErrFull)
	case api.Code >= 400 && api.Code < 500:
		return fmt.Errorf("the server refused the entry: %w", err)
	}
	return fmt.Errorf("%w: %w", events.ErrOutcomeUnknown, err)
}

// settle looks at the last message of an entity whose last publish was not acknowledged. What is found there is made
// durable first, so that History shows it to whoever decides again.
func (w *writer) settle(entity events.Entity, after uint64) error {
	if !w.unsure[entity] {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), w.ledger.config.AckWait)
	defer cancel()
	last, err := w.ledger.lastOf(ctx, entity)
	if err != nil {
		return fmt.Errorf("%w: its last entry cannot be read: %w", events.ErrOutcomeUnknown, err)
	}
	if durable := w.ledger.Durable(); last > durable {
		if err := w.ledger.config.Barrier(); err != nil {
			w.ledger.fail(fmt.Errorf("the durability barrier failed: %w", err))
			return events.ErrOutcomeUnknown
		}
		w.committed(last, nil)
	}
	delete(w.unsure, entity)
	if last != after {
		return events.ErrConflict
	}
	return nil
}

// Waiting is how many entries are in the queue.
func (l *Ledger) Waiting() int { return len(l.writer.queue) }
