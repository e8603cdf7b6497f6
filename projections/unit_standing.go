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
	previous []link        // numbers it had before the one asked about
	next     []link        // the number it has now; several when it was split
	from     []link        // units that were merged into it: it inherits nothing from them
	into     []link        // the unit that it was merged into
	begun    []events.Date // when the number was given to a unit that came from others
	endings  []events.Date // when the unit of that number was merged away or split, ascending
	ended    events.Date   // the first day on which it was no more; zero: it goes on
	serves   []serving     // ascending
}

// number is one that the unit has or had; what was told under it counts for the number asked about.
type number struct {
	id    string
	since events.Date // when the two became the same unit; zero for the number asked about
}

// serving is a list of municipalities that a unit serves besides its own: as long as no other list took its place under the
// number it was told of, and, since that number is the unit's, under any.
type serving struct {
	municipalities []string
	by             unitTold
	others         events.Date // when the next list was told under that number; zero: none was
	from, until    events.Date // since it is the unit's, exclusive; zero: still
}

// on tells whether the unit, or the one that had its number, served them on a day.
func (s *serving) on(day events.Date) bool {
	if day < s.from {
		return s.by.date <= day && (s.others == 0 || day < s.others)
	}
	return s.until == 0 || day < s.until
}

// of tells what is known of one unit.
func (a *unitsAt) of(id string) *standing {
	s := &standing{id: id, numbers: []number{{id: id}}}
	if a.units.hasMoved(id) {
		a.trace(s)
		a.follow(s)
		a.merge(s)
		s.end()
	}
	a.serving(s)
	return s
}

// follow finds the numbers that the unit was given after the one asked about. With several on one day it was split: it ends,
// and each part goes on by itself.
func (a *unitsAt) follow(s *standing) {
	since, at := events.Date(0), s.id
	for {
		next := a.renumberings(at, func(e *events.UnitRenumbered) string { return e.To }, func(e *events.UnitRenumbered) string { return e.From })
		next = slices.DeleteFunc(next, func(l link) bool { return l.date > next[0].date })
		if len(next) > 1 {
			s.next, s.endings = append(s.next, next...), append(s.endings, next[0].date)
			return
		}
		if len(next) == 0 || next[0].unit == s.id || s.followed(next[0].unit) {
			return
		}
		s.next, since, at = append(s.next, next[0]), max(since, next[0].date), next[0].unit
		s.add(at, since)
	}
}

func (s *standing) followed(id string) bool {
	return slices.ContainsFunc(s.next, func(l link) bool { return l.unit == id })
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

// trace finds the numbers that the unit had before the one asked about, each by the way on which it was the unit's first: when
// days pass, another way may come to be that is shorter and later.
func (a *unitsAt) trace(s *standing) {
	ways := a.ways(number{id: s.id})
	for _, w := range ways {
		s.begun = append(s.begun, w.date)
	}
	for len(ways) > 0 {
		slices.SortStableFunc(ways, func(a, b way) int { return cmp.Compare(a.since, b.since) })
		first := ways[0]
		ways = ways[1:]
		if s.add(first.link.unit, first.since) {
			s.previous = append(s.previous, first.link)
			ways = append(ways, a.ways(number{first.link.unit, first.since})...)
		}
	}
}

// way is how the unit came from an earlier number, and since when that and all that followed it made them the same.
type way struct {
	link
	since events.Date
}

// ways is by date how the unit came to have one of its numbers.
func (a *unitsAt) ways(to number) []way {
	previous := a.renumberings(to.id, func(e *events.UnitRenumbered) string { return e.From }, func(e *events.UnitRenumbered) string { return e.To })
	ways := make([]way, len(previous))
	for i, p := range previous {
		ways[i] = way{p, max(to.since, p.date)}
	}
	return ways
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
				s.takeIn(e, t)
			case slices.Contains(e.From, n.id) && t.date >= n.since && !s.had(e.To, t.date):
				s.into = append(s.into, link{e.To, t})
				s.endings = append(s.endings, t.date)
			}
		}
	}
	s.from, s.into = distinct(s.from), distinct(s.into)
}

// takeIn notes which units were merged into it, itself aside.
func (s *standing) takeIn(e *events.UnitsMerged, t unitTold) {
	if e.To == s.id && !slices.Contains(e.From, s.id) {
		s.begun = append(s.begun, t.date)
	}
	for _, from := range e.From {
		if !s.had(from, t.date) {
			s.from = append(s.from, link{from, t})
		}
	}
}

// serving finds which municipalities the unit serves: what was said last holds.
func (a *unitsAt) serving(s *standing) {
	for _, n := range s.numbers {
		first := len(s.serves)
		for _, t := range a.own(n.id) {
			if e, is := t.Event.(*events.UnitServes); is {
				from := max(t.date, n.since)
				s.serves = append(s.serves, serving{municipalities: e.Municipalities, by: t, from: from, until: s.until(from)})
			}
		}
		under := s.serves[first:]
		slices.SortStableFunc(under, func(a, b serving) int { return cmp.Compare(a.by.date, b.by.date) })
		for i := range under[:max(0, len(under)-1)] {
			under[i].others = under[i+1].by.date
		}
	}
	slices.SortStableFunc(s.serves, func(a, b serving) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.by.date, b.by.date)) })
	for i := range s.serves[:max(0, len(s.serves)-1)] {
		if next, end := s.serves[i+1].from, s.serves[i].until; end == 0 || next < end {
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

// end settles whether the unit is at an end: its number may have been given to another since.
func (s *standing) end() {
	slices.Sort(s.endings)
	if n := len(s.endings); n > 0 && !s.begins(s.endings[n-1], lastEver) {
		s.ended = s.endings[n-1]
	}
}

// until is when what began on a day ended with its unit: zero, it goes on; the day itself, there was no unit.
func (s *standing) until(from events.Date) events.Date {
	for _, end := range s.endings {
		switch {
		case end > from:
			return end
		case !s.begins(end, from):
			return from
		}
	}
	return 0
}

// begins tells whether a unit came to have the number on a day from first to last.
func (s *standing) begins(first, last events.Date) bool {
	return slices.ContainsFunc(s.begun, func(d events.Date) bool { return first <= d && d <= last })
}

// had tells whether a number was the unit's by a day.
func (s *standing) had(id string, by events.Date) bool {
	return slices.ContainsFunc(s.numbers, func(n number) bool { return n.id == id && n.since <= by })
}

// current is the number that the unit has now.
func (s *standing) current() string {
	if n := len(s.next); n > 0 && s.ended == 0 {
		return s.next[n-1].unit
	}
	return s.id
}
