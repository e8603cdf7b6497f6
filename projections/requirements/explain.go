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

// explain says in one language: what it is about, how it stands, what happened, under which law, what was assumed.
func (c *Case) explain(b []byte, j *Judgement, w *words) []byte {
	r := &Requirements[j.Requirement]
	b = append(append(b, w.pick(&r.Title)...), ": "...)
	b = append(append(b, w.status[j.Status]...), ". "...)
	b = c.why(b, j, w)
	b = c.remarks(b, j, w)
	b = c.law(b, j, w)
	b = c.assumptions(b, j, w)
	return append(b, w.notDecision...)
}

// why tells the dates and events that the status rests on.
func (c *Case) why(b []byte, j *Judgement, w *words) []byte {
	r := &Requirements[j.Requirement]
	switch j.Status {
	case Met, MetLate:
		b = c.event(b, w.pick(&r.Fulfilled), j, w)
		b = w.dated(b, w.limit, c.Limit)
	case Excused:
		b = c.event(b, w.pick(&r.Excuse), j, w)
		b = w.dated(b, w.limit, c.Limit)
	case NotApplicable:
		b = c.whyNot(b, j, w)
	case Upcoming:
		b = w.dated(b, w.begins, c.Window)
		b = w.dated(b, w.limit, c.Limit)
	default:
		b = c.lack(b, j, w)
	}
	return b
}

// lack tells what is missing, and until when it can or could be done.
func (c *Case) lack(b []byte, j *Judgement, w *words) []byte {
	b = w.dated(b, w.nothing, c.ValidAt)
	if j.Target != 0 && j.Status != Missed && j.Status != Overdue {
		b = w.dated(b, w.target, j.Target)
	}
	b = w.dated(b, w.limit, c.Limit)
	switch {
	case j.Status == Missed && c.Died != 0:
		b = c.event(b, w.died, j, w)
	case j.Status == Missed:
		b = w.dated(b, w.upper, c.Upper)
	}
	return b
}

// whyNot tells why there is no duty.
func (c *Case) whyNot(b []byte, j *Judgement, w *words) []byte {
	r := &Requirements[j.Requirement]
	switch {
	case c.Limit < r.AppliesFrom:
		b = w.dated(b, w.limit, c.Limit)
		return w.dated(b, w.appliesFrom, r.AppliesFrom)
	case j.decider != none:
		b = c.event(b, w.died, j, w)
	case c.ValidAt < c.Window:
		b = w.dated(b, w.noneNow, c.ValidAt)
		b = w.dated(b, w.begins, c.Window)
	default:
		b = w.dated(b, w.noneFrom, c.Window)
	}
	return w.dated(b, w.limit, c.Limit)
}

// event names the deciding event: what, when, and its id.
func (c *Case) event(b []byte, what string, j *Judgement, w *words) []byte {
	f := &c.facts[j.decider]
	b = append(append(b, what...), ' ')
	b = f.date.Append(b)
	b = append(append(b, w.event...), c.all.id(f)...)
	return append(b, "). "...)
}

// remarks tells each flag.
func (c *Case) remarks(b []byte, j *Judgement, w *words) []byte {
	if j.short != none {
		b = w.dated(b, w.pick(&Requirements[j.Requirement].Short), c.facts[j.short].date)
	}
	if j.Flags&WithoutParticipation != 0 {
		b = append(b, w.unheard...)
	}
	if j.Flags&(RecordedLate|RecordedAfterLimit) != 0 {
		f := &c.facts[j.decider]
		b = w.dated(b, w.recorded, f.date.AddDays(int(f.lag)))
	}
	if j.Flags&RecordedLate != 0 {
		late, _ := LateRecording.On(c.Window)
		b = strconv.AppendInt(append(b, w.lateMore...), int64(late.Duration.Days), 10)
		b = append(b, w.lateDays...)
	}
	if j.Flags&RecordedAfterLimit != 0 {
		b = append(b, w.recordedAfter...)
	}
	if j.Flags&RefersToRetracted != 0 {
		b = append(b, w.refersRetracted...)
	}
	return b
}

// law names the legal basis in force at the limit, or says that none is known.
func (c *Case) law(b []byte, j *Judgement, w *words) []byte {
	basis := c.LegalBasis(*j)
	if basis == nil {
		return append(b, w.noLaw...)
	}
	return append(append(append(b, w.law...), w.pick(&basis.In)...), ". "...)
}

// assumptions says which of the values used have no readable source.
func (c *Case) assumptions(b []byte, j *Judgement, w *words) []byte {
	if c.Limit < Requirements[j.Requirement].AppliesFrom {
		return b
	}
	window, _ := TransitionWindow.On(c.Window)
	if TransitionWindow.Assumed || c.early {
		b = w.assumed(b, w.windowIs, window)
	}
	if j.Target != 0 && (InGoodTime.Assumed || c.early) {
		good, _ := InGoodTime.On(c.Window)
		b = w.assumed(b, w.goodTimeIs, good)
	}
	if c.early {
		b = append(b, w.before...)
	}
	if LeapDayBirthday.Assumed && leapDay(c.Born) && !leapDay(c.Limit) {
		b = append(b, w.leapDay...)
	}
	return b
}

func leapDay(d events.Date) bool {
	_, month, day := d.Time().Date()
	return month == 2 && day == 29
}
