package projections

import (
	"cmp"
	"slices"
	"sort"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// item is what one youth has in a list with one limit: mask holds the requirements of which some instance has the list's
// status, rows how many instances.
type item struct {
	limit events.Date
	youth uint32
	mask  uint32
	rows  uint32
}

// list is sorted by limit and youth, in blocks small enough that moving their items is nothing.
type list struct {
	blocks [][]item
	rows   int // of all items
}

const (
	blockFill = 64  // items of a block built at once
	blockMax  = 128 // a block that reaches it is split
)

// gather adds an item anywhere; sort must follow before the list is used.
func (l *list) gather(it item) {
	l.rows += int(it.rows)
	if n := len(l.blocks); n > 0 && len(l.blocks[n-1]) < blockFill {
		l.blocks[n-1] = append(l.blocks[n-1], it)
		return
	}
	l.blocks = append(l.blocks, append(make([]item, 0, blockFill), it))
}

// sort puts gathered items in order.
func (l *list) sort(all []*youth) {
	items := slices.Concat(l.blocks...)
	slices.SortFunc(items, func(a, b item) int {
		if c := cmp.Compare(a.limit, b.limit); c != 0 {
			return c
		}
		return compareUUID(all[a.youth].id, all[b.youth].id)
	})
	for i, block := range l.blocks {
		n := copy(block, items)
		l.blocks[i], items = block[:n], items[n:]
	}
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
	l.rows += int(it.rows)
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
	l.rows -= int(it.rows)
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

// candidate is what one youth may have on a page, with one limit. The facts are where they lay when it was found.
type candidate struct {
	item
	id    requirements.UUID
	facts requirements.Facts
}

// page merges the lists of the statuses asked for: as many candidates as are sure to fill the page and one row more.
func (x *index) page(all []*youth, f *filter) []candidate {
	cursors := x.cursors(all, f)
	found := make([]candidate, 0, min(f.limit+2, 256))
	for len(found) < f.limit+2 { // the first may lie wholly on the page before
		var lowest *item
		for i := range cursors {
			if it := cursors[i].item(); it != nil && (lowest == nil || it.before(lowest, all)) {
				lowest = it
			}
		}
		if lowest == nil {
			break
		}
		it := *lowest
		if it.mask = stepAll(cursors, &it); it.mask&f.requirements != 0 && !f.within.hides(all[it.youth]) {
			found = append(found, candidate{it, all[it.youth].id, all[it.youth].facts})
		}
	}
	return found
}

// cursors stand at the first item that may hold a row after the page before.
func (x *index) cursors(all []*youth, f *filter) []cursor {
	var cursors []cursor
	for _, l := range x.read(f) {
		c := cursor{list: l}
		if f.after != nil {
			c.block, c.place = l.at(f.after.limit, &f.after.youth, all)
		}
		cursors = append(cursors, c)
	}
	return cursors
}

// read is the lists that a page is made of: of the municipality asked for, of all that may be asked for, or of the whole country.
func (x *index) read(f *filter) (lists []*list) {
	of := map[uint16]bool{f.municipality: f.within.holds(f.municipality)}
	if f.municipality == 0 && f.within != nil && f.within.Municipalities != nil {
		of = f.within.Municipalities
	}
	for municipality, may := range of {
		for s := range requirements.StatusNames() {
			if l := x.lists[listKey{municipality, requirements.Status(s)}]; l != nil && may && f.statuses&(1<<s) != 0 {
				lists = append(lists, l)
			}
		}
	}
	return lists
}

func (it *item) before(other *item, all []*youth) bool {
	if c := cmp.Compare(it.limit, other.limit); c != 0 {
		return c < 0
	}
	return it.youth != other.youth && compareUUID(all[it.youth].id, all[other.youth].id) < 0
}

// stepAll moves the cursors that stand at a youth's items with one limit on, and tells which requirements they held.
func stepAll(cursors []cursor, at *item) (mask uint32) {
	for i := range cursors {
		if it := cursors[i].item(); it != nil && it.youth == at.youth && it.limit == at.limit {
			mask |= it.mask
			cursors[i].step()
		}
	}
	return mask
}

// rows judges the candidates and takes the rows that are asked for and come after the page before, at most one more than
// the page holds.
func (m *moment) rows(candidates []candidate, f *filter) []row {
	var c requirements.Case
	rows := make([]row, 0, min(f.limit+1, 256))
	for i := range candidates {
		one := &candidates[i]
		c.Open(one.facts, m.Moment)
		for rank, r := range requirements.Sorted {
			if one.mask&f.requirements&(1<<rank) == 0 {
				continue
			}
			for _, j := range c.Judge(r) {
				if j.Limit != one.limit || !f.wants(rank, j.Status) {
					continue
				}
				p := position{j.Limit, one.id, uint8(rank), c.Instance(j)}
				if f.after == nil || p.compare(*f.after) > 0 {
					rows = append(rows, row{p, one.facts})
				}
			}
		}
		if len(rows) > f.limit {
			return rows[:f.limit+1]
		}
	}
	return rows
}
