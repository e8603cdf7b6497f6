package requirements

import (
	"bytes"
	"cmp"
	"slices"

	"ettervern/events"
)

// duty is one instance of a requirement: what must have happened between two days, and for whom or what.
type duty struct {
	day     events.Date // the instance, where a day tells one from another
	about   int         // or the fact whose reference does: a decision, request or handover; none otherwise
	trigger events.Date // the day that brought it about, whose parameters count
	by      int         // the fact that brought it about, or none
	from    events.Date // the first day on which something fulfils or excuses it
	until   events.Date // the first day on which nothing does any more, zero: none
	endedBy int         // the fact that made that day the last, or none
	target  events.Date // when it should be done at the latest; zero: only the limit
	limit   events.Date // as the answer says it
	last    events.Date // the last day in time
	good    allowed     // how the target was found
	within  allowed     // how the limit was found
}

// start is a duty of the requirement, brought about on a day by a fact, with as long as the requirement allows.
func (c *Case) start(r *Requirement, trigger events.Date, by int) duty {
	d := duty{about: none, by: by, trigger: trigger, endedBy: none, limit: trigger}
	if r.Within != nil {
		d.within = c.allowed(r.Within, trigger)
		d.limit = d.within.After(trigger)
	}
	d.last = d.limit
	return d
}

// onDay is start, with the day as the instance.
func (c *Case) onDay(r *Requirement, trigger events.Date, by int) duty {
	d := c.start(r, trigger, by)
	d.day = trigger
	return d
}

// ofThing is start, with what the fact names or refers to as the instance.
func (c *Case) ofThing(r *Requirement, trigger events.Date, by int) duty {
	d := c.start(r, trigger, by)
	d.about = by
	return d
}

func (c *Case) oblige(d duty) { c.duties = append(c.duties, d) }

// eachFact calls do for each fact of a kind.
func (c *Case) eachFact(k kind, do func(i int, f *fact)) {
	if !c.present.has(k) {
		return
	}
	for i := range c.facts {
		if f := &c.facts[i]; f.kind == k {
			do(i, f)
		}
	}
}

// The generators: each adds the duties of its requirement that have begun by ValidAt.

// plans: one for each period. A plan may be made from a year before the first, and from the end of the period before.
func plans(c *Case, r *Requirement) {
	from := c.Born.Birthday(c.value(&MajorityAge, c.Born).Number - 1)
	for i := range c.periods {
		p := &c.periods[i]
		d := c.onDay(r, p.start, none)
		d.from, d.until, d.endedBy = from, p.end, p.by
		c.oblige(d)
		from = p.end
	}
}

// followUps: in each period a chain, from its first day and then from each follow-up.
func followUps(c *Case, r *Requirement) {
	for i := range c.periods {
		p := &c.periods[i]
		for base, by := p.start, none; ; {
			d := c.onDay(r, base, by)
			d.from, d.until, d.endedBy = base+1, p.end, p.by
			c.oblige(d)
			if by = c.earliest(r, &d, &r.fulfils); by == none {
				break
			}
			base = c.facts[by].date
		}
	}
}

// monthsBeforeEnding is how long before an ending its decision may have been made; so too a meeting before a handover.
const monthsBeforeEnding = 6

// endingDecisions: one for each ending.
func endingDecisions(c *Case, r *Requirement) {
	c.endings(func(day events.Date, by int) {
		if c.inForce(r, day) {
			d := c.onDay(r, day, by)
			d.from = day.AddMonths(-monthsBeforeEnding)
			c.oblige(d)
		}
	})
}

// complaintRights: one for each decision that ends or refuses.
func complaintRights(c *Case, r *Requirement) {
	c.eachFact(decisionMade, func(i int, f *fact) {
		if (f.service == childWelfare || f.service == nav) && (f.code == ends || f.code == refuses) {
			c.oblige(c.ofThing(r, f.date, i))
		}
	})
}

// requests: one for each request.
func requests(c *Case, r *Requirement) {
	c.eachFact(requested, func(i int, f *fact) { c.oblige(c.ofThing(r, f.date, i)) })
}

// oneYearContacts: one for each ending, and for a birthday(18) without a measure after an offer was declined; not where
// aftercare is no longer possible when the year is out. A measure that starts again ends it.
func oneYearContacts(c *Case, r *Requirement) {
	add := func(day events.Date, by int) {
		d := c.onDay(r, day, by)
		if c.Upper <= d.limit {
			return
		}
		d.from = day + 1
		d.until, d.endedBy = c.resumed(day, d.limit)
		c.oblige(d)
	}
	if by := c.declinedAtEighteen(); by != none && c.endedAtEighteen() == none { // else the ending brings it about
		add(c.Adult, by)
	}
	c.endings(add)
}

// declinedAtEighteen is the last fact of an offer declined in the year up to birthday(18), where no measure is active on that
// day; none otherwise.
func (c *Case) declinedAtEighteen() int {
	found := none
	if c.ValidAt < c.Adult {
		return found
	}
	from := c.Born.Birthday(c.value(&MajorityAge, c.Born).Number - 1)
	c.eachFact(declined, func(i int, f *fact) {
		if f.date >= from && f.date <= c.Adult {
			found = i
		}
	})
	if found != none && c.activeOn(c.Adult) {
		return none
	}
	return found
}

// handoversSent: one for each day on which an assessment found that Nav is needed.
func handoversSent(c *Case, r *Requirement) {
	c.eachFact(assessment, func(i int, f *fact) {
		if f.service != childWelfare || f.code != needsNav {
			return
		}
		for k := range c.duties {
			if c.duties[k].day == f.date {
				return
			}
		}
		d := c.onDay(r, f.date, i)
		d.from = f.date
		c.oblige(d)
	})
	slices.SortFunc(c.duties, func(a, b duty) int { return cmp.Compare(a.day, b.day) })
}

// handoversReceived: one for each handover.
func handoversReceived(c *Case, r *Requirement) {
	c.eachFact(handoverSent, func(i int, f *fact) { c.oblige(c.ofThing(r, f.date, i)) })
}

// cooperationMeetings: one for each handover; a meeting some months before it counts.
func cooperationMeetings(c *Case, r *Requirement) {
	c.eachFact(handoverSent, func(i int, f *fact) {
		d := c.ofThing(r, f.date, i)
		d.from = f.date.AddMonths(-monthsBeforeEnding)
		c.oblige(d)
	})
}

// handoversTaken: one for each handover that Nav has received or accepted, from the earlier of the two on.
func handoversTaken(c *Case, r *Requirement) {
	c.eachFact(handoverAnswered, func(i int, f *fact) {
		if f.code != taken {
			return
		}
		for k := range c.duties {
			if d := &c.duties[k]; bytes.Equal(c.all.reference(f, 1), c.thing(d.about)) {
				if f.date < d.trigger {
					*d = c.ofThing(r, f.date, i)
					d.from = f.date
				}
				return
			}
		}
		d := c.ofThing(r, f.date, i)
		d.from = f.date
		c.oblige(d)
	})
}

// thing is the packed id of what a fact names or refers to.
func (c *Case) thing(i int) []byte { return c.all.reference(&c.facts[i], 1) }
