package commands

import (
	"context"
	"errors"
	"fmt"

	"ettervern/events"
)

// run is one or more events about one entity that are decided one after the other and share an entry.
type run struct {
	submissions []events.Submission // at least one, all about one entity
	turn        *turn               // its place in the entity's line, taken in the order of arrival
	actor       string
	atomic      bool    // all or nothing
	operator    bool    // the ledger's operator records it, not an emitter
	fresh       bool    // none of the events is in the ledger, and none comes twice
	expected    *uint64 // how many entries the history must have, when the emitter says so
}

func (h *Handler) newRun(s events.Submission, actor string) run {
	return run{submissions: []events.Submission{s}, turn: h.queue.join(s.Entity), actor: actor}
}

// record decides a run on the entity's State and appends what is accepted. When the history turns out to be longer
// than known it is read again and everything is decided anew, until the context ends.
func (h *Handler) record(ctx context.Context, r run) []Receipt {
	defer r.turn.leave()
	if err := r.turn.wait(ctx); err != nil {
		return r.refuse(notInTime(err))
	}
	r.settle(h.states)
	claim, err := h.claim(ctx, r)
	if err != nil {
		return r.refuse(err)
	}
	r.fresh = claim.fresh
	receipts, err := h.untilKnown(ctx, r)
	h.states.release(claim, errors.Is(err, events.ErrOutcomeUnknown))
	return receipts
}

func notInTime(err error) error { return fmt.Errorf("%w: %w", events.ErrUnavailable, err) }

// claim takes hold of the run's ids, after other entities' decisions about any of them.
func (h *Handler) claim(ctx context.Context, r run) (*claim, error) {
	for {
		mine, others := h.states.claim(r.submissions[0].Entity, r.submissions)
		if others == nil {
			return mine, nil
		}
		select {
		case <-others.over:
			if others.unsure {
				return nil, idInFlight
			}
		case <-ctx.Done():
			return nil, notInTime(ctx.Err())
		}
	}
}

// untilKnown decides, and when it is not known what came of that, looks: the ledger reads the entity's last entry before
// it stores there again, so that deciding once more either finds the events recorded or records them.
func (h *Handler) untilKnown(ctx context.Context, r run) ([]Receipt, error) {
	receipts, err := h.untilDecided(ctx, r)
	if !errors.Is(err, events.ErrOutcomeUnknown) {
		return receipts, err
	}
	r.fresh = false
	found, failed := h.untilDecided(ctx, r)
	if failed != nil {
		return receipts, err
	}
	for i := range receipts {
		receipts[i] = receipts[i].settledBy(found[i])
	}
	return receipts, nil
}

// settledBy is the receipt after a second look: an event found as a duplicate of itself was recorded by this request.
func (r Receipt) settledBy(found Receipt) Receipt {
	var refusal *Refusal
	switch {
	case r.Status != OutcomeUnknown, found.Err != nil && !errors.As(found.Err, &refusal):
		return r
	case found.Status == Duplicate:
		found.Status = Recorded
	}
	return found
}

// untilDecided attempts until no other writer was quicker. The error is that of the last attempt.
func (h *Handler) untilDecided(ctx context.Context, r run) ([]Receipt, error) {
	for {
		receipts, err := h.attempt(ctx, r)
		if !errors.Is(err, events.ErrConflict) || r.expected != nil && h.states.Of(r.submissions[0].Entity).Number != *r.expected {
			return receipts, err
		}
		if ctx.Err() != nil || h.reload(ctx, r.submissions[0].Entity) != nil {
			return receipts, err
		}
		r.fresh = false // what others recorded may be one of them
	}
}

// together tells whether two events can share a run: of a retraction that names a UUID the kind is still open.
func together(a, b events.Entity) bool {
	return a.ID == b.ID && (a.Kind == b.Kind || a.Kind == "" || b.Kind == "")
}

// settle finds the entity of the run's retractions: a supervision that the ledger knows, or that the run is about, else a youth.
func (r run) settle(states *States) {
	entity := r.submissions[0].Entity
	for _, s := range r.submissions {
		if entity.Kind == "" {
			entity.Kind = s.Entity.Kind
		}
	}
	if entity.Kind == "" {
		entity.Kind = events.Supervision
		if states.Of(entity).Number == 0 {
			entity.Kind = events.Youth
		}
	}
	for i := range r.submissions {
		if r.submissions[i].Entity.Kind == "" {
			r.submissions[i].Entity.Kind = entity.Kind
		}
	}
}

func (r run) refuse(err error) []Receipt {
	receipts := make([]Receipt, len(r.submissions))
	for i, s := range r.submissions {
		receipts[i] = refused(s, err)
	}
	return receipts
}

