package requirements

import (
	"bytes"

	"ettervern/events"
)

// Judgement is what is said of one requirement, before it is put into words.
type Judgement struct {
	Requirement int // index in Requirements
	Status      Status
	Flags       Flags
	Target      events.Date // zero: none
	Limit       events.Date

	decider int // index in the case's facts of the event that decided it, or none
	short   int // of the latest that looked like it but fell short, or none
}

const none = -1

// Judge says how requirement i stands in the open case, in the order of domain § 6.
func (c *Case) Judge(i int) Judgement {
	r := &Requirements[i]
	j := Judgement{Requirement: i, Target: c.target(r.Target), Limit: c.Limit, decider: none, short: none}
	kinds := r.Covered(c.Limit)
	switch {
	case c.Limit < r.AppliesFrom:
		return j
	case c.ValidAt < c.Window:
		if c.active(kinds, c.ValidAt, c.ValidAt) {
			j.Status = Upcoming
		}
		return j
	case !c.active(kinds, c.Window, c.Limit-1):
		return j
	}
	c.fulfilment(r, &j)
	if j.decider == none {
		c.unfulfilled(r, &j)
	}
	c.flag(r, &j)
	return j
}

// target is the limit less the parameter in force on the window's first day; zero without one. This is where the
// routine of the municipality responsible on that day takes the parameter's place once RoutineAdopted is an event.
func (c *Case) target(p *Parameter) events.Date {
	if p == nil {
		return 0
	}
	v, _ := p.On(c.Window)
	return v.Duration.Before(c.Limit)
}

// fulfilment finds the event that decides: the earliest that fulfils in time, else excuses in time, else fulfils.
func (c *Case) fulfilment(r *Requirement, j *Judgement) {
	done := c.earliest(r.fulfils)
	if done != none && c.facts[done].date < c.Limit {
		j.Status, j.decider = Met, done
		return
	}
	if r.excuses != nil {
		if excuse := c.earliest(r.excuses); excuse != none && c.facts[excuse].date < c.Limit {
			j.Status, j.decider = Excused, excuse
			return
		}
	}
	if done != none {
		j.Status, j.decider = MetLate, done
	}
}

// unfulfilled is the status of a duty that nothing fulfils.
func (c *Case) unfulfilled(r *Requirement, j *Judgement) {
	switch {
	case c.Died != 0:
		j.decider = c.deathI
		if j.Status = NotApplicable; c.Died >= c.Limit {
			j.Status = Missed
		}
	case c.ValidAt >= c.Upper:
		j.Status = Missed
	case c.ValidAt >= c.Limit:
		j.Status = Overdue
	case j.Target != 0 && c.ValidAt >= j.Target:
		j.Status = Due
	default:
		j.Status = Open
	}
}

// earliest is the index of the earliest fact that matches, of several on one day the first recorded; or none.
func (c *Case) earliest(matches func(*fact) bool) int {
	found := none
	for i := range c.facts {
		if f := &c.facts[i]; matches(f) && (found == none || f.date < c.facts[found].date) {
			found = i
		}
	}
	return found
}

// flag adds the remarks. Only a duty is remarked upon.
func (c *Case) flag(r *Requirement, j *Judgement) {
	fulfilled := j.Status == Met || j.Status == MetLate
	if r.short != nil {
		j.short = c.earliest(r.short)
	}
	if r.lacking != 0 && fulfilled {
		j.short = none
	}
	if j.short != none {
		j.Flags |= r.lacking
	}
	if j.short != none && r.Flags&Denied != 0 {
		j.Flags |= Denied
	}
	if fulfilled && r.Flags&WithoutParticipation != 0 && !c.heardBy(c.facts[j.decider].date) {
		j.Flags |= WithoutParticipation
	}
	if j.decider != none {
		c.flagDecider(j)
	}
}

// heardBy tells whether the youth had taken part, or had not wanted to, on or before a day.
func (c *Case) heardBy(day events.Date) bool {
	for i := range c.facts {
		if f := &c.facts[i]; heard(f) && f.code != denied && f.date <= day {
			return true
		}
	}
	return false
}

// flagDecider adds what is to be said of the event that decided.
func (c *Case) flagDecider(j *Judgement) {
	f := &c.facts[j.decider]
	late, _ := LateRecording.On(c.Window)
	recorded := f.date.AddDays(int(f.lag))
	if recorded > late.Duration.After(f.date) {
		j.Flags |= RecordedLate
	}
	if f.date < c.Limit && recorded >= c.Limit {
		j.Flags |= RecordedAfterLimit
	}
	if f.kind == decisionMade && c.all.corrected && c.requestRetracted(c.all.reference(f, 2)) {
		j.Flags |= RefersToRetracted
	}
}

// requestRetracted tells whether the request of that id was retracted.
func (c *Case) requestRetracted(id []byte) bool {
	for i := range c.known {
		f := &c.all.list[i]
		if f.kind == requested && c.marks[i]&retracted != 0 && bytes.Equal(c.all.reference(f, 1), id) {
			return true
		}
	}
	return false
}

// Evidence is the ids of the events that decided the judgement; never nil.
func (c *Case) Evidence(j Judgement) []string {
	if j.decider == none {
		return []string{}
	}
	return []string{c.all.id(&c.facts[j.decider])}
}

// LegalBasis is the basis in force at the limit; nil before the first, or where the parameters it is judged by
// were not yet in force.
func (c *Case) LegalBasis(j Judgement) *Basis {
	if c.early {
		return nil
	}
	return Requirements[j.Requirement].BasisOn(j.Limit)
}
