package projections

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// HistoryRow is one event of a youth's history, as it was told, with both its times, what became of it, and which
// requirements it changed.
type HistoryRow struct {
	Sequence    uint64          `json:"sequence"`
	Number      uint64          `json:"number"`
	ID          string          `json:"id,omitempty"`
	Source      string          `json:"source,omitempty"`
	Type        string          `json:"type,omitempty"`
	Norwegian   string          `json:"norwegian,omitempty"`
	Date        events.Date     `json:"date,omitzero"` // civil date on which it occurred
	Occurred    time.Time       `json:"occurred,omitzero"`
	Recorded    time.Time       `json:"recorded"`
	Actor       string          `json:"actor,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
	Corrects    *string         `json:"corrects"`    // the event that this one corrects
	Retracts    *string         `json:"retracts"`    // the event that this one takes back
	CorrectedBy []string        `json:"correctedBy"` // in the order of recording
	RetractedBy *string         `json:"retractedBy"`
	Changed     []Change        `json:"changed"`
	Flags       []string        `json:"flags"` // of Municipalities.Flag

	// Of an entry that is not shown there is one row, without what its events say.
	Erased     bool `json:"erased,omitempty" doc:"There was an entry, and nobody can read it any more."`
	Restricted bool `json:"restricted,omitempty" doc:"There is an entry, and it is not shown."`
}

// Change is a requirement whose status on the day asked about became another when an event was recorded.
type Change struct {
	Requirement string `json:"requirement"`
	Instance    string `json:"instance"`
	From        string `json:"from"`
	To          string `json:"to"`
}

// History is one youth's events in the order they were recorded, cut at knownAt, each with the requirements whose
// status at the moment it changed. It is pure: entries are the youth's whole history from the ledger, in order.
func History(entries []events.Entry, at requirements.Moment) []HistoryRow {
	h := history{moment: at, rows: []HistoryRow{}, at: map[string]int{}, stood: map[instance]requirements.Status{}}
	for i := range entries {
		if entries[i].Sequence > at.Known {
			break
		}
		for k := range entries[i].Events {
			h.add(&entries[i], &entries[i].Events[k])
		}
		if len(entries[i].Events) == 0 {
			h.rows = append(h.rows, notShown(&entries[i]))
		}
	}
	return h.rows
}

// notShown is the row of an entry that was erased, or that Hide has emptied.
func notShown(e *events.Entry) HistoryRow {
	return HistoryRow{
		Sequence: e.Sequence, Number: e.Number, Recorded: e.Recorded, Erased: e.Erased, Restricted: !e.Erased,
		CorrectedBy: []string{}, Changed: []Change{}, Flags: []string{},
	}
}

type history struct {
	moment requirements.Moment
	rows   []HistoryRow
	at     map[string]int // rows by event id
	facts  requirements.Facts
	c      requirements.Case
	stood  map[instance]requirements.Status // as after the event before; what is not there is not applicable
}

// instance names one duty of a youth.
type instance struct {
	rank int // in requirements.Sorted
	id   string
}

func (h *history) add(e *events.Entry, o *events.Occurrence) {
	row := events.RowOf(o.Event)
	h.at[o.ID] = len(h.rows)
	h.rows = append(h.rows, HistoryRow{
		Sequence: e.Sequence, Number: e.Number, ID: o.ID, Source: o.Source, Type: row.Type(), Norwegian: row.Norwegian,
		Date: o.Date(), Occurred: o.Time, Recorded: e.Recorded, Actor: e.Actor, Data: events.Data(o.Event),
		CorrectedBy: []string{}, Changed: []Change{}, Flags: []string{},
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
	m, now := h.moment, map[instance]requirements.Status{}
	m.Known = sequence
	if h.c.Open(h.facts, m) {
		for rank, r := range requirements.Sorted {
			for _, j := range h.c.Judge(r) {
				now[instance{rank, h.c.Instance(j)}] = j.Status
			}
		}
	}
	for _, of := range sortedInstances(h.stood, now) {
		if was, is := h.stood[of], now[of]; was != is {
			id := requirements.Requirements[requirements.Sorted[of.rank]].ID
			row.Changed = append(row.Changed, Change{Requirement: id, Instance: of.id, From: was.String(), To: is.String()})
		}
	}
	h.stood = now
}

// sortedInstances is every instance of either, once.
func sortedInstances(a, b map[instance]requirements.Status) []instance {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.SortFunc(all, func(a, b instance) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.id, b.id))
	})
	return slices.Compact(all)
}
