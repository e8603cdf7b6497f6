package commands

import (
	"context"
	"crypto/rand"
	"errors"

	"ettervern/events"
)

// Keys are those that open the histories of youths: what erasing needs of the ledger.
type Keys interface {
	// GoneFrom is the day from which no backup would hold a key that is destroyed now; false in a ledger without keys.
	GoneFrom() (events.Date, bool)
	// Destroy destroys every key of an entity whose erasure has been recorded. It may be done again.
	Destroy(ctx context.Context, entity events.Entity) error
	// Await returns when no view shows anything from before the entry at sequence.
	Await(ctx context.Context, sequence uint64) error
}

// Privacy hides histories of youths, shows them again, and erases them: the acts of the ledger's operator, each of them
// an event in the youth's history. It is safe for concurrent use.
type Privacy struct {
	Handler *Handler
	Keys    Keys
}

// operatorSource is the source of what the operator records.
const operatorSource = "/ettervern/operator"

// Restrict hides a youth's history from answers.
func (p *Privacy) Restrict(ctx context.Context, youth, reason, actor string) Receipt {
	return p.record(ctx, youth, &events.YouthRestricted{Reason: events.PrivacyReason(reason)}, actor)
}

// Lift shows a restricted history again.
func (p *Privacy) Lift(ctx context.Context, youth, reason, actor string) Receipt {
	return p.record(ctx, youth, &events.RestrictionLifted{Reason: events.PrivacyReason(reason)}, actor)
}

// Erase records that a youth is erased, by the archive authority's clearance, and destroys the youth's key. It is the day
// from which no backup holds the key either.
//
// The event comes first, so that a history that nothing opens always says why. If we crash before the key is destroyed,
// the next start does it. The error is why it could not be destroyed though the receipt says that it is recorded, or
// was before: erasing again tries again.
func (p *Privacy) Erase(ctx context.Context, youth, reason, clearance, actor string) (Receipt, events.Date, error) {
	goneFrom, sealed := p.Keys.GoneFrom()
	if !sealed {
		return Receipt{Status: Refused, Err: notSealed}, 0, nil
	}
	erased := &events.YouthErased{Reason: events.PrivacyReason(reason), Clearance: clearance, KeyGoneFrom: goneFrom}
	r := p.record(ctx, youth, erased, actor)
	if r.Err != nil && !errors.Is(r.Err, isErased) {
		return r, 0, nil
	}
	return r, goneFrom, p.Keys.Destroy(ctx, events.YouthEntity(youth))
}

// record records an operator's event, after it was read as if it had come in at a door: so a wrong reason is told of.
func (p *Privacy) record(ctx context.Context, youth string, event events.Event, actor string) Receipt {
	s, err := events.ReadSubmission(events.EncodeSubmission(events.Submission{Entity: events.YouthEntity(youth), Occurrence: events.Occurrence{
		ID: rand.Text(), Source: operatorSource, Time: p.Handler.now().UTC(), Event: event,
	}}))
	if err != nil {
		return refused(s, err)
	}
	r := p.Handler.newRun(s, actor)
	r.operator = true
	receipt := p.Handler.record(ctx, r)[0]
	if receipt.Err == nil {
		_ = p.Keys.Await(ctx, receipt.Sequence) // what is told as hidden is hidden; what ends the wait does not undo it
	}
	return receipt
}

// isOperators tells whether only the ledger's operator may record the event.
func isOperators(event events.Event) bool { return events.RowOf(event).Owner == events.ByOperator }

// decideOperators decides on an operator's event.
func decideOperators(s State, event events.Event) error {
	_, restricts := event.(*events.YouthRestricted)
	_, lifts := event.(*events.RestrictionLifted)
	switch {
	case s.Number == 0:
		return events.ErrNotFound
	case restricts && s.restricted:
		return restrictedTwice
	case lifts && !s.restricted:
		return notRestricted
	}
	return nil
}
