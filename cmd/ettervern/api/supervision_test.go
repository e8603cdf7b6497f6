package api_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/projections"
)

var (
	opened   = event("o", "SupervisionOpened", "2025-03-01", `{"theme":"aftercare","year":2025,"authority":"Statsforvalteren i Agder","units":["4202-nav","4202-child_welfare"]}`)
	breach   = event("f", "FindingRecorded", "2025-04-01", `{"findingId":"1","unit":"4202-nav","kind":"breach","themes":["mapping"],"legalBasis":"STL § 18","rectifyBy":"2026-02-01"}`)
	reported = event("p", "ReportIssued", "2025-06-01", `{}`)
	closing  = event("c", "SupervisionClosed", "2026-02-15", `{}`)
)

// inspected is a door behind which a supervision found a breach that is not put right.
func inspected(t *testing.T) door {
	t.Helper()
	d := open(t)
	for _, r := range read[[]commands.Receipt](t, d.post(batch, "["+opened+","+breach+","+reported+"]")) {
		require.Equal(t, commands.Recorded, r.Status)
	}
	require.Equal(t, 200, d.get("/v1/supervisions?awaitSequence=1").StatusCode)
	return d
}

func TestSupervisionsAreListedAndShown(t *testing.T) {
	d := inspected(t)
	page := read[projections.SupervisionPage](t, d.get("/v1/supervisions?status=overdue&theme=aftercare&year=2025&municipality=4202&unit=4202-nav&authority=Statsforvalteren+i+Agder"))
	require.Len(t, page.Rows, 1)
	require.Equal(t, "2026-03-01", page.ValidAt.String())
	require.Equal(t, "overdue", page.Rows[0].Deadlines[0].Status)
	for _, none := range []string{"status=closed", "theme=other", "year=2024", "municipality=0904", "unit=4202-health", "authority=x", "validAt=2025-02-28", "knownAt=2020-01-01T00:00:00Z"} {
		require.Empty(t, read[projections.SupervisionPage](t, d.get("/v1/supervisions?"+none)).Rows, none)
	}
	answer := d.get("/v1/supervisions/" + anna + "?validAt=2025-06-01")
	one := read[projections.Supervision](t, answer)
	require.Equal(t, []string{"reported", "breach", "none"}, []string{one.Stage, one.Units[0].Outcome, one.Units[1].Outcome})
	require.Equal(t, `"1"`, answer.Header.Get("ETag"))
	require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	require.Equal(t, 412, d.post(structured, closing, "If-Match", `"7"`).StatusCode)
}

func TestFiguresAreAsOfAnyDay(t *testing.T) {
	d := inspected(t)
	for day, counts := range map[string][]int{"2025-05-31": {0, 0, 1}, "2025-06-01": {1, 1, 0}} {
		page := read[projections.FiguresPage](t, d.get("/v1/supervisions/figures?theme=aftercare&year=2025&by=authority&validAt="+day))
		require.Len(t, page.Rows, 1)
		f := page.Rows[0]
		require.Equal(t, counts, []int{f.Supervisions, f.WithBreach, f.NotReported}, day)
		require.Equal(t, "Statsforvalteren i Agder", f.Authority)
		require.Contains(t, page.Definition.NB, "endelig rapport")
	}
}

// TestARefusedClosingNamesEachOpenFinding: alone and in a batch, where the pointers begin with the event's place.
func TestARefusedClosingNamesEachOpenFinding(t *testing.T) {
	d := inspected(t)
	p := d.problem(d.post(structured, closing), 422, "open_findings")
	require.Equal(t, "finding 1 in 4202-nav is open", p.Errors[0].Detail)
	second := strings.NewReplacer(`"f"`, `"g"`, `"findingId":"1"`, `"findingId":"2"`).Replace(breach)
	receipts := read[[]commands.Receipt](t, d.post(batch, "["+second+","+closing+"]"))
	faults := commands.ProblemOf(receipts[1].Err).Faults
	require.Len(t, faults, 2)
	require.Equal(t, "/1/type", faults[1].Pointer)
	require.Equal(t, "finding 2 in 4202-nav is open", faults[1].Problem)
}

func TestAQuestionAboutSupervisionsNamesTheParameter(t *testing.T) {
	d := inspected(t)
	for target, parameter := range map[string]string{
		"/v1/supervisions?status=late":                     "status",
		"/v1/supervisions?year=last":                       "year",
		"/v1/supervisions?unit=nav":                        "unit",
		"/v1/supervisions?municipality=Grimstad":           "municipality",
		"/v1/supervisions?requirement=information":         "requirement",
		"/v1/supervisions?limit=0":                         "limit",
		"/v1/supervisions?after=x":                         "after",
		"/v1/supervisions?knownAt=seq:7":                   "knownAt",
		"/v1/supervisions/figures?by=unit":                 "by",
		"/v1/supervisions/figures?status=open":             "status",
		"/v1/supervisions/anna":                            "id",
		"/v1/supervisions/" + anna + "?theme=aftercare":    "theme",
		"/v1/supervisions/" + anna + "?validAt=2025-02-30": "validAt",
	} {
		p := d.problem(d.get(target), 400, "bad_query")
		require.Equal(t, parameter, p.Errors[0].Parameter, target)
	}
	d.problem(d.get("/v1/supervisions/00000000-0000-4000-8000-000000000000"), 404, "not_found")
}
