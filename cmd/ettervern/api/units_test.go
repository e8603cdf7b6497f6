package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/projections"
)

func ofUnit(id, unit, name, date, data string) string {
	return strings.Replace(event(id, name, date, data), anna, unit, 1)
}

// withUnits is a filled door whose youth's municipality, 3403, has Nav, and child welfare by 3411.
func withUnits(t *testing.T) door {
	d := filled(t)
	for _, e := range []string{
		ofUnit("serves", "3411-child_welfare", "UnitServes", "2020-01-01", `{"municipalities":["3403"]}`),
		ofUnit("avtale", "3403-nav", "CooperationAgreementSigned", "2025-01-01", `{"parties":["3403-nav","3411-child_welfare"]}`),
		ofUnit("rutine", "3411-child_welfare", "RoutineAdopted", "2020-02-01", `{"topic":"in_good_time","value":"P9M"}`),
	} {
		require.Equal(t, 201, d.post(structured, e).StatusCode)
	}
	require.Equal(t, 200, d.get("/v1/units?awaitSequence=4").StatusCode)
	return d
}

func TestAUnitTellsHowItStands(t *testing.T) {
	d := withUnits(t)
	answer := d.get("/v1/units/3411-child_welfare")
	unit := read[projections.Unit](t, answer)
	require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	require.Equal(t, []any{"3411-child_welfare", "Innlandet", uint64(4), "2026-03-01"}, []any{unit.Unit, unit.Office, unit.Sequence, unit.ValidAt.String()})
	require.Len(t, unit.Requirements, 9)
	require.Equal(t, []string{"avtale"}, unit.Requirements[0].Evidence)
	require.Equal(t, "met", unit.Requirements[0].Status, "a youth in 3403, whom it serves, had duties open")
	require.Equal(t, "P9M", unit.Routines[0].Value)
	require.Empty(t, read[projections.Unit](t, d.get("/v1/units/3411-child_welfare?knownAt=seq:2&status=met")).Requirements)
	require.Equal(t, "not_assessable", read[projections.Unit](t, d.get("/v1/units/3411-nav")).Requirements[0].Status, "no youth in 3411")
}

func TestAMunicipalityShowsWhoServesIt(t *testing.T) {
	d := withUnits(t)
	for _, target := range []string{"/v1/municipalities/3403", "/v1/units/3403"} {
		m := read[projections.MunicipalityUnits](t, d.get(target))
		require.Equal(t, []string{"3403-nav", "3411-child_welfare"}, []string{m.Units[0].Unit, m.Units[1].Unit})
		require.Equal(t, []any{"3403", "Innlandet"}, []any{m.Municipality, m.Office})
	}
	page := read[projections.UnitPage](t, d.get("/v1/units?municipality=3403&requirement=agreement&status=met&limit=1"))
	require.Len(t, page.Rows, 1)
	require.Equal(t, "3403-nav", page.Next)
	require.Len(t, read[projections.UnitPage](t, d.get("/v1/units")).Rows, 2)
}

// TestARoutineOfTheUnitMovesTheYouthsTarget: nine months before 2026-02-03, not the default's six.
func TestARoutineOfTheUnitMovesTheYouthsTarget(t *testing.T) {
	d := withUnits(t)
	page := read[projections.Page](t, d.get("/v1/youths/"+anna+"/verdicts?requirement=participation"))
	require.Equal(t, "2025-05-03", page.Rows[0].Target.String())
	page = read[projections.Page](t, d.get("/v1/overdue?requirement=participation"))
	require.Equal(t, "2025-05-03", page.Rows[0].Target.String(), "in the list of today too")
}

func TestWhatIsWrongWithAQuestionAboutUnits(t *testing.T) {
	d := withUnits(t)
	for target, parameter := range map[string]string{
		"/v1/units/tea":                      "unit",
		"/v1/units/3403-nav?limit=1":         "limit",
		"/v1/units?status=missed":            "status",
		"/v1/units?requirement=plan":         "requirement",
		"/v1/units?after=x":                  "after",
		"/v1/units?municipality=34":          "municipality",
		"/v1/municipalities/34":              "municipality",
		"/v1/municipalities/3403?validAt=no": "validAt",
	} {
		require.Equal(t, parameter, d.problem(d.get(target), http.StatusBadRequest, "bad_query").Errors[0].Parameter, target)
	}
	d.problem(d.get("/v1/units/9998-nav"), http.StatusNotFound, "not_found")
	d.problem(d.get("/v1/municipalities/9998"), http.StatusNotFound, "not_found")
}

func TestTheDescriptionNamesTheRoutesOfUnits(t *testing.T) {
	description := read[struct{ Paths map[string]any }](t, open(t).get("/openapi.json"))
	for _, path := range []string{"/v1/units", "/v1/units/{id}", "/v1/municipalities/{code}"} {
		require.Contains(t, description.Paths, path)
	}
}
