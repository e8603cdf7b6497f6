package requirements

import "ettervern/events"

// lawOn is the day whose law counts for something on a day: that day, or the one that the law is rehearsed for.
func (c *Case) lawOn(day events.Date) events.Date {
	if c.LawAt != 0 {
		return c.LawAt
	}
	return day
}

// value is what a parameter is for a duty brought about on a day.
func (c *Case) value(p *Parameter, trigger events.Date) Value {
	v, _ := p.On(c.lawOn(trigger))
	return v
}

// span of a parameter for a duty: its duration, and the routine that took its place.
type allowed struct {
	events.Duration
	parameter *Parameter
	routine   *Routine // nil: the parameter's own value
	early     bool     // before the parameter's first value, which is taken all the same
}

// allowed is how long a parameter allows for a duty brought about on a day: the routine of the service of the municipality
// responsible that day, else the value in force.
func (c *Case) allowed(p *Parameter, trigger events.Date) allowed {
	v, early := p.On(c.lawOn(trigger))
	a := allowed{Duration: v.Duration, parameter: p, early: early}
	if p.Routine == "" || c.Routines.none() {
		return a
	}
	responsible := c.responsible(trigger)
	for _, service := range p.By {
		if a.routine = c.Routines.on(responsible, service, p.Routine, trigger); a.routine != nil {
			a.Duration = a.routine.Value
			return a
		}
	}
	return a
}

// lax tells whether the routine gives more time than the default, counted from a day; or, where it says how long before a
// limit something should be done, less.
func (c *Case) lax(a *allowed, from events.Date) bool {
	if a.routine == nil {
		return false
	}
	standard := c.value(a.parameter, from).Duration
	if a.parameter == &InGoodTime {
		return a.Before(c.Adult) > standard.Before(c.Adult)
	}
	return a.After(from) > standard.After(from)
}

// inGoodTime is how long before 18 a duty should be done, and so by when. The duties that ask share one answer.
func (c *Case) inGoodTime(p *Parameter) (allowed, events.Date) {
	if c.good.parameter != p {
		c.good = c.allowed(p, c.Window)
		c.goodBy = c.good.Before(c.Adult)
	}
	return c.good, c.goodBy
}

// window is the transition window's first day: birthday(18) less the parameter, whose value is that in force on the day so
// found; early when even the first value was not yet in force.
func (c *Case) window() (day events.Date, early bool) {
	values := TransitionWindow.Values
	for i := len(values) - 1; i > 0; i-- {
		if day = values[i].Duration.Before(c.Adult); c.lawOn(day) >= values[i].From {
			return day, false
		}
	}
	day = values[0].Duration.Before(c.Adult)
	return day, c.lawOn(day) < values[0].From
}

// upperBirthday is the day from which aftercare is not possible. Each higher age counts only for those who had not yet
// reached the earlier one when the law changed.
func (c *Case) upperBirthday() events.Date {
	age := UpperAge.Values[0].Number
	for {
		reached := c.Born.Birthday(age)
		v := c.value(&UpperAge, reached)
		if v.Number <= age {
			return reached
		}
		age = v.Number
	}
}

// UpperBirthday is the day from which aftercare is not possible for someone born on that date, each day by its own law.
func UpperBirthday(born events.Date) events.Date {
	c := Case{Born: born}
	return c.upperBirthday()
}

// inForce tells whether a requirement's law was in force for a duty of a day.
func (c *Case) inForce(r *Requirement, day events.Date) bool { return c.lawOn(day) >= r.AppliesFrom }
