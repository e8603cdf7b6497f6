package projections

import (
	"cmp"
	"slices"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// judged is the unit as it is judged: on the day asked about, or on its last.
func (a *unitsAt) judged(s *standing) *requirements.UnitCase {
	c := &requirements.UnitCase{Unit: s.id, Day: a.day}
	if s.ended != 0 {
		c.Ended, c.Day = true, s.ended.AddDays(-1)
	}
	for _, t := range a.counting(s) {
		if t.date <= c.Day {
			c.Facts = append(c.Facts, requirements.UnitFact{ID: t.ID, Unit: t.unit, Date: t.date, Event: t.Event})
		}
	}
	c.Assessable = a.assessable(s, c)
	return c
}

// counting is the events that count for the unit, each once, by date: its own; agreements that it is a party to; forums and
// training of its municipality and district, or of one that it served that day, which name its service.
func (a *unitsAt) counting(s *standing) (all []unitTold) {
	for _, n := range s.numbers {
		for _, t := range a.about(n.id) {
			if t.unit == n.id || party(t.Event, n.id) {
				all = append(all, t)
			}
		}
		all = append(all, a.shared(placeOf(n.id), serviceOf(s.id))...)
	}
	for i := range s.serves {
		for _, municipality := range s.serves[i].municipalities {
			for _, t := range a.shared(municipality, serviceOf(s.id)) {
				if s.serves[i].on(t.date) {
					all = append(all, t)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b unitTold) int { return compareUnitTold(&a, &b) })
	return slices.CompactFunc(all, func(a, b unitTold) bool { return a.unit == b.unit && a.ID == b.ID })
}

// compareUnitTold is by date, and on one day by the order of recording.
func compareUnitTold(a, b *unitTold) int {
	return cmp.Or(cmp.Compare(a.date, b.date), cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.unit, b.unit), cmp.Compare(a.ID, b.ID))
}

func party(e events.Event, unit string) bool {
	agreement, is := e.(*events.CooperationAgreementSigned)
	return is && slices.Contains(agreement.Parties, unit)
}

// shared is the forums and training told of units of a municipality or district that name a service.
func (a *unitsAt) shared(place string, service events.Service) (all []unitTold) {
	for _, t := range a.about(place) {
		if placeOf(t.unit) == place && slices.Contains(services(t.Event), service) {
			all = append(all, t)
		}
	}
	return all
}

// services is those that a forum or training names.
func services(e events.Event) []events.Service {
	switch e := e.(type) {
	case *events.CooperationForumHeld:
		return e.Services
	case *events.TrainingHeld:
		return e.Services
	default:
		return nil
	}
}

// assessable tells whether there was a case in the period, in its municipality or one that it served then.
func (a *unitsAt) assessable(s *standing, c *requirements.UnitCase) bool {
	if a.units.Cases == nil {
		return true
	}
	first, last := c.Period()
	for _, n := range s.numbers {
		if a.dutyOpen(municipalityOf(n.id), first, last) {
			return true
		}
	}
	for i := range s.serves {
		from, to := max(first, s.serves[i].by.date), last
		if until := s.serves[i].until; until != 0 {
			to = min(last, until.AddDays(-1))
		}
		for _, municipality := range s.serves[i].municipalities { // the whole period is known already, and costs nothing
			if from <= to && a.dutyOpen(municipality, first, last) && a.dutyOpen(municipality, from, to) {
				return true
			}
		}
	}
	return false
}

func (a *unitsAt) dutyOpen(municipality string, from, to events.Date) bool {
	key := caseKey{municipality, from, to}
	open, asked := a.cases[key]
	if !asked {
		open = a.units.Cases.DutyOpen(municipality, from, to, a.day, a.known)
		a.cases[key] = open
	}
	return open
}

// caseKey is a question to Cases that was asked already.
type caseKey struct {
	municipality string
	from, to     events.Date
}
