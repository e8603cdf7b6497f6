package intake

import (
	"context"

	"ettervern/cmd/ettervern/query"
)

// UnitAsker answers questions about units.
type UnitAsker interface {
	Units(ctx context.Context, params Params) (any, error)
	// Unit is one unit, or for a municipality number all its units.
	Unit(ctx context.Context, id string, params Params) (any, error)
}

// ofUnits has the unit, where one is asked about, in the request's body.
var ofUnits = append([]query.Parameter{{Name: "unit", Type: "string", Doc: "Only this unit, or for a municipality number those of the municipality: answered whole, not in pages."}}, query.OfUnits...)

// units answers about all units, or those of a municipality; or about the one that is named.
func (s *Service) units(ctx context.Context, body []byte) answer {
	given, err := parse(body, ofUnits)
	if err != nil {
		return badRequest(err)
	}
	one, named := given["unit"]
	if !named {
		return answered(s.config.Asker.Units(ctx, params(given)))
	}
	if len(one) != 1 {
		return badRequest(fault("/unit", "must be the id of a unit, or a municipality number"))
	}
	delete(given, "unit")
	return answered(s.config.Asker.Unit(ctx, one[0], params(given)))
}
