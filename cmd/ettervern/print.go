package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"ettervern/events"
	"ettervern/projections"
)

// printer prints rows in the format asked for: ndjson and csv as they come, json and tables at the end.
type printer struct {
	out    io.Writer
	format string
	count  int
	rows   []any
	lines  *json.Encoder
	cells  *csv.Writer
	table  table.Writer
	err    error // the first
}

func (c *cli) printer() *printer {
	if os.Getenv("NO_COLOR") != "" {
		text.DisableColors()
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateRows = false
	cells := csv.NewWriter(c.out)
	cells.Comma = ';' // what a Norwegian Excel takes for a table, with the mark of UTF-8 at the beginning
	return &printer{out: c.out, format: c.Format, lines: json.NewEncoder(c.out), cells: cells, table: t, rows: []any{}}
}

// row prints one row; header and cells are for tables and CSV.
func (p *printer) row(value any, header, cells []string) {
	p.count++
	switch p.format {
	case "ndjson":
		p.keep(p.lines.Encode(value))
	case "json":
		p.rows = append(p.rows, value)
	case "csv":
		if p.count == 1 {
			_, err := io.WriteString(p.out, "\ufeff")
			p.keep(err)
			p.keep(p.cells.Write(header))
		}
		p.keep(p.cells.Write(guarded(cells)))
	default:
		if p.count == 1 {
			p.table.AppendHeader(tableRow(header))
		}
		p.table.AppendRow(tableRow(cells))
	}
}

func (p *printer) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

// guarded keeps a spreadsheet from taking a cell for a formula.
func guarded(cells []string) []string {
	for i, cell := range cells {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			cells[i] = "'" + cell
		}
	}
	return cells
}

func tableRow(cells []string) table.Row {
	row := make(table.Row, len(cells))
	for i, cell := range cells {
		row[i] = cell
	}
	return row
}

// close prints what was kept for the end; page, where there is one, says what the answer was computed from.
func (p *printer) close(page *projections.Page) error {
	switch p.format {
	case "json":
		encoder := json.NewEncoder(p.out)
		encoder.SetIndent("", "  ")
		if page == nil {
			p.keep(encoder.Encode(p.rows))
			break
		}
		p.keep(encoder.Encode(map[string]any{
			"rows": p.rows, "next": page.Next, "validAt": page.ValidAt, "knownAt": page.KnownAt, "sequence": page.Sequence,
		}))
	case "csv":
		p.cells.Flush()
		p.keep(p.cells.Error())
	case "table":
		if p.count > 0 {
			fmt.Fprintln(p.out, p.table.Render())
		}
		p.footer(page)
	}
	return p.err
}

func (p *printer) footer(page *projections.Page) {
	if page == nil {
		_, err := fmt.Fprintf(p.out, "%d rows\n", p.count)
		p.keep(err)
		return
	}
	_, err := fmt.Fprintf(p.out, "%d rows · valid at %s · known at %s · sequence %d\n", p.count, page.ValidAt,
		page.KnownAt.In(events.Norway).Format("2006-01-02 15:04:05"), page.Sequence)
	p.keep(err)
	if page.Next != "" {
		_, err := fmt.Fprintf(p.out, "more: --after %s\n", page.Next)
		p.keep(err)
	}
}

var verdictHeader = []string{"youth", "requirement", "instance", "status", "limit", "municipality", "norm", "target", "flags", "legalBasis", "evidence", "validAt", "knownAt", "sequence"}

func (p *printer) verdict(v projections.Verdict) {
	cells := []string{v.Youth, v.Requirement, v.Instance, v.Status, day(v.Limit), v.Municipality, v.Norm, day(v.Target), strings.Join(v.Flags, " ")}
	if p.format == "table" {
		p.row(v, verdictHeader[:len(cells)], cells)
		return
	}
	basis := ""
	if v.LegalBasis != nil {
		basis = *v.LegalBasis
	}
	p.row(v, verdictHeader, append(cells, basis, strings.Join(v.Evidence, " "), v.ValidAt.String(),
		v.KnownAt.Format("2006-01-02T15:04:05.999999Z07:00"), fmt.Sprint(v.Sequence)))
}

func day(d *events.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}

var historyHeader = []string{"number", "date", "recorded", "event", "norwegian", "source", "id", "note", "changed"}

func (p *printer) history(h projections.HistoryRow) {
	p.row(h, historyHeader, []string{
		fmt.Sprint(h.Number), h.Date.String(), h.Recorded.In(events.Norway).Format("2006-01-02 15:04"),
		strings.TrimSuffix(strings.TrimPrefix(h.Type, "ettervern."), ".v1"), h.Norwegian, h.Source, h.ID, note(h), changes(h.Changed),
	})
}

// note says how the event stands to others.
func note(h projections.HistoryRow) string {
	var notes []string
	if h.Corrects != nil {
		notes = append(notes, "corrects "+*h.Corrects)
	}
	if h.Retracts != nil {
		notes = append(notes, "retracts "+*h.Retracts)
	}
	if len(h.CorrectedBy) > 0 {
		notes = append(notes, "corrected by "+strings.Join(h.CorrectedBy, ", "))
	}
	if h.RetractedBy != nil {
		notes = append(notes, "retracted by "+*h.RetractedBy)
	}
	return strings.Join(notes, "; ")
}

func changes(all []projections.Change) string {
	told := make([]string, len(all))
	for i, c := range all {
		told[i] = fmt.Sprintf("%s: %s → %s", strings.TrimSpace(c.Requirement+" "+c.Instance), c.From, c.To)
	}
	return strings.Join(told, "\n")
}
