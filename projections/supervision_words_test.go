package projections_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/projections"
)

// What the lines on, list and figures of a supervision scenario demand, and what is answered, in the words of the line.

// query reads DATE [known DATE | known seq N], and what comes after it; the view has caught up when it returns.
func (o *office) query(line, what string) (q projections.SupervisionQuery, rest string) {
	ctx, cancel := context.WithTimeout(o.t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(o.t, o.ledger.Await(ctx, o.ledger.Durable()), line)
	day, rest, _ := strings.Cut(what, " ")
	var err error
	q.ValidAt, err = events.ParseDate(strings.TrimSuffix(day, ":"))
	require.NoError(o.t, err, line)
	known, given := strings.CutPrefix(strings.TrimSpace(rest), "known ")
	if !given {
		return q, strings.TrimSpace(rest)
	}
	known, rest, _ = strings.Cut(known, " ")
	if known == "seq" {
		known, rest, _ = strings.Cut(rest, " ")
		q.KnownAt, err = projections.ParseKnownAt("seq:" + strings.TrimSuffix(known, ":"))
		require.NoError(o.t, err, line)
	} else {
		q.KnownAt.Time = noon(strings.TrimSuffix(known, ":"))
	}
	return q, strings.TrimSpace(rest)
}

// expect: DATE [known T] CLAUSE; CLAUSE …
func (o *office) expect(line, what string) {
	q, rest := o.query(line, what)
	s, err := o.view.One(o.current, q)
	require.NoError(o.t, err, line)
	flags := []string{}
	for _, clause := range strings.Split(rest, "; ") {
		words := strings.Fields(clause)
		if words[0] == "flags" {
			flags = words[1:]
			continue
		}
		require.Equal(o.t, clause, strings.TrimSpace(saidOf(&s, words)), line)
	}
	require.Equal(o.t, flags, s.Flags, line)
}

// saidOf is what the supervision says to a clause, in the words of the clause.
func saidOf(s *projections.Supervision, words []string) string {
	about := words[0] + " "
	if len(words) > 1 {
		about += words[1] + " "
	}
	switch words[0] {
	case "stage":
		return "stage " + s.Stage
	case "status":
		return "status " + s.Status
	case "open": // since DATE | findings ID…
		if words[1] == "since" {
			return about + orNone(dateOf(s.OpenSince))
		}
		return about + orNone(openFindings(s))
	case "overdue":
		return "overdue " + orNone(overdue(s))
	case "outcome":
		return about + s.Units[slices.IndexFunc(s.Units, func(u projections.SupervisionUnit) bool { return u.Unit == words[1] })].Outcome
	case "units":
		var all []string
		for _, u := range s.Units {
			all = append(all, u.Unit)
		}
		return "units " + orNone(strings.Join(all, " "))
	case "rectified": // ID DATE after N days
		return about + rectified(s, words[1])
	case "missing":
		return "missing " + orNone(strings.Join(s.Plan.Missing, " "))
	case "report":
		return "report " + orNone(dateOf(s.Dates.ReportIssued))
	case "deadline": // WHAT [FINDING] STATUS [N days late]
		return "deadline " + deadline(s, words)
	case "flagged": // EVENT FLAG [after EVENT], …
		return "flagged " + orNone(flagged(s))
	}
	return "nothing is known of " + words[0]
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func dateOf(d *events.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}

func openFindings(s *projections.Supervision) string {
	var open []string
	for _, f := range s.Findings {
		if f.BlocksClosing {
			open = append(open, f.ID)
		}
	}
	return strings.Join(open, " ")
}

func nameOfDeadline(d *projections.SupervisionDeadline) string {
	if d.Finding != nil {
		return d.What + " " + *d.Finding
	}
	return d.What
}

func overdue(s *projections.Supervision) string {
	var late []string
	for _, d := range s.Deadlines {
		if d.Status == "overdue" {
			late = append(late, nameOfDeadline(&d))
		}
	}
	return strings.Join(late, ", ")
}

func deadline(s *projections.Supervision, words []string) string {
	for _, d := range s.Deadlines {
		if name := nameOfDeadline(&d); strings.HasPrefix(strings.Join(words[1:], " ")+" ", name+" ") {
			said := name + " " + d.Status
			if d.DaysLate > 0 {
				said += fmt.Sprintf(" %d days late", d.DaysLate)
			}
			return said
		}
	}
	return "none"
}

func rectified(s *projections.Supervision, id string) string {
	at := slices.IndexFunc(s.Findings, func(f projections.Finding) bool { return f.ID == id })
	if at < 0 {
		return "unknown"
	}
	f := s.Findings[at]
	if f.DaysToRectify == nil {
		return orNone(dateOf(f.Rectified))
	}
	return fmt.Sprintf("%s after %d days", dateOf(f.Rectified), *f.DaysToRectify)
}

func flagged(s *projections.Supervision) string {
	var all []string
	for _, f := range s.Flagged {
		said := f.Event + " " + f.Flag
		if f.After != nil {
			said += " after " + *f.After
		}
		all = append(all, said)
	}
	return strings.Join(all, ", ")
}

// expectList: [STATUS,STATUS] [in PLACE] on DATE [known T]: NAME, NAME
func (o *office) expectList(line, what string) {
	head, names, ok := strings.Cut(what, ": ")
	status, when, also := strings.Cut(head, "on ")
	require.True(o.t, ok && also, line)
	q, _ := o.query(line, when)
	status, place, _ := strings.Cut(strings.TrimSpace(status), " in ")
	if strings.Contains(place, "-") {
		q.Unit = place
	} else {
		q.Municipality = place
	}
	if status != "all" {
		q.Status = strings.Split(status, ",")
	}
	page, err := o.view.List(q)
	require.NoError(o.t, err, line)
	var got []string
	for _, s := range page.Rows {
		got = append(got, o.nameOf(s.ID))
	}
	require.Equal(o.t, names, orNone(strings.Join(got, ", ")), line)
}

// expectFigures: THEME YEAR [by AUTHORITY] on DATE [known T]: CLAUSE; CLAUSE …
func (o *office) expectFigures(line, what string) {
	about, rest, ok := strings.Cut(what, " on ")
	require.True(o.t, ok, line)
	q, rest := o.query(line, rest)
	about, q.Authority, _ = strings.Cut(about, " by ")
	_, err := fmt.Sscan(about, &q.Theme, &q.Year)
	require.NoError(o.t, err, line)
	page, err := o.view.Figures(q)
	require.NoError(o.t, err, line)
	var f projections.SupervisionFigures
	if len(page.Rows) > 0 {
		f = page.Rows[0]
	}
	for _, clause := range strings.Split(rest, "; ") {
		words := strings.Fields(clause)
		require.Equal(o.t, clause, counted(&f, words), line)
	}
}

// counted is what the figures say to a clause, in the words of the clause.
func counted(f *projections.SupervisionFigures, words []string) string {
	switch words[0] {
	case "nothing":
		return fmt.Sprintf("nothing found %d", f.NothingFound)
	case "remark":
		return fmt.Sprintf("remark only %d", f.WithRemarkOnly)
	case "closed":
		return fmt.Sprintf("closed %d", f.Closed)
	case "not":
		return fmt.Sprintf("not reported %d", f.NotReported)
	case "units": // SERVICE N of M
		for _, s := range f.Services {
			if s.Service == words[1] {
				return fmt.Sprintf("units %s %d of %d", s.Service, s.UnitsWithBreach, s.Units)
			}
		}
	}
	if len(words) == 3 {
		return fmt.Sprintf("%d of %d", f.WithBreach, f.Supervisions)
	}
	if words[2] == "of" { // SERVICE N of M
		for _, s := range f.Services {
			if s.Service == words[0] {
				return fmt.Sprintf("%s %d of %d", s.Service, s.WithBreach, s.Supervisions)
			}
		}
	}
	for _, row := range f.Findings { // SERVICE THEME|all: KIND N, rectified N, median N
		if row.Service == words[0] && (row.Theme == words[1] || row.Theme == "" && words[1] == "all") {
			return strings.Join(words[:2], " ") + findings(&row)
		}
	}
	return "no such row"
}

func findings(row *projections.FindingFigures) string {
	said := ""
	for i, n := range []int{row.Breaches, row.Deviations, row.Remarks, row.Rectified} {
		if n > 0 {
			said += fmt.Sprintf(" %s %d", []string{"breach", "deviation", "remark", "rectified"}[i], n)
		}
	}
	if row.MedianDaysToRectify != nil {
		said += fmt.Sprintf(" median %g", *row.MedianDaysToRectify)
	}
	return said
}
