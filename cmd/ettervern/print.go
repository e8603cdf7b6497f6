package main

import (
	"cmp"
	"fmt"
	"strings"

	"ettervern/events"
	"ettervern/projections"
)

// verdictColumns are those of a verdict; a table for people has room for the first.
var verdictColumns = []string{"youth", "requirement", "instance", "status", "limit", "municipality", "norm", "target", "flags", "legalBasis", "evidence", "validAt", "knownAt", "sequence"}

const tableColumns = 9

// verdicts prints verdicts in the format asked for.
func (c *cli) verdicts() (print func(projections.Verdict) error, end func(head) error, err error) {
	columns := verdictColumns
	if c.Format == "table" {
		columns = columns[:tableColumns]
	}
	f, err := c.printAs(c.Format, columns)
	if err != nil {
		return nil, nil, err
	}
	return func(v projections.Verdict) error { return f.row(v, verdictCells(v)[:len(columns)]) }, f.end, nil
}

func verdictCells(v projections.Verdict) []string {
	basis := ""
	if v.LegalBasis != nil {
		basis = *v.LegalBasis
	}
	return []string{
		v.Youth, v.Requirement, v.Instance, v.Status, cmp.Or(day(v.Limit), v.LimitMonth), v.Municipality, v.Norm, cmp.Or(day(v.Target), v.TargetMonth), strings.Join(v.Flags, " "),
		basis, strings.Join(v.Evidence, " "), v.ValidAt.String(), v.KnownAt.Format("2006-01-02T15:04:05.999999Z07:00"), fmt.Sprint(v.Sequence),
	}
}

func day(d *events.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}

var historyColumns = []string{"number", "date", "recorded", "event", "norwegian", "source", "id", "note", "changed"}

func historyCells(h projections.HistoryRow) []string {
	if h.Erased || h.Restricted {
		return []string{fmt.Sprint(h.Number), "", h.Recorded.In(events.Norway).Format("2006-01-02 15:04"), "", "", "", "", note(h), ""}
	}
	return []string{
		fmt.Sprint(h.Number), h.Date.String(), h.Recorded.In(events.Norway).Format("2006-01-02 15:04"),
		strings.TrimSuffix(strings.TrimPrefix(h.Type, "ettervern."), ".v1"), h.Norwegian, h.Source, h.ID, note(h), changes(h.Changed),
	}
}

// note says how the event stands to others.
func note(h projections.HistoryRow) string {
	var notes []string
	if h.Erased {
		notes = append(notes, "erased")
	}
	if h.Restricted {
		notes = append(notes, "not shown: the history is restricted")
	}
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
	return strings.Join(append(notes, h.Flags...), "; ")
}

func changes(all []projections.Change) string {
	told := make([]string, len(all))
	for i, c := range all {
		told[i] = fmt.Sprintf("%s: %s → %s", strings.TrimSpace(c.Requirement+" "+c.Instance), c.From, c.To)
	}
	return strings.Join(told, "\n")
}
