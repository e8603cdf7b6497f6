package projections

import (
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
				if len(lent) == 0 || s.at(municipality) {
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
	return units, serves
}

// ruled is the units that may have routines, under all their numbers.
func (a *unitsAt) ruled() []*standing {
	a.units.mu.RLock()
	rulers := a.units.rulers
	a.units.mu.RUnlock()
	ids := make([]string, len(rulers))
	a.stands = make(map[string][]unitTold, len(rulers))
	seen := make(map[string]bool, len(rulers))
	for i, one := range rulers {
		ids[i], seen[one.id] = one.id, true
	}
	all := make([]*standing, 0, len(rulers))
	for i := 0; i < len(ids); i++ {
		s := a.of(ids[i])
		all = append(all, s)
		for _, l := range slices.Concat(s.previous, s.next) {
			if !seen[l.unit] {
				ids, seen[l.unit] = append(ids, l.unit), true
			}
		}
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
			if is[*events.RoutineAdopted](own[i].Event) && (s.ended == 0 || own[i].date < s.ended) {
				by = append(by, &own[i])
			}
		}
	}
	slices.SortStableFunc(by, compareUnitTold)
	all := make([]requirements.Routine, len(by))
	for i, t := range by {
		e := t.Event.(*events.RoutineAdopted)
		all[i] = requirements.Routine{Topic: e.Topic, Value: e.Value, Date: max(t.date, s.since(t.unit)), Until: s.ended, EventID: t.ID}
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
		r.Date, r.Until = max(r.Date, s.from, s.since), s.until
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
