package requirements

import (
	"bytes"
	"slices"

	"ettervern/events"
)

// Judgement is what is said of one instance of a requirement, before it is put into words.
type Judgement struct {
	Requirement int // index in Requirements
	Status      Status
	Flags       Flags
	Target      events.Date // zero: none
	Limit       events.Date
	Trigger     events.Date // the day that brought the duty about; before 18 the window's first

	duty
	decider int // index in the case's facts of the event that decided it, or none
	short   int // of the earliest that looked like it but fell short, or none
}

const none = -1

// Judge says how each instance of requirement i stands in the open case, in the order of domain § 6, sorted by
// instance. The slice holds until the next Judge.
func (c *Case) Judge(i int) []Judgement {
	r := &Requirements[i]
	c.duties, c.judged = c.duties[:0], c.judged[:0]
	if r.duties == nil {
		c.judged = append(c.judged, c.transition(r, i))
		return c.judged
	}
	if r.begins != 0 && r.begins&c.present == 0 {
		return nil
	}
	r.duties(c, r)
	for k := range c.duties {
		if c.Died == 0 || c.duties[k].trigger <= c.Died {
			c.judged = append(c.judged, c.settle(r, i, &c.duties[k]))
		}
	}
	if len(c.judged) > 1 && c.judged[0].about != none {
		slices.SortFunc(c.judged, func(a, b Judgement) int { return compareIDs(c.thing(a.about), c.thing(b.about)) })
	}
	return c.judged
}

// Instance tells one duty of a youth from another: a day, or the id of a decision, request or handover; "" where there
// is only one.
func (c *Case) Instance(j Judgement) string {
	if j.about != none {
		return unpack(c.thing(j.about))
	}
	return j.day.String()
}

// transition judges a duty before 18: there is one of each, for those who had a covered measure in the window.
func (c *Case) transition(r *Requirement, i int) Judgement {
	d := duty{about: none, by: none, endedBy: none, trigger: c.Window, limit: c.Adult, last: c.Adult - 1}
	if r.Target != nil {
		d.good, d.target = c.inGoodTime(r.Target)
	}
	d.good.early = d.good.early || c.early
	kinds := r.Covered(c.lawOn(c.Adult))
	switch {
	case !c.inForce(r, c.Adult):
	case c.ValidAt < c.Window:
		if c.active(kinds, c.ValidAt, c.ValidAt) {
			return c.judgement(i, &d, Upcoming)
		}
	case c.active(kinds, c.Window, c.Adult-1):
		return c.settle(r, i, &d)
	}
	return c.judgement(i, &d, NotApplicable)
}

func (c *Case) judgement(i int, d *duty, s Status) Judgement {
	return Judgement{Requirement: i, Status: s, Target: d.target, Limit: d.limit, Trigger: d.trigger, duty: *d, decider: none, short: none}
}

// settle judges one duty, in the order of domain § 6: fulfilled in time, excused in time, fulfilled late, ended,
// overdue, due, open.
func (c *Case) settle(r *Requirement, i int, d *duty) Judgement {
	j := c.judgement(i, d, Open)
	if done := c.earliest(r, d, &r.fulfils); done != none && c.facts[done].date <= d.last {
		j.Status, j.decider = Met, done
	} else if excuse := c.excuse(r, d); excuse != none {
		j.Status, j.decider = Excused, excuse
	} else if done != none {
		j.Status, j.decider = MetLate, done
	} else {
		c.unfulfilled(&j)
	}
	c.flag(r, &j)
	c.changes(d.last + 1)
	c.changes(d.target)
	return j
}

// excuse is the fact by which the duty was excused in time: the only one that is needed, or the last of several; or none.
func (c *Case) excuse(r *Requirement, d *duty) int {
	if r.excuses.kinds == 0 {
		return none
	}
	needed := 1
	if r.Attempts != nil {
		needed = c.value(r.Attempts, d.trigger).Number
	}
	found := none
	for after := d.from; needed > 0; needed-- {
		if found = c.following(r, d, &r.excuses, found, after); found == none || c.facts[found].date > d.last {
			return none
		}
		after = c.facts[found].date
	}
	return found
}

// unfulfilled is the status of a duty that nothing fulfils.
func (c *Case) unfulfilled(j *Judgement) {
	end, by := j.until, j.endedBy
	if c.Died != 0 && (end == 0 || c.Died <= end) {
		end, by = c.Died, c.deathI
	}
	switch {
	case end != 0 && end <= c.ValidAt:
		j.decider = by
		if j.Status = Missed; end <= j.last {
			j.Status = NotApplicable
		}
	case c.ValidAt > j.last && c.ValidAt >= c.Upper:
		j.Status = Missed
	case c.ValidAt > j.last:
		j.Status = Overdue
	case j.Target != 0 && c.ValidAt >= j.Target:
		j.Status = Due
	}
}

// earliest is the index of the earliest fact that matches and counts for the duty, of several on one day the first
// recorded; or none.
func (c *Case) earliest(r *Requirement, d *duty, m *matcher) int {
	return c.following(r, d, m, none, d.from)
}

// following is the earliest that comes after fact number prior, which is dated on the day from.
func (c *Case) following(r *Requirement, d *duty, m *matcher, prior int, from events.Date) int {
	found := none
	if m.kinds&c.present == 0 {
		return found
	}
	for i := range c.facts {
		f := &c.facts[i]
		if !m.matches(f) || f.date < from || f.date == from && i <= prior && prior != none || found != none && f.date >= c.facts[found].date {
			continue
		}
		if d.until != 0 && f.date >= d.until || r.refers != 0 && !bytes.Equal(c.all.reference(f, r.refers), c.thing(d.about)) {
			continue
		}
		found = i
	}
	return found
}

