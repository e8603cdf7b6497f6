package projections

import (
	"math"
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
	day      events.Date
	routines *requirements.Routines
	lists    map[listKey]*list
	due      map[events.Date][]uint32 // who may change on a day; one who has since moved to another day is passed over
	c        requirements.Case
	now      []stand // of rejudge
}

// listKey names a list; municipality 0 is the whole country.
type listKey struct {
	municipality uint16
	status       requirements.Status
}

// stand is how one instance of a requirement stands on the index's day: what lists and figures need of it, in 16 bytes.
type stand struct {
	limit        events.Date
	municipality uint16
	days         int16 // before birthday(18) on which a duty before 18 was fulfilled; noDays where it was not
	flags        requirements.Flags
	rank         uint8 // in requirements.Sorted
	status       requirements.Status
	owner        uint8              // in requirements.Owners
	kind         requirements.Kinds // of the youth
	inTransition bool               // likewise
}

const noDays = math.MinInt16

// state is how a youth stands on the index's day.
type state struct {
	next   events.Date // when it may change; zero: never
	stands []stand     // by rank and instance; none where no registration is known
}

// moment is what the index judges by.
func (x *index) moment(y *Youths) requirements.Moment {
	return requirements.Moment{ValidAt: x.day, Known: y.last, Routines: x.routines}
}

// judge works out the state of one youth; the stands are put into the given memory.
func judge(c *requirements.Case, facts requirements.Facts, m requirements.Moment, into []stand) (s state) {
	s.stands = into[:0]
	if !c.Open(facts, m) {
		return s
	}
	kind, inTransition := c.Kind(), c.InTransition()
	for rank, r := range requirements.Sorted {
		for _, j := range c.Judge(r) {
			s.stands = append(s.stands, stand{
				limit: j.Limit, municipality: c.Municipality(j.Limit), days: daysBefore(c, j), flags: j.Flags,
				rank: uint8(rank), status: j.Status, owner: ownerNumber(c.Service(j)), kind: kind, inTransition: inTransition,
			})
		}
	}
	s.next = c.NextChange()
	return s
}

func daysBefore(c *requirements.Case, j requirements.Judgement) int16 {
	days, fulfilled := c.DaysBefore(j)
	if !fulfilled {
		return noDays
	}
	return int16(max(noDays+1, min(math.MaxInt16, days)))
}

func ownerNumber(o requirements.Owner) uint8 { return uint8(slices.Index(owners, o)) }

var owners = requirements.Owners()

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
	x := &index{day: day, routines: y.routines(day, y.last), lists: map[listKey]*list{}, due: map[events.Date][]uint32{}}
	var workers sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for w := range n {
		workers.Go(func() {
			var c requirements.Case
			var room []stand
			for i := w; i < len(y.all); i += n {
				s := judge(&c, y.all[i].facts, x.moment(y), room)
				room = s.stands
				s.stands = slices.Clone(s.stands)
				y.all[i].state = s
			}
		})
	}
	workers.Wait()
	for i := range y.all {
		x.eachList(uint32(i), y.all[i].state.stands, (*list).gather)
		x.await(uint32(i), y.all[i].state.next)
	}
	for _, l := range x.lists {
		l.sort(y.all)
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
	now := judge(&x.c, one.facts, x.moment(y), x.now)
	x.now = now.stands
	if one.state.next != now.next {
		x.await(i, now.next)
		one.state.next = now.next
	}
	if slices.Equal(one.state.stands, now.stands) {
		return
	}
	x.eachList(i, one.state.stands, func(l *list, it item) { l.remove(it, y.all) })
	one.state.stands = append(make([]stand, 0, len(now.stands)), now.stands...)
	x.eachList(i, one.state.stands, func(l *list, it item) { l.insert(it, y.all) })
}

func (x *index) await(i uint32, day events.Date) {
	if day != 0 {
		x.due[day] = append(x.due[day], i)
	}
}

// eachList calls do with what a youth has in each list.
func (x *index) eachList(i uint32, stands []stand, do func(*list, item)) {
	for k := range stands {
		s := &stands[k]
		if slices.ContainsFunc(stands[:k], s.alike) {
			continue // an item holds all that are alike
		}
		it := item{limit: s.limit, youth: i}
		for n := k; n < len(stands); n++ {
			if s.alike(stands[n]) {
				it.mask |= 1 << stands[n].rank
				it.rows++
			}
		}
		do(x.list(0, s.status), it)
		if s.municipality != 0 {
			do(x.list(s.municipality, s.status), it)
		}
	}
}

// alike tells whether two instances of a youth lie in the same item. The limit settles the municipality.
func (s *stand) alike(other stand) bool { return s.status == other.status && s.limit == other.limit }

func (x *index) list(municipality uint16, status requirements.Status) *list {
	key := listKey{municipality, status}
	if x.lists[key] == nil {
		x.lists[key] = &list{}
	}
	return x.lists[key]
}

// fromIndex is the rows of a page of today; nil where the index cannot tell, since the clock went back. They are judged
// after the lock was let go: what is recorded meanwhile lies beyond the moment.
func (y *Youths) fromIndex(m *moment, f *filter) []row {
	y.Today()
	y.mu.RLock()
	x := y.today
	if x == nil || x.day != m.ValidAt {
		y.mu.RUnlock()
		return nil
	}
	m.Known, m.Routines = y.last, x.routines
	candidates := x.page(y.all, f)
	y.mu.RUnlock()
	return m.rows(candidates, f)
}

// OverdueByMunicipality counts today's overdue verdicts by municipality number.
func (y *Youths) OverdueByMunicipality() map[string]int {
	y.Today()
	y.mu.RLock()
	defer y.mu.RUnlock()
	counts := map[string]int{}
	if y.today == nil { // an entry has just made it stale
		return counts
	}
	for key, l := range y.today.lists {
		if key.municipality != 0 && key.status == requirements.Overdue && l.rows > 0 {
			counts[requirements.FormatMunicipality(key.municipality)] = l.rows
		}
	}
	return counts
}
