package intake

import "context"

// SupervisionAsker answers questions about supervisions.
type SupervisionAsker interface {
	Supervisions(ctx context.Context, params Params) (any, error)
	Supervision(ctx context.Context, id string, params Params) (any, error)
	SupervisionFigures(ctx context.Context, params Params) (any, error)
}

// The parameters of each question, as in HTTP.
var (
	aboutFigures      = []string{"validAt", "knownAt", "theme", "year", "authority", "by", "awaitSequence"}
	aboutSupervisions = []string{"validAt", "knownAt", "theme", "year", "authority", "unit", "municipality", "status", "limit", "after", "awaitSequence"}
	aboutSupervision  = []string{"id", "validAt", "knownAt", "awaitSequence"}
)

func (s *Service) supervisions(ctx context.Context, body []byte) answer {
	given, err := parse(body, aboutSupervisions)
	if err != nil {
		return badRequest(err)
	}
	return answered(s.config.Asker.Supervisions(ctx, params(given)))
}

func (s *Service) supervision(ctx context.Context, body []byte) answer {
	given, err := parse(body, aboutSupervision)
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
	given, err := parse(body, aboutFigures)
	if err != nil {
		return badRequest(err)
	}
	return answered(s.config.Asker.SupervisionFigures(ctx, params(given)))
}
