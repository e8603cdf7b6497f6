package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"ettervern/cmd/ettervern/register"
)

// registerPrinter prints what became of an import: each file as a line of NDJSON, or all in one JSON object, or each
// finding as a row of CSV or a sheet, or, for people, what is wrong and the totals.
type registerPrinter struct {
	cli      *cli
	files    []*register.Report // of json
	findings *printer           // of csv and xlsx
	err      error              // the first
}

func (c *cli) registerPrinter() *registerPrinter {
	return &registerPrinter{cli: c, findings: c.printer()}
}

func (r *registerPrinter) keep(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *registerPrinter) file(report *register.Report) {
	switch r.cli.Format {
	case "ndjson":
		r.keep(json.NewEncoder(r.cli.out).Encode(report))
	case "json":
		r.files = append(r.files, report)
	case "table":
		r.wrong(report)
	default:
		r.findings.begin(importColumns)
		for _, f := range report.Findings {
			r.findings.row(f, importColumns, []string{report.File, f.Element, string(f.Severity), f.Rule, f.Message, strconv.FormatBool(f.Refused)})
		}
	}
}

var importColumns = []string{"file", "element", "severity", "rule", "message", "refused"}

// wrong tells people what is wrong with a file; the rest of the findings are counted at the end.
func (r *registerPrinter) wrong(report *register.Report) {
	for _, f := range report.Findings {
		if f.Refused || f.Severity == register.Fatal || f.Severity == register.Error {
			_, err := fmt.Fprintf(r.cli.out, "%s: %s: %s: %s%s: %s\n", report.File, f.Severity, f.Rule, place(f.Element), refused(f), f.Message)
			r.keep(err)
		}
	}
}

func place(element string) string {
	if element == "" {
		return "the file"
	}
	return element
}

func refused(f register.FileFinding) string {
	if f.Refused {
		return " (not recorded)"
	}
	return ""
}

// close prints the totals.
func (r *registerPrinter) close(t *register.Totals) error {
	switch r.cli.Format {
	case "ndjson":
		r.keep(json.NewEncoder(r.cli.out).Encode(map[string]*register.Totals{"totals": t}))
	case "json":
		encoder := json.NewEncoder(r.cli.out)
		encoder.SetIndent("", "  ")
		r.keep(encoder.Encode(map[string]any{"files": append([]*register.Report{}, r.files...), "totals": t}))
	case "table":
		r.keep(r.totals(t))
	default:
		r.keep(r.findings.end(head{}))
	}
	return r.err
}

// totals tells the submissions that are missing, then how many there were of everything, and whether any of it is true.
func (r *registerPrinter) totals(t *register.Totals) error {
	for _, l := range t.Lost {
		if _, err := fmt.Fprintf(r.cli.out, "%s: a submission before this one was never read: %s of case %s\n", l.File, l.Missing, l.Case); err != nil {
			return err
		}
	}
	sums := newTable(r.cli.out, []string{"what", "which", "count"})
	count(t, func(cells ...string) { _ = sums.row(nil, cells) }) // it only gathers
	if t.Files > 0 {
		if _, err := fmt.Fprintln(r.cli.out, sums.table.Render()); err != nil {
			return err
		}
	}
	words := counted(t.Files, "file", "files")
	if t.DryRun {
		words += "; this was a dry run, and nothing was recorded"
	}
	_, err := fmt.Fprintln(r.cli.out, words)
	return err
}

func count(t *register.Totals, show func(cells ...string)) {
	row := func(what, which string, n int) {
		if n > 0 {
			show(what, which, strconv.Itoa(n))
		}
	}
	row("files", "all", t.Files)
	for _, outcome := range []register.Outcome{register.Imported, register.Unchanged, register.LeftOut, register.Refused} {
		row("files", string(outcome), t.Outcomes[outcome])
	}
	row("files", "passed over: neither XML nor ZIP", t.PassedOver)
	for _, group := range []struct {
		what string
		of   map[string]int
	}{
		{"elements read", t.Read}, {"events recorded", t.Recorded}, {"events corrected", t.Corrected}, {"events retracted", t.Retracted},
		{"ignored", t.Ignored}, {"not in the form", t.Unknown},
	} {
		for _, name := range slices.Sorted(maps.Keys(group.of)) {
			row(group.what, name, group.of[name])
		}
	}
	row("events", "in the ledger already", t.Same)
	row("elements", "newer in the ledger", t.Older)
	row("not recorded", "files and elements", t.Refused)
	for _, f := range t.Findings {
		row("found "+string(f.Severity), f.Rule, f.Count)
	}
}
