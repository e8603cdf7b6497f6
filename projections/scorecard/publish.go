package scorecard

import (
	"slices"

	"ettervern/projections/disclosure"
	"ettervern/projections/requirements"
)

// publication is a family of lines in one year, as others than the municipality may see it: the nation and its offices; split
// from that, the same by kind of measure and the same by quarter; and of each office its municipalities. Every answer is read
// from publications, or is the sum of what they show where it is about several years. So no answers held against each
// other, as of the same day, tell more than the publications do.
type publication struct {
	whole *disclosure.Table   // offices, the nation first
	parts []*disclosure.Table // the same, of each kind or quarter
	towns map[uint16]*disclosure.Table
}

// Where a line's numbers lie in a table, which counts all lines of a family by the same totals: by status, and by whether it
// was recorded late and after the limit.
const (
	isLate   = requirements.StatusCount
	notLate  = isLate + 1
	isAfter  = notLate + 1
	notAfter = isAfter + 1
	block    = notAfter + 1
)

func placeOf(line, figure int) int { return 1 + line*block + figure }

func (f family) table(offices ...int) *disclosure.Table {
	var partitions []int
	for range f {
		partitions = append(partitions, requirements.StatusCount, notLate-isLate+1, notAfter-isAfter+1)
	}
	return disclosure.New(offices, partitions...)
}

// publish adds what is published of a year to the rows of each line.
func (b *book) publish(y int, rows [][]reading) {
	for _, f := range families {
		if !slices.ContainsFunc(f, func(line int) bool { return b.wanted[line] }) {
			continue
		}
		known := f.in(b.first + y)
		for _, line := range f {
			if !slices.Contains(known, line) && lines[line].within(newYear(b.first+y), newYear(b.first+y+1)-1) {
				withhold(rows[line])
			}
		}
		switch {
		case len(known) == 0:
		case lines[f[0]].narrow:
			b.publishNarrow(y, known[0], rows[known[0]])
		default:
			p := b.publication(y, known)
			for i, line := range known {
				p.tell(b, y, i, rows[line])
			}
		}
	}
}

func withhold(rows []reading) {
	for i := range rows {
		for which := range rows[i].numbers {
			rows[i].add(which, 0, false)
		}
	}
}

func (b *book) publication(y int, f family) *publication {
	p := &publication{whole: f.table(len(b.offices) + 1), towns: map[uint16]*disclosure.Table{}}
	for range b.groups.size() {
		if b.groups != nothing {
			p.parts = append(p.parts, f.table(len(b.offices)+1))
		}
	}
	offices := map[string][]*disclosure.Table{}
	for _, m := range b.municipalities {
		if office := b.office[m]; b.townsAsked(office) {
			p.towns[m] = f.table()
			offices[office] = append(offices[office], p.towns[m])
		}
	}
	for i, line := range f {
		for _, e := range b.pages[page{uint8(line), uint8(y)}] {
			p.count(i, e, b.number(b.office[e.municipality]))
		}
	}
	p.whole.Protect()
	if p.parts != nil {
		p.whole.Split(p.parts)
	}
	for office, towns := range offices {
		p.whole.Row(b.number(office)).Split(towns)
	}
	return p
}

// number is the place of an office in tables; "" is the nation.
func (b *book) number(office string) int { return slices.Index(b.offices, office) + 1 }

// townsAsked tells whether an office's municipalities are asked for.
func (b *book) townsAsked(office string) bool {
	q := b.question
	return q.Municipality != 0 && b.office[q.Municipality] == office || q.By == ByMunicipality && (q.Office == "" || q.Office == office)
}

func (p *publication) count(line int, e *entry, office int) {
	for figure, n := range e.figures() {
		if n == 0 {
			continue
		}
		at := placeOf(line, figure)
		p.whole.Add(n, office, at)
		if p.parts != nil {
			p.parts[e.group].Add(n, office, at)
		}
		if town := p.towns[e.municipality]; town != nil {
			town.Add(n, at)
		}
	}
}

// figures is what was counted, in the order of a block.
func (e *entry) figures() (f [block]int) {
	sum := 0
	for s, n := range e.statuses {
		f[s] = n
		sum += n
	}
	f[isLate], f[notLate], f[isAfter], f[notAfter] = e.late, sum-e.late, e.after, sum-e.after
	return f
}

// tell adds the year's numbers of one of the lines to its rows.
func (p *publication) tell(b *book, y, line int, rows []reading) {
	for i := range rows {
		switch at, r := &b.parts[i], &rows[i]; {
		case at.municipality != 0:
			r.take(p.towns[at.municipality], line)
		case at.quarter != "" && at.year != y:
		case at.kind != "" || at.quarter != "":
			r.take(p.parts[at.group], line, b.number(at.office))
		case b.groups == quarters && !b.askedWhole(y):
			for quarter, part := range p.parts {
				if b.asked(y, quarter) {
					r.take(part, line, b.number(at.office))
				}
			}
		default:
			r.take(p.whole, line, b.number(at.office))
		}
	}
}

// take adds what a table shows of one of its lines in one of its rows.
func (r *reading) take(t *disclosure.Table, line int, row ...int) {
	at := append(append(make([]int, 0, 2), row...), 0)
	add := func(which, place int) {
		at[len(at)-1] = place
		n, shown := t.At(at...)
		r.add(which, n, shown)
	}
	add(total, 0)
	for s := range requirements.StatusCount {
		add(ofStatus+s, placeOf(line, s))
	}
	add(late, placeOf(line, isLate))
	add(after, placeOf(line, isAfter))
}

// publishNarrow tells of a duty that not everyone had for the nation alone, and only where it does not tell, beside the other
// duties, how many few did not have it.
func (b *book) publishNarrow(y, line int, rows []reading) {
	t := family{line}.table(1)
	p := &publication{whole: t}
	for _, e := range b.pages[page{uint8(line), uint8(y)}] {
		p.count(0, e, 0)
	}
	t.Protect()
	without := -t.Total()
	for _, e := range b.pages[page{uint8(families[before18].in(b.first + y)[0]), uint8(y)}] {
		for _, n := range e.statuses {
			without += n
		}
	}
	for i := range rows {
		nation := b.parts[i] == part{} && (b.groups != quarters || b.askedWhole(y))
		if nation && (without == 0 || without >= disclosure.Smallest) {
			rows[i].take(t, 0, 0)
		} else {
			withhold(rows[i : i+1])
		}
	}
}
