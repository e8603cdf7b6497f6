package requirements

import (
	"strconv"

	"ettervern/events"
)

// Explain puts a judgement of the open case into words that a person can read. It is made only for verdicts that
// are shown; the three texts are written one after another and share one allocation.
func (c *Case) Explain(j Judgement) Text {
	b := c.explain(c.text[:0], &j, &bokmaal)
	nn := len(b)
	b = c.explain(b, &j, &nynorsk)
	en := len(b)
	b = c.explain(b, &j, &english)
	c.text = b
	all := string(b)
	return Text{NB: all[:nn], NN: all[nn:en], EN: all[en:]}
}

// explain says in one language: what it is about, how it stands, what brought it about, what happened, under which law,
// what was assumed.
func (c *Case) explain(b []byte, j *Judgement, w *words) []byte {
	r := &Requirements[j.Requirement]
	b = append(append(b, w.pick(&r.Title)...), ": "...)
	b = append(append(b, w.standing(r, j.Status)...), ". "...)
	if r.duties != nil {
		b = c.fact(b, w.pick(&r.Begun), j.trigger, j.by, w)
	}
	b = c.why(b, j, w)
	b = c.remarks(b, j, w)
	b = c.law(b, j, w)
	b = append(b, w.binding(r.Norm)...)
	b = c.assumptions(b, j, w)
	return append(b, w.notDecision...)
}

// why tells the dates and events that the status rests on.
func (c *Case) why(b []byte, j *Judgement, w *words) []byte {
	r := &Requirements[j.Requirement]
	switch j.Status {
	case Met, MetLate:
		b = c.event(b, w.pick(&r.Fulfilled), j, w)
	case Excused:
		b = c.event(b, w.pick(&r.Excuse), j, w)
	case NotApplicable:
		b = c.whyNot(b, j, w)
	case Upcoming:
		b = w.dated(b, w.begins, c.Window)
	case Missed:
		b = w.dated(b, w.nothing, c.ValidAt)
		b = c.whyOver(b, j, w)
	case Open, Due:
		b = w.dated(b, w.nothing, c.ValidAt)
		if j.Target != 0 {
			b = w.dated(b, w.target, j.Target)
		}
	default:
		b = w.dated(b, w.nothing, c.ValidAt)
	}
	if r.duties == nil {
		return w.dated(b, w.limit, j.Limit)
	}
	return w.dated(b, w.lastDay, j.Limit)
}

// whyNot tells why there is no duty.
func (c *Case) whyNot(b []byte, j *Judgement, w *words) []byte {
	r := &Requirements[j.Requirement]
	switch {
	case j.decider != none || r.duties != nil:
		return c.whyOver(b, j, w)
	case !c.inForce(r, c.Adult):
		return w.dated(b, w.appliesFrom, r.AppliesFrom)
	case c.ValidAt < c.Window:
		b = w.dated(b, w.noneNow, c.ValidAt)
		return w.dated(b, w.begins, c.Window)
	}
	return w.dated(b, w.noneFrom, c.Window)
}

// whyOver tells what ended the duty: death, the end of aftercare, a new measure, or age.
func (c *Case) whyOver(b []byte, j *Judgement, w *words) []byte {
	if j.decider == none {
		return w.dated(b, w.upper, c.Upper)
	}
	what := w.died
	switch c.facts[j.decider].kind {
	case measureEnded:
		what = w.ended
	case measureStarted:
		what = w.resumed
	}
	return c.event(b, what, j, w)
}

// event names what decided: what, and the day and id of each event.
func (c *Case) event(b []byte, what string, j *Judgement, w *words) []byte {
	b = append(append(b, what...), ' ')
	deciders := c.deciders(j)
	for n, i := range deciders {
		switch n {
		case 0:
		case len(deciders) - 1:
			b = append(b, w.and...)
		default:
			b = append(b, ", "...)
		}
		b = c.dayAndID(b, c.facts[i].date, i, w)
	}
	return append(b, ". "...)
}

// fact tells what happened on a day, and the id of the event that says so, if one does.
func (c *Case) fact(b []byte, what string, day events.Date, by int, w *words) []byte {
	b = c.dayAndID(append(append(b, what...), ' '), day, by, w)
	return append(b, ". "...)
}

func (c *Case) dayAndID(b []byte, day events.Date, by int, w *words) []byte {
	b = day.Append(b)
	if by != none {
		b = append(append(b, w.event...), c.all.id(&c.facts[by])...)
		b = append(b, ')')
	}
	return b
}

