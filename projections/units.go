package projections

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"ettervern/events"
)

// Cases tells whether there was anything to cooperate about.
type Cases interface {
	// DutyOpen tells whether some youth for whom the municipality was responsible had a duty open on a day from from to to,
	// both included, by the facts dated up to validAt and recorded up to the sequence known.
	DutyOpen(municipality string, from, to, validAt events.Date, known uint64) bool
}

// Units is the read model of the services: what was told of each, whom it serves, and what became of its number. One writer
// may Apply while many read.
//
// Histories only grow, and every answer counts only what was recorded up to a sequence, so a reader holds the lock just long
// enough to copy where a history lies. It never calls Cases with the lock held.
type Units struct {
	// Cases may be nil: then every unit can be assessed. Set it before the first use, as the table of municipalities, which
	// may be nil too.
	Cases          Cases
	Municipalities *Municipalities

	mu      sync.RWMutex // guards what follows up to changed
	byID    map[string]*unit
	about   map[string][]*unit // a unit, municipality or district → those whose histories may tell something of it
	moved   map[string]bool    // units that were ever told to have been renumbered or merged, or to come from it
	rulers  []*unit            // those with rules
	last    uint64             // the last entry about a unit
	newest  events.Date        // no rule is dated later
	changed atomic.Uint64      // the last sequence that may have changed a routine; written under mu

	ruling atomic.Pointer[ruling] // the routines now, as last asked for
}

// unit is one unit's history; rules are those of its events that Routines needs.
type unit struct {
	id    string
	told  annals
	rules annals

	others []string // places of the units that it is told to have been or become
}

// annals is a chronicle, with what stands of all of it as it was last asked for.
type annals struct {
	chronicle
	kept atomic.Pointer[[]unitTold]
}

// NewUnits is an empty read model.
func NewUnits() *Units {
	return &Units{byID: map[string]*unit{}, about: map[string][]*unit{}, moved: map[string]bool{}}
}

// Apply takes in the next entry of the ledger; one about another entity, or taken in already, changes nothing.
func (u *Units) Apply(e events.Entry) {
	if e.Entity.Kind != events.Unit {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if e.Sequence <= u.last {
		return
	}
	u.last = e.Sequence
	one := u.byID[e.Entity.ID]
	if one == nil {
		one = &unit{id: e.Entity.ID}
		u.byID[one.id] = one
		u.mention(one, one.id)
	}
	one.told.take(&e)
	for _, o := range e.Events {
		event := o.Event
		if correction, is := event.(*events.EventCorrected); is {
			o, event = correction.Replacement.Occurrence, correction.Replacement.Event
		}
		moves := moves(event)
		for _, name := range named(event) {
			u.mention(one, name)
			if moves {
				u.moved[name] = true
				one.other(name)
			}
		}
		if rules(event) {
			u.newest = max(u.newest, o.Date())
			u.changed.Store(e.Sequence)
		}
	}
	u.rule(one, &e)
}

// rule keeps those events of an entry that Routines needs. A retraction may take back any of them.
func (u *Units) rule(one *unit, e *events.Entry) {
	kept := *e
	kept.Events = slices.DeleteFunc(slices.Clone(e.Events), func(o events.Occurrence) bool {
		correction, is := o.Event.(*events.EventCorrected)
		return !rules(o.Event) && !(is && rules(correction.Replacement.Event))
	})
	if len(kept.Events) == 0 {
		return
	}
	if one.rules.chronicle == nil {
		u.rulers = append(u.rulers, one)
	}
	one.rules.take(&kept)
}

func (a *annals) take(e *events.Entry) {
	a.add(e)
	a.kept.Store(nil)
}

// rules tells whether a routine may come from the event, or hold for others or no more because of it.
func rules(e events.Event) bool {
	switch e.(type) {
	case *events.RoutineAdopted, *events.UnitServes, *events.UnitRenumbered, *events.UnitsMerged, *events.EventRetracted:
		return true
	default:
		return false
	}
}

// mention notes that a history tells something of a unit, and so of its municipality and district, or of a municipality.
func (u *Units) mention(in *unit, of string) {
	place, _, _ := strings.Cut(of, "-")
	for _, key := range [...]string{of, place, municipalityOf(place)} {
		if !slices.Contains(u.about[key], in) {
			u.about[key] = append(u.about[key], in)
		}
	}
}

// named is the units and municipalities that an event names.
func named(e events.Event) []string {
	switch e := e.(type) {
	case *events.CooperationAgreementSigned:
		return e.Parties
	case *events.UnitServes:
		return e.Municipalities
	case *events.UnitsMerged:
		return append([]string{e.To}, e.From...)
	case *events.UnitRenumbered:
		return []string{e.From, e.To}
	default:
		return nil
	}
}

// moves tells whether an event tells what became of a unit.
func moves(e events.Event) bool {
	return is[*events.UnitsMerged](e) || is[*events.UnitRenumbered](e)
}

func is[E events.Event](e events.Event) bool { _, is := e.(E); return is }

// The parts of a unit's id: 0301_01-nav is nav in district 01 of municipality 0301.
func placeOf(unit string) string { place, _, _ := strings.Cut(unit, "-"); return place }

func serviceOf(unit string) events.Service {
	_, service, _ := strings.Cut(unit, "-")
	return events.Service(service)
}

func municipalityOf(unit string) string { return unit[:4] }

func districtOf(unit string) string {
	_, district, _ := strings.Cut(placeOf(unit), "_")
	return district
}

// Version tells whether routines may have changed: it grows whenever they may have.
func (u *Units) Version() uint64 { return u.changed.Load() }
