package query

import (
	"context"
	"strconv"
	"strings"

	"ettervern/cmd/ettervern/access"
	"ettervern/events"
	"ettervern/projections"
)

// The parameters of questions about supervisions. A name is for ever.
var (
	aboutTheme = Parameter{Name: "theme", Type: "string", Example: "aftercare",
		Doc:  "Only supervisions of this theme, by its code.",
		read: func(a *ask, s string) error { a.supervision.Theme = s; return nil }}
	inYear = Parameter{Name: "year", Type: "integer", Example: "2019",
		Doc: "Only supervisions of this year, as the authority counts them.",
		read: func(a *ask, s string) (err error) {
			if a.supervision.Year, err = strconv.Atoi(s); err != nil || a.supervision.Year < 1 {
				err = bad("year", "a year such as 2019")
			}
			return err
		}}
	byAuthority = Parameter{Name: "authority", Type: "string", Example: "Statsforvalteren i Vestland",
		Doc:  "Only supervisions by this authority, as it is written in the opening.",
		read: func(a *ask, s string) error { a.supervision.Authority = s; return nil }}
	ofUnit = Parameter{Name: "unit", Type: "string", Example: "3403-nav",
		Doc:  "Only supervisions that look at this unit.",
		read: func(a *ask, s string) error { a.supervision.Unit = s; return nil }}
	ofMunicipality = Parameter{Name: "municipality", Type: "string", Example: "3403",
		Doc:  "Only supervisions that look at a unit of this municipality: four digits, as they were then.",
		read: func(a *ask, s string) error { a.supervision.Municipality = s; return nil }}
	standing = Parameter{Name: "status", Type: "string", Many: true, Example: "open",
		Doc:  "Only these: " + strings.Join(projections.SupervisionStatuses(), ", ") + ". What is overdue is open as well. Default: all.",
		read: func(a *ask, s string) error { a.supervision.Status = strings.Split(s, ","); return nil }}
	brokenDown = Parameter{Name: "by", Type: "string", Example: "authority",
		Doc: "authority: a row for each authority. Default: one for each theme and year.",
		read: func(a *ask, s string) error {
			if a.supervision.ByAuthority = s == "authority"; !a.supervision.ByAuthority {
				return bad("by", "authority, or left out")
			}
			return nil
		}}
)

// The parameters that each question about supervisions has.
var (
	OfSupervisions = []Parameter{validAt, knownAt, aboutTheme, inYear, byAuthority, ofUnit, ofMunicipality, standing, limit, after, awaitSequence}
	OfSupervision  = []Parameter{validAt, knownAt, awaitSequence}
	OfFigures      = []Parameter{validAt, knownAt, aboutTheme, inYear, byAuthority, brokenDown, awaitSequence}
)

// supervisions is the question as the view takes it.
func (a *ask) supervisions() projections.SupervisionQuery {
	q := a.supervision
	q.ValidAt, q.KnownAt, q.Limit, q.After = a.query.ValidAt, a.query.KnownAt, a.query.Limit, a.query.After
	return q
}

// Supervisions is a page of supervisions.
func (c *Core) Supervisions(ctx context.Context, params Params) (projections.SupervisionPage, error) {
	a, err := c.understand(ctx, access.Supervisions, params, OfSupervisions)
	if err != nil {
		return projections.SupervisionPage{}, err
	}
	return c.config.Supervisions.List(a.supervisions())
}

// Supervision is one supervision, or events.ErrNotFound.
func (c *Core) Supervision(ctx context.Context, id string, params Params) (projections.Supervision, error) {
	a, err := c.understand(ctx, access.Supervisions, params, OfSupervision)
	switch {
	case err != nil:
		return projections.Supervision{}, err
	case !events.CanonicalUUID(id):
		return projections.Supervision{}, bad("id", "a UUID in lower-case canonical form")
	case !c.config.Supervisions.Has(id):
		return projections.Supervision{}, events.ErrNotFound
	}
	return c.config.Supervisions.One(id, a.supervisions())
}

// SupervisionFigures counts supervisions, with and without breach, for each theme and year.
func (c *Core) SupervisionFigures(ctx context.Context, params Params) (projections.FiguresPage, error) {
	a, err := c.understand(ctx, access.Supervisions, params, OfFigures)
	if err != nil {
		return projections.FiguresPage{}, err
	}
	return c.config.Supervisions.Figures(a.supervisions())
}

// Supervisions is a page of supervisions.
func (a Asker) Supervisions(ctx context.Context, params Params) (any, error) {
	return answer(a.Core.Supervisions(ctx, params))
}

// Supervision is one supervision.
func (a Asker) Supervision(ctx context.Context, id string, params Params) (any, error) {
	return answer(a.Core.Supervision(ctx, id, params))
}

// SupervisionFigures counts supervisions.
func (a Asker) SupervisionFigures(ctx context.Context, params Params) (any, error) {
	return answer(a.Core.SupervisionFigures(ctx, params))
}
