package commands

import (
	"context"
	"errors"

	"ettervern/events"
)

// Revision is what an importer makes of an entity's whole history: the events to add to it, in order. It is pure; when
// the history grows meanwhile it is asked again.
type Revision func(history []events.Entry) []events.Submission

// Revise records what the revision makes of the entity's history, and gives each event its receipt, in order. Each is
// decided as everywhere else, after those before it; what is refused is told and the rest stands. The history is not
// touched by anyone else between the revision and the recording.
//
// Up to events.MaxEntryEvents events become one entry, which is stored whole or not at all. More become several, in
// order: a crash between two leaves the first, and the revision of that history gives the rest.
//
// The error is why nothing could be decided. What was decided and could not be stored is told by the receipts.
func (h *Handler) Revise(ctx context.Context, entity events.Entity, actor string, revise Revision) ([]Receipt, error) {
	return h.revise(ctx, entity, revise, func(state State, accepted []events.Occurrence) ([]events.Entry, error) {
		return h.storeAll(ctx, events.Entry{Entity: entity, Actor: actor}, state, accepted)
	})
}

// Rehearse is Revise without recording anything: a receipt that says Recorded tells what Revise would record.
func (h *Handler) Rehearse(ctx context.Context, entity events.Entity, revise Revision) ([]Receipt, error) {
	return h.revise(ctx, entity, revise, func(_ State, accepted []events.Occurrence) (none []events.Entry, err error) {
		for len(accepted) > 0 {
			part := entryOf(accepted)
			none, accepted = append(none, events.Entry{Events: part}), accepted[len(part):]
		}
		return none, nil
	})
}

// storing is what becomes of the accepted events: the entries stored, in order, and why not all of them.
type storing func(State, []events.Occurrence) ([]events.Entry, error)

func (h *Handler) revise(ctx context.Context, entity events.Entity, revise Revision, store storing) ([]Receipt, error) {
	turn := h.queue.join(entity)
	defer turn.leave()
	if err := turn.wait(ctx); err != nil {
		return nil, err
	}
	for {
		history, state, err := h.whole(ctx, entity)
		if err != nil {
			return nil, err
		}
		permit, err := permitFor(ctx, entity, state.Sequence)
		if err == nil {
			err = permit.whole()
		}
		if err != nil { // the revision would tell of the history what is not the asker's to know
			return nil, err
		}
		all := revise(history)
		if len(all) == 0 {
			return nil, nil
		}
		receipts, err := h.decideAll(ctx, permit, entity, state, all, store)
		if !errors.Is(err, events.ErrConflict) || ctx.Err() != nil {
			return receipts, nil
		}
		if err := h.reload(ctx, entity); err != nil {
			return nil, err
		}
	}
}

// whole is the entity's history, and the State folded from exactly that.
func (h *Handler) whole(ctx context.Context, entity events.Entity) ([]events.Entry, State, error) {
	state := h.states.Of(entity)
	if state.Number == 0 { // most of an import is about youths that are new
		return nil, state, nil
	}
	history, err := h.log.History(ctx, entity)
	if err != nil {
		return nil, state, err
	}
	for _, e := range history {
		h.states.Apply(e) // what another writer stored; our own is there already
	}
	return history, h.states.Of(entity), nil
}

// decideAll decides each event after those before it, and stores what is accepted. The error is events.ErrConflict when
// nothing was stored because the history is longer; the receipts carry any other.
func (h *Handler) decideAll(ctx context.Context, permit permit, entity events.Entity, state State, all []events.Submission, store storing) ([]Receipt, error) {
	r := run{submissions: all}
	claim, err := h.claim(ctx, r)
	if err != nil {
		return r.refuse(err), nil
	}
	receipts, accepted := h.acceptAll(ctx, permit, entity, state, all)
	stored, err := store(state, accepted)
	receipts = entered(receipts, stored, err)
	if errors.Is(err, events.ErrOutcomeUnknown) {
		h.lookFor(ctx, all, receipts)
	}
	h.states.release(claim, errors.Is(err, events.ErrOutcomeUnknown))
	if len(stored) > 0 {
		err = nil
	}
	return receipts, err
}

func (h *Handler) acceptAll(ctx context.Context, permit permit, entity events.Entity, state State, all []events.Submission) ([]Receipt, []events.Occurrence) {
	receipts, accepted := make([]Receipt, len(all)), make([]events.Occurrence, 0, len(all))
	for i, s := range all {
		err := events.CheckSubmission(s)
		if s.Entity != entity {
			err = notTogether
		}
		if receipts[i] = refused(s, err); err != nil {
			continue
		}
		var took bool
		if receipts[i], took = h.decideOne(ctx, permit, state, s, &run{}); took {
			state.add(s.Occurrence)
			accepted = append(accepted, s.Occurrence)
		}
	}
	return receipts, accepted
}

// lookFor settles the receipts of events that were stored though that was not told.
func (h *Handler) lookFor(ctx context.Context, all []events.Submission, receipts []Receipt) {
	if h.reload(ctx, all[0].Entity) != nil {
		return
	}
	for i, s := range all {
		if found, again := h.again(ctx, s); receipts[i].Status == OutcomeUnknown && again && found.Status == Duplicate {
			receipts[i] = found
			receipts[i].Status = Recorded
		}
	}
}

// storeAll appends the events in as few entries as can be, each with the entity and actor of like.
func (h *Handler) storeAll(ctx context.Context, like events.Entry, state State, accepted []events.Occurrence) (stored []events.Entry, err error) {
	for len(accepted) > 0 {
		like.Number, like.Events = state.Number+1, entryOf(accepted)
		entry, err := h.store(ctx, state, like)
		if err != nil {
			return stored, err
		}
		state, accepted = Fold(state, entry), accepted[len(entry.Events):]
		stored = append(stored, entry)
	}
	return stored, nil
}

// entryOf is as many of the events as one entry takes. No event that passes events.CheckSubmission is so long that their bytes
// would matter.
func entryOf(all []events.Occurrence) []events.Occurrence {
	return all[:min(len(all), events.MaxEntryEvents)]
}

// entered gives each accepted event the entry it lies in, and those that were not stored what stopped them.
func entered(receipts []Receipt, stored []events.Entry, err error) []Receipt {
	at := 0 // in the first of stored
	for i, r := range receipts {
		if r.Status != Recorded {
			continue
		}
		if len(stored) == 0 {
			receipts[i] = refused(events.Submission{Occurrence: events.Occurrence{ID: r.ID, Source: r.Source}}, err)
			continue
		}
		receipts[i] = receiptOf(Recorded, r.ID, r.Source, stored[0])
		if at++; at == len(stored[0].Events) {
			stored, at = stored[1:], 0
		}
	}
	return receipts
}

// Holder is whose history holds the event with this source and id, or events.ErrNotFound.
func (h *Handler) Holder(ctx context.Context, source, id string) (events.Entity, error) {
	_, entry, err := h.first(ctx, source, id)
	return entry.Entity, err
}

// History reads an entity's durable entries in order; one that the ledger does not know has none.
func (h *Handler) History(ctx context.Context, entity events.Entity) ([]events.Entry, error) {
	if h.states.Of(entity).Number == 0 {
		return nil, nil
	}
	return h.log.History(ctx, entity)
}
