package projections

import (
	"cmp"
	"math/bits"
	"runtime"
	"slices"
	"sync"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// index keeps how everyone stands today, in lists sorted as they are shown, one for each status and municipality.
// An entry moves one youth; a new day moves those whose status changes on it. It is only ever what judging everyone
// would say (a test compares them), and is guarded by the lock of its Youths.
type index struct {
	day   events.Date
	lists map[listKey]*list
	due   map[events.Date][]uint32 // who may change on a day; one who has since moved to another day is passed over
	c     requirements.Case
}

// listKey names a list; municipality 0 is the whole country.
type listKey struct {
	municipality uint16
	status       requirements.Status
}

// state is how a youth stands on the index's day.
type state struct {
	limit        events.Date
	next         events.Date // when it may change; zero: never
	municipality uint16
	listed       bool // registered, and so in the lists
	statuses     [4]requirements.Status
}

// mask is which requirements have a status, by their place in requirements.Sorted.
func (s *state) mask(status requirements.Status) (m uint8) {
	for rank, have := range s.statuses {
		if have == status {
			m |= 1 << rank
		}
	}
	return m
}

// judge works out the state of one youth.
func (s *state) judge(c *requirements.Case, facts requirements.Facts, day events.Date, last uint64) {
	*s = state{}
	if !c.Open(facts, day, last) {
		return
	}
	s.limit, s.next, s.municipality, s.listed = c.Limit, c.NextChange(), c.Municipality(), true
	for rank, r := range requirements.Sorted {
		s.statuses[rank] = c.Judge(r).Status
	}
}

// Today brings the lists of today up to date. Call it once after catching up with the ledger, so that not the first
// one to ask waits for everyone to be judged; afterwards it is cheap.
func (y *Youths) Today() {
	day := events.DateOf(y.Now())
	y.mu.RLock()
	ready := y.today != nil && y.today.day >= day
	y.mu.RUnlock()
	if ready {
		return
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.today == nil {
		y.today = buildIndex(y, day)
	}
	y.today.advance(y, day)
}

// buildIndex judges everyone once, in parallel. The caller holds the lock.
func buildIndex(y *Youths, day events.Date) *index {
	var workers sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for w := range n {
		workers.Go(func() {
			var c requirements.Case
			for i := w; i < len(y.all); i += n {
				y.all[i].state.judge(&c, y.all[i].facts, day, y.last)
			}
		})
	}
	workers.Wait()
	x := &index{day: day, lists: map[listKey]*list{}, due: map[events.Date][]uint32{}}
	order := make([]uint32, len(y.all))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		if c := cmp.Compare(y.all[a].state.limit, y.all[b].state.limit); c != 0 {
			return c
		}
		return compareUUID(y.all[a].id, y.all[b].id)
	})
	for _, i := range order {
		x.eachList(&y.all[i].state, func(l *list, mask uint8) { l.append(item{y.all[i].state.limit, i, mask}) })
		x.await(i, y.all[i].state.next)
	}
	return x
}

// advance goes to a later day, judging anew only those who may change on the way.
func (x *index) advance(y *Youths, day events.Date) {
	for x.day < day {
		x.day++
		coming := x.due[x.day]
		delete(x.due, x.day)
		for _, i := range coming {
			if y.all[i].state.next == x.day {
				x.rejudge(y, i)
			}
		}
	}
}

// rejudge brings one youth up to date.
func (x *index) rejudge(y *Youths, i uint32) {
	one := y.all[i]
	var now state
	now.judge(&x.c, one.facts, x.day, y.last)
	was := one.state
	one.state = now
	if was.next != now.next {
		x.await(i, now.next)
	}
	was.next = now.next
	if was == now {
		return
	}
	x.eachList(&was, func(l *list, mask uint8) { l.remove(item{was.limit, i, mask}, y.all) })
	x.eachList(&now, func(l *list, mask uint8) { l.insert(item{now.limit, i, mask}, y.all) })
}

func (x *index) await(i uint32, day events.Date) {
	if day != 0 {
		x.due[day] = append(x.due[day], i)
	}
}

// eachList calls do for each list that a youth in that state is in.
func (x *index) eachList(s *state, do func(*list, uint8)) {
	if !s.listed {
		return
	}
	for status := range requirements.StatusNames() {
		mask := s.mask(requirements.Status(status))
		if mask == 0 {
			continue
		}
		do(x.list(0, requirements.Status(status)), mask)
		if s.municipality != 0 {
			do(x.list(s.municipality, requirements.Status(status)), mask)
		}
	}
}

func (x *index) list(municipality uint16, status requirements.Status) *list {
	key := listKey{municipality, status}
	if x.lists[key] == nil {
		x.lists[key] = &list{}
	}
	return x.lists[key]
}

// fromIndex is the rows of a page of today; nil where the index cannot tell, since the clock went back.
func (y *Youths) fromIndex(m *moment, f *filter) []row {
	y.Today()
	y.mu.RLock()
	defer y.mu.RUnlock()
	if y.today.day != m.validAt {
		return nil
	}
	m.sequence = y.last
	return y.today.page(y.all, f)
}

// OverdueByMunicipality counts today's overdue verdicts by municipality number.
func (y *Youths) OverdueByMunicipality() map[string]int {
	y.Today()
	y.mu.RLock()
	defer y.mu.RUnlock()
	counts := map[string]int{}
	for key, l := range y.today.lists {
		if key.municipality != 0 && key.status == requirements.Overdue && l.rows > 0 {
			counts[requirements.FormatMunicipality(key.municipality)] = l.rows
		}
	}
	return counts
}

func rowsIn(mask uint8) int { return bits.OnesCount8(mask) }
