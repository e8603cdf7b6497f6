// Package disclosure hides in tables of counts what would tell of few people: small numbers, and beside them as much as it
// takes that no total and no difference gives them away. It is pure, and knows nothing of what is counted.
//
// What it promises: whoever sees all that is shown, of a table and of what it was split into, finds at least Width+1 values
// possible for each number that was hidden for being small. A test attacks it with linear programming.
package disclosure

// Smallest is the smallest number that is shown, beside 0.
const Smallest = 5

// Width is how far apart the possible values of a hidden small number are at the least.
const Width = 3

// Table counts things by some dimensions and, along the last one, by some partitions: each a set of places of which a thing is
// counted in one. Place 0 of a dimension is the total of its other places, along the last one of each partition.
type Table struct {
	sizes     []int // of each dimension, the total included
	partition []int // of each place of the last dimension, from 1
	count     []int // of each cell, the last dimension fastest
	hidden    []bool
	changes   []change
}

// New is an empty table with dimensions of these sizes, the total included, and a last one with partitions of these.
func New(sizes []int, partitions ...int) *Table {
	t := &Table{partition: []int{0}}
	for i, n := range partitions {
		for range n {
			t.partition = append(t.partition, i+1)
		}
	}
	t.sizes = append(append(t.sizes, sizes...), len(t.partition))
	cells := 1
	for _, n := range t.sizes {
		cells *= n
	}
	t.count, t.hidden = make([]int, cells), make([]bool, cells)
	return t
}

// Add counts n more in a place, and in every total that it belongs to. The total of the partitions counts what is added to the
// first of them; the others must get as much.
func (t *Table) Add(n int, place ...int) { t.add(n, 0, 0, place) }

func (t *Table) add(n, dimension, cell int, place []int) {
	if dimension == len(place) {
		t.count[cell] += n
		return
	}
	at, size := place[dimension], t.sizes[dimension]
	t.add(n, dimension+1, cell*size+at, place)
	if at != 0 && (dimension < len(place)-1 || t.partition[at] == 1) {
		t.add(n, dimension+1, cell*size, place)
	}
}

// At is the number in a cell, and whether it is shown.
func (t *Table) At(place ...int) (n int, shown bool) {
	cell := 0
	for d, at := range place {
		cell = cell*t.sizes[d] + at
	}
	return t.count[cell], !t.hidden[cell]
}

// Total counts everything.
func (t *Table) Total() int { return t.count[0] }

// Row is one place of the first dimension as a table of its own, as far as it is hidden.
func (t *Table) Row(at int) *Table {
	size := len(t.count) / t.sizes[0]
	from := at * size
	row := &Table{sizes: t.sizes[1:], partition: t.partition, count: t.count[from : from+size], hidden: t.hidden[from : from+size]}
	for i := range t.changes {
		c := change{up: t.changes[i].up, down: t.changes[i].down}
		c.plus, c.minus = within(t.changes[i].plus, from, size), within(t.changes[i].minus, from, size)
		if len(c.plus)+len(c.minus) > 0 {
			row.changes = append(row.changes, c)
		}
	}
	return row
}

// within is those cells that lie in a row, as they are numbered there.
func within(cells []int, from, size int) (found []int) {
	for _, cell := range cells {
		if cell >= from && cell < from+size {
			found = append(found, cell-from)
		}
	}
	return found
}

func (t *Table) hideAll() {
	for i := range t.hidden {
		t.hidden[i] = true
	}
}

func (t *Table) hide(cells ...[]int) {
	for _, some := range cells {
		for _, cell := range some {
			t.hidden[cell] = true
		}
	}
}

// cost is what hiding a cell takes from the reader. Small numbers are hidden in any case.
func (t *Table) cost(cells ...[]int) (sum int) {
	for _, some := range cells {
		for _, cell := range some {
			if n := t.count[cell]; !t.hidden[cell] && !small(n) {
				sum += max(n, 1)
			}
		}
	}
	return sum
}

func small(n int) bool { return n > 0 && n < Smallest }

// least is the least number in some cells; of none, more than any.
func (t *Table) least(cells []int) int {
	n := noEnd
	for _, cell := range cells {
		n = min(n, t.count[cell])
	}
	return n
}

const noEnd = 1 << 40
