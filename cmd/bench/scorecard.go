package main

import (
	"errors"
	"time"

	"ettervern/events"
	"ettervern/projections"
)

// scorecards measures national figures at 50,000 youths with twenty events, as others than a municipality are told them.
func (b *bench) scorecards() error {
	youths := projections.NewYouths()
	b.foldAll(youths)
	youths.Today()
	today := events.DateOf(time.Now())
	b.scorecard("(i) national scorecard for today", "20 ms", 200, youths, projections.ScorecardQuery{})
	b.scorecard("(i) the same by county governor's office", "", 200, youths, projections.ScorecardQuery{By: "office"})
	b.scorecard("(i) the same by kind of measure", "", 200, youths, projections.ScorecardQuery{By: "kind"})
	b.scorecard("(i) national scorecard for a day a year ago", "400 ms", 20, youths, projections.ScorecardQuery{Query: projections.Query{ValidAt: today.AddMonths(-12)}})
	return nil
}

func (b *bench) scorecard(figure, demanded string, times int, youths *projections.Youths, q projections.ScorecardQuery) {
	b.spread(figure, demanded, times, func() error {
		card, err := youths.Scorecard(q)
		if err == nil && *card.Rows[0].Total == 0 {
			err = errors.New("nobody is counted")
		}
		return err
	})
}
