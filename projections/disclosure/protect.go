package disclosure

import "slices"

// change says how hidden numbers can change together without a shown one or a sum becoming another: by some n, upwards those
// in plus while those in minus go down, or the other way. As long as all of them are hidden, nobody can tell which it was.
type change struct {
	plus, minus []int // cells
	up, down    int   // how far plus can go up and down, Width together
}

// reach is how far the cells can change, with none falling below the floor; false where that is not Width together.
func reach(plus, minus, floor int) (up, down int, enough bool) {
	up = min(max(minus-floor, 0), Width)
	down = min(max(plus-floor, 0), Width-up)
	return up, down, up+down >= Width
}

// Protect hides each small number, and with it what makes up a change at the least cost. Call it once, when all is counted.
func (t *Table) Protect() {
	for cell, n := range t.count {
		if !small(n) {
			continue
		}
		best, least := change{}, noEnd
		t.changesOf(cell, func(plus, minus []int) bool {
			// Zeros are mostly shown, and so a hidden number is taken to be more.
			up, down, enough := reach(t.least(plus), t.least(minus), 1)
			if cost := t.cost(plus, minus); enough && cost < least {
				best, least = change{slices.Clone(plus), slices.Clone(minus), up, down}, cost
			}
			return least > 0
		})
		t.hide(best.plus, best.minus)
		t.changes = append(t.changes, best)
	}
}

// changesOf calls do, until it says no, with changes that move a cell upwards together with another place of each dimension.
// Where that is another part, it goes down as the one goes up; a total goes with its part. There is always one, up to the total
// of all, in which nothing goes down. The cells hold until the next call.
func (t *Table) changesOf(cell int, do func(plus, minus []int) bool) {
	room := len(t.partition) << (len(t.sizes) - 1)
	plus, minus := append(make([]int, 0, room), cell), make([]int, 0, room)
	last := len(t.sizes) - 1
	size := t.sizes[last]
	at := cell % size
	next := func(plus, minus []int) bool { return t.others(last-1, size, cell/size, plus, minus, do) }
	for other := 1; other < size && at != 0; other++ {
		// What is nowhere counted may be known to be impossible.
		if other != at && t.partition[other] == t.partition[at] && t.count[other] > 0 && !next(plus, append(minus, cell-at+other)) {
			return
		}
	}
	if at != 0 {
		plus = append(plus, cell-at)
	}
	for p := 1; p <= t.partition[size-1]; p++ { // with the total goes one place of each partition
		if p != t.partition[at] {
			plus = append(plus, cell-at+t.most(p))
		}
	}
	next(plus, minus)
}

// most is the place of a partition that counts most in all.
func (t *Table) most(partition int) (place int) {
	for at, p := range t.partition {
		if p == partition && (place == 0 || t.count[at] > t.count[place]) {
			place = at
		}
	}
	return place
}

// others goes on with the other dimensions, from the last to the first.
func (t *Table) others(dimension, stride, cell int, plus, minus []int, do func(plus, minus []int) bool) bool {
	if dimension < 0 {
		return do(plus, minus)
	}
	size := t.sizes[dimension]
	at := cell % size
	for other := range size {
		if other == at && size > 1 {
			continue
		}
		p, m := plus, minus
		switch shift := (other - at) * stride; {
		case shift == 0: // there is only the total
		case at == 0 || other == 0:
			p, m = withMoved(plus, plus, shift), withMoved(minus, minus, shift)
		default:
			p, m = withMoved(plus, minus, shift), withMoved(minus, plus, shift)
		}
		if !t.others(dimension-1, stride*size, cell/size, p, m, do) {
			return false
		}
	}
	return true
}

func withMoved(cells, others []int, shift int) []int {
	for _, cell := range others {
		cells = append(cells, cell+shift)
	}
	return cells
}
