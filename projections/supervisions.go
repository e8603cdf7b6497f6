package projections

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"ettervern/events"
)

// Supervisions is the read model of supervisions (tilsyn): what stands of each, for any day and what was known at any
// time. There are few, so it keeps the occurrences themselves and works each answer out. One writer may Apply while
// many read.
type Supervisions struct {
	// Now is the clock that tells which day is today. Set it before the first use; the default is time.Now.
	Now func() time.Time

	mu   sync.RWMutex // guards all below
	byID map[string]int
	all  []supervised
	seen seen
}

// supervised is one supervision as it was told. A copy made under the lock can be read without it.
type supervised struct {
	id     string
	number uint64 // of entries
	told   chronicle
}

// NewSupervisions is an empty read model.
func NewSupervisions() *Supervisions {
	return &Supervisions{Now: time.Now, byID: map[string]int{}}
}

// Apply takes in the next entry of the ledger. An entry at or below the last sequence was already taken in and is
// ignored; entries about other entities only move the sequence.
func (s *Supervisions) Apply(e events.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.seen.take(&e) || e.Entity.Kind != events.Supervision {
		return
	}
	i, known := s.byID[e.Entity.ID]
	if !known {
		i = len(s.all)
		s.all = append(s.all, supervised{id: e.Entity.ID})
		s.byID[e.Entity.ID] = i
	}
	s.all[i].number++
	s.all[i].told.add(&e)
}

// Has tells whether anything is known of the supervision.
func (s *Supervisions) Has(id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, known := s.byID[id]
	return known
}

// One is a supervision at the query's moment, whose other fields are not used; an empty one of status not_opened when
// nothing stood then. Ask Has first. Its only errors are *BadQuery.
func (s *Supervisions) One(id string, q SupervisionQuery) (Supervision, error) {
	m, err := s.asOf(&q)
	if err != nil {
		return Supervision{}, err
	}
	s.mu.RLock()
	one := supervised{id: id}
	if i, known := s.byID[id]; known {
		one = s.all[i]
	}
	s.mu.RUnlock()
	return m.supervision(&one), nil
}

// List is a page of supervisions of which something stood at the query's moment, sorted by the day they were opened
// and their id. Its only errors are *BadQuery.
func (s *Supervisions) List(q SupervisionQuery) (SupervisionPage, error) {
	after, err := q.check()
	if err != nil {
		return SupervisionPage{}, err
	}
	m, rows, err := s.rows(&q)
	if err != nil {
		return SupervisionPage{}, err
	}
	slices.SortFunc(rows, func(a, b Supervision) int { return a.place().compare(b.place()) })
	page := SupervisionPage{Rows: []Supervision{}, ValidAt: m.validAt, KnownAt: m.knownAt, Sequence: m.sequence}
	for i := range rows {
		if after != nil && rows[i].place().compare(*after) <= 0 {
			continue
		}
		if len(page.Rows) == q.Limit {
			page.Next = page.Rows[q.Limit-1].place().String()
			break
		}
		page.Rows = append(page.Rows, rows[i])
	}
	return page, nil
}

// rows is every supervision that the query asks for, in no order.
func (s *Supervisions) rows(q *SupervisionQuery) (asOf, []Supervision, error) {
	m, err := s.asOf(q)
	if err != nil {
		return m, nil, err
	}
	s.mu.RLock()
	all := slices.Clone(s.all)
	s.mu.RUnlock()
	var rows []Supervision
	for i := range all {
		if row := m.supervision(&all[i]); row.stood && q.wants(&row) {
			rows = append(rows, row)
		}
	}
	return m, rows, nil
}

func (s *Supervisions) asOf(q *SupervisionQuery) (asOf, error) {
	now := s.Now()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.seen.asOf(now, q.ValidAt, q.KnownAt)
}

// SupervisionPage is one page of supervisions, with what it was computed from, so that it can be asked again.
type SupervisionPage struct {
	Rows     []Supervision `json:"rows"`
	Next     string        `json:"next"` // the After of the next page; empty on the last
	ValidAt  events.Date   `json:"validAt"`
	KnownAt  time.Time     `json:"knownAt"`
	Sequence uint64        `json:"sequence"`
}

// supervisionPlace is where a supervision stands in a list: by the day it was opened, then by its id.
type supervisionPlace struct {
	opened events.Date // zero: it was not
	id     string
}

func (p supervisionPlace) compare(q supervisionPlace) int {
	return cmp.Or(cmp.Compare(p.opened, q.opened), cmp.Compare(p.id, q.id))
}

// UnitsOf is the units that a supervision was opened for, by all that is known; none where no opening stands.
func (s *Supervisions) UnitsOf(id string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, known := s.byID[id]
	if !known {
		return nil
	}
	for _, t := range s.all[i].told.known(s.seen.last) {
		if e, is := t.Event.(*events.SupervisionOpened); is {
			return e.Units
		}
	}
	return nil
}
