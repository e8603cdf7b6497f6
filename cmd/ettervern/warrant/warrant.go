// Package warrant holds those who record to what their credential says: their own municipalities, service and source.
package warrant

import (
	"context"
	"slices"
	"strings"

	"ettervern/cmd/ettervern/access"
	"ettervern/commands"
	"ettervern/events"
	"ettervern/projections"
	"ettervern/projections/requirements"
)

// Config is what warrants are judged by.
type Config struct {
	Youths       *projections.Youths
	Supervisions *projections.Supervisions
	Await        func(ctx context.Context, sequence uint64) error // until the views show an entry
}

// Issue is the context in which whoever asks may record, or import, and the role that is stored with it; or an *access.Denied.
func (c Config) Issue(ctx context.Context, operation access.Operation) (context.Context, string, error) {
	grant, err := access.Allowed(ctx, operation)
	if err != nil {
		return ctx, "", err
	}
	if grant.Reach == access.All {
		return ctx, grant.Actor, nil
	}
	return commands.Under(ctx, &warrant{c, grant, operation == access.Import}), grant.Actor, nil
}

// warrant is that of one principal.
type warrant struct {
	Config
	grant     access.Grant
	importing bool // all events of the register have one source, whoever sends its files
}

// OwnsSource tells whether the credential has the source.
func (w *warrant) OwnsSource(source string) bool {
	return w.importing && source == events.RegisterSource || w.grant.OwnsSource(source)
}

// About judges events about an entity by what the ledger held of it before them.
func (w *warrant) About(ctx context.Context, entity events.Entity, after uint64) (commands.Leave, error) {
	if err := w.Await(ctx, after); err != nil {
		return commands.Leave{}, err
	}
	if !w.owned(entity, after) {
		return commands.Leave{Refused: commands.NotYourMunicipality}, nil
	}
	return commands.Leave{Event: w.judge}, nil
}

// owned tells whether the entity is one of the credential's municipalities'. What has no history yet, or none that stands, is
// whose its first event says.
func (w *warrant) owned(entity events.Entity, after uint64) bool {
	switch entity.Kind {
	case events.Unit:
		return w.grant.OwnsMunicipality(entity.ID[:4])
	case events.Supervision:
		units := w.Supervisions.UnitsOf(entity.ID)
		return after == 0 || len(units) == 0 || slices.ContainsFunc(units, w.ownsUnit)
	default:
		home, _ := w.Youths.Home(entity.ID)
		return after == 0 || home == 0 || w.grant.OwnsMunicipality(requirements.FormatMunicipality(home))
	}
}

func (w *warrant) ownsUnit(unit string) bool { return w.grant.OwnsMunicipality(unit[:4]) }

// judge refuses an event about an entity of the credential's that is another service's to tell, or that makes it another's.
func (w *warrant) judge(s events.Submission) error {
	owned := true
	switch e := s.Event.(type) {
	case *events.EventCorrected:
		return w.judge(e.Replacement)
	case *events.EventRetracted: // by its own source only, which commands sees to
		return nil
	case *events.YouthRegistered:
		owned = w.grant.OwnsMunicipality(e.Municipality)
	case *events.SupervisionOpened:
		owned = slices.ContainsFunc(e.Units, w.ownsUnit)
	default:
	}
	switch {
	case !w.grant.OwnsService(serviceOf(s)):
		return commands.NotYourService
	case !owned:
		return commands.NotYourMunicipality
	}
	return nil
}

// serviceOf is whose system tells of the event: the service it names as the one that acted, else by the catalogue; "" for any.
func serviceOf(s events.Submission) string {
	switch e := s.Event.(type) {
	case *events.InformationGiven:
		return string(e.Service)
	case *events.ContactAttempted:
		return string(e.Service)
	case *events.ParticipationRecorded:
		return string(e.Service)
	case *events.AssessmentCompleted:
		return string(e.Service)
	case *events.FollowUpHeld:
		return string(e.Service)
	case *events.DecisionMade:
		return string(e.Service)
	default:
	}
	switch events.RowOf(s.Event).Owner {
	case events.ByCaseSystem:
		return string(events.ChildWelfare)
	case events.ByNavSystem:
		return string(events.Nav)
	case events.BySupervisor:
		return string(events.Supervisor)
	case events.ByUnit:
		_, service, _ := strings.Cut(s.Entity.ID, "-")
		return service
	case events.ByRegister, events.ByEither, events.ByRecorder:
	}
	return ""
}
