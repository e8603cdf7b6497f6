package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/xuri/excelize/v2"
	"golang.org/x/term"

	"ettervern/events"
	"ettervern/projections"
)

// head is what an answer was computed from, so that it can be asked again.
type head struct {
	ValidAt  events.Date
	KnownAt  time.Time
	Sequence uint64
	Next     string // the cursor of what follows, if there is more
	projections.Withheld
}

// counted is a number with what it counts: 1 row, 2 rows.
func counted[N int | uint64](n N, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// format prints rows: each as JSON shows it and as cells, under the columns' names. After the rows, end is called once.
type format interface {
	row(value any, cells []string) error
	end(h head) error
}

func (c *cli) printAs(name string, columns []string) (format, error) {
	switch name {
	case "json":
		return &jsonFormat{out: c.out, rows: []any{}}, nil
	case "ndjson":
		return lineFormat{json.NewEncoder(c.out)}, nil
	case "csv":
		return newCSV(c.out, columns)
	case "xlsx":
		if f, ok := c.out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			return nil, usageError("xlsx is nothing for a terminal; send it to a file: --format xlsx > answer.xlsx")
		}
		return newExcel(c.out, columns)
	}
	return newTable(c.out, columns), nil
}

// lineFormat is NDJSON: each row as it comes.
type lineFormat struct{ *json.Encoder }

func (f lineFormat) row(value any, _ []string) error { return f.Encode(value) }
func (lineFormat) end(head) error                    { return nil }

// jsonFormat is one object, as HTTP has it.
type jsonFormat struct {
	out  io.Writer
	rows []any
}

func (f *jsonFormat) row(value any, _ []string) error {
	f.rows = append(f.rows, value)
	return nil
}

func (f *jsonFormat) end(h head) error {
	e := json.NewEncoder(f.out)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"rows": f.rows, "next": h.Next, "validAt": h.ValidAt, "knownAt": h.KnownAt, "sequence": h.Sequence,
		"erased": h.Erased, "restricted": h.Restricted})
}

// csvFormat is what a Norwegian Excel takes for a table: semicolons, and the mark of UTF-8 at the beginning.
type csvFormat struct{ *csv.Writer }

func newCSV(out io.Writer, columns []string) (format, error) {
	f := csvFormat{csv.NewWriter(out)}
	f.Comma = ';'
	_, err := io.WriteString(out, "\ufeff")
	return f, errors.Join(err, f.Write(columns))
}

func (f csvFormat) row(_ any, cells []string) error { return f.Write(guarded(cells)) }

func (f csvFormat) end(head) error {
	f.Flush()
	return f.Error()
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

// excelFormat is a sheet whose cells are texts: none can become a formula. Rows are written as they come.
type excelFormat struct {
	out   io.Writer
	file  *excelize.File
	sheet *excelize.StreamWriter
	rows  int
	width int
}

func newExcel(out io.Writer, columns []string) (format, error) {
	file := excelize.NewFile()
	sheet, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	f := &excelFormat{out: out, file: file, sheet: sheet, width: len(columns)}
	return f, errors.Join(sheet.SetColWidth(1, len(columns), 20), f.row(nil, columns))
}

func (f *excelFormat) row(_ any, cells []string) error {
	values := make([]any, len(cells))
	for i, cell := range cells {
		values[i] = cell
	}
	f.rows++
	at, err := excelize.CoordinatesToCellName(1, f.rows)
	return errors.Join(err, f.sheet.SetRow(at, values))
}

func (f *excelFormat) end(head) error {
	last, err := excelize.CoordinatesToCellName(f.width, f.rows)
	if err == nil && f.rows > 1 { // a table has names to filter by; without rows it is none
		err = f.sheet.AddTable(&excelize.Table{Range: "A1:" + last})
	}
	if err == nil {
		err = f.sheet.Flush()
	}
	if err == nil {
		err = f.file.Write(f.out)
	}
	return errors.Join(err, f.file.Close())
}

// tableFormat is for people.
type tableFormat struct {
	out   io.Writer
	table table.Writer
}

func newTable(out io.Writer, columns []string) *tableFormat {
	if os.Getenv("NO_COLOR") != "" {
		text.DisableColors()
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.AppendHeader(tableRow(columns))
	return &tableFormat{out, t}
}

func (f *tableFormat) row(_ any, cells []string) error {
	f.table.AppendRow(tableRow(cells))
	return nil
}

func tableRow(cells []string) table.Row {
	row := make(table.Row, len(cells))
	for i, cell := range cells {
		row[i] = cell
	}
	return row
}

func (f *tableFormat) end(h head) error {
	if f.table.Length() > 0 {
		if _, err := fmt.Fprintln(f.out, f.table.Render()); err != nil {
			return err
		}
	}
	if h.KnownAt.IsZero() { // a part of an answer
		_, err := fmt.Fprintln(f.out, counted(f.table.Length(), "row", "rows"))
		return err
	}
	_, err := fmt.Fprintf(f.out, "%s · valid at %s · known at %s · sequence %d\n", counted(f.table.Length(), "row", "rows"), h.ValidAt,
		h.KnownAt.In(events.Norway).Format("2006-01-02 15:04:05"), h.Sequence)
	if (h.Erased > 0 || h.Restricted > 0) && err == nil {
		_, err = fmt.Fprintf(f.out, "nothing is told of %s who were erased, and %d whose history is restricted\n", counted(h.Erased, "youth", "youths"), h.Restricted)
	}
	if h.Next != "" && err == nil {
		_, err = fmt.Fprintf(f.out, "more: --after %s --known-at seq:%d\n", h.Next, h.Sequence)
	}
	return err
}
