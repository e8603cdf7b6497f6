package projections

import (
	"cmp"
	"slices"
	"sort"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// item is one youth in a list: mask holds the requirements that have the list's status.
type item struct {
	limit events.Date
	youth uint32
	mask  uint8
}

// list is sorted by limit and youth, in blocks small enough that moving their items is nothing.
type list struct {
	blocks [][]item
	rows   int // requirements of all items
}

const (
	blockFill = 64  // items of a block built at once
	blockMax  = 128 // a block that reaches it is split
)

// append adds an item that comes after all others.
func (l *list) append(it item) {
	l.rows += rowsIn(it.mask)
	if n := len(l.blocks); n > 0 && len(l.blocks[n-1]) < blockFill {
		l.blocks[n-1] = append(l.blocks[n-1], it)
		return
	}
	l.blocks = append(l.blocks, []item{it})
}

// at is the block and place where a youth with that limit lies or belongs.
func (l *list) at(limit events.Date, id *requirements.UUID, all []*youth) (block, place int) {
	before := func(it item) bool {
		if it.limit != limit {
			return it.limit < limit
		}
		return compareUUID(all[it.youth].id, *id) < 0
	}
	block = sort.Search(len(l.blocks), func(b int) bool { return !before(l.blocks[b][len(l.blocks[b])-1]) })
	if block == len(l.blocks) {
		return block, 0
	}
	items := l.blocks[block]
	return block, sort.Search(len(items), func(i int) bool { return !before(items[i]) })
}

func (l *list) insert(it item, all []*youth) {
	l.rows += rowsIn(it.mask)
	b, i := l.at(it.limit, &all[it.youth].id, all)
	if b == len(l.blocks) {
		if b == 0 {
			l.blocks = [][]item{{it}}
			return
		}
		b--
		i = len(l.blocks[b])
	}
	l.blocks[b] = slices.Insert(l.blocks[b], i, it)
	if half := len(l.blocks[b]) / 2; len(l.blocks[b]) >= blockMax {
		upper := slices.Clone(l.blocks[b][half:])
		l.blocks[b] = l.blocks[b][:half]
		l.blocks = slices.Insert(l.blocks, b+1, upper)
	}
}

func (l *list) remove(it item, all []*youth) {
	b, i := l.at(it.limit, &all[it.youth].id, all)
	l.rows -= rowsIn(it.mask)
	l.blocks[b] = slices.Delete(l.blocks[b], i, i+1)
	if len(l.blocks[b]) == 0 {
		l.blocks = slices.Delete(l.blocks, b, b+1)
	}
}

// cursor is a place in a list.
type cursor struct {
	list         *list
	block, place int
}

func (c *cursor) item() *item {
	if c.block == len(c.list.blocks) {
		return nil
	}
	return &c.list.blocks[c.block][c.place]
}

func (c *cursor) step() {
	if c.place++; c.place == len(c.list.blocks[c.block]) {
		c.block, c.place = c.block+1, 0
	}
}

// page merges the lists of the statuses asked for into rows: at most one more than the page holds.
func (x *index) page(all []*youth, f *filter) []row {
	cursors := x.cursors(all, f)
	rows := make([]row, 0, min(f.limit+1, 256))
	for len(rows) <= f.limit {
		var lowest *item
		for i := range cursors {
			if it := cursors[i].item(); it != nil && (lowest == nil || it.before(lowest, all)) {
				lowest = it
			}
		}
		if lowest == nil {
			break
		}
		rows = f.take(rows, *lowest, stepAll(cursors, lowest.youth), all)
	}
	return rows[:min(len(rows), f.limit+1)]
}

// cursors stand at the first item that may hold a row after the page before.
func (x *index) cursors(all []*youth, f *filter) []cursor {
	var cursors []cursor
	for s := range requirements.StatusNames() {
		l := x.lists[listKey{f.municipality, requirements.Status(s)}]
		if f.statuses&(1<<s) == 0 || l == nil {
			continue
		}
		c := cursor{list: l}
		if f.after != nil {
			c.block, c.place = l.at(f.after.limit, &f.after.youth, all)
		}
		cursors = append(cursors, c)
	}
	return cursors
}

func (it *item) before(other *item, all []*youth) bool {
	if c := cmp.Compare(it.limit, other.limit); c != 0 {
		return c < 0
	}
	return it.youth != other.youth && compareUUID(all[it.youth].id, all[other.youth].id) < 0
}

// stepAll moves the cursors that stand at a youth on, and tells which requirements they held.
func stepAll(cursors []cursor, youth uint32) (mask uint8) {
	for i := range cursors {
		if it := cursors[i].item(); it != nil && it.youth == youth {
			mask |= it.mask
			cursors[i].step()
		}
	}
	return mask
}

// take adds a youth's rows that are asked for and come after the page before.
func (f *filter) take(rows []row, it item, mask uint8, all []*youth) []row {
	one := all[it.youth]
	for rank := range requirements.Sorted {
		if mask&f.requirements&(1<<rank) == 0 {
			continue
		}
		p := position{it.limit, one.id, uint8(rank)}
		if f.after == nil || p.compare(*f.after) > 0 {
			rows = append(rows, row{p, one.facts})
		}
	}
	return rows
}
