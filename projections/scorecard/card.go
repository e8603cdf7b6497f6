package scorecard

import (
	"slices"

	"ettervern/events"
	"ettervern/projections/disclosure"
	"ettervern/projections/requirements"
)

// Card is the answer: rows of numbers, and what each number means.
type Card struct {
	Rows         []Row       `json:"rows"`
	Lines        []Line      `json:"lines"`   // what each row counts
	Figures      []Figure    `json:"figures"` // what each number of a row is
	From         events.Date `json:"from"`
	To           events.Date `json:"to"`
	Office       string      `json:"office"`       // "" for more than one
	Municipality string      `json:"municipality"` // "" for more than one
	By           By          `json:"by"`
	Protected    bool        `json:"protected"` // small numbers are withheld
}

// Row is one line counted for one area, kind of measure or quarter. A number that is null is withheld, or there is nothing it
// could tell of. Its fields are a contract; fields are only added.
type Row struct {
	Requirement        string             `json:"requirement"`
	Norm               requirements.Norm  `json:"norm"`
	Service            requirements.Owner `json:"service"`
	Turned18From       *events.Date       `json:"turned18From"`
	Turned18Until      *events.Date       `json:"turned18Until"`
	Office             string             `json:"office"`       // "" for all
	Municipality       string             `json:"municipality"` // "" for all
	Kind               string             `json:"kind"`         // of measure; "" for all
	Quarter            string             `json:"quarter"`      // of the limit, as 2026-Q1; "" for the whole period
	Withheld           bool               `json:"withheld"`     // some number of the row is
	Total              *int               `json:"total"`
	Statuses           Statuses           `json:"statuses"`
	MedianDaysBefore18 *float64           `json:"medianDaysBefore18"`
	RecordedLate       *int               `json:"recordedLate"`
	RecordedAfterLimit *int               `json:"recordedAfterLimit"`
}

// Counts tells whether a row is one of the line's.
func (l *Line) Counts(r *Row) bool {
	same := func(a, b *events.Date) bool { return a == b || a != nil && b != nil && *a == *b }
	return l.Requirement == r.Requirement && l.Service == r.Service && same(l.Turned18From, r.Turned18From) && same(l.Turned18Until, r.Turned18Until)
}

// Statuses is how many verdicts of each status there are.
type Statuses struct {
	NotApplicable *int `json:"not_applicable"`
	Upcoming      *int `json:"upcoming"`
	Open          *int `json:"open"`
	Due           *int `json:"due"`
	Met           *int `json:"met"`
	MetLate       *int `json:"met_late"`
	Overdue       *int `json:"overdue"`
	Missed        *int `json:"missed"`
	Excused       *int `json:"excused"`
}

// Of is the number of one status, for reading and writing.
func (s *Statuses) Of(status requirements.Status) **int {
	return [...]**int{&s.NotApplicable, &s.Upcoming, &s.Open, &s.Due, &s.Met, &s.MetLate, &s.Overdue, &s.Missed, &s.Excused}[status]
}

// Card is what was counted, as it may be told to the asker.
func (c *Counter) Card() Card {
	q := c.question
	card := Card{Rows: []Row{}, Lines: []Line{}, Figures: figures, From: q.From, To: q.To, Office: q.Office,
		Municipality: requirements.FormatMunicipality(q.Municipality), By: q.By, Protected: !q.Own}
	b := newBook(c)
	all := b.read()
	for i := range lines {
		if !c.wanted[i] {
			continue
		}
		card.Lines = append(card.Lines, lines[i])
		for k := range b.parts {
			r := &all[i][k]
			if k == 0 || r.numbers[total] != (number{}) { // where nothing is counted only the whole is told
				card.Rows = append(card.Rows, r.row(&lines[i], &b.parts[k], q.Own))
			}
		}
	}
	return card
}

func (r *reading) row(l *Line, p *part, own bool) Row {
	row := Row{Requirement: l.Requirement, Norm: l.Norm, Service: l.Service, Turned18From: l.Turned18From, Turned18Until: l.Turned18Until,
		Office: p.office, Municipality: requirements.FormatMunicipality(p.municipality), Kind: p.kind, Quarter: p.quarter,
		Total: r.numbers[total].told(), RecordedLate: r.numbers[late].told(), RecordedAfterLimit: r.numbers[after].told()}
	for s := range requirements.Status(requirements.StatusCount) {
		if l.Tells(s.String(), !own) {
			*row.Statuses.Of(s) = r.numbers[ofStatus+s].told()
		}
	}
	for i := range r.numbers {
		row.Withheld = row.Withheld || r.numbers[i].hidden
	}
	if l.Tells(medianDays, !own) {
		row.MedianDaysBefore18 = r.median(own)
		row.Withheld = row.Withheld || row.MedianDaysBefore18 == nil && len(r.days) > 0
	}
	return row
}

// reading is the numbers of one row.
type reading struct {
	numbers [numbers]number
	days    []int
}

// Which number of a reading is which; the total and the statuses lie as in a table of them.
const (
	total    = 0
	ofStatus = 1
	late     = ofStatus + requirements.StatusCount
	after    = late + 1
	numbers  = after + 1
)

type number struct {
	n      int
	hidden bool
}

// told is the number, or nil where it is withheld.
func (n number) told() *int {
	if n.hidden {
		return nil
	}
	return &n.n
}

// add adds to a number; one that is withheld in part is withheld.
func (r *reading) add(which, n int, shown bool) {
	r.numbers[which].n += n
	r.numbers[which].hidden = r.numbers[which].hidden || !shown
}

// median of the days. Others than the municipality itself are told it only where one of the numbers that it rests on is shown
// and not small.
func (r *reading) median(own bool) *float64 {
	enough := own
	for _, s := range []requirements.Status{requirements.Met, requirements.MetLate} {
		n := r.numbers[ofStatus+int(s)]
		enough = enough || !n.hidden && n.n >= disclosure.Smallest
	}
	if !enough || len(r.days) == 0 {
		return nil
	}
	slices.Sort(r.days)
	middle := len(r.days) / 2
	m := float64(r.days[middle])
	if len(r.days)%2 == 0 {
		m = (m + float64(r.days[middle-1])) / 2
	}
	return &m
}
