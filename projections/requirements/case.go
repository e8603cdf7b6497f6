package requirements

import (
	"bytes"
	"slices"

	"ettervern/events"
)

// Moment is the day asked about and what was known of it.
type Moment struct {
	ValidAt  events.Date
	Known    uint64      // the last sequence that counts
	LawAt    events.Date // judge everything by the law of this day; zero: each day by its own law
	Routines *Routines   // the municipalities' own, as known; nil for none
}

// Case is one youth at one Moment. Opening it for the next youth uses its memory again, so that judging a whole county
// allocates nothing. Not safe for concurrent use.
type Case struct {
	Moment
	Born   events.Date
	Adult  events.Date // birthday(18)
	Window events.Date // the transition window's first day
	Upper  events.Date // birthday(upper_age): from then on aftercare is not possible
	Died   events.Date // zero: not, as of ValidAt

	good    allowed     // of inGoodTime
	goodBy  events.Date // likewise
	early   bool        // the window's first day lies before the law's first parameters
	home    place       // of YouthRegistered
	next    events.Date // the earliest day after ValidAt on which something judged so far may change; zero: never
	present kinds       // of the facts that count
	all     Facts
	cut     int    // how many of all are known
	facts   []fact // those that count, in the order they were recorded
	marks   []mark // of all: what became of each
	spans   []span
	periods []period
	deathI  int         // index in facts of the death that counts
	duties  []duty      // of the requirement judged last
	judged  []Judgement // likewise
	decided []int       // of deciders
	text    []byte      // of Explain
}

// span is a measure of a kind, active on [start, end).
type span struct {
	start, end events.Date
	kind       Kinds
	first      int // index in facts of its start
	last       int // of its end, or none
}

type mark uint8

const (
	retracted mark = 1 << iota
	replaced
)

// forEver is the end of a measure that has not ended.
const forEver = events.Date(1<<31 - 1)

// Open makes c the youth's case at a moment. It is false where no registration is known: nothing can be said then; and
// where the youth is known to have another pseudonym: all is said under that.
func (c *Case) Open(f Facts, m Moment) bool {
	c.all, c.Moment, c.cut = f, m, f.upTo(m.Known)
	c.Born, c.Died, c.next, c.home, c.present = 0, 0, 0, place{}, 0
	c.facts, c.spans, c.periods, c.good = c.facts[:0], c.spans[:0], c.periods[:0], allowed{}
	if !c.take() {
		return false
	}
	c.Adult = c.Born.Birthday(c.value(&MajorityAge, c.Born).Number)
	c.Window, c.early = c.window()
	c.Upper = c.upperBirthday()
	c.measures()
	c.annul()
	c.runs()
	return true
}

// take takes the facts that count: not retracted, in their corrected form, dated up to ValidAt; and tells whether
// the youth is registered, and by no other name.
func (c *Case) take() (known bool) {
	elsewhere := false
	if c.all.corrected {
		c.marks = c.all.marks(c.marks, c.cut)
	}
	for i := range c.cut {
		f := &c.all.list[i]
		if f.kind == retraction || c.all.corrected && !c.counts(i, f) {
			continue
		}
		switch {
		case f.kind == registered: // who it is counts from its recording, whatever its date: the last said holds
			c.Born, c.home, known = f.date, place{f.municipality, f.code}, true
		case f.kind == birthDate:
			c.Born = f.date
		case f.kind == merged: // that too is about who it is
			elsewhere = true
		case f.date > c.ValidAt:
			c.changes(f.date)
		default:
			c.add(f)
		}
	}
	return known && !elsewhere
}

func (c *Case) add(f *fact) {
	c.present |= 1 << f.kind
	if f.kind == died && (c.Died == 0 || f.date < c.Died) {
		c.Died, c.deathI = f.date, len(c.facts)
	}
	c.facts = append(c.facts, *f)
}

func (c *Case) counts(i int, f *fact) bool {
	if f.bits&isCorrection == 0 {
		return c.marks[i] == 0
	}
	return c.marks[i] == 0 && f.of >= 0 && c.marks[f.of]&retracted == 0
}

