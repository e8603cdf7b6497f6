package requirements

import (
	"bytes"
	"slices"

	"ettervern/events"
)

// Case is one youth as seen on one day (validAt) with what was known at one place in the ledger (known). Opening it
// for the next youth uses its memory again, so that judging a whole county allocates nothing. Not safe for
// concurrent use.
type Case struct {
	ValidAt events.Date
	Born    events.Date
	Limit   events.Date // birthday(18): nothing on that day is in time
	Window  events.Date // its first day
	Upper   events.Date // birthday(upper_age)
	Died    events.Date // zero: not, as of ValidAt

	early  bool        // the window's first day lies before the law's first parameters
	home   uint16      // the municipality of YouthRegistered
	next   events.Date // the earliest date of a fact after ValidAt
	all    Facts
	known  int    // how many of all are known
	facts  []fact // those that count, in the order they were recorded
	marks  []mark // of all: what became of each
	spans  []span
	deathI int    // index in facts of the death that counts
	text   []byte // of Explain
}

// span is a measure of a kind, active on [start, end).
type span struct {
	start, end events.Date
	kind       Kinds
}

type mark uint8

const (
	retracted mark = 1 << iota
	replaced
)

// forEver is the end of a measure that has not ended.
const forEver = events.Date(1<<31 - 1)

// Open makes c the youth's case on validAt, with the facts recorded up to the sequence known. It is false where no
// registration is known: nothing can be said then.
func (c *Case) Open(f Facts, validAt events.Date, known uint64) bool {
	c.all, c.ValidAt, c.known = f, validAt, f.upTo(known)
	c.Born, c.Died, c.next, c.home = 0, 0, 0, 0
	c.facts, c.spans = c.facts[:0], c.spans[:0]
	if !c.cut() {
		return false
	}
	c.Limit = c.Born.Birthday(MajorityAge.Values[0].Number)
	c.Window, c.early = beforeDate(&TransitionWindow, c.Limit)
	c.Upper = UpperBirthday(c.Born)
	c.measures()
	c.annul()
	return true
}

// cut takes the facts that count: not retracted, in their corrected form, dated up to ValidAt; and tells whether
// the youth is registered.
func (c *Case) cut() (known bool) {
	if c.all.corrected {
		c.marks = c.all.marks(c.marks, c.known)
	}
	for i := range c.known {
		f := &c.all.list[i]
		if f.kind == retraction || c.all.corrected && !c.counts(i, f) {
			continue
		}
		switch {
		case f.kind == registered: // who it is counts from its recording, whatever its date: the last said holds
			c.Born, c.home, known = f.date, f.municipality, true
		case f.kind == birthDate:
			c.Born = f.date
		case f.date > c.ValidAt:
			if c.next == 0 || f.date < c.next {
				c.next = f.date
			}
		default:
			c.take(f)
		}
	}
	return known
}

func (c *Case) take(f *fact) {
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
			c.spans = append(c.spans, span{c.facts[i].date, c.endOf(&c.facts[i]), Kinds(c.facts[i].code)})
		}
	}
}

func (c *Case) endOf(started *fact) events.Date {
	end := forEver
	if c.Died != 0 {
		end = c.Died
	}
	id := c.all.reference(started, 1)
	for i := range c.facts {
		if f := &c.facts[i]; f.kind == measureEnded && f.date < end && bytes.Equal(c.all.reference(f, 1), id) {
			end = f.date
		}
	}
	return end
}

// annul treats decisions that a complaint set aside as never made.
func (c *Case) annul() {
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

// Municipality is the number of the one the verdicts belong to: responsible on the earlier of ValidAt and the limit.
func (c *Case) Municipality() uint16 { return c.Responsible(min(c.ValidAt, c.Limit)) }

// Responsible is the number of the municipality responsible on a day up to ValidAt (domain § 4).
func (c *Case) Responsible(day events.Date) uint16 {
	var assigned, started fact
	for i := range c.facts {
		f := &c.facts[i]
		switch {
		case f.date > day:
		case f.kind == responsibility && f.date >= assigned.date:
			assigned = *f
		case f.kind == measureStarted && f.municipality != 0 && f.date < c.Limit && f.date >= started.date:
			started = *f
		}
	}
	switch {
	case assigned.municipality != 0:
		return assigned.municipality
	case started.municipality != 0 && day >= responsibleStarter:
		return started.municipality
	}
	return c.home
}

// NextChange is the first day after ValidAt on which some status or the responsibility can change if nothing more is
// recorded; zero if never.
func (c *Case) NextChange() events.Date {
	next := c.next
	for _, day := range [...]events.Date{c.Window, c.target(&InGoodTime), c.Limit, c.Upper, responsibleStarter} {
		if day > c.ValidAt && (next == 0 || day < next) {
			next = day
		}
	}
	return next
}
