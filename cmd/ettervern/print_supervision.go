package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ettervern/projections"
)

var supervisionHeader = []string{"supervision", "theme", "year", "stage", "opened", "report", "outcome", "open", "overdue", "flags", "status", "authority", "closed", "validAt", "knownAt", "sequence"}

func (p *printer) supervision(s *projections.Supervision) {
	outcomes, open, overdue := []string{}, []string{}, []string{}
	for _, u := range s.Units {
		outcomes = append(outcomes, u.Unit+" "+u.Outcome)
	}
	for _, f := range s.Findings {
		if f.BlocksClosing {
			open = append(open, f.ID)
		}
	}
	for _, d := range s.Deadlines {
		if d.Status == "overdue" {
			overdue = append(overdue, strings.TrimSpace(d.What+" "+orNothing(d.Finding)))
		}
	}
	p.wide(s, supervisionHeader, 10, []string{
		s.ID, s.Theme, number(s.Year), s.Stage, day(s.Dates.Opened), day(s.Dates.ReportIssued),
		strings.Join(outcomes, "\n"), strings.Join(open, " "), strings.Join(overdue, "\n"), strings.Join(s.Flags, "\n"),
		s.Status, s.Authority, day(s.Dates.Closed), s.ValidAt.String(), instant(s.KnownAt), fmt.Sprint(s.Sequence),
	})
}

// wide prints a row of which a table shows only the first columns.
func (p *printer) wide(value any, header []string, shown int, cells []string) {
	if p.format == "table" {
		header, cells = header[:shown], cells[:shown]
	}
	p.row(value, header, cells)
}

func instant(t time.Time) string { return t.Format("2006-01-02T15:04:05.999999Z07:00") }

func orNothing(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// number is nothing for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

var findingHeader = []string{"finding", "unit", "kind", "themes", "legalBasis", "found", "rectifyBy", "rectified", "days", "evidence"}

func (p *printer) finding(f *projections.Finding) {
	days, evidence := "", ""
	if f.DaysToRectify != nil {
		days = strconv.Itoa(*f.DaysToRectify)
	}
	if f.Evidence != nil {
		evidence = f.Evidence.ID
	}
	p.row(f, findingHeader, []string{f.ID, f.Unit, f.Kind, strings.Join(f.Themes, " "), f.LegalBasis, f.Found.String(), day(f.RectifyBy), day(f.Rectified), days, evidence})
}

var figuresHeader = []string{"theme", "year", "authority", "service", "about", "supervisions", "withBreach", "remarkOnly", "nothingFound",
	"units", "breached", "breaches", "deviations", "remarks", "rectified", "medianDays", "closed", "notReported", "validAt", "knownAt", "sequence"}

// figures prints one line of JSON; in tables and CSV a line for all, one for each service, and one for each theme in it.
func (p *printer) figures(f *projections.SupervisionFigures) {
	if p.format == "json" || p.format == "ndjson" {
		p.row(f, nil, nil)
		return
	}
	p.part(f, []string{"", ""}, strconv.Itoa(f.Supervisions), strconv.Itoa(f.WithBreach), strconv.Itoa(f.WithRemarkOnly), strconv.Itoa(f.NothingFound),
		"", "", "", "", "", "", "", strconv.Itoa(f.Closed), strconv.Itoa(f.NotReported))
	for _, s := range f.Services {
		found := []string{"", "", "", "", ""}
		for i := range f.Findings {
			if f.Findings[i].Service == s.Service && f.Findings[i].Theme == "" {
				found = foundCells(&f.Findings[i])
			}
		}
		p.part(f, []string{s.Service, ""}, append([]string{strconv.Itoa(s.Supervisions), strconv.Itoa(s.WithBreach), "", "", strconv.Itoa(s.Units), strconv.Itoa(s.UnitsWithBreach)}, found...)...)
		for i := range f.Findings {
			if row := &f.Findings[i]; row.Service == s.Service && row.Theme != "" {
				p.part(f, []string{s.Service, row.Theme}, append([]string{strconv.Itoa(row.Supervisions), "", "", "", "", ""}, foundCells(row)...)...)
			}
		}
	}
}

// part is a line of figures; of counts, the last may be missing.
func (p *printer) part(f *projections.SupervisionFigures, of []string, counts ...string) {
	cells := append([]string{f.Theme, number(f.Year), f.Authority}, of...)
	cells = append(cells, counts...)
	for len(cells) < len(figuresHeader)-3 {
		cells = append(cells, "")
	}
	p.wide(f, figuresHeader, 16, append(cells, f.ValidAt.String(), instant(f.KnownAt), fmt.Sprint(f.Sequence)))
}

// foundCells is breaches, deviations, remarks, those put right, and the median of the days it took.
func foundCells(row *projections.FindingFigures) []string {
	median := ""
	if row.MedianDaysToRectify != nil {
		median = fmt.Sprintf("%g", *row.MedianDaysToRectify)
	}
	return []string{strconv.Itoa(row.Breaches), strconv.Itoa(row.Deviations), strconv.Itoa(row.Remarks), strconv.Itoa(row.Rectified), median}
}
