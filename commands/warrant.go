package commands

import (
	"context"

	"ettervern/events"
)

// Warrant is what an asker may record. It travels in the context of what is asked: with none, everything may be recorded.
// Its refusals are given before the event is looked at in other ways, but a duplicate is told its first receipt.
type Warrant interface {
	// OwnsSource tells whether events of this source are the asker's to tell.
	OwnsSource(source string) bool
	// About is asked once for all events of a run, about an entity whose history ends at sequence after, 0 for none. Its
	// error is that this could not be found out.
	About(ctx context.Context, entity events.Entity, after uint64) (Leave, error)
}

// Leave is what a warrant says of one entity.
type Leave struct {
	Refused error                         // the *Refusal of all that is new about it; nil for none
	Event   func(events.Submission) error // asked where Refused is nil: nil for what may be recorded, else a *Refusal
}

type warrantKey struct{}

// Under is the context of what is recorded under a warrant.
func Under(ctx context.Context, w Warrant) context.Context {
	return context.WithValue(ctx, warrantKey{}, w)
}

// The refusals of warrants.
var (
	notYourSource = refusal("not_your_source", "the credential does not tell events of this source", "/source")
	notYourEvent  = refusal("not_your_source", "the event was told by another source, which alone can take it back", "/data/eventId")
	// NotYourService and NotYourMunicipality are for those who issue warrants.
	NotYourService      = refusal("not_your_service", "the credential does not tell events of this service", "/type")
	NotYourMunicipality = refusal("not_your_municipality", "the credential does not tell events of this municipality", "/subject")
)

// permit is a warrant for one run.
type permit struct {
	warrant Warrant // nil for none
	leave   Leave
}

func permitFor(ctx context.Context, entity events.Entity, after uint64) (p permit, err error) {
	if p.warrant, _ = ctx.Value(warrantKey{}).(Warrant); p.warrant != nil {
		p.leave, err = p.warrant.About(ctx, entity, after)
	}
	return p, err
}

// source refuses what another source has to tell.
func (p permit) source(s events.Submission) error {
	if p.warrant == nil || p.warrant.OwnsSource(s.Source) {
		return nil
	}
	return notYourSource
}

// whole refuses an entity that is not the asker's.
func (p permit) whole() error { return p.leave.Refused }

// recording refuses what is not the asker's to tell. Only its own source takes an event back; that one source corrects only its
// own is checked for everyone.
func (p permit) recording(state State, s events.Submission) error {
	if p.warrant == nil || p.leave.Refused != nil {
		return p.leave.Refused
	}
	if e, retracts := s.Event.(*events.EventRetracted); retracts {
		if i := state.find(e.EventID); i > 0 && state.records[i-1].source != uint32(hash(s.Source)) {
			return notYourEvent
		}
	}
	return p.leave.Event(s)
}
