package projections

import (
	"cmp"
	"slices"

	"ettervern/events"
)

// unitsAt is the units on a day by what was known at one place in the ledger. It remembers what it has looked up, and is used
// for one answer.
type unitsAt struct {
	units  *Units
	day    events.Date
	known  uint64
	rules  bool // look only at what Routines needs
	stands map[string][]unitTold
	abouts map[string][]unitTold
	cases  map[caseKey]bool
}

// unitTold is an event that stands, and the unit that it was told of.
type unitTold struct {
	told
	unit string
	date events.Date
}

func (u *Units) at(day events.Date, known uint64) *unitsAt {
	return &unitsAt{units: u, day: day, known: known, stands: map[string][]unitTold{}, abouts: map[string][]unitTold{}, cases: map[caseKey]bool{}}
}

// stand is what stands of one unit's history.
func (a *unitsAt) stand(of *unit) []unitTold {
	if all, looked := a.stands[of.id]; looked {
		return all
	}
	history := &of.told
	if a.rules {
		history = &of.rules
	}
	all := a.units.known(of.id, history, a.known)
	if later := func(t unitTold) bool { return t.date > a.day }; slices.ContainsFunc(all, later) {
		all = slices.DeleteFunc(slices.Clone(all), later)
	}
	a.stands[of.id] = all
	return all
}

// known is what stands of a history by what was known at a sequence, whatever its date. It is not to be changed.
func (u *Units) known(unit string, of *annals, sequence uint64) []unitTold {
	u.mu.RLock()
	defer u.mu.RUnlock()
	now := len(of.chronicle) == 0 || of.chronicle[len(of.chronicle)-1].sequence <= sequence
	if kept := of.kept.Load(); now && kept != nil {
		return *kept
	}
	known := of.chronicle.known(sequence)
	all := make([]unitTold, len(known))
	for i, t := range known {
		all[i] = unitTold{t, unit, t.Date()}
	}
	if now {
		of.kept.Store(&all)
	}
	return all
}

// own is what stands of the history of a unit by its number.
func (a *unitsAt) own(id string) []unitTold {
	if all, looked := a.stands[id]; looked {
		return all
	}
	if one := a.units.find(id); one != nil {
		return a.stand(one)
	}
	return nil
}

// about is everything that stands in histories which may tell of a unit, municipality or district.
func (a *unitsAt) about(key string) []unitTold {
	if all, looked := a.abouts[key]; looked {
		return all
	}
	a.units.mu.RLock()
	histories := a.units.about[key]
	a.units.mu.RUnlock()
	var all []unitTold
	for _, h := range histories {
		all = append(all, a.stand(h)...)
	}
	a.abouts[key] = all
	return all
}

// link is an event by which a unit came from another, or went into it.
type link struct {
	unit string
	unitTold
}

// standing is what is known of one unit on a day: a unit is the same under each of its numbers.
type standing struct {
	id       string
	numbers  []number
	previous []link      // numbers it had before the one asked about
	next     []link      // the number it has now; several when it was split
	from     []link      // units that were merged into it: it inherits nothing from them
	into     []link      // the unit that it was merged into
	ended    events.Date // the first day on which it was no more; zero: it goes on
	serves   []serving   // ascending
}

// number is one that the unit has or had; what was told under it counts for the number asked about.
type number struct {
	id    string
	since events.Date // when the two became the same unit; zero for the number asked about
}

// serving is which municipalities a unit serves besides its own, from a day until another.
type serving struct {
	municipalities []string
	from, until    events.Date // until is exclusive; zero: still
	since          events.Date // when it was told under another number: since when that is the unit's
	by             unitTold
}

func (s *serving) on(day events.Date) bool { return s.from <= day && (s.until == 0 || day < s.until) }

// of tells what is known of one unit.
func (a *unitsAt) of(id string) *standing {
	s := &standing{id: id, numbers: []number{{id: id}}}
	if a.units.hasMoved(id) {
		a.trace(s)
		a.follow(s)
		a.merge(s)
	}
	a.serving(s)
	return s
}

