package projections

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
	"ettervern/projections/scorecard"
)

// ScorecardQuery is a question for figures. Of the Query in it the day, what was known, the municipality, requirement and norm
// level count.
type ScorecardQuery struct {
	Query
	From, To events.Date // of the limits, both inclusive; both zero: the calendar year of ValidAt
	Office   string      // only this county governor's office
	Service  string      // only duties of this owner
	By       string      // see scorecard.Breakdowns; empty: by lines only
	Own      bool        // the asker is the municipality itself
}

// Scorecard is figures, with what they were computed from.
type Scorecard struct {
	scorecard.Card
	ValidAt   events.Date `json:"validAt"`
	KnownAt   time.Time   `json:"knownAt"`
	Sequence  uint64      `json:"sequence"`
	Catalogue string      `json:"catalogue"`
	Withheld
}

// Scorecard counts verdicts. Today's stand in an index; for any other day everyone is judged. Its only errors are *BadQuery.
func (y *Youths) Scorecard(q ScorecardQuery) (Scorecard, error) {
	m, err := y.moment(&q.Query)
	if err != nil {
		return Scorecard{}, err
	}
	asked, err := q.question(m.ValidAt)
	if err != nil {
		return Scorecard{}, err
	}
	today := m.ValidAt == events.DateOf(y.Now()) && q.KnownAt.IsZero()
	card := y.count(&m, asked, today).Card()
	return Scorecard{card, m.ValidAt, m.knownAt, m.Known, requirements.Version, m.withheld}, nil
}

// question is what is asked, understood.
func (q *ScorecardQuery) question(validAt events.Date) (*scorecard.Question, error) {
	f, err := q.filter()
	if err != nil {
		return nil, err
	}
	asked := &scorecard.Question{From: q.From, To: q.To, Municipality: f.municipality, Office: q.Office, By: scorecard.By(q.By), Own: q.Own, OfficeOf: OfficeOf}
	if q.From == 0 && q.To == 0 {
		asked.From = events.NewDate(validAt.Time().Year(), time.January, 1)
		asked.To = events.NewDate(validAt.Time().Year(), time.December, 31)
	}
	asked.Lines = func(l *scorecard.Line) bool {
		return (q.Requirement == "" || l.Requirement == q.Requirement) && (q.Norm == "" || string(l.Norm) == q.Norm) &&
			(q.Service == "" || string(l.Service) == q.Service)
	}
	services := make([]string, len(owners))
	for i, o := range owners {
		services[i] = string(o)
	}
	switch {
	case q.Office != "" && q.Office != OfficeUnknown && !slices.Contains(Offices, q.Office):
		return nil, oneOf("office", Offices)
	case q.Service != "" && !slices.Contains(services, q.Service):
		return nil, oneOf("service", services)
	case q.By != "" && !slices.Contains(scorecard.Breakdowns(), q.By):
		return nil, oneOf("by", scorecard.Breakdowns())
	case (q.From == 0) != (q.To == 0):
		return nil, &BadQuery{"to", "given together with from"}
	}
	if field, allowed := asked.Check(); field != "" {
		return nil, &BadQuery{field, allowed}
	}
	return asked, nil
}

// count counts for a question: of today from the index, where that can tell.
func (y *Youths) count(m *moment, q *scorecard.Question, today bool) *scorecard.Counter {
	if today {
		if c := y.countIndex(m, q); c != nil {
			return c
		}
	}
	y.mu.RLock()
	everyone := y.all[:len(y.all):len(y.all)]
	y.mu.RUnlock()
	return sideBySide(len(everyone), q, func() func(*scorecard.Counter, int, int) {
		var s scan
		var room []stand
		return func(c *scorecard.Counter, from, to int) {
			s.copyFacts(y, everyone[from:to])
			for i := range to - from {
				room = judge(&s.c, s.facts[i], m.Moment, room).stands
				addStands(c, room)
			}
		}
	})
}

// countIndex is nil where the index cannot tell, since the clock went back.
func (y *Youths) countIndex(m *moment, q *scorecard.Question) *scorecard.Counter {
	y.Today()
	y.mu.RLock()
	defer y.mu.RUnlock()
	if y.today == nil || y.today.day != m.ValidAt {
		return nil
	}
	m.Known, m.Routines = y.last, y.today.routines
	return sideBySide(len(y.all), q, func() func(*scorecard.Counter, int, int) {
		return func(c *scorecard.Counter, from, to int) {
			for _, one := range y.all[from:to] {
				addStands(c, one.state.stands)
			}
		}
	})
}

func addStands(c *scorecard.Counter, stands []stand) {
	for i := range stands {
		if s := &stands[i]; c.Wants(s.limit, s.municipality) {
			c.Add(&scorecard.Verdict{
				Requirement: requirements.Sorted[s.rank], Owner: int(s.owner), Limit: s.limit, Municipality: s.municipality,
				Status: s.status, Flags: s.flags, Kind: s.kind, InTransition: s.inTransition, Days: int(s.days), Fulfilled: s.days != noDays,
			})
		}
	}
}

// sideBySide counts n youths on as many processors as there are, a chunk at a time.
func sideBySide(n int, q *scorecard.Question, worker func() func(c *scorecard.Counter, from, to int)) *scorecard.Counter {
	counters := make([]*scorecard.Counter, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	var workers sync.WaitGroup
	for w := range counters {
		counters[w] = scorecard.NewCounter(q)
		workers.Go(func() {
			count := worker()
			for from := 0; ; {
				if from = int(next.Add(1)-1) * chunk; from >= n {
					return
				}
				count(counters[w], from, min(from+chunk, n))
			}
		})
	}
	workers.Wait()
	for _, other := range counters[1:] {
		counters[0].Merge(other)
	}
	return counters[0]
}
