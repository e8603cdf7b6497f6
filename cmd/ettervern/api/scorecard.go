package api

import (
	"context"

	"ettervern/cmd/ettervern/query"
	"ettervern/projections"
)

func (a *api) scorecardRoutes() {
	get(a, "/v1/scorecard", "scorecard", "How many verdicts of each status have their limit in a period: of a municipality, an office or the nation, as of any day", query.OfScorecard, a.scorecard)
}

func (a *api) scorecard(ctx context.Context, _ *none) (*dated[projections.Scorecard], error) {
	card, err := a.Core.Scorecard(ctx, askedIn(ctx).params)
	return answer(a, card, err)
}
