package bundle

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"ettervern/events"
	"ettervern/projections"
)

// entries is every entry of the bundle, in the order of the ledger.
func (b *Bundle) entries() (all []events.Entry, err error) {
	for i, s := range b.Standings {
		from := len(all)
		for _, p := range s.Entries {
			_, e, err := s.open(p)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Entity, err)
			}
			all = append(all, e)
		}
		if i > 0 && s.Entity.Kind == events.Youth && !slices.ContainsFunc(all[from:], merges) {
			return nil, fmt.Errorf("%s does not belong into the bundle: it is another youth", s.Entity)
		}
	}
	slices.SortStableFunc(all, func(a, b events.Entry) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return all, nil
}

// merges tells whether the entry says that the youth has another pseudonym, or may say so: what cannot be opened tells nothing.
func merges(e events.Entry) bool {
	return e.Erased || slices.ContainsFunc(e.Events, func(o events.Occurrence) bool {
		_, is := o.Event.(*events.YouthMerged)
		return is
	})
}

// judge folds the entries as the ledger does, and answers the question.
func judge(q Question, entries []events.Entry) ([]byte, error) {
	if n := len(entries); n > 0 {
		last := entries[n-1]
		if last.Recorded.After(q.KnownAt) || last.Sequence == q.Sequence && !last.Recorded.Equal(q.KnownAt) {
			return nil, fmt.Errorf("what was known at sequence %d was not recorded at %s", q.Sequence, q.KnownAt)
		}
	}
	if q.Sequence == 0 { // an empty ledger
		return nil, nil
	}
	youths, units := projections.NewYouths(), projections.NewUnits()
	youths.Routines = units.Routines
	for _, e := range entries {
		units.Apply(e) // first: limits rest on routines
		youths.Apply(e)
	}
	youths.Apply(events.Entry{Sequence: q.Sequence, Recorded: q.KnownAt}) // others' entries up to there change nothing
	_, rows, err := youths.Verdicts(projections.Query{ValidAt: q.ValidAt, KnownAt: projections.KnownAt{Sequence: q.Sequence}, Youths: []string{q.Youth}})
	if err != nil {
		return nil, err
	}
	return Lines(rows)
}

// Lines is verdicts as NDJSON.
func Lines(rows iter.Seq[projections.Verdict]) ([]byte, error) {
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	lines.SetEscapeHTML(false)
	for row := range rows {
		if err := lines.Encode(row); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// Lacking lists the units that the verdicts may rest on by what units tells, of which the bundle does not hold the history:
// the routines of the youth's municipalities may come from them.
func (b *Bundle) Lacking(units *projections.Units) (lacking []events.Entity, err error) {
	held, youths := map[events.Entity]bool{}, Bundle{}
	for _, s := range b.Standings {
		if held[s.Entity] = true; s.Entity.Kind == events.Youth {
			youths.Standings = append(youths.Standings, s)
		}
	}
	youth, err := youths.entries()
	for _, id := range units.Concerning(projections.Places(youth)) {
		if unit := (events.Entity{Kind: events.Unit, ID: id}); !held[unit] {
			lacking = append(lacking, unit)
		}
	}
	return lacking, err
}
