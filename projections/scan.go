package projections

import (
	"bytes"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// row is one line of a list before it is put into words. The facts are where they lay when it was found; what has
// been added since lies beyond the moment's sequence.
type row struct {
	position
	facts requirements.Facts
}

// page puts rows, at most one more than the limit, into words.
func (m *moment) page(rows []row, limit int) Page {
	p := Page{ValidAt: m.ValidAt, KnownAt: m.knownAt, Sequence: m.Known, Withheld: m.withheld}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = rows[limit-1].position.String()
	}
	p.Rows = make([]Verdict, 0, len(rows))
	var c requirements.Case
	var open requirements.UUID
	for i := range rows {
		r := &rows[i]
		if i == 0 || r.youth != open {
			c.Open(r.facts, m.Moment)
			open = r.youth
		}
		for _, j := range c.Judge(requirements.Sorted[r.requirement]) {
			if c.Instance(j) == r.instance {
				p.Rows = append(p.Rows, m.verdict(r.youth, &c, j))
			}
		}
	}
	return p
}

// chunk is how many youths a worker takes at a time.
const chunk = 512

// fromFacts judges everyone (or the youths asked for) on as many processors as there are, and keeps the first rows.
func (y *Youths) fromFacts(m *moment, f *filter) []row {
	ids := y.chosen(f)
	var next atomic.Int64
	firsts := make([]first, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for w := range firsts {
		firsts[w].keep = f.limit + 1
		workers.Go(func() {
			var s scan
			for {
				from := int(next.Add(1)-1) * chunk
				if from >= len(ids) {
					return
				}
				s.judge(y, ids[from:min(from+chunk, len(ids))], m, f, &firsts[w])
			}
		})
	}
	workers.Wait()
	all := first{keep: f.limit + 1}
	for i := range firsts {
		all.rows = append(all.rows, firsts[i].rows...)
	}
	all.prune()
	return all.rows
}

// chosen is those to judge, as they are now; who comes later is not known at the moment asked for.
func (y *Youths) chosen(f *filter) []*youth {
	y.mu.RLock()
	defer y.mu.RUnlock()
	if f.youths == nil {
		return y.visible(f.within)
	}
	chosen := []*youth{}
	for _, id := range f.youths {
		if i, ok := y.byID[id]; ok && !f.within.hides(y.all[i]) && !slices.Contains(chosen, y.all[i]) {
			chosen = append(chosen, y.all[i])
		}
	}
	return chosen
}

// visible is everyone but those who are not to be seen, of whom there are few: they are only looked for where there are any.
func (y *Youths) visible(within *Within) []*youth {
	all := y.all[:len(y.all):len(y.all)]
	if len(y.shield) == 0 || within == nil || within.Protected {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), within.hides)
}

// scan is one worker's memory.
type scan struct {
	facts [chunk]requirements.Facts
	c     requirements.Case
}

// copyFacts notes where the facts of some lie now.
func (s *scan) copyFacts(y *Youths, some []*youth) {
	y.mu.RLock()
	for i, one := range some {
		s.facts[i] = one.facts
	}
	y.mu.RUnlock()
}

func (s *scan) judge(y *Youths, some []*youth, m *moment, f *filter, into *first) {
	s.copyFacts(y, some)
	for i, one := range some {
		if !s.c.Open(s.facts[i], m.Moment) {
			continue
		}
		for rank, r := range requirements.Sorted {
			if f.requirements&(1<<rank) == 0 {
				continue
			}
			for _, j := range s.c.Judge(r) {
				if f.wants(rank, j.Status) && !into.beyond(j.Limit) && f.here(&s.c, j.Limit) {
					into.add(position{j.Limit, one.id, uint8(rank), s.c.Instance(j)}, s.facts[i], f.after)
				}
			}
		}
	}
}

// first keeps the rows that come first after a place in the list.
type first struct {
	keep int
	rows []row
	full bool     // keep rows were found, and none after worst is of interest
	last position // the worst of them
}

// beyond tells whether rows with that limit come too late to be kept.
func (k *first) beyond(limit events.Date) bool { return k.full && limit > k.last.limit }

func (k *first) add(p position, facts requirements.Facts, after *position) {
	if after != nil && p.compare(*after) <= 0 || k.full && p.compare(k.last) >= 0 {
		return
	}
	k.rows = append(k.rows, row{p, facts})
	if len(k.rows) >= 4*k.keep {
		k.prune()
	}
}

func (k *first) prune() {
	slices.SortFunc(k.rows, func(a, b row) int { return a.compare(b.position) })
	if len(k.rows) >= k.keep {
		k.rows = k.rows[:k.keep]
		k.full, k.last = true, k.rows[k.keep-1].position
	}
}

func compareUUID(a, b requirements.UUID) int { return bytes.Compare(a[:], b[:]) }

func utoa(n uint64) string { return strconv.FormatUint(n, 10) }
