package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events"
	"ettervern/events/proof"
)

// What the server says in the place of an acknowledgement.
const (
	wrongLastSequence         jetstream.ErrorCode = 10071 // the subject's last sequence is not the expected one
	wrongLastSequenceReplicas jetstream.ErrorCode = 10164 // the same, of replicas
	noRoom                    jetstream.ErrorCode = 10023 // looked at before anything is stored
)

// leaderTries is how often an entry is offered to remote servers that have no leader at the time, leaderWait between.
const leaderTries = 10

// send publishes a group and awaits every acknowledgement. After it each entry has its sequence or its error. Nothing is
// sent after a failure that only a start can mend.
func (w *writer) send(g *group) {
	if len(g.entries) > 0 {
		_ = w.ledger.compared.wait(context.Background(), 1) // else the gate of what is durable tells why
	}
	_, err := w.ledger.durable.now()
	switch {
	case len(g.entries) == 0:
	case err != nil:
		failAll(g.entries, err)
	case w.failed != nil:
		failAll(g.entries, fmt.Errorf("%w: %w", events.ErrUnavailable, w.failed))
	case w.fence != nil:
		w.exchangeFenced(g.entries)
	default:
		w.exchange(g.entries, 1)
	}
	g.failed = w.failed
}

// exchange publishes a batch and awaits the acknowledgements. What nobody has heard is offered again, so often.
func (w *writer) exchange(batch []*pending, tries int) {
	for _, p := range batch {
		p.entry.Sequence = 0
		if p.err = w.settle(p.entry.Entity, p.after); p.err == nil && w.fence != nil {
			p.end = w.fence.next()
		}
	}
	if _, err := w.ledger.durable.now(); err != nil { // a barrier failed while looking: nothing is sent any more
		failAll(batch, err)
		return
	}
	for try := range tries {
		if try > 0 {
			_ = pause(context.Background()) // which does not end
		}
		w.acks.begin(len(batch))
		for i, p := range batch {
			if p.missing() {
				p.err = w.publish(i, p)
			}
		}
		if w.collect(batch) == 0 {
			return
		}
	}
	w.reject(batch, nats.ErrNoResponders)
}

// missing tells whether nothing is known yet of an entry that is to be stored.
func (p *pending) missing() bool { return p.err == nil && p.entry.Sequence == 0 }

// publish stamps and sends one entry, without waiting for the acknowledgement.
func (w *writer) publish(i int, p *pending) error {
	p.entry.Recorded = w.stamp()
	events.Stamp(p.body, p.entry.Recorded)
	body, err := w.seal(p)
	if err != nil {
		return err
	}
	if err := w.acks.publish(i, p, body, w.fence != nil); err != nil {
		return w.rejected(p.entry.Entity, err)
	}
	if w.ledger.tree != nil {
		p.leaf = proof.Leaf(body) // while the server is at work
	}
	return nil
}

// collect takes what the server says of each entry of a batch. It is how many it did not hear of.
func (w *writer) collect(batch []*pending) (unheard int) {
	deadline := time.NewTimer(w.ledger.config.AckWait)
	defer deadline.Stop()
	missing := 0
	for _, p := range batch {
		if p.missing() {
			missing++
		}
	}
	for missing > unheard {
		select {
		case m := <-w.acks.arrived:
			i, ok := w.acks.index(m)
			if !ok || !batch[i].missing() {
				continue
			}
			if w.answered(batch[i], m) {
				missing--
			} else {
				unheard++
			}
		case <-deadline.C:
			w.reject(batch, context.DeadlineExceeded)
			return 0
		}
	}
	return unheard
}

// answered takes what came back for one entry. It is false when no server has heard of it.
func (w *writer) answered(p *pending, m *nats.Msg) bool {
	sequence, err := w.acks.read(m)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return false
	case err != nil:
		p.err = w.rejected(p.entry.Entity, err)
	default:
		p.entry.Sequence, w.acked = sequence, max(w.acked, sequence)
	}
	return true
}

// reject gives up on what is missing of a batch.
func (w *writer) reject(batch []*pending, err error) {
	for _, p := range batch {
		if p.missing() {
			p.err = w.rejected(p.entry.Entity, err)
		}
	}
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
	if last > w.ledger.Durable() {
		if err := w.letOut(last); err != nil {
			return events.ErrOutcomeUnknown
		}
	}
	delete(w.unsure, entity)
	if last != after {
		return events.ErrConflict
	}
	return nil
}