// attempt decides once. The error is why it could not be stored; the receipts carry it already.
func (h *Handler) attempt(ctx context.Context, r run) ([]Receipt, error) {
	entity := r.submissions[0].Entity
	state := h.states.Of(entity)
	if r.expected != nil && state.Number != *r.expected {
		return h.unexpected(ctx, r)
	}
	permit, err := permitFor(ctx, entity, state.Sequence)
	if err != nil {
		return r.refuse(err), nil
	}
	receipts, accepted := h.decide(ctx, permit, state, r)
	if len(accepted) == 0 {
		return receipts, nil
	}
	entry, err := h.store(ctx, state, events.Entry{Entity: entity, Number: state.Number + 1, Actor: r.actor, Events: accepted})
	for i := range receipts {
		if receipts[i].Status != Recorded {
			continue
		}
		if err != nil {
			receipts[i] = refused(r.submissions[i], err)
		} else {
			receipts[i] = receiptOf(Recorded, receipts[i].ID, receipts[i].Source, entry)
		}
	}
	return receipts, err
}

// unexpected answers when the history has another number than the emitter says. An event that was recorded already is
// still a duplicate: most likely its first answer was lost (RFC 9110 § 13.1.1).
func (h *Handler) unexpected(ctx context.Context, r run) ([]Receipt, error) {
	if receipt, again := h.again(ctx, r.submissions[0]); again && receipt.Status == Duplicate {
		return []Receipt{receipt}, nil
	}
	return r.refuse(events.ErrConflict), events.ErrConflict
}

// store appends an entry that was decided on the state, and lets the next decision know it.
func (h *Handler) store(ctx context.Context, state State, entry events.Entry) (events.Entry, error) {
	stored, err := h.log.Append(ctx, entry, state.Sequence)
	if err == nil {
		h.states.Apply(stored)
	}
	return stored, err
}

// decide gives each event its receipt, Recorded for what is to be appended, and those events.
func (h *Handler) decide(ctx context.Context, permit permit, state State, r run) ([]Receipt, []events.Occurrence) {
	receipts := make([]Receipt, len(r.submissions))
	accepted := make([]events.Occurrence, 0, len(r.submissions))
	var same map[int]int // events that came twice in the run: the later → the earlier
	for i, s := range r.submissions {
		if earlier, twice := r.earlier(i); twice {
			if same == nil {
				same = map[int]int{}
			}
			same[i] = earlier
			continue
		}
		var took bool
		if receipts[i], took = h.decideOne(ctx, permit, state, s, &r); took {
			accepted = append(accepted, s.Occurrence)
			if i < len(r.submissions)-1 { // nobody is decided after the last
				state.add(s.Occurrence)
			}
		}
	}
	for later, earlier := range same {
		receipts[later] = r.twin(receipts[earlier], later, earlier)
	}
	if r.atomic && anyRefused(receipts) {
		return refuseAccepted(receipts), nil
	}
	return receipts, accepted
}

// decideOne is the receipt of an event by the state before it, Recorded when it is to be appended.
func (h *Handler) decideOne(ctx context.Context, permit permit, state State, s events.Submission, r *run) (receipt Receipt, take bool) {
	if err := permit.source(s); err != nil {
		return refused(s, err), false
	}
	if !r.fresh {
		if receipt, again := h.again(ctx, s); again {
			return receipt, false
		}
	}
	if err := permit.recording(state, s); err != nil {
		return refused(s, err), false
	}
	if err := (Record{s, h.now(), r.operator}).Decide(state); err != nil {
		return refused(s, err), false
	}
	return Receipt{ID: s.ID, Source: s.Source, Status: Recorded}, true
}

// earlier is the first event of the run with the same source and id as event i.
func (r *run) earlier(i int) (int, bool) {
	if r.fresh {
		return 0, false
	}
	for j := range i {
		if r.submissions[j].ID == r.submissions[i].ID && r.submissions[j].Source == r.submissions[i].Source {
			return j, true
		}
	}
	return 0, false
}

// twin is the receipt of an event that came twice in the run: that of the first, when they say the same.
func (r *run) twin(first Receipt, later, earlier int) Receipt {
	if first.Err == nil && !events.SameContent(r.submissions[later], r.submissions[earlier]) {
		return refused(r.submissions[later], idReused)
	}
	return first
}

func anyRefused(receipts []Receipt) bool {
	for _, r := range receipts {
		if r.Status == Refused {
			return true
		}
	}
	return false
}

func refuseAccepted(receipts []Receipt) []Receipt {
	for i := range receipts {
		if receipts[i].Status == Recorded {
			receipts[i].Status, receipts[i].Err = Refused, othersRefused
		}
	}
	return receipts
}

// again answers for an event whose source and id the ledger has: a duplicate, or a refusal where it says otherwise.
func (h *Handler) again(ctx context.Context, s events.Submission) (Receipt, bool) {
	first, entry, err := h.first(ctx, s.Source, s.ID)
	switch {
	case errors.Is(err, events.ErrNotFound):
		return Receipt{}, false
	case err != nil:
		return refused(s, err), true
	case !events.SameContent(first, s):
		return refused(s, idReused), true
	}
	return receiptOf(Duplicate, s.ID, s.Source, entry), true
}

// reload folds the entity's history as it is in the ledger.
func (h *Handler) reload(ctx context.Context, entity events.Entity) error {
	history, err := h.log.History(ctx, entity)
	if err != nil {
		return err
	}
	for _, e := range history {
		h.states.Apply(e)
	}
	return nil
}
