package intake

import (
	"context"

	"ettervern/cmd/ettervern/query"
)

// ScorecardAsker answers questions for figures.
type ScorecardAsker interface {
	Scorecard(ctx context.Context, params Params) (any, error)
}

func (s *Service) scorecard(ctx context.Context, body []byte) answer {
	given, err := parse(body, query.OfScorecard)
	if err != nil {
		return badRequest(err)
	}
	return answered(s.config.Asker.Scorecard(ctx, params(given)))
}
