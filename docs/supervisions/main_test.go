package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/projections"
)

// recorded is the view of a ledger into which an example was recorded by the same path as every emitter's events.
func recorded(t *testing.T, year string) *projections.Supervisions {
	t.Helper()
	states, view := commands.NewStates(), projections.NewSupervisions()
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Views = []jetstream.View{states, view} })
	handler := commands.NewHandler(ledger, states, time.Now)
	lines := func(yield func([]byte, error) bool) {
		for _, s := range examples[year]() {
			if !yield(events.EncodeSubmission(s), nil) {
				return
			}
		}
	}
	require.NoError(t, handler.RecordAll(t.Context(), lines, "authority", func(r commands.Receipt) error { return r.Err }))
	require.NoError(t, ledger.Await(t.Context(), ledger.Durable()))
	return view
}

func figures(t *testing.T, view *projections.Supervisions, day string) projections.SupervisionFigures {
	t.Helper()
	page, err := view.Figures(projections.SupervisionQuery{ValidAt: events.MustDate(day)})
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	return page.Rows[0]
}

// told demands that docs/supervision.md shows the figures as they are answered.
func told(t *testing.T, f projections.SupervisionFigures) {
	t.Helper()
	page, err := os.ReadFile("../supervision.md")
	require.NoError(t, err)
	line, err := json.Marshal(f)
	require.NoError(t, err)
	head, _, _ := strings.Cut(string(line), `,"services"`)
	require.Contains(t, string(page), head)
}

func TestTheFiguresOf2019ComeOutOfEventsAsOfAnyDay(t *testing.T) {
	view := recorded(t, "2019")
	for day, want := range map[string][2]int{"2019-12-18": {23, 16}, "2019-12-19": {24, 16}, "2019-12-20": {25, 17}, "2020-02-02": {28, 20}, "2020-02-03": {28, 21}, "2020-12-31": {33, 22}} {
		f := figures(t, view, day)
		require.Equal(t, want, [2]int{f.Supervisions, f.WithBreach}, day)
		require.Equal(t, 33, f.Supervisions+f.NotReported)
	}
	end := figures(t, view, "2020-12-31")
	require.Equal(t, []int{49, 37}, []int{end.Services[0].Units, end.Services[1].Units}, "child welfare, Nav")
	told(t, figures(t, view, "2019-12-19"))
	told(t, end)
}

// TestBeingPutRightTakesNothingOut: the first supervision was closed in time to be missing from the figures, and is not.
func TestBeingPutRightTakesNothingOut(t *testing.T) {
	page, err := recorded(t, "2019").List(projections.SupervisionQuery{ValidAt: events.MustDate("2019-12-19"), Status: []string{"closed"}, Unit: "9001-nav"})
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	require.Equal(t, "breach", page.Rows[0].Units[0].Outcome)
	require.Equal(t, 60, *page.Rows[0].Findings[0].DaysToRectify)
}

func TestInElevenOf114WasNothingToRemark(t *testing.T) {
	f := figures(t, recorded(t, "2008"), "2009-12-31")
	require.Equal(t, []int{114, 11, 20, 83}, []int{f.Supervisions, f.NothingFound, f.WithRemarkOnly, f.WithBreach})
	told(t, f)
}
