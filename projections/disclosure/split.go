package disclosure

import "slices"

// Split hides in the parts of a protected table, which add up to it and have its dimensions, what would tell of few people;
// the table itself stays as it is. So whatever it is split into, by one thing and by another, nothing is told by holding the
// parts against it or against each other. Where that takes too much, the parts are hidden whole.
func (t *Table) Split(parts []*Table) {
	s := split{t, parts}
	for cell, hidden := range t.hidden {
		if hidden { // a hidden number has no breakdown, and nobody learns where it is zero
			s.hideEverywhere([]int{cell})
		}
	}
	if s.keepsChanges() && s.protect() {
		return
	}
	for _, part := range parts {
		part.hideAll()
	}
}

type split struct {
	whole *Table
	parts []*Table
}

func (s *split) hideEverywhere(cells ...[]int) {
	for _, part := range s.parts {
		part.hide(cells...)
	}
}

// keepsChanges tells whether the parts can share in each change that keeps the whole table's hidden numbers unknown.
func (s *split) keepsChanges() bool {
	for i := range s.whole.changes {
		c := &s.whole.changes[i]
		up, down := 0, 0
		for _, part := range s.parts {
			up, down = up+part.least(c.minus), down+part.least(c.plus)
		}
		if up < c.up || down < c.down {
			return false
		}
	}
	return true
}

func (s *split) protect() bool {
	for k, part := range s.parts {
		for cell, n := range part.count {
			if small(n) && !s.withWhole(part, cell) && !s.withOne(part, cell) && !s.withAll(k, cell) {
				return false
			}
		}
	}
	return true
}

// withWhole: the part alone can take a change of the whole table; all of its cells there are hidden, zeros too.
func (s *split) withWhole(part *Table, cell int) bool {
	for i := range s.whole.changes {
		c := &s.whole.changes[i]
		if slices.Contains(slices.Concat(c.plus, c.minus), cell) && part.least(c.minus) >= c.up && part.least(c.plus) >= c.down {
			return true
		}
	}
	return false
}

// withOne hides what lets the part and one other change against each other.
func (s *split) withOne(part *Table, cell int) bool {
	least := noEnd
	var with *Table
	var plus, minus []int
	s.whole.changesOf(cell, func(up, down []int) bool {
		here := part.cost(up, down)
		if here >= least {
			return true
		}
		most, low := part.least(up), part.least(down)
		for _, other := range s.parts {
			if other == part {
				continue
			}
			_, _, enough := reach(min(most, other.least(down)), min(low, other.least(up)), 1)
			if cost := here + other.cost(up, down); enough && cost < least {
				least, with, plus, minus = cost, other, append(plus[:0], up...), append(minus[:0], down...)
			}
		}
		return least > 0
	})
	if with == nil {
		return false
	}
	part.hide(plus, minus)
	with.hide(plus, minus)
	return true
}

// withAll hides what lets the part change against all the others together, in every part, so that nobody learns where
// there are zeros.
func (s *split) withAll(k, cell int) bool {
	part := s.parts[k]
	least := noEnd
	var plus, minus []int
	s.whole.changesOf(cell, func(up, down []int) bool {
		cost, othersUp, othersDown := part.cost(up, down), 0, 0
		for j, other := range s.parts {
			if j != k {
				cost += other.cost(up, down)
				othersUp, othersDown = othersUp+other.least(up), othersDown+other.least(down)
			}
		}
		_, _, enough := reach(min(part.least(up), othersDown), min(part.least(down), othersUp), 0)
		if enough && cost < least {
			least, plus, minus = cost, append(plus[:0], up...), append(minus[:0], down...)
		}
		return true
	})
	if least == noEnd {
		return false
	}
	s.hideEverywhere(plus, minus)
	return true
}
