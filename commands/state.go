// Package commands decides what may be recorded. It refuses what is malformed, impossible or contradicts the
// entity's own history, and nothing else: a late, missing or unlawful act is a fact (docs/adr/0001).
package commands

import (
	"hash/maphash"
	"slices"

	"ettervern/events"
)

// State is what deciding needs to know of one entity: which ids are taken, what they stand for and when. The zero
// State is the empty history. States are values: Evolve never changes the one it was given.
//
// Ids are kept as 64-bit hashes, seeded anew in each process; within one history of a hundred events two ids
// collide with a chance of about one in 10^15.
type State struct {
	Sequence   uint64 // of the last entry, 0 for none: what Append expects
	Number     uint64 // of the last entry
	records    []record
	erased     bool // the history was, and nothing follows
	restricted bool

	told []events.Event // beside records: the events of a supervision, of which there are few; nil for others
}

// record is one event of the history. 32 bytes; a million youths have some thirty million of them.
type record struct {
	id     uint64      // hash of the event's id
	names  uint64      // hash of the thing it names: a measure, decision, offer …; for a birth date the date
	source uint32      // hash of the source
	date   events.Date // the civil date of the occurrence
	is     uint8       // the event type, as its place in the catalogue
	gone   bool        // retracted
	target uint32      // of a correction or retraction: the record it is about, counted from 1
}

var seed = maphash.MakeSeed()

func hash(s string) uint64 { return maphash.String(seed, s) }

// Evolve is the state after one more event. It is total: any event gives a state.
func Evolve(s State, o events.Occurrence) State {
	s = s.shared()
	s.add(o)
	return s
}

// Fold is the state after one more entry. An entry already in it changes nothing.
func Fold(s State, e events.Entry) State {
	s = s.shared()
	s.fold(e)
	return s
}

// shared is the state for others than its owner: what they add to it they add to a copy.
func (s State) shared() State {
	s.records, s.told = slices.Clip(s.records), slices.Clip(s.told)
	return s
}

// fold is Fold in the owner's hands.
func (s *State) fold(e events.Entry) {
	if e.Number <= s.Number {
		return
	}
	s.makeRoom(len(e.Events))
	for i := range e.Events {
		s.add(e.Events[i])
	}
	s.Sequence, s.Number = e.Sequence, e.Number
}

// makeRoom sees to it that n records can be added without copying those there are, and few more: there are many states.
func (s *State) makeRoom(n int) {
	if have := len(s.records); have+n > cap(s.records) {
		s.records = append(make([]record, 0, have+max(n, 4, have/4)), s.records...)
	}
}

// add is Evolve in the owner's hands. It goes on behind the records that others may have seen, and changes none of them.
func (s *State) add(o events.Occurrence) {
	row := events.RowOf(o.Event)
	r := record{id: hash(o.ID), source: uint32(hash(o.Source)), date: o.Date(), is: placeOf(row), names: names(o.Event)}
	switch e := o.Event.(type) {
	case *events.EventCorrected:
		r.target = s.find(e.EventID)
		r.date, r.names = e.Replacement.Date(), names(e.Replacement.Event)
	case *events.EventRetracted:
		if r.target = s.find(e.EventID); r.target > 0 {
			s.records = slices.Clone(s.records)
			s.records[r.target-1].gone = true
		}
	case *events.YouthErased:
		*s = State{Sequence: s.Sequence, Number: s.Number, erased: true}
		return
	case *events.YouthRestricted:
		s.restricted = true
	case *events.RestrictionLifted:
		s.restricted = false
	default:
	}
	s.makeRoom(1)
	s.records = append(s.records, r)
	if row.Entity == events.Supervision || s.told != nil {
		s.told = append(s.told, o.Event)
	}
}

// find is the place of the event with this id, counted from 1, or 0.
func (s State) find(id string) uint32 {
	wanted := hash(id)
	for i := range s.records {
		if s.records[i].id == wanted {
			return uint32(i + 1)
		}
	}
	return 0
}

// effective is what record i says now: its last correction that stands, or itself; and the place that was said at.
func (s State) effective(i int) (record, int) {
	for j := len(s.records) - 1; j > i; j-- {
		c := s.records[j]
		if c.target == uint32(i+1) && c.is == corrected && !c.gone {
			return c, j
		}
	}
	return s.records[i], i
}

// named is the standing record of one of the types that names the thing, as it now says.
func (s State) named(thing string, types ...uint8) (record, bool) {
	wanted := hash(thing)
	for i := range s.records {
		if s.records[i].gone || !contains(types, s.records[i].is) {
			continue
		}
		if r, _ := s.effective(i); r.names == wanted {
			return r, true
		}
	}
	return record{}, false
}

func contains(types []uint8, is uint8) bool {
	for _, t := range types {
		if t == is {
			return true
		}
	}
	return false
}

// registered tells whether the entity's registration stands.
func (s State) registered() bool {
	for i := range s.records {
		if s.records[i].is == registered && !s.records[i].gone {
			return true
		}
	}
	return false
}

// birth is the birth date known now: the last told, whether by registration, correction or a corrected birth date.
func (s State) birth() events.Date {
	var date events.Date
	latest := -1
	for i := range s.records {
		is := s.records[i].is
		if s.records[i].gone || is != registered && is != birthCorrected {
			continue
		}
		if r, at := s.effective(i); at > latest {
			latest, date = at, events.Date(r.names)
		}
	}
	return date
}

// without is the state in which record number i, counted from 1, was never told: what a replacement is decided on.
func (s State) without(i uint32) State {
	records := make([]record, len(s.records))
	copy(records, s.records)
	records[i-1].gone = true
	s.records = records
	return s
}

// names is the hash of what an event gives a name to, or the birth date it tells.
func names(e events.Event) uint64 {
	switch e := e.(type) {
	case *events.YouthRegistered:
		return uint64(e.BirthDate)
	case *events.BirthDateCorrected:
		return uint64(e.BirthDate)
	default:
		if name := footprintOf(e).name; name != "" {
			return hash(name)
		}
		return 0
	}
}

// place is the event's place in the catalogue.
func place(e events.Event) uint8 { return placeOf(events.RowOf(e)) }

func placeOf(row *events.Row) uint8 { return uint8(row.Place()) }

var (
	registered     = place(&events.YouthRegistered{})
	birthCorrected = place(&events.BirthDateCorrected{})
	started        = place(&events.MeasureStarted{})
	ended          = place(&events.MeasureEnded{})
	decided        = place(&events.DecisionMade{})
	offered        = place(&events.AftercareOffered{})
	requested      = place(&events.AftercareRequested{})
	handedOver     = place(&events.NavHandoverSent{})
	planned        = place(&events.PlanAdopted{})
	complained     = place(&events.ComplaintFiled{})
	reported       = place(&events.DeviationReported{})
	deviationEnd   = place(&events.DeviationClosed{})
	opened         = place(&events.SupervisionOpened{})
	found          = place(&events.FindingRecorded{})
	rectified      = place(&events.FindingRectified{})
	corrected      = place(&events.EventCorrected{})
	retracted      = place(&events.EventRetracted{})
)