// remarks tells each flag.
func (c *Case) remarks(b []byte, j *Judgement, w *words) []byte {
	if j.short != none {
		b = c.fallsShort(b, j, w)
	}
	if j.Flags&WithoutParticipation != 0 {
		b = append(b, w.unheard...)
	}
	if j.Flags&(RecordedLate|RecordedAfterLimit) != 0 {
		for _, i := range c.deciders(j) {
			b = c.late(b, j, i, w)
		}
	}
	if j.Flags&RefersToRetracted != 0 {
		b = append(b, w.refersRetracted...)
	}
	return b
}

// fallsShort tells of what looks like fulfilment and is not enough. Of a decision that the national register tells it
// does not say that there were no reasons: the register has none of any decision.
func (c *Case) fallsShort(b []byte, j *Judgement, w *words) []byte {
	what := w.pick(&Requirements[j.Requirement].Short)
	if c.facts[j.short].has(unsaid) {
		what = w.unsaid
	}
	return w.dated(b, what, c.facts[j.short].date)
}

// late tells when a deciding event was recorded, if that was late.
func (c *Case) late(b []byte, j *Judgement, i int, w *words) []byte {
	f := &c.facts[i]
	flags := c.lateness(j, f)
	if flags == 0 {
		return b
	}
	b = append(append(b, w.theEvent...), c.all.id(f)...)
	b = w.dated(b, w.recorded, f.recorded())
	if flags&RecordedLate != 0 {
		b = w.length(append(b, w.lateMore...), c.value(&LateRecording, j.trigger).Duration)
		b = append(b, w.lateDays...)
	}
	if flags&RecordedAfterLimit != 0 {
		b = append(b, w.recordedAfter...)
	}
	return b
}

// law names the legal basis in force at the limit, or says that none is known; and when it is another day's law.
func (c *Case) law(b []byte, j *Judgement, w *words) []byte {
	if c.LawAt != 0 {
		b = w.dated(b, w.rehearsed, c.LawAt)
	}
	basis := c.LegalBasis(*j)
	if basis == nil {
		return append(b, w.noLaw...)
	}
	return append(append(append(b, w.law...), w.pick(&basis.In)...), ". "...)
}

// assumptions says which of the values used are a municipality's own, and which have no readable source.
func (c *Case) assumptions(b []byte, j *Judgement, w *words) []byte {
	r := &Requirements[j.Requirement]
	if r.duties == nil {
		return c.assumedBefore(b, j, w)
	}
	if r.Within != nil {
		b = c.allowance(b, w.withinIs, &j.within, j.trigger, w)
	}
	if tries := r.Attempts; tries != nil && tries.Assumed && j.Status == Excused {
		b = strconv.AppendInt(append(b, w.triesAre...), int64(c.value(tries, j.trigger).Number), 10)
		b = append(b, w.assumedEnd...)
	}
	return b
}

func (c *Case) assumedBefore(b []byte, j *Judgement, w *words) []byte {
	if !c.inForce(&Requirements[j.Requirement], c.Adult) {
		return b
	}
	if TransitionWindow.Assumed || c.early {
		b = w.length(append(b, w.windowIs...), c.value(&TransitionWindow, c.Window).Duration)
		b = append(append(b, w.before18...), w.assumedEnd...)
	}
	if j.Target != 0 {
		b = c.allowance(b, w.goodTimeIs, &j.good, j.trigger, w)
	}
	if c.early {
		b = append(b, w.early...)
	}
	if LeapDayBirthday.Assumed && leapDay(c.Born) && !leapDay(c.Adult) {
		b = append(b, w.leapDay...)
	}
	return b
}

// allowance tells how long was allowed, after what brought the duty about or before 18, where that is a routine or an
// assumption.
func (c *Case) allowance(b []byte, is string, a *allowed, trigger events.Date, w *words) []byte {
	if a.routine == nil && !a.parameter.Assumed && !a.early {
		return b
	}
	b = w.length(append(b, is...), a.Duration)
	if a.parameter == &InGoodTime {
		b = append(b, w.before18...)
	} else {
		b = trigger.Append(append(b, w.after...))
	}
	if a.routine == nil {
		return append(b, w.assumedEnd...)
	}
	b = a.routine.Date.Append(append(b, w.routine...))
	b = append(append(append(b, w.event...), a.routine.EventID...), "). "...)
	if c.lax(a, trigger) {
		b = append(b, w.lax...)
	}
	return b
}

func leapDay(d events.Date) bool {
	_, month, day := d.Time().Date()
	return month == 2 && day == 29
}
