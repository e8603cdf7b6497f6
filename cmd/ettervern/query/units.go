package query

import (
	"context"

	"ettervern/cmd/ettervern/access"
	"ettervern/projections"
	"ettervern/projections/requirements"
)

// The parameters of questions about units that are not those of questions about youths. A name is for ever.
var (
	unitsOf = Parameter{Name: "municipality", Type: "string", Example: "3403", read: municipality.read,
		Doc: "Only units of this municipality, districts among them, and those that serve it: four digits."}
	unitDuty = Parameter{Name: "requirement", Type: "string", Example: "agreement", Codes: requirements.UnitIDs(), read: requirement.read,
		Doc: "Only this requirement towards units."}
	unitStatus = Parameter{Name: "status", Type: "string", Many: true, Example: "overdue,not_documented", Codes: requirements.UnitStatusNames(), read: status.read,
		Doc: "Only these statuses. Default: all."}
	afterUnit = Parameter{Name: "after", Type: "string", Example: "3403-nav", read: after.read,
		Doc: "Go on after this unit, the next of the page before. Give the validAt of that page and its sequence as knownAt=seq:N too."}
)

// The parameters that each question about units has.
var (
	OfUnits = []Parameter{validAt, knownAt, unitsOf, unitDuty, norm, unitStatus, limit, afterUnit, awaitSequence}
	OfUnit  = []Parameter{validAt, knownAt, unitDuty, norm, unitStatus, awaitSequence}
)

// Units is a page of units: all, or those of a municipality.
func (c *Core) Units(ctx context.Context, params Params) (projections.UnitPage, error) {
	q, at, err := c.ofUnits(ctx, params, OfUnits)
	if err != nil {
		return projections.UnitPage{}, err
	}
	return c.config.Units.List(q, at)
}

// Municipality is the units of a municipality, or events.ErrNotFound.
func (c *Core) Municipality(ctx context.Context, code string, params Params) (projections.MunicipalityUnits, error) {
	q, at, err := c.ofUnits(ctx, params, OfUnit)
	if err != nil {
		return projections.MunicipalityUnits{}, err
	}
	return c.config.Units.Municipality(code, q, at)
}

// Unit is a projections.Unit, or for a municipality number the projections.MunicipalityUnits; or events.ErrNotFound.
func (c *Core) Unit(ctx context.Context, id string, params Params) (any, error) {
	if _, is := requirements.ParseMunicipality(id); is {
		return c.Municipality(ctx, id, params)
	}
	q, at, err := c.ofUnits(ctx, params, OfUnit)
	if err != nil {
		return nil, err
	}
	return c.config.Units.Unit(id, q, at)
}

// ofUnits is a question as the view of units takes it, and what it is to be answered from: what the youths have come to, for
// the units have come as far.
func (c *Core) ofUnits(ctx context.Context, params Params, known []Parameter) (q projections.UnitQuery, at projections.AsOf, err error) {
	a, err := c.understand(ctx, access.Units, params, known)
	if err != nil {
		return q, at, err
	}
	_, head, err := c.config.Youths.Moment(a.query)
	q = projections.UnitQuery{
		Municipality: a.query.Municipality, Requirement: a.query.Requirement, Norm: a.query.Norm, Status: a.query.Status,
		Limit: a.query.Limit, After: a.query.After,
	}
	return q, projections.AsOf{ValidAt: head.ValidAt, KnownAt: head.KnownAt, Sequence: head.Sequence}, err
}

// Units is a page of units.
func (a Asker) Units(ctx context.Context, params Params) (any, error) {
	return answer(a.Core.Units(ctx, params))
}

// Unit is one unit, or the units of a municipality.
func (a Asker) Unit(ctx context.Context, id string, params Params) (any, error) {
	return answer(a.Core.Unit(ctx, id, params))
}
