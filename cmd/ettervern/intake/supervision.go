package intake

import (
	"context"

	"ettervern/cmd/ettervern/query"
)

// SupervisionAsker answers questions about supervisions.
type SupervisionAsker interface {
	Supervisions(ctx context.Context, params Params) (any, error)
	Supervision(ctx context.Context, id string, params Params) (any, error)
	SupervisionFigures(ctx context.Context, params Params) (any, error)
}

// ofSupervision has the id in the request's body.
var ofSupervision = append([]query.Parameter{{Name: "id", Type: "string", Required: true, Doc: "The supervision's UUID."}}, query.OfSupervision...)

func (s *Service) supervisions(ctx context.Context, body []byte) answer {
	given, err := parse(body, query.OfSupervisions)
	if err != nil {
		return badRequest(err)
	}
	return answered(s.config.Asker.Supervisions(ctx, params(given)))
}

func (s *Service) supervision(ctx context.Context, body []byte) answer {
	given, err := parse(body, ofSupervision)
	if err != nil {
		return badRequest(err)
	}
	if len(given["id"]) != 1 {
		return badRequest(fault("/id", "must be the id of a supervision"))
	}
	id := given["id"][0]
	delete(given, "id")
	return answered(s.config.Asker.Supervision(ctx, id, params(given)))
}

func (s *Service) supervisionFigures(ctx context.Context, body []byte) answer {
	given, err := parse(body, query.OfFigures)
	if err != nil {
		return badRequest(err)
	}
	return answered(s.config.Asker.SupervisionFigures(ctx, params(given)))
}