// follow finds the numbers that the unit was given after the one asked about. With several on one day it was split: it ends,
// and each part goes on by itself.
func (a *unitsAt) follow(s *standing) {
	since := events.Date(0)
	for at := s.id; ; {
		next := a.renumberings(at, func(e *events.UnitRenumbered) string { return e.To }, func(e *events.UnitRenumbered) string { return e.From })
		next = slices.DeleteFunc(next, func(l link) bool { return l.date > next[0].date })
		s.next = append(s.next, next...)
		switch {
		case len(next) > 1:
			s.end(next[0].date)
			return
		case len(next) == 0:
			return
		}
		since = max(since, next[0].date)
		if at = next[0].unit; !s.add(at, since) {
			return
		}
	}
}

// add adds a number; one that the unit has had already is its since the earlier of the days, and not new.
func (s *standing) add(id string, since events.Date) (fresh bool) {
	for i := range s.numbers {
		if s.numbers[i].id == id {
			s.numbers[i].since = min(s.numbers[i].since, since)
			return false
		}
	}
	s.numbers = append(s.numbers, number{id, since})
	return true
}

// trace finds the numbers that the unit had before the one asked about.
func (a *unitsAt) trace(s *standing) {
	before := []number{{id: s.id}}
	for i := 0; i < len(before); i++ {
		previous := a.renumberings(before[i].id, func(e *events.UnitRenumbered) string { return e.From }, func(e *events.UnitRenumbered) string { return e.To })
		for _, p := range previous {
			if n := (number{p.unit, max(before[i].since, p.date)}); s.add(n.id, n.since) {
				before, s.previous = append(before, n), append(s.previous, p)
			}
		}
	}
}

// renumberings is the distinct others that a unit was renumbered to or from, by date.
func (a *unitsAt) renumberings(id string, other, own func(*events.UnitRenumbered) string) (links []link) {
	for _, t := range a.about(id) {
		if e, is := t.Event.(*events.UnitRenumbered); is && own(e) == id && other(e) != id {
			links = append(links, link{other(e), t})
		}
	}
	return distinct(links)
}

// distinct is each unit's first link, by date: a change may be told in several histories.
func distinct(links []link) []link {
	slices.SortStableFunc(links, func(a, b link) int { return compareUnitTold(&a.unitTold, &b.unitTold) })
	seen := map[string]bool{}
	return slices.DeleteFunc(links, func(l link) bool {
		again := seen[l.unit]
		seen[l.unit] = true
		return again
	})
}

// merge finds what was merged into the unit, and what it was merged into.
func (a *unitsAt) merge(s *standing) {
	for _, n := range s.numbers {
		for _, t := range a.about(n.id) {
			e, is := t.Event.(*events.UnitsMerged)
			switch {
			case !is:
			case e.To == n.id:
				for _, from := range e.From {
					if !s.has(from) {
						s.from = append(s.from, link{from, t})
					}
				}
			case slices.Contains(e.From, n.id) && !s.has(e.To) && t.date >= n.since:
				s.into = append(s.into, link{e.To, t})
				s.end(t.date)
			}
		}
	}
	s.from, s.into = distinct(s.from), distinct(s.into)
}

// serving finds which municipalities the unit serves: what was said last holds.
func (a *unitsAt) serving(s *standing) {
	for _, n := range s.numbers {
		for _, t := range a.own(n.id) {
			if e, is := t.Event.(*events.UnitServes); is {
				s.serves = append(s.serves, serving{e.Municipalities, t.date, s.ended, n.since, t})
			}
		}
	}
	slices.SortStableFunc(s.serves, func(a, b serving) int { return cmp.Compare(a.from, b.from) })
	for i := range s.serves[:max(0, len(s.serves)-1)] {
		if next := s.serves[i+1].from; s.ended == 0 || next < s.ended {
			s.serves[i].until = next
		}
	}
}

func (u *Units) hasMoved(id string) bool {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.moved[id]
}

func (u *Units) find(id string) *unit {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.byID[id]
}

func (s *standing) end(day events.Date) {
	if s.ended == 0 || day < s.ended {
		s.ended = day
	}
}

func (s *standing) has(id string) bool {
	return slices.ContainsFunc(s.numbers, func(n number) bool { return n.id == id })
}

// current is the number that the unit has now.
func (s *standing) current() string {
	if n := len(s.next); n > 0 && s.ended == 0 {
		return s.next[n-1].unit
	}
	return s.id
}
