package query

import (
	"context"

	"ettervern/cmd/ettervern/access"
	"ettervern/projections"
	"ettervern/projections/requirements"
	"ettervern/projections/scorecard"
)

// The parameters of a scorecard. A name is for ever.
var (
	firstLimit = Parameter{Name: "from", Type: "string", Example: "2025-01-01",
		Doc:  "Verdicts whose limit is on or after this day: the first of a quarter, or any for the municipality itself. Default, with to: the calendar year of validAt.",
		read: func(a *ask, s string) (err error) { a.scorecard.From, err = dateIn("from", s); return err }}
	lastLimit = Parameter{Name: "to", Type: "string", Example: "2025-12-31",
		Doc:  "Verdicts whose limit is on or before this day: the last of a quarter, or any for the municipality itself.",
		read: func(a *ask, s string) (err error) { a.scorecard.To, err = dateIn("to", s); return err }}
	countedMunicipality = Parameter{Name: "municipality", Type: "string", Example: "3403",
		Doc:  "The scorecard of this municipality: four digits. Default: the nation.",
		read: func(a *ask, s string) error { a.query.Municipality = s; return nil }}
	office = Parameter{Name: "office", Type: "string", Example: projections.Offices[1], Codes: projections.Offices,
		Doc:  "The scorecard of this county governor's office. Default: the nation.",
		read: func(a *ask, s string) error { a.scorecard.Office = s; return nil }}
	service = Parameter{Name: "service", Type: "string", Example: "nav", Codes: ownerNames(),
		Doc:  "Only duties of this service.",
		read: func(a *ask, s string) error { a.scorecard.Service = s; return nil }}
	countedBy = Parameter{Name: "by", Type: "string", Example: "kind", Codes: scorecard.Breakdowns(),
		Doc:  "What each line is broken down by, beside the whole: kind of measure, quarter of the limit, office or municipality.",
		read: func(a *ask, s string) error { a.scorecard.By = s; return nil }}
	own = Parameter{Name: "own", Type: "boolean", Example: "true",
		Doc: "The asker is the municipality itself: nothing is withheld, and the period may be any days. Only for caseworkers and supervisors of the municipality.",
		read: func(a *ask, s string) error {
			if a.scorecard.Own = s == "true"; !a.scorecard.Own && s != "false" {
				return bad("own", "true or false")
			}
			return nil
		}}
)

// OfScorecard are the parameters of a scorecard.
var OfScorecard = []Parameter{firstLimit, lastLimit, validAt, knownAt, countedMunicipality, office, countedBy, requirement, norm, service, own, awaitSequence}

func ownerNames() (names []string) {
	for _, o := range requirements.Owners() {
		names = append(names, string(o))
	}
	return names
}

// Scorecard counts verdicts.
func (c *Core) Scorecard(ctx context.Context, params Params) (projections.Scorecard, error) {
	a, err := c.understand(ctx, access.Scorecard, params, OfScorecard)
	if err == nil && a.scorecard.Own {
		err = ownScorecard(ctx, a.query.Municipality)
	}
	if err != nil {
		return projections.Scorecard{}, err
	}
	a.scorecard.Query = a.query
	return c.config.Youths.Scorecard(a.scorecard)
}

// ownScorecard is *access.Denied for those who are not of the municipality.
func ownScorecard(ctx context.Context, municipality string) error {
	grant, err := access.Allowed(ctx, access.OwnScorecard)
	if err == nil && !grant.OwnsMunicipality(municipality) {
		err = &access.Denied{Role: grant.Role, Operation: access.OwnScorecard}
	}
	return err
}

// Scorecard counts verdicts.
func (a Asker) Scorecard(ctx context.Context, params Params) (any, error) {
	return answer(a.Core.Scorecard(ctx, params))
}
