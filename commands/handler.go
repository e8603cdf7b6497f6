package commands

import (
	"context"
	"errors"
	"time"

	"ettervern/events"
)

// Log is what the Handler needs of the ledger.
type Log interface {
	// Append stores the entry after the one at sequence after in its entity's history, 0 for none, and returns it as
	// stored when it is durable. events.ErrConflict: the history is longer. events.ErrOutcomeUnknown: it may be stored.
	// events.ErrUnavailable: it is not.
	Append(ctx context.Context, entry events.Entry, after uint64) (events.Entry, error)
	// History reads an entity's durable entries in order.
	History(ctx context.Context, entity events.Entity) ([]events.Entry, error)
	// At reads the durable entry at a sequence, or events.ErrNotFound.
	At(ctx context.Context, sequence uint64) (events.Entry, error)
}

// Handler is the one path by which events come into the ledger, whatever the door. It is safe for concurrent use.
type Handler struct {
	log    Log
	states *States
	now    func() time.Time
	queue  queue
}

// NewHandler records in log; states must be a view of the same log, and have caught up before the first event.
func NewHandler(log Log, states *States, now func() time.Time) *Handler {
	return &Handler{log: log, states: states, now: now, queue: queue{last: map[events.Entity]*turn{}}}
}

// Record records one CloudEvent in structured JSON. The receipt says what became of it; it is given only after
// what it says is durable.
func (h *Handler) Record(ctx context.Context, raw []byte, actor string) Receipt {
	submission, err := events.ReadSubmission(raw)
	if err != nil {
		return refused(submission, err)
	}
	return h.record(ctx, h.newRun(submission, actor))[0]
}

// RecordAfter is Record on the condition that the entity's history has exactly number entries (If-Match).
// Otherwise the receipt's error is events.ErrConflict.
func (h *Handler) RecordAfter(ctx context.Context, raw []byte, actor string, number uint64) Receipt {
	submission, err := events.ReadSubmission(raw)
	if err != nil {
		return refused(submission, err)
	}
	r := h.newRun(submission, actor)
	r.expected = &number
	return h.record(ctx, r)[0]
}

// RecordAtomic records a batch about one entity as one entry, or nothing of it.
func (h *Handler) RecordAtomic(ctx context.Context, raws [][]byte, actor string) []Receipt {
	receipts := make([]Receipt, len(raws))
	all := run{actor: actor, atomic: true}
	failed, fits := false, fitOneEntry(raws)
	for i, raw := range raws {
		submission, err := events.ReadSubmission(raw)
		if err == nil && (!fits || len(all.submissions) > 0 && !together(submission.Entity, all.submissions[0].Entity)) {
			err = notTogether
		}
		if receipts[i] = refused(submission, err); err != nil {
			failed = true
			continue
		}
		all.submissions = append(all.submissions, submission)
	}
	if failed {
		return refuseRest(receipts)
	}
	if len(raws) == 0 {
		return receipts
	}
	all.turn = h.queue.join(all.submissions[0].Entity)
	return h.record(ctx, all)
}

func fitOneEntry(raws [][]byte) bool {
	size := 0
	for _, raw := range raws {
		size += len(raw)
	}
	return len(raws) <= events.MaxEntryEvents && size <= maxRunBytes
}

func refuseRest(receipts []Receipt) []Receipt {
	for i := range receipts {
		if receipts[i].Err == nil {
			receipts[i].Status, receipts[i].Err = Refused, othersRefused
		}
	}
	return receipts
}

// Receipts tells which of a source's ids the ledger has: the receipt of each in order, Unknown for the others.
func (h *Handler) Receipts(ctx context.Context, source string, ids []string) ([]Receipt, error) {
	receipts := make([]Receipt, len(ids))
	for i, id := range ids {
		receipts[i] = Receipt{ID: id, Source: source, Status: Unknown}
		_, entry, err := h.first(ctx, source, id)
		switch {
		case errors.Is(err, events.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			receipts[i] = receiptOf(Recorded, id, source, entry)
		}
	}
	return receipts, nil
}

// first is the event recorded under this source and id, with its entry, or events.ErrNotFound.
func (h *Handler) first(ctx context.Context, source, id string) (events.Submission, events.Entry, error) {
	sequence := h.states.Find(source, id)
	if sequence == 0 {
		return events.Submission{}, events.Entry{}, events.ErrNotFound
	}
	entry, err := h.log.At(ctx, sequence)
	if err != nil {
		return events.Submission{}, entry, err
	}
	for _, o := range entry.Events {
		if o.ID == id && o.Source == source {
			return events.Submission{Entity: entry.Entity, Occurrence: o}, entry, nil
		}
	}
	return events.Submission{}, entry, events.ErrNotFound // another id with the same hash
}

func receiptOf(status Status, id, source string, e events.Entry) Receipt {
	return Receipt{ID: id, Source: source, Status: status, Sequence: e.Sequence, Number: e.Number, Recorded: e.Recorded}
}

// refused is the receipt of an event that was not recorded, or of which nobody knows.
func refused(s events.Submission, err error) Receipt {
	status := Refused
	if errors.Is(err, events.ErrOutcomeUnknown) {
		status = OutcomeUnknown
	}
	return Receipt{ID: s.ID, Source: s.Source, Status: status, Err: err}
}
