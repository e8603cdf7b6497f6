package projections

import (
	"maps"
	"slices"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// ruling is the routines by all that was known when they last may have changed. Nothing in them is dated later than Units.newest,
// and so they are the same on every day from then on.
type ruling struct {
	changed  uint64
	routines *requirements.Routines
}

// Routines is every routine in force on some day up to validAt, by what was known at a sequence: those that units have
// adopted, under each number that the unit has had, and for the municipalities that it serves. Asked for today and all that is
// known it is the same as the last time, unless Version has grown.
func (u *Units) Routines(validAt events.Date, known uint64) *requirements.Routines {
	u.mu.RLock()
	changed, newest := u.changed.Load(), u.newest
	u.mu.RUnlock()
	now := known >= changed && validAt >= newest
	if kept := u.ruling.Load(); now && kept != nil && kept.changed == changed {
		return kept.routines
	}
	r := requirements.NewRoutines(u.at(validAt, known).routines())
	if now {
		u.ruling.Store(&ruling{changed, r})
	}
	return r
}

// routines is by unit, and by municipality and service who serves it. A unit that serves others is listed once more for each of
// them, as 3403-nav>3411, with its routines for as long as it does.
func (a *unitsAt) routines() (units map[string][]requirements.Routine, serves map[string][]string) {
	a.rules = true
	ruled := a.ruled()
	units, serves = make(map[string][]requirements.Routine, len(ruled)), map[string][]string{}
	for _, s := range ruled {
		adopted := a.adopted(s)
		if len(adopted) == 0 {
			continue
		}
		units[s.id] = adopted
		for i := range s.serves {
			for _, municipality := range s.serves[i].municipalities {
				lent := s.serves[i].lent(adopted)
				if len(lent) == 0 || municipality == municipalityOf(s.id) {
					continue
				}
				server, served := s.id+">"+municipality, municipality+"-"+string(serviceOf(s.id))
				if units[server] == nil {
					serves[served] = append(serves[served], server)
				}
				units[server] = append(units[server], lent...)
			}
		}
	}
	for _, servers := range serves { // of several the first counts that has a routine: which, must not go by what is told later
		slices.Sort(servers)
	}
	return units, serves
}

// ruled is the units that may have routines: those that were told to, and those that were told to be another.
func (a *unitsAt) ruled() []*standing {
	a.units.mu.RLock()
	ids := make(map[string]bool, len(a.units.rulers)+len(a.units.moved))
	maps.Copy(ids, a.units.moved)
	for _, one := range a.units.rulers {
		ids[one.id] = true
	}
	a.units.mu.RUnlock()
	a.stands = make(map[string][]unitTold, len(ids))
	all := make([]*standing, 0, len(ids))
	for id := range ids {
		all = append(all, a.of(id))
	}
	return all
}

// adopted is the unit's routines in the order of their dates. What was adopted under another number holds from when that became
// the unit's.
func (a *unitsAt) adopted(s *standing) []requirements.Routine {
	var by []*unitTold
	for _, n := range s.numbers {
		own := a.own(n.id)
		for i := range own {
			if is[*events.RoutineAdopted](own[i].Event) {
				by = append(by, &own[i])
			}
		}
	}
	slices.SortStableFunc(by, compareUnitTold)
	all := make([]requirements.Routine, 0, len(by))
	for _, t := range by {
		e, from := t.Event.(*events.RoutineAdopted), max(t.date, s.since(t.unit))
		if until := s.until(from); until != from {
			all = append(all, requirements.Routine{Topic: e.Topic, Value: e.Value, Date: from, Until: until, EventID: t.ID})
		}
	}
	return all
}

// since is from when what was told under a number counts for the unit.
func (s *standing) since(id string) events.Date {
	for _, n := range s.numbers {
		if n.id == id {
			return n.since
		}
	}
	return 0
}

// lent is routines as far as they hold for those served.
func (s *serving) lent(adopted []requirements.Routine) (lent []requirements.Routine) {
	for _, r := range adopted {
		r.Date = max(r.Date, s.from)
		if s.until != 0 && (r.Until == 0 || s.until < r.Until) {
			r.Until = s.until
		}
		if r.Until == 0 || r.Date < r.Until {
			lent = append(lent, r)
		}
	}
	return lent
}

// at tells whether a municipality is the unit's own.
func (s *standing) at(municipality string) bool {
	return slices.ContainsFunc(s.numbers, func(n number) bool { return municipalityOf(n.id) == municipality })
}
