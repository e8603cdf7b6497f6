package requirements

import "ettervern/events"

// period is a maximal run of days on or after birthday(18) on which some measure was active.
type period struct {
	start events.Date
	end   events.Date // the first day without one; birthday(upper_age) at the latest
	by    int         // the fact that ended it: the end of its last measure, or death; none at the upper age
}

// ended tells whether the period has ended in an ending (E): not by death, nor by age.
func (c *Case) ended(p *period) bool { return p.by != none && c.facts[p.by].kind == measureEnded }

// runs works out the periods that have begun by ValidAt.
func (c *Case) runs() {
	for last := c.Adult; ; {
		s := c.nextSpan(last)
		if s == nil {
			return
		}
		start := max(s.start, c.Adult)
		if n := len(c.periods); n > 0 && start <= c.periods[n-1].end {
			c.periods[n-1].end, c.periods[n-1].by = s.end, s.last
		} else {
			c.periods = append(c.periods, period{start, s.end, s.last})
		}
		p := &c.periods[len(c.periods)-1]
		if last = p.end; p.end >= c.Upper {
			p.end, p.by = c.Upper, none
			return
		}
	}
}

// nextSpan is, of the measures that end after a day, one that started first; nil when none has started in time.
func (c *Case) nextSpan(after events.Date) (first *span) {
	for i := range c.spans {
		s := &c.spans[i]
		if s.end <= after || s.start >= s.end || max(s.start, c.Adult) > c.ValidAt || s.start >= c.Upper {
			continue
		}
		if first == nil || s.start < first.start {
			first = s
		}
	}
	return first
}

// endings calls do with each day E on which measures ended: the end of a period, or birthday(18) itself where the last
// measure ended on it; by is the fact that says so.
func (c *Case) endings(do func(day events.Date, by int)) {
	if by := c.endedAtEighteen(); by != none {
		do(c.Adult, by)
	}
	for i := range c.periods {
		if p := &c.periods[i]; c.ended(p) {
			do(p.end, p.by)
		}
	}
}

func (c *Case) endedAtEighteen() int {
	by := none
	for i := range c.spans {
		switch s := &c.spans[i]; {
		case s.start <= c.Adult && s.end > c.Adult:
			return none // one is active on the day
		case s.end == c.Adult && s.start < s.end && c.facts[s.last].kind == measureEnded:
			by = s.last
		}
	}
	return by
}

// activeOn tells whether some measure was active on a day.
func (c *Case) activeOn(day events.Date) bool { return c.active(allKinds, day, day) }

// resumed is the first day after one without a measure, up to and including another, on which a measure was active again, and
// the fact that started it; zero where none was.
func (c *Case) resumed(after, upTo events.Date) (day events.Date, by int) {
	by = none
	for i := range c.spans {
		s := &c.spans[i]
		if s.start > after && s.start < s.end && s.start <= upTo && (day == 0 || s.start < day) {
			day, by = s.start, s.first
		}
	}
	return day, by
}
