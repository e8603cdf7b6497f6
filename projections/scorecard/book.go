package scorecard

import (
	"cmp"
	"slices"

	"ettervern/projections/requirements"
)

// book is all that was counted, ready to be read.
type book struct {
	question       *Question
	groups         grouping
	wanted         []bool // of the lines
	first          int    // year counted
	municipalities []uint16
	office         map[uint16]string // of each municipality
	offices        []string
	parts          []part
	pages          map[page][]*entry
}

// page is one line in one year.
type page struct{ line, year uint8 }

func newBook(c *Counter) *book {
	b := &book{question: c.question, groups: c.groups, wanted: c.wanted, first: year(c.from), office: map[uint16]string{}, pages: map[page][]*entry{}}
	b.list(c.entries)
	b.parts = b.rows()
	for i := range c.entries {
		e := &c.entries[i]
		b.pages[page{e.line, e.year}] = append(b.pages[page{e.line, e.year}], e)
	}
	return b
}

// list notes the municipalities that something was counted for, and their offices.
func (b *book) list(entries []entry) {
	if b.question.Municipality != 0 {
		b.note(b.question.Municipality)
	}
	for i := range entries {
		b.note(entries[i].municipality)
	}
	slices.SortFunc(b.municipalities, func(x, y uint16) int {
		return cmp.Or(cmp.Compare(b.office[x], b.office[y]), cmp.Compare(x, y))
	})
	if b.question.Office != "" {
		b.offices = append(b.offices, b.question.Office)
	}
	for _, m := range b.municipalities {
		b.offices = append(b.offices, b.office[m])
	}
	slices.Sort(b.offices)
	b.offices = slices.Compact(b.offices)
}

func (b *book) note(m uint16) {
	if _, known := b.office[m]; !known {
		b.office[m] = b.question.OfficeOf(requirements.FormatMunicipality(m))
		b.municipalities = append(b.municipalities, m)
	}
}

// part is what one row of each line is about.
type part struct {
	office, kind, quarter string
	municipality          uint16
	year, group           int // of a kind or quarter
}

// rows is what each line is told of: the whole first, then what it is broken down into.
func (b *book) rows() []part {
	q := b.question
	whole := part{office: q.Office, municipality: q.Municipality}
	if q.Municipality != 0 {
		whole.office = b.office[q.Municipality]
	}
	all := []part{whole}
	switch q.By {
	case ByKind:
		for i, kind := range kinds {
			p := whole
			p.kind, p.group = kindName(kind), i
			all = append(all, p)
		}
	case ByQuarter:
		for day := q.From; day <= q.To; day = nextQuarter(day) {
			p := whole
			p.quarter, p.year, p.group = quarterName(day), year(day)-b.first, quarter(day)
			all = append(all, p)
		}
	case ByOffice:
		for _, office := range b.offices {
			all = append(all, part{office: office})
		}
	case ByMunicipality:
		for _, m := range b.municipalities {
			if m != 0 && (q.Office == "" || b.office[m] == q.Office) {
				all = append(all, part{office: b.office[m], municipality: m})
			}
		}
	}
	return all
}

// holds tells whether what was counted together in a year belongs to a part.
func (b *book) holds(p *part, e *entry) bool {
	switch {
	case p.municipality != 0 && e.municipality != p.municipality,
		p.office != "" && b.office[e.municipality] != p.office,
		p.kind != "" && int(e.group) != p.group,
		p.quarter != "" && (int(e.year) != p.year || int(e.group) != p.group):
		return false
	}
	return b.question.Own || b.groups != quarters || b.asked(int(e.year), int(e.group))
}

// asked tells whether a quarter lies in the period.
func (b *book) asked(year, quarter int) bool {
	day := newYear(b.first + year).AddMonths(3 * quarter)
	return day >= b.question.From && day <= b.question.To
}

// askedWhole tells whether a year lies in the period.
func (b *book) askedWhole(year int) bool { return b.asked(year, 0) && b.asked(year, 3) }

// read is the rows of each line: a reading for each part.
func (b *book) read() [][]reading {
	all := make([][]reading, len(lines))
	for line := range all {
		all[line] = make([]reading, len(b.parts))
	}
	for y := range year(b.question.To) - b.first + 1 {
		for line, rows := range all {
			entries := b.pages[page{uint8(line), uint8(y)}]
			for i := range rows {
				rows[i].gather(b, &lines[line], &b.parts[i], entries)
			}
		}
		if !b.question.Own {
			b.publish(y, all)
		}
	}
	return all
}

// gather takes in what belongs to a part: the days, and for the municipality itself the numbers as they are.
func (r *reading) gather(b *book, l *Line, p *part, entries []*entry) {
	for _, e := range entries {
		if !b.holds(p, e) {
			continue
		}
		r.days = append(r.days, e.days...)
		if b.question.Own {
			for s, n := range e.statuses {
				r.add(ofStatus+s, n, true)
				if l.totals(requirements.Status(s)) {
					r.add(total, n, true)
				}
			}
			r.add(late, e.late, true)
			r.add(after, e.after, true)
		}
	}
}