// flag adds the remarks. Only a duty is remarked upon.
func (c *Case) flag(r *Requirement, j *Judgement) {
	fulfilled := j.Status == Met || j.Status == MetLate
	j.short = c.earliest(r, &j.duty, &r.short)
	if r.lacking != 0 && fulfilled {
		j.short = none
	}
	if j.short != none {
		j.Flags |= r.lacking | r.Flags&Denied
	}
	if fulfilled && r.heard.kinds != 0 && !c.heardBy(r, c.facts[j.decider].date) {
		j.Flags |= WithoutParticipation
	}
	if c.lax(&j.good, j.trigger) || c.lax(&j.within, j.trigger) {
		j.Flags |= LaxRoutine
	}
	if j.by != none && c.refersToRetracted(&c.facts[j.by]) {
		j.Flags |= RefersToRetracted
	}
	for _, i := range c.deciders(j) {
		c.flagDecider(j, &c.facts[i])
	}
}

// heardBy tells whether the youth had taken part, or had not wanted to, on or before a day.
func (c *Case) heardBy(r *Requirement, day events.Date) bool {
	for i := range c.facts {
		if f := &c.facts[i]; r.heard.matches(f) && f.date <= day {
			return true
		}
	}
	return false
}

// flagDecider adds what is to be said of an event that decided.
func (c *Case) flagDecider(j *Judgement, f *fact) {
	j.Flags |= c.lateness(j, f)
	if c.refersToRetracted(f) {
		j.Flags |= RefersToRetracted
	}
}

// lateness is what is to be said of when a deciding event was recorded.
func (c *Case) lateness(j *Judgement, f *fact) (flags Flags) {
	recorded := f.recorded()
	if recorded > c.value(&LateRecording, j.trigger).Duration.After(f.date) {
		flags |= RecordedLate
	}
	if f.date <= j.last && recorded > j.last {
		flags |= RecordedAfterLimit
	}
	return flags
}

// deciders is the facts that decided a judgement: one, or each of the attempts that excused it. It holds until the next call.
func (c *Case) deciders(j *Judgement) []int {
	c.decided = c.decided[:0]
	if j.decider == none {
		return c.decided
	}
	r := &Requirements[j.Requirement]
	if j.Status == Excused && r.Attempts != nil {
		for found, after := none, j.from; ; after = c.facts[found].date {
			if found = c.following(r, &j.duty, &r.excuses, found, after); found == j.decider {
				break
			}
			c.decided = append(c.decided, found)
		}
	}
	c.decided = append(c.decided, j.decider)
	return c.decided
}

// refersToRetracted tells whether what a fact refers to was retracted.
func (c *Case) refersToRetracted(f *fact) bool {
	if !c.all.corrected {
		return false
	}
	switch f.kind {
	case decisionMade:
		return c.retracted(requested, c.all.reference(f, 2))
	case decisionNotified, complaintDecided:
		return c.retracted(decisionMade, c.all.reference(f, 1))
	case handoverAnswered:
		return c.retracted(handoverSent, c.all.reference(f, 1))
	case planEvaluated:
		return c.retracted(planAdopted, c.all.reference(f, 1))
	case measureEnded:
		return c.retracted(measureStarted, c.all.reference(f, 1)) || c.retracted(decisionMade, c.all.reference(f, 2))
	case declined:
		return c.retracted(offered, c.all.reference(f, 1))
	}
	return false
}

// retracted tells whether what was named so was retracted, and nothing has taken the name since.
func (c *Case) retracted(k kind, id []byte) (was bool) {
	for i := range c.cut {
		f := &c.all.list[i]
		if f.kind != k || !bytes.Equal(c.all.reference(f, 1), id) {
			continue
		}
		if c.counts(i, f) {
			return false
		}
		was = was || c.marks[i]&retracted != 0 || f.of >= 0 && c.marks[f.of]&retracted != 0
	}
	return was
}

// Evidence is the ids of the events that decided the judgement; never nil.
func (c *Case) Evidence(j Judgement) []string {
	ids := []string{}
	for _, i := range c.deciders(&j) {
		ids = append(ids, c.all.id(&c.facts[i]))
	}
	return ids
}

// LegalBasis is the basis in force at the limit; nil before the first, or where the parameters it is judged by
// were not yet in force.
func (c *Case) LegalBasis(j Judgement) *Basis {
	if j.within.early || j.good.early {
		return nil
	}
	return Requirements[j.Requirement].BasisOn(c.lawOn(j.Limit))
}

// Service is whose duty a judgement is about.
func (c *Case) Service(j Judgement) Owner {
	owner := Requirements[j.Requirement].Service
	if owner == "" {
		owner = OfChildWelfare
		if c.facts[j.about].service == nav {
			owner = OfNavOffice
		}
	}
	return owner
}

// OpenBetween tells whether the duty was open on some day from first to last: brought about by then, and not fulfilled,
// excused or ended before.
func (c *Case) OpenBetween(j Judgement, first, last events.Date) bool {
	if j.Status == Upcoming || j.Status == NotApplicable && j.decider == none {
		return false
	}
	closed := c.ValidAt
	switch {
	case j.decider != none:
		closed = c.facts[j.decider].date
	case j.Status == Missed:
		closed = c.Upper
	}
	return j.Trigger <= last && max(closed, j.Trigger) >= first
}
