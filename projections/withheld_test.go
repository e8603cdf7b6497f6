package projections

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// act is an operator's entry about a youth, next in the ledger.
func act(entries []events.Entry, youth string, event events.Event) events.Entry {
	last := entries[len(entries)-1]
	return events.Entry{Entity: events.YouthEntity(youth), Sequence: last.Sequence + 1, Recorded: last.Recorded, Actor: "operator", Events: []events.Occurrence{{
		ID: "act-" + utoa(last.Sequence), Source: "/ettervern/operator", Time: last.Recorded, Event: event,
	}}}
}

// without is the ledger after nothing opens the youth's entries any more.
func without(entries []events.Entry, youth string) []events.Entry {
	rest := make([]events.Entry, len(entries))
	for i, e := range entries {
		if rest[i] = e; e.Entity == events.YouthEntity(youth) {
			rest[i].Events, rest[i].Actor, rest[i].Erased = nil, "", true
		}
	}
	return rest
}

// drawYouth draws one of the youths.
func drawYouth(t *rapid.T, entries []events.Entry) string {
	var youths []string
	for _, e := range entries {
		if e.Entity.Kind == events.Youth {
			youths = append(youths, e.Entity.ID)
		}
	}
	return rapid.SampledFrom(youths).Draw(t, "youth")
}

// sameAnswers demands that two views answer every question alike, on that day and today.
func sameAnswers(t *rapid.T, want, got *Youths, day events.Date) {
	t.Helper()
	for _, q := range []Query{{ValidAt: day}, {ValidAt: day, KnownAt: KnownAt{Sequence: 1}}, {}} {
		require.Equal(t, alike(everyVerdict(t, want, q)), alike(everyVerdict(t, got, q)))
		a, err := want.Overdue(q)
		require.NoError(t, err)
		b, err := got.Overdue(q)
		require.NoError(t, err)
		require.Equal(t, alike(a.Rows), alike(b.Rows))
		c, err := want.Scorecard(ScorecardQuery{Query: q})
		require.NoError(t, err)
		d, err := got.Scorecard(ScorecardQuery{Query: q})
		require.NoError(t, err)
		require.Equal(t, c.Card, d.Card)
	}
}

func TestAnErasedYouthIsInNoAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		day, youth := drawDay(t, entries), drawYouth(t, entries)
		now := entries[len(entries)-1].Recorded
		erasure := act(entries, youth, &events.YouthErased{Reason: "unlawful", Clearance: "Arkivverket 1", KeyGoneFrom: day})

		live := folded(entries)
		live.Now = func() time.Time { return now }
		if rapid.Bool().Draw(t, "asked before") {
			live.Today()
			live.DutyOpen("0301", day, day, day, 1)
		}
		if rapid.Bool().Draw(t, "restricted before") {
			live.Apply(act(entries, youth, &events.YouthRestricted{Reason: "objection"}))
			erasure.Sequence++
		}
		live.Apply(erasure)

		never := folded(without(entries, youth))
		again := folded(append(without(entries, youth), erasure)) // after a start
		never.Now, again.Now = live.Now, live.Now
		sameAnswers(t, never, live, day)
		sameAnswers(t, never, again, day)
		sameAsScan(t, live)
		require.Equal(t, never.DutyOpen("0301", day, day, day, 1), live.DutyOpen("0301", day, day, day, 1))

		for _, y := range []*Youths{live, again} {
			page, err := y.Overdue(Query{ValidAt: day})
			require.NoError(t, err)
			require.Equal(t, Withheld{Erased: 1}, page.Withheld, "the answer says that someone is missing")
			page, err = y.Overdue(Query{ValidAt: day, Youths: []string{youth, youth}})
			require.NoError(t, err)
			require.Equal(t, Withheld{Erased: 1}, page.Withheld)
			page, err = y.Overdue(Query{ValidAt: day, Youths: []string{"00000000-0000-4000-8000-000000000000"}})
			require.NoError(t, err)
			require.Zero(t, page.Withheld)
			require.True(t, y.Has(youth), "that there was a history is still known")
		}
	})
}

func TestARestrictedYouthComesBackAsIfNothingHadBeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		day, youth := drawDay(t, entries), drawYouth(t, entries)
		now := entries[len(entries)-1].Recorded
		cut := rapid.IntRange(1, len(entries)).Draw(t, "cut")
		restriction := act(entries[:cut], youth, &events.YouthRestricted{Reason: "accuracy_contested"})
		silent := restriction
		silent.Events = nil
		plain := numbered(entries[:cut], silent, entries[cut:])

		live := folded(nil)
		live.Routines, live.Now = routinesIn(plain), func() time.Time { return now }
		for _, e := range numbered(entries[:cut], restriction, entries[cut:]) { // what is recorded meanwhile is kept
			live.Apply(e)
			if e.Sequence == restriction.Sequence {
				live.Today()
			}
		}
		sameAnswers(t, foldedAt(without(plain, youth), now), live, day)
		require.True(t, live.Restricted(youth))
		page, err := live.Overdue(Query{ValidAt: day})
		require.NoError(t, err)
		require.Equal(t, Withheld{Restricted: 1}, page.Withheld)

		live.Apply(act(plain, youth, &events.RestrictionLifted{Reason: "settled"}))
		silent.Sequence = uint64(len(plain) + 1)
		sameAnswers(t, foldedAt(append(plain, silent), now), live, day)
		require.False(t, live.Restricted(youth))
	})
}

// numbered is a ledger with one entry put between others.
func numbered(before []events.Entry, between events.Entry, after []events.Entry) []events.Entry {
	all := append(append(slices.Clone(before), between), after...)
	for i := range all {
		all[i].Sequence = uint64(i + 1)
	}
	return all
}

func foldedAt(entries []events.Entry, now time.Time) *Youths {
	y := folded(entries)
	y.Now = func() time.Time { return now }
	return y
}

func TestAHistoryThatIsNotShownStillHasItsEntries(t *testing.T) {
	at := requirements.Moment{ValidAt: events.MustDate("2024-06-02"), Known: 9}
	entries := one()
	youth := entries[0].Entity.ID
	entries = append(entries, act(entries, youth, &events.YouthRestricted{Reason: "objection"}))
	shown := History(Hide(entries), at)
	require.Len(t, shown, len(entries))
	for i, row := range shown[:len(shown)-1] {
		require.True(t, row.Restricted)
		require.Equal(t, entries[i].Recorded, row.Recorded)
		require.Equal(t, HistoryRow{
			Sequence: row.Sequence, Number: row.Number, Recorded: row.Recorded, Restricted: true,
			CorrectedBy: []string{}, Changed: []Change{}, Flags: []string{},
		}, row, "and nothing else")
	}
	require.Equal(t, "ettervern.YouthRestricted.v1", shown[len(shown)-1].Type)
	require.NotEmpty(t, entries[0].Events, "the entries themselves are as they were")

	erased := History(append(without(entries, youth), act(entries, youth, &events.YouthErased{Reason: "unlawful"})), at)
	require.True(t, erased[0].Erased)
	require.Empty(t, erased[0].Type)
	require.Equal(t, "ettervern.YouthErased.v1", erased[len(erased)-1].Type)
	require.Empty(t, erased[len(erased)-1].Changed)
}
