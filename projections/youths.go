package projections

import (
	"iter"
	"slices"
	"sync"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// Youths is the read model of every youth's compact facts. One writer may Apply while many read.
//
// Facts only grow, and every judgement counts only what was recorded up to a sequence, so a reader holds the lock
// just long enough to copy where the facts lie; what is applied meanwhile changes nothing in its answer.
type Youths struct {
	// Now is the clock that tells which day is today. Set it before the first use; the default is time.Now.
	Now func() time.Time
	// Routines is what the municipalities have set themselves by a place in the ledger; nil for nothing. Set it before
	// the first use. It must have folded an entry before Apply is called with it.
	Routines func(validAt events.Date, known uint64) *requirements.Routines

	mu    sync.RWMutex // guards all below
	byID  map[requirements.UUID]uint32
	all   []*youth
	times times
	last  uint64
	today *index // nil until first asked for

	shield shield

	withheld     map[requirements.UUID]showing // those not shown
	withholdings int                           // how often someone was hidden, or shown again

	mergers map[uint32][]*merger // of the few youths that have or had another pseudonym, as told

	open openDuties // with a lock of its own
}

// youth is one youth. The owner of id and facts is the writer; state belongs to the index of today.
type youth struct {
	id    requirements.UUID
	facts requirements.Facts // as far as they are shown
	state state

	protected bool // its address, now; the writer's

	showing showing
	hidden  *requirements.Facts // of a restricted one
}

// NewYouths is an empty read model.
func NewYouths() *Youths {
	return &Youths{
		Now: time.Now, byID: map[requirements.UUID]uint32{}, shield: shield{}, withheld: map[requirements.UUID]showing{}, mergers: map[uint32][]*merger{},
	}
}

// Apply takes in the next entry of the ledger. An entry at or below the last sequence was already taken in and is
// ignored; entries about other entities only move the sequence.
func (y *Youths) Apply(e events.Entry) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if e.Sequence <= y.last {
		return
	}
	y.last = e.Sequence
	y.times.add(e.Sequence, e.Recorded)
	if e.Entity.Kind == events.Unit && y.Routines != nil && touchesRoutines(&e) {
		y.today = nil
	}
	id, ok := requirements.ParseUUID(e.Entity.ID)
	if e.Entity.Kind != events.Youth || !ok {
		return
	}
	i := y.place(id)
	recorded := events.DateOf(e.Recorded)
	for k := range e.Events {
		if !y.withhold(i, &e.Events[k]) {
			y.all[i].known().AddOn(&e.Events[k], e.Sequence, recorded)
		}
	}
	if protected, changed := y.shield.take(i, &e); changed {
		y.all[i].protected = protected
	}
	y.merges(i, &e)
	y.changed(i)
	y.passOn(i, e.Sequence)
}

// touchesRoutines tells whether an entry about a unit may change some youth's limits.
func touchesRoutines(e *events.Entry) bool {
	for i := range e.Events {
		switch e.Events[i].Event.(type) {
		case *events.RoutineAdopted, *events.UnitServes, *events.UnitRenumbered, *events.UnitsMerged, *events.EventCorrected, *events.EventRetracted:
			return true
		default:
		}
	}
	return false
}

// routines is the municipalities' own at a moment; nil for none.
func (y *Youths) routines(validAt events.Date, known uint64) *requirements.Routines {
	if y.Routines == nil {
		return nil
	}
	return y.Routines(validAt, known)
}

// place is where the youth lies, new at the end.
func (y *Youths) place(id requirements.UUID) uint32 {
	i, ok := y.byID[id]
	if !ok {
		i = uint32(len(y.all))
		y.all = append(y.all, &youth{id: id})
		y.byID[id] = i
	}
	return i
}

// Sequence is the last sequence taken in; 0 before the first.
func (y *Youths) Sequence() uint64 {
	y.mu.RLock()
	defer y.mu.RUnlock()
	return y.last
}

// Has tells whether anything is known of the youth.
func (y *Youths) Has(id string) bool {
	u, ok := requirements.ParseUUID(id)
	y.mu.RLock()
	defer y.mu.RUnlock()
	_, known := y.byID[u]
	return ok && known
}

