package api

import (
	"context"

	"ettervern/cmd/ettervern/query"
	"ettervern/projections"
)

type ofSupervision struct {
	ID string `path:"id" doc:"The supervision's UUID."`
}

func (a *api) supervisionRoutes() {
	get(a, "/v1/supervisions", "supervisions", "Supervisions, on any day, by what was known at any time", query.OfSupervisions, a.supervisions)
	get(a, "/v1/supervisions/figures", "supervision-figures", "How many supervisions found a breach, by theme and year, as of any day", query.OfFigures, a.supervisionFigures)
	get(a, "/v1/supervisions/{id}", "supervision", "One supervision: how far it has come, what was found, what is late", query.OfSupervision, a.supervision)
}

func (a *api) supervisions(ctx context.Context, _ *none) (*dated[projections.SupervisionPage], error) {
	page, err := a.Core.Supervisions(ctx, askedIn(ctx).params)
	return answer(a, page, err)
}

func (a *api) supervision(ctx context.Context, in *ofSupervision) (*tagged[projections.Supervision], error) {
	supervision, err := a.Core.Supervision(ctx, in.ID, askedIn(ctx).params)
	if err != nil {
		return nil, a.failed(err)
	}
	return &tagged[projections.Supervision]{noStore, etag(supervision.Number), supervision}, nil
}

func (a *api) supervisionFigures(ctx context.Context, _ *none) (*dated[projections.FiguresPage], error) {
	page, err := a.Core.SupervisionFigures(ctx, askedIn(ctx).params)
	return answer(a, page, err)
}
