package projections

import (
	"encoding/json"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// HistoryRow is one event of a youth's history, as it was told, with both its times, what became of it, and which
// requirements it changed.
type HistoryRow struct {
	Sequence    uint64          `json:"sequence"`
	Number      uint64          `json:"number"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Norwegian   string          `json:"norwegian"`
	Date        events.Date     `json:"date"` // civil date on which it occurred
	Occurred    time.Time       `json:"occurred"`
	Recorded    time.Time       `json:"recorded"`
	Actor       string          `json:"actor"`
	Data        json.RawMessage `json:"data"`
	Corrects    *string         `json:"corrects"`    // the event that this one corrects
	Retracts    *string         `json:"retracts"`    // the event that this one takes back
	CorrectedBy []string        `json:"correctedBy"` // in the order of recording
	RetractedBy *string         `json:"retractedBy"`
	Changed     []Change        `json:"changed"`
}

// Change is a requirement whose status on the day asked about became another when an event was recorded.
type Change struct {
	Requirement string `json:"requirement"`
	Instance    string `json:"instance"`
	From        string `json:"from"`
	To          string `json:"to"`
}

// History is one youth's events in the order they were recorded, cut at knownAt, each with the requirements whose
// status on validAt it changed. It is pure: entries are the youth's whole history from the ledger, in order.
func History(entries []events.Entry, validAt events.Date, knownAt KnownAt) []HistoryRow {
	h := history{validAt: validAt, rows: []HistoryRow{}, at: map[string]int{}}
	for i := range entries {
		if !knownAt.covers(&entries[i]) {
			break
		}
		for k := range entries[i].Events {
			h.add(&entries[i], &entries[i].Events[k])
		}
	}
	return h.rows
}

func (k KnownAt) covers(e *events.Entry) bool {
	switch {
	case k.Sequence != 0:
		return e.Sequence <= k.Sequence
	case !k.Time.IsZero():
		return !e.Recorded.After(k.Time)
	}
	return true
}

type history struct {
	validAt events.Date
	rows    []HistoryRow
	at      map[string]int // rows by event id
	facts   requirements.Facts
	c       requirements.Case
	stood   [4]requirements.Status // as after the event before, in the order of requirements.Sorted
}

func (h *history) add(e *events.Entry, o *events.Occurrence) {
	row := events.RowOf(o.Event)
	h.at[o.ID] = len(h.rows)
	h.rows = append(h.rows, HistoryRow{
		Sequence: e.Sequence, Number: e.Number, ID: o.ID, Source: o.Source, Type: row.Type(), Norwegian: row.Norwegian,
		Date: o.Date(), Occurred: o.Time, Recorded: e.Recorded, Actor: e.Actor, Data: events.Data(o.Event),
		CorrectedBy: []string{}, Changed: []Change{},
	})
	h.link(&h.rows[len(h.rows)-1], o)
	h.facts.Add(o, e.Sequence, e.Recorded)
	h.compare(&h.rows[len(h.rows)-1], e.Sequence)
}

// link ties a correction or retraction and what it is about to each other.
func (h *history) link(row *HistoryRow, o *events.Occurrence) {
	switch e := o.Event.(type) {
	case *events.EventCorrected:
		row.Corrects = &e.EventID
		if i, ok := h.at[e.EventID]; ok {
			h.rows[i].CorrectedBy = append(h.rows[i].CorrectedBy, o.ID)
		}
	case *events.EventRetracted:
		row.Retracts = &e.EventID
		if i, ok := h.at[e.EventID]; ok {
			h.rows[i].RetractedBy = &o.ID
		}
	default:
	}
}

// compare notes which statuses the last event changed. Before the first event nothing is applicable.
func (h *history) compare(row *HistoryRow, sequence uint64) {
	known := h.c.Open(h.facts, h.validAt, sequence)
	for rank, r := range requirements.Sorted {
		var now requirements.Status
		if known {
			now = h.c.Judge(r).Status
		}
		if was := h.stood[rank]; was != now {
			row.Changed = append(row.Changed, Change{Requirement: requirements.Requirements[r].ID, From: was.String(), To: now.String()})
		}
		h.stood[rank] = now
	}
}
