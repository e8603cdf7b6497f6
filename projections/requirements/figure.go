package requirements

import "ettervern/events"

// StatusCount is how many statuses there are.
const StatusCount = int(statuses)

var gravest = [...]Kinds{CareOrder, Placement, Behaviour, Voluntary}

// Gravest lists the kinds of measure, the gravest first.
func Gravest() []Kinds { return gravest[:] }

// Text names the kinds in each language.
func (k Kinds) Text() Text {
	return Text{k.in(bokmaal.kinds), k.in(nynorsk.kinds), k.in(english.kinds)}
}

// Kind is the one kind of measure that a youth is counted under: the gravest that was active on some day of the transition
// window, or else at any time, up to ValidAt; 0 for none.
func (c *Case) Kind() Kinds {
	if c.ValidAt >= c.Window {
		if kind := c.gravestIn(c.Window, c.Adult-1); kind != 0 {
			return kind
		}
	}
	return c.gravestIn(0, c.ValidAt)
}

func (c *Case) gravestIn(first, last events.Date) Kinds {
	for _, kind := range gravest {
		if c.active(kind, first, last) {
			return kind
		}
	}
	return 0
}

// DaysBefore is how many days before birthday(18) a duty before 18 was fulfilled, negative after it; false where it was not.
func (c *Case) DaysBefore(j Judgement) (days int, fulfilled bool) {
	if Requirements[j.Requirement].duties != nil || j.Status != Met && j.Status != MetLate {
		return 0, false
	}
	return int(c.Adult - c.facts[j.decider].date), true
}

// InTransition tells whether the youth, up to ValidAt, came into the transition window with a measure of any kind, and did not
// die before 18.
func (c *Case) InTransition() bool {
	return c.ValidAt >= c.Window && c.active(allKinds, c.Window, c.Adult-1) && (c.Died == 0 || c.Died >= c.Adult)
}

// CoversAll tells whether every kind of measure brings the duty about for an 18th birthday on a day.
func (r *Requirement) CoversAll(birthday events.Date) bool { return r.Covered(birthday) == allKinds }

// Owners lists whose duties requirements are.
func Owners() []Owner { return []Owner{OfChildWelfare, OfNavOffice, OfBoth} }

// Versions are the days from which a requirement before 18 covers other youths than before, by their 18th birthdays, the
// first day of all included. Others have one version, without a day. Counts of different versions are never added.
func (r *Requirement) Versions() []events.Date {
	if len(r.Covers) == 0 {
		return []events.Date{0}
	}
	days := make([]events.Date, len(r.Covers))
	for i, c := range r.Covers {
		days[i] = c.From
	}
	return days
}
