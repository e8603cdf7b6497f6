package api

import (
	"context"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/query"
	"ettervern/projections"
)

type ofUnit struct {
	ID string `path:"id" doc:"The unit, such as 3403-nav, or 0301_01-child_welfare in a district; or a municipality number."`
}

type ofMunicipality struct {
	Code string `path:"code" doc:"The municipality number, four digits."`
}

func (a *api) unitRoutes() {
	get(a, "/v1/units", "units", "How services stand at the system level, on any day, by what was known at any time", query.OfUnits, a.units)
	get(a, "/v1/units/{id}", "unit", "One service: its requirements, open deviations and routines; or all those of a municipality", query.OfUnit, a.unit)
	get(a, "/v1/municipalities/{code}", "municipality", "The services of one municipality, districts' and inter-municipal ones among them", query.OfUnit, a.municipality)
	schemas := a.huma.OpenAPI().Components.Schemas
	a.huma.OpenAPI().Paths["/v1/units/{id}"].Get.Responses["200"].Content["application/json"].Schema = &huma.Schema{OneOf: []*huma.Schema{
		huma.SchemaFromType(schemas, reflect.TypeFor[projections.Unit]()), huma.SchemaFromType(schemas, reflect.TypeFor[projections.MunicipalityUnits]()),
	}}
}

func (a *api) units(ctx context.Context, _ *none) (*dated[projections.UnitPage], error) {
	page, err := a.Core.Units(ctx, askedIn(ctx).params)
	return answer(a, page, err)
}

func (a *api) unit(ctx context.Context, in *ofUnit) (*dated[any], error) {
	unit, err := a.Core.Unit(ctx, in.ID, askedIn(ctx).params)
	return answer(a, unit, err)
}

func (a *api) municipality(ctx context.Context, in *ofMunicipality) (*dated[projections.MunicipalityUnits], error) {
	units, err := a.Core.Municipality(ctx, in.Code, askedIn(ctx).params)
	return answer(a, units, err)
}
