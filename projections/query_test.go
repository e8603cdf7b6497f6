package projections

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// one is a youth with an overdue duty, as recorded on fixed days.
func one() []events.Entry {
	var entries []events.Entry
	tell := func(id, day string, e events.Event) {
		at := events.MustDate(day).Time().Add(9 * time.Hour)
		n := uint64(len(entries) + 1)
		entries = append(entries, events.Entry{Entity: events.YouthEntity(scenarioYouth), Number: n, Sequence: n, Recorded: at, Actor: "emitter",
			Events: []events.Occurrence{{ID: id, Source: "/s", Time: at, Event: e}}})
	}
	tell("r", "2022-01-10", &events.YouthRegistered{BirthDate: events.MustDate("2006-06-02"), Municipality: "0301"})
	tell("m", "2022-02-01", &events.MeasureStarted{MeasureID: "m1", Kind: events.Voluntary, Category: "4.6", LegalBasis: "x"})
	tell("i", "2024-05-01", &events.InformationGiven{Service: events.ChildWelfare, Topics: []events.Topic{events.TopicAftercare}, Form: "oral", Adapted: true})
	tell("x", "2024-07-01", &events.EventRetracted{EventID: "i", Reason: "wrong_person"})
	return entries
}

// The line is a public contract: do not change what is expected here, only add to its end.
func TestVerdictLineIsTheContract(t *testing.T) {
	all := verdictsOf(t, one(), Query{ValidAt: events.MustDate("2024-06-02"), KnownAt: KnownAt{Sequence: 4}, Requirement: "decision"})
	require.Len(t, all, 1)
	all[0].Explanation.NB, all[0].Explanation.NN, all[0].Explanation.EN = "b", "n", "e"
	line, err := json.Marshal(all[0])
	require.NoError(t, err)
	require.Equal(t, `{"youth":"7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01","requirement":"decision","instance":"","status":"overdue","norm":"statute",`+
		`"target":null,"limit":"2024-06-02","evidence":[],"flags":[],"municipality":"0301","legalBasis":"Child Welfare Act 2021 § 3-6 second paragraph",`+
		`"explanation":{"nb":"b","nn":"n","en":"e"},"validAt":"2024-06-02","knownAt":"2024-07-01T09:00:00Z","sequence":4,"catalogue":"1","service":"child_welfare"}`, string(line))
}

func TestRowsAreSortedByLimitYouthAndRequirement(t *testing.T) {
	p, err := folded(one()).Overdue(Query{ValidAt: events.MustDate("2024-08-01"), Limit: 3})
	require.NoError(t, err)
	require.NotEmpty(t, p.Next)
	rest, err := folded(one()).Overdue(Query{ValidAt: events.MustDate("2024-08-01"), Limit: 3, After: p.Next})
	require.NoError(t, err)
	require.Empty(t, rest.Next)
	var got []string
	for _, v := range append(p.Rows, rest.Rows...) {
		got = append(got, v.Requirement)
	}
	require.Equal(t, []string{"assessment", "decision", "information", "participation", "plan"}, got)
}

func TestBadQueriesNameTheField(t *testing.T) {
	y := folded(one())
	for field, q := range map[string]Query{
		"requirement":  {Requirement: "informasjon"},
		"norm":         {Norm: "law"},
		"status":       {Status: []string{"overdue", "late"}},
		"municipality": {Municipality: "301"},
		"youth":        {Youths: []string{"7B0C8F5E-5a43-4c6e-9a55-2f0e7a1d9c01"}},
		"limit":        {Limit: -1},
		"after":        {After: "there"},
		"knownAt":      {KnownAt: KnownAt{Sequence: 5}},
	} {
		_, err := y.Overdue(q)
		var bad *BadQuery
		require.True(t, errors.As(err, &bad), field)
		require.Equal(t, field, bad.Field)
		require.NotEmpty(t, bad.Allowed)
		if field != "limit" && field != "after" {
			_, _, err = y.Verdicts(q)
			require.ErrorAs(t, err, &bad)
		}
	}
}

func TestKnownAtIsReadStrictly(t *testing.T) {
	k, err := ParseKnownAt("seq:7")
	require.NoError(t, err)
	require.Equal(t, KnownAt{Sequence: 7}, k)
	k, err = ParseKnownAt("2025-03-14T10:31:02.123456+01:00")
	require.NoError(t, err)
	require.Equal(t, time.Date(2025, 3, 14, 9, 31, 2, 123456000, time.UTC), k.Time)
	for _, bad := range []string{"seq:", "seq:0", "seq:-1", "7", "2025-03-14", "now"} {
		_, err := ParseKnownAt(bad)
		require.Error(t, err, bad)
	}
}

func TestHistoryLinksAndTellsWhatChanged(t *testing.T) {
	rows := History(one(), requirements.Moment{ValidAt: events.MustDate("2024-06-02"), Known: 9})
	require.Len(t, rows, 4)
	require.Empty(t, rows[0].Changed)
	require.Len(t, rows[1].Changed, 6) // those before 18, and the plan and follow-up of aftercare
	require.Equal(t, []Change{{"information", "", "overdue", "met"}}, rows[2].Changed)
	require.Equal(t, []Change{{"information", "", "met", "overdue"}}, rows[3].Changed)
	require.Equal(t, "x", *rows[2].RetractedBy)
	require.Equal(t, "i", *rows[3].Retracts)
	require.Len(t, History(one(), requirements.Moment{ValidAt: events.MustDate("2024-06-02"), Known: 3}), 3)
	require.Empty(t, History(one(), requirements.Moment{ValidAt: events.MustDate("2024-06-02")}))
}

func TestReadersAndTheWriterDoNotDisturbEachOther(t *testing.T) {
	y := NewYouths()
	y.Now = func() time.Time { return benchDay.Time() }
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := range 300 {
			for _, e := range one() {
				e.Entity.ID, e.Sequence = youthNumber(n), uint64(n)*4+e.Sequence
				y.Apply(e)
			}
		}
	}()
	for working := true; working; {
		select {
		case <-done:
			working = false
		default:
		}
		sequence := y.Sequence()
		p, err := y.Overdue(Query{Limit: MaxLimit})
		require.NoError(t, err)
		require.GreaterOrEqual(t, p.Sequence, sequence)
		if sequence > 0 {
			past, err := y.Overdue(Query{Limit: MaxLimit, KnownAt: KnownAt{Sequence: p.Sequence}})
			require.NoError(t, err)
			require.Equal(t, len(p.Rows), len(past.Rows))
		}
	}
}

func TestANewYearMovesTheResponsibilityInTodaysLists(t *testing.T) {
	entries := one()
	entries[0].Events[0].Event = &events.YouthRegistered{BirthDate: events.MustDate("2008-03-02"), Municipality: "0301"}
	entries[1].Events[0].Event.(*events.MeasureStarted).Municipality = "1103"
	y := folded(entries)
	day := events.MustDate("2025-12-31")
	y.Now = func() time.Time { return day.Time() }
	due := Query{Municipality: "1103", Status: []string{"due"}}
	p, err := y.Overdue(due)
	require.NoError(t, err)
	require.Empty(t, p.Rows)
	day++
	p, err = y.Overdue(due)
	require.NoError(t, err)
	require.Len(t, p.Rows, 3)
}