// marks tells what became of each of the first n facts. Of several corrections the last that is not retracted
// stands; the others, like the original, are replaced.
func (f *Facts) marks(into []mark, n int) []mark {
	into = slices.Grow(into[:0], n)[:n]
	clear(into)
	for i := range n {
		if g := &f.list[i]; g.kind == retraction && g.bits&isCorrection == 0 && g.of >= 0 {
			into[g.of] |= retracted
		}
	}
	for i := n - 1; i >= 0; i-- {
		g := &f.list[i]
		if g.bits&isCorrection == 0 || g.of < 0 || into[i]&retracted != 0 {
			continue
		}
		if into[g.of]&replaced != 0 {
			into[i] |= replaced
		}
		into[g.of] |= replaced
	}
	return into
}

// measures works out when each measure was active. Death ends them all.
func (c *Case) measures() {
	for i := range c.facts {
		if c.facts[i].kind == measureStarted {
			s := span{start: c.facts[i].date, kind: Kinds(c.facts[i].code), first: i}
			s.end, s.last = c.endOf(&c.facts[i])
			c.spans = append(c.spans, s)
		}
	}
}

// endOf is the day on which a measure ended, and by which fact.
func (c *Case) endOf(started *fact) (end events.Date, by int) {
	end, by = forEver, none
	if c.Died != 0 {
		end, by = c.Died, c.deathI
	}
	id := c.all.reference(started, 1)
	for i := range c.facts {
		if f := &c.facts[i]; f.kind == measureEnded && f.date < end && bytes.Equal(c.all.reference(f, 1), id) {
			end, by = f.date, i
		}
	}
	return end, by
}

// annul treats decisions that a complaint set aside as never made.
func (c *Case) annul() {
	if !c.present.has(complaintDecided) {
		return
	}
	for i := range c.facts {
		if f := &c.facts[i]; f.kind == complaintDecided && f.code == setAside {
			for j := range c.facts {
				if d := &c.facts[j]; d.kind == decisionMade && bytes.Equal(c.all.reference(d, 1), c.all.reference(f, 1)) {
					d.kind = annulled
				}
			}
		}
	}
}

// active tells whether a measure of these kinds was active on some day from first to last.
func (c *Case) active(kinds Kinds, first, last events.Date) bool {
	for _, s := range c.spans {
		if s.kind&kinds != 0 && s.start <= last && s.end > max(s.start, first) {
			return true
		}
	}
	return false
}

// Municipality is the number of the one that a verdict with this limit belongs to: responsible on the earlier of ValidAt
// and the limit.
func (c *Case) Municipality(limit events.Date) uint16 {
	return c.responsible(min(c.ValidAt, limit)).municipality
}

// responsible is the municipality responsible on a day (domain § 4).
func (c *Case) responsible(day events.Date) place {
	var assigned, started *fact
	for i := range c.facts {
		f := &c.facts[i]
		switch {
		case f.date > day:
		case f.kind == responsibility && (assigned == nil || f.date >= assigned.date):
			assigned = f
		case f.kind == measureStarted && f.municipality != 0 && f.date < c.Adult && (started == nil || f.date >= started.date):
			started = f
		}
	}
	switch {
	case assigned != nil:
		return place{assigned.municipality, assigned.code}
	case started != nil && c.lawOn(day) >= responsibleStarter:
		return place{municipality: started.municipality}
	}
	return c.home
}

// changes notes that something may change on a day after ValidAt.
func (c *Case) changes(day events.Date) {
	if day > c.ValidAt && (c.next == 0 || day < c.next) {
		c.next = day
	}
}

// NextChange is the first day after ValidAt on which some status or the responsibility can change if nothing more is
// recorded; zero if never. It is known when every requirement has been judged.
func (c *Case) NextChange() events.Date {
	for _, day := range [...]events.Date{c.Window, c.Adult, c.Upper, responsibleStarter} {
		c.changes(day)
	}
	return c.next
}
