package requirements

import (
	"cmp"
	"slices"

	"ettervern/events"
)

// Routine is a time limit that a unit has adopted for itself.
type Routine struct {
	Topic   events.Routine
	Value   events.Duration
	Date    events.Date // from which it holds
	Until   events.Date // from which it holds no more: the unit has ended, or serves no longer; zero: it goes on
	EventID string
}

// Routines is every routine in force by what was known at one place in the ledger, by who must keep it. The zero Routines
// has none. It is never changed once it is made, and so needs no lock.
type Routines struct {
	units  map[string][]Routine // by unit, ascending by date
	serves map[string][]string  // municipality and service, as 3403-nav → units that serve it, besides its own
}

// NewRoutines takes the routines of each unit, and of each municipality's service the inter-municipal units that
// serve it.
func NewRoutines(units map[string][]Routine, serves map[string][]string) *Routines {
	for _, all := range units {
		slices.SortStableFunc(all, func(a, b Routine) int { return cmp.Compare(a.Date, b.Date) })
	}
	return &Routines{units, serves}
}

func (r *Routines) none() bool { return r == nil || len(r.units) == 0 }

// on is the routine of a service of the municipality on a day: that of its district, else its own, else that of a unit
// which serves it; nil for none.
func (r *Routines) on(responsible place, service events.Service, topic events.Routine, day events.Date) *Routine {
	if responsible.municipality == 0 {
		return nil
	}
	own := FormatMunicipality(responsible.municipality)
	if responsible.district != 0 {
		if found := latest(r.units[own+"_"+formatDistrict(responsible.district)+"-"+string(service)], topic, day); found != nil {
			return found
		}
	}
	own += "-" + string(service)
	if found := latest(r.units[own], topic, day); found != nil {
		return found
	}
	for _, unit := range r.serves[own] {
		if found := latest(r.units[unit], topic, day); found != nil {
			return found
		}
	}
	return nil
}

// latest is the last routine on a topic dated up to a day and still holding then; nil for none.
func latest(ascending []Routine, topic events.Routine, day events.Date) *Routine {
	for i := len(ascending) - 1; i >= 0; i-- {
		if r := &ascending[i]; r.Topic == topic && r.Date <= day && (r.Until == 0 || day < r.Until) {
			return r
		}
	}
	return nil
}
