package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/projections"
	"ettervern/projections/requirements"
)

func TestAScorecardIsWithheldFromOthersThanTheMunicipality(t *testing.T) {
	d := filled(t)
	answer := d.get("/v1/scorecard?awaitSequence=1&municipality=3403&own=true&from=2026-02-03&to=2026-02-03&by=kind&requirement=decision&norm=statute&service=child_welfare")
	require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	own := read[projections.Scorecard](t, answer)
	require.False(t, own.Protected)
	require.Len(t, own.Rows, 2)
	require.Equal(t, 1, *own.Rows[0].Statuses.Overdue)
	require.Equal(t, "voluntary", own.Rows[1].Kind)
	require.Equal(t, "2026-03-01", own.ValidAt.String())
	require.Equal(t, uint64(1), own.Sequence)

	others := read[projections.Scorecard](t, d.get("/v1/scorecard?municipality=3403&requirement=decision&own=false"))
	require.True(t, others.Protected)
	require.Nil(t, others.Rows[0].Statuses.Overdue)
	require.True(t, others.Rows[0].Withheld)
	require.Len(t, others.Figures, requirements.StatusCount+4)
	require.Equal(t, "decision", others.Lines[0].Requirement)

	before := read[projections.Scorecard](t, d.get("/v1/scorecard?municipality=3403&own=true&requirement=decision&validAt=2026-02-02"))
	require.Equal(t, 1, *before.Rows[0].Statuses.Open)
	unknown := read[projections.Scorecard](t, d.get("/v1/scorecard?municipality=3403&own=true&requirement=decision&knownAt=2020-01-01T00:00:00Z"))
	require.Zero(t, *unknown.Rows[0].Total)
}

func TestAScorecardThatCannotBeAskedNamesTheParameter(t *testing.T) {
	d := filled(t)
	for target, parameter := range map[string]string{
		"?from=2026-01-02&to=2026-12-31": "from",
		"?from=2026-01-01":               "to",
		"?own=yes":                       "own",
		"?own=true":                      "own",
		"?by=colour":                     "by",
		"?office=Atlantis":               "office",
		"?service=health":                "service",
		"?status=met":                    "status",
		"?municipality=Hamar":            "municipality",
		"?municipality=3403&by=kind":     "by",
		"?validAt=2026-02-30":            "validAt",
	} {
		p := d.problem(d.get("/v1/scorecard"+target), 400, "bad_query")
		require.Equal(t, parameter, p.Errors[0].Parameter, target)
	}
}
