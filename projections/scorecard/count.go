package scorecard

import (
	"slices"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// Verdict is one verdict as far as it is counted.
type Verdict struct {
	Requirement  int // in requirements.Requirements
	Owner        int // in requirements.Owners
	Limit        events.Date
	Municipality uint16 // that it belongs to; 0: none is known
	Status       requirements.Status
	Flags        requirements.Flags
	Kind         requirements.Kinds // of the youth
	InTransition bool               // the youth came into the transition window with a measure, and did not die before 18
	Days         int                // before birthday(18) on which it was fulfilled
	Fulfilled    bool               // so that Days counts
}

// Counter counts verdicts for one question. Several can count side by side and be merged; one is not safe for concurrent use.
type Counter struct {
	question *Question
	groups   grouping
	from, to events.Date
	wanted   []bool         // of the lines: told of
	counted  []bool         // of the lines: those wanted and, where something may be withheld, their families
	days     []place        // of each day counted
	slots    [10_000]uint16 // of each municipality, from 1: its block
	blocks   [][]int32      // by year, group and line: which entry, from 1
	entries  []entry
}

// place is where a day lies.
type place struct{ year, quarter uint8 } // the year from the first one counted

// cell is what verdicts are counted under together.
type cell struct {
	municipality uint16
	line         uint8
	year         uint8 // from the first one counted
	group        uint8
}

// entry is what was counted in one cell.
type entry struct {
	cell
	statuses    [requirements.StatusCount]int
	late, after int   // recorded
	days        []int // before birthday(18), of what was fulfilled
}

// NewCounter is a counter for a question that was checked.
func NewCounter(q *Question) *Counter {
	c := &Counter{question: q, groups: q.groups()}
	c.from, c.to = q.counted()
	first := year(c.from)
	for d := c.from; d <= c.to; d++ {
		c.days = append(c.days, place{uint8(year(d) - first), uint8(quarter(d))})
	}
	c.choose()
	return c
}

// choose settles which lines are told of and counted.
func (c *Counter) choose() {
	q := c.question
	c.wanted, c.counted = make([]bool, len(lines)), make([]bool, len(lines))
	for i := range lines {
		c.wanted[i] = lines[i].within(q.From, q.To) && (q.Lines == nil || q.Lines(&lines[i]))
		c.counted[i] = c.wanted[i]
	}
	for _, f := range families {
		if !q.Own && slices.ContainsFunc(f, func(i int) bool { return c.wanted[i] }) {
			c.count(f)
		}
	}
}

func (c *Counter) count(f family) {
	for _, i := range f {
		c.counted[i] = true
		if lines[i].narrow { // held against those who have every duty
			c.count(families[before18])
		}
	}
}

// Wants tells whether a verdict with that limit can count, for that municipality.
func (c *Counter) Wants(limit events.Date, municipality uint16) bool {
	return limit >= c.from && limit <= c.to && (!c.question.Own || municipality == c.question.Municipality)
}

// Add counts a verdict that Wants said yes to.
func (c *Counter) Add(v *Verdict) {
	line := lineOf(v)
	if !c.counted[line] || !c.question.Own && v.untold(&lines[line]) {
		return
	}
	at := c.days[v.Limit-c.from]
	under := cell{municipality: v.Municipality, line: uint8(line), year: at.year, group: c.group(v, at)}
	n := c.entry(under)
	n.statuses[v.Status]++
	n.late += is(v.Flags, requirements.RecordedLate)
	n.after += is(v.Flags, requirements.RecordedAfterLimit)
	if v.Fulfilled {
		n.days = append(n.days, v.Days)
	}
}

// entry is that of a cell, and holds until the next call. A year's verdicts are many: a map would take half of the time.
func (c *Counter) entry(under cell) *entry {
	slot := &c.slots[under.municipality]
	if *slot == 0 {
		years := int(c.days[len(c.days)-1].year) + 1
		c.blocks = append(c.blocks, make([]int32, years*c.groups.size()*len(lines)))
		*slot = uint16(len(c.blocks))
	}
	place := &c.blocks[*slot-1][(int(under.year)*c.groups.size()+int(under.group))*len(lines)+int(under.line)]
	if *place == 0 {
		c.entries = append(c.entries, entry{cell: under})
		*place = int32(len(c.entries))
	}
	return &c.entries[*place-1]
}

// untold tells whether others than the municipality itself are told nothing of a verdict: before 18, of those who have no duty
// or died. Else the lines of a family would differ by them.
func (v *Verdict) untold(l *Line) bool {
	return l.Group == requirements.Before18 && (!v.InTransition || v.Status == requirements.NotApplicable)
}

func is(flags, flag requirements.Flags) int {
	if flags&flag != 0 {
		return 1
	}
	return 0
}

func (c *Counter) group(v *Verdict, at place) uint8 {
	switch c.groups {
	case quarters:
		return at.quarter
	case measures:
		return uint8(slices.Index(kinds, v.Kind))
	}
	return 0
}

// Merge adds what another counter of the same question has counted.
func (c *Counter) Merge(other *Counter) {
	for i := range other.entries {
		more := &other.entries[i]
		n := c.entry(more.cell)
		for s := range n.statuses {
			n.statuses[s] += more.statuses[s]
		}
		n.late, n.after = n.late+more.late, n.after+more.after
		n.days = append(n.days, more.days...)
	}
}