// moment settles what a query is to be computed from.
func (y *Youths) moment(q *Query) (moment, error) {
	now := y.Now()
	m := moment{Moment: requirements.Moment{ValidAt: q.ValidAt, LawAt: q.LawAt}, knownAt: now.UTC()}
	if m.ValidAt == 0 {
		m.ValidAt = events.DateOf(now)
	}
	if err := y.cut(&m, q); err != nil {
		return m, err
	}
	m.Routines = y.routines(m.ValidAt, m.Known)
	return m, nil
}

// Moment settles what a question is computed from, and the head of its answer, before anything else is read for it. Its
// only errors are *BadQuery.
func (y *Youths) Moment(q Query) (requirements.Moment, Page, error) {
	m, err := y.moment(&q)
	return m.Moment, m.page(nil, 0), err
}

// cut settles what was known at the moment, and who is not shown now.
func (y *Youths) cut(m *moment, q *Query) error {
	k := q.KnownAt
	y.mu.RLock()
	defer y.mu.RUnlock()
	m.Known, m.withheld = y.last, y.withheldOf(q, events.DateOf(m.knownAt))
	switch {
	case k.Sequence > y.last:
		return &BadQuery{"knownAt", "at most seq:" + utoa(y.last) + ", the last one taken in"}
	case k.Sequence > 0:
		m.Known = k.Sequence
		m.knownAt, _ = y.times.of(k.Sequence)
	case !k.Time.IsZero():
		m.knownAt, m.Known = k.Time.UTC(), y.times.upTo(k.Time)
	}
	return nil
}

// Overdue is a page of verdicts, by default those overdue, sorted by limit, youth and requirement. Today's lists come
// from an index; any other day is judged for everyone. Its only errors are *BadQuery.
func (y *Youths) Overdue(q Query) (Page, error) {
	if len(q.Status) == 0 {
		q.Status = []string{requirements.Overdue.String()}
	}
	f, err := q.filter()
	if err != nil {
		return Page{}, err
	}
	m, err := y.moment(&q)
	if err != nil {
		return Page{}, err
	}
	var rows []row
	if m.ValidAt == events.DateOf(y.Now()) && q.KnownAt.IsZero() && q.LawAt == 0 && f.youths == nil {
		rows = y.fromIndex(&m, &f)
	}
	if rows == nil {
		rows = y.fromFacts(&m, &f)
	}
	return m.page(rows, f.limit), nil
}

// Verdicts streams every verdict that is asked for, sorted by youth, requirement and instance; the page is only its
// head. Limit and After are not used. Its only errors are *BadQuery.
func (y *Youths) Verdicts(q Query) (Page, iter.Seq[Verdict], error) {
	f, err := q.filter()
	if err != nil {
		return Page{}, nil, err
	}
	m, err := y.moment(&q)
	if err != nil {
		return Page{}, nil, err
	}
	return m.page(nil, f.limit), func(yield func(Verdict) bool) { y.stream(&m, &f, yield) }, nil
}

func (y *Youths) stream(m *moment, f *filter, yield func(Verdict) bool) {
	var c requirements.Case
	for _, id := range y.ids(f.youths) {
		facts, ok := y.factsOf(id, f.within)
		if !ok || !c.Open(facts, m.Moment) {
			continue
		}
		for rank, r := range requirements.Sorted {
			if f.requirements&(1<<rank) == 0 {
				continue
			}
			for _, j := range c.Judge(r) {
				if f.wants(rank, j.Status) && f.here(&c, j.Limit) && !yield(m.verdict(id, &c, j)) {
					return
				}
			}
		}
	}
}

// here tells whether a verdict with that limit belongs to the municipality asked for, and to one that may be asked for.
func (f *filter) here(c *requirements.Case, limit events.Date) bool {
	if f.municipality == 0 && (f.within == nil || f.within.Municipalities == nil) {
		return true
	}
	of := c.Municipality(limit)
	return (f.municipality == 0 || of == f.municipality) && f.within.holds(of)
}

// ids is the youths asked for, or all, each once and sorted.
func (y *Youths) ids(asked []requirements.UUID) []requirements.UUID {
	ids := slices.Clone(asked)
	if asked == nil {
		y.mu.RLock()
		ids = make([]requirements.UUID, len(y.all))
		for i, one := range y.all {
			ids[i] = one.id
		}
		y.mu.RUnlock()
	}
	slices.SortFunc(ids, compareUUID)
	return slices.Compact(ids)
}
