package projections

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// threeUnits: 3403-nav has checked its effect this year, 3411-nav two years ago; 3412-nav was renumbered from 0415-nav.
func threeUnits(t *testing.T) (*Units, AsOf) {
	s := unitTeller{t: t, units: NewUnits(), told: map[string]events.Submission{}}
	for _, line := range []string{
		"2023-02-01 3411-nav examines the effect", "2025-02-01 3403-nav examines the effect", "2020-01-01 0415-nav becomes 3412-nav",
		"2019-01-01 0416-nav reviews the cooperation", "2020-01-01 3413-nav is merged from 0416-nav",
	} {
		s.tellLine(line)
	}
	return s.units, AsOf{ValidAt: events.MustDate("2025-06-01"), Sequence: 5}
}

func TestUnitsComeInPages(t *testing.T) {
	u, at := threeUnits(t)
	var ids []string
	q, pages := UnitQuery{Limit: 2}, 0
	for {
		page, err := u.List(q, at)
		require.NoError(t, err)
		for _, row := range page.Rows {
			ids = append(ids, row.Unit)
		}
		if pages++; page.Next == "" {
			break
		}
		q.After = page.Next
	}
	require.Equal(t, []string{"3403-nav", "3411-nav", "3412-nav", "3413-nav"}, ids, "those that there are, under the numbers that they have")
	require.Equal(t, 2, pages)
	at.ValidAt = events.MustDate("2019-06-01")
	page, err := u.List(UnitQuery{}, at)
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	require.Equal(t, "0416-nav", page.Rows[0].Unit)
}

func TestAFilterLeavesTheVerdictsAskedFor(t *testing.T) {
	u, at := threeUnits(t)
	for _, row := range []struct {
		query UnitQuery
		want  []string
	}{
		{UnitQuery{Requirement: "effect_checked", Status: []string{"met"}}, []string{"3403-nav effect_checked met"}},
		{UnitQuery{Status: []string{"met", "overdue"}}, []string{"3403-nav effect_checked met", "3411-nav effect_checked overdue"}},
		{UnitQuery{Municipality: "3411", Norm: "statute"}, []string{
			"3411-child_welfare cooperation_followed_up not_documented", "3411-child_welfare effect_checked not_documented",
			"3411-nav cooperation_followed_up not_documented", "3411-nav effect_checked overdue"}},
		{UnitQuery{Municipality: "9998"}, nil},
		{UnitQuery{Status: []string{"not_assessable"}}, nil},
	} {
		page, err := u.List(row.query, at)
		require.NoError(t, err)
		var got []string
		for _, unit := range page.Rows {
			for _, v := range unit.Requirements {
				got = append(got, v.Unit+" "+v.Requirement+" "+v.Status)
			}
		}
		require.Equal(t, row.want, got)
	}
}

func TestAQuestionAboutUnitsThatCannotBeUnderstood(t *testing.T) {
	u, at := threeUnits(t)
	for field, q := range map[string]UnitQuery{
		"limit": {Limit: MaxLimit + 1}, "municipality": {Municipality: "34"}, "requirement": {Requirement: "information"},
		"norm": {Norm: "law"}, "status": {Status: []string{"met_late"}}, "after": {After: "page 2"},
	} {
		_, err := u.List(q, at)
		var bad *BadQuery
		require.ErrorAs(t, err, &bad)
		require.Equal(t, field, bad.Field)
		_, err = u.Unit("3403-nav", q, at)
		require.ErrorAs(t, err, &bad)
	}
	_, err := u.Unit("3403_1-nav", UnitQuery{}, at)
	require.ErrorContains(t, err, "unit must be a unit such as 3403-nav")
	_, err = u.Municipality("34", UnitQuery{}, at)
	require.ErrorContains(t, err, "municipality must be")
}

// TestWhoIsAnsweredFor: what the ledger has heard of, and the silent services with duties in a municipality that it knows.
func TestWhoIsAnsweredFor(t *testing.T) {
	u, at := threeUnits(t)
	for unit, known := range map[string]bool{"3403-nav": true, "3403-child_welfare": true, "0415-nav": true, "3403-health": false, "9998-nav": false} {
		_, err := u.Unit(unit, UnitQuery{}, at)
		require.Equal(t, known, err == nil, unit)
	}
	_, err := u.Municipality("9998", UnitQuery{}, at)
	require.ErrorIs(t, err, events.ErrNotFound)
}

// TestUnitsAndYouthsAnswerWhileTheyAreTold: each asks the other, of routines and of open duties, and neither waits for ever. Run
// it with -race.
func TestUnitsAndYouthsAnswerWhileTheyAreTold(t *testing.T) {
	u, y := NewUnits(), NewYouths()
	y.Now = func() time.Time { return noonOf("2025-06-01") }
	y.Routines, u.Cases = u.Routines, y
	entries := bornWithMeasure("2007-03-01", "2024-01-01")
	for i := range 200 {
		entries = append(entries, events.Entry{Entity: events.Entity{Kind: events.Unit, ID: "3020-nav"}, Recorded: noonOf("2025-01-01"), Events: []events.Occurrence{
			{ID: fmt.Sprint(i), Source: "/s", Time: noonOf("2025-01-01"), Event: &events.RoutineAdopted{Topic: events.RoutineInGoodTime, Value: events.Duration{Months: i%11 + 1}}}}})
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		for i, e := range entries {
			e.Sequence = uint64(i + 1)
			u.Apply(e)
			y.Apply(e)
		}
	}()
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for done := false; !done; {
				select {
				case <-told:
					done = true
				default:
				}
				_, head, err := y.Moment(Query{})
				assert.NoError(t, err)
				_, err = u.List(UnitQuery{Municipality: "3020"}, AsOf{head.ValidAt, head.KnownAt, head.Sequence})
				assert.NoError(t, err)
				_, err = y.Overdue(Query{})
				assert.NoError(t, err)
			}
		})
	}
	asking.Wait()
	one, err := u.Unit("3020-nav", UnitQuery{}, AsOf{ValidAt: events.MustDate("2025-06-01"), Sequence: uint64(len(entries))})
	require.NoError(t, err)
	require.Equal(t, "199", one.Routines[0].Event)
}
