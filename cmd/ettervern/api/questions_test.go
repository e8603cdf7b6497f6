package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/query"
	"ettervern/commands"
	"ettervern/projections"
)

// filled is a door behind which one youth turned 18 without being heard, assessed or given a decision.
func filled(t *testing.T) door {
	t.Helper()
	d := open(t)
	for _, r := range read[[]commands.Receipt](t, d.post(batch, "["+registered+","+started+","+informed+"]")) {
		require.Equal(t, commands.Recorded, r.Status)
	}
	require.Equal(t, 200, d.get("/v1/overdue?awaitSequence=1").StatusCode)
	return d
}

func TestOverdueSaysWhatItWasComputedFrom(t *testing.T) {
	d := filled(t)
	answer := d.get("/v1/overdue?awaitSequence=1&limit=2")
	page := read[projections.Page](t, answer)
	require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	require.Len(t, page.Rows, 2)
	require.Equal(t, "2026-03-01", page.ValidAt.String())
	require.Equal(t, uint64(1), page.Sequence)
	next := read[projections.Page](t, d.get("/v1/overdue?limit=2&after="+page.Next))
	require.Len(t, next.Rows, 1)
	require.Empty(t, next.Next)
	require.Empty(t, read[projections.Page](t, d.get("/v1/overdue?validAt=2026-02-02")).Rows)
	require.Len(t, read[projections.Page](t, d.get("/v1/overdue?validAt=2026-02-03&municipality=3403&requirement=decision")).Rows, 1)
}

// Between two pages a birth date is put right and another youth is registered: asked as the first page was answered, the
// second goes on with the same list.
func TestPagesGoOnWhileTheLedgerGrows(t *testing.T) {
	d := open(t)
	for youth := range 3 {
		d.post(batch, "["+registrationOf(youth)+","+of(youth, fmt.Sprint("m", youth), "MeasureStarted", "2024-01-11",
			`{"measureId":"m","kind":"voluntary","category":"4.6","legalBasis":"x"}`)+"]")
	}
	all := read[projections.Page](t, d.get("/v1/overdue?awaitSequence=3"))
	require.Len(t, all.Rows, 12)
	page := read[projections.Page](t, d.get("/v1/overdue?limit=5"))
	rows := page.Rows
	asked := fmt.Sprintf("/v1/overdue?limit=5&validAt=%s&knownAt=seq:%d&after=", page.ValidAt, page.Sequence)
	for n := 0; page.Next != ""; n++ {
		d.post(structured, of(2-n, fmt.Sprint("b", n), "BirthDateCorrected", "2024-02-01", `{"birthDate":"2007-01-01","reason":"register"}`))
		d.post(batch, "["+registrationOf(10+n)+","+of(10+n, fmt.Sprint("n", n), "MeasureStarted", "2024-01-11",
			`{"measureId":"m","kind":"voluntary","category":"4.6","legalBasis":"x"}`)+"]")
		page = read[projections.Page](t, d.get(asked+page.Next+fmt.Sprint("&awaitSequence=", 5+2*n)))
		rows = append(rows, page.Rows...)
	}
	require.Len(t, rows, 12)
	for i := range rows {
		require.Equal(t, []string{all.Rows[i].Youth, all.Rows[i].Requirement}, []string{rows[i].Youth, rows[i].Requirement})
	}
}

func TestAQuestionThatCannotBeUnderstoodNamesTheParameter(t *testing.T) {
	d := filled(t)
	for target, parameter := range map[string]string{
		"/v1/overdue?validat=2026-01-01":                  "validat",
		"/v1/overdue?validAt=2026-02-30":                  "validAt",
		"/v1/overdue?validAt=":                            "validAt",
		"/v1/overdue?knownAt=yesterday":                   "knownAt",
		"/v1/overdue?knownAt=seq:7":                       "knownAt",
		"/v1/overdue?limit=0":                             "limit",
		"/v1/overdue?limit=many":                          "limit",
		"/v1/overdue?after=x":                             "after",
		"/v1/overdue?status=late":                         "status",
		"/v1/overdue?norm=law":                            "norm",
		"/v1/overdue?requirement=tea":                     "requirement",
		"/v1/overdue?municipality=Hamar":                  "municipality",
		"/v1/overdue?awaitSequence=-1":                    "awaitSequence",
		"/v1/verdicts?youth=anna":                         "youth",
		"/v1/youths/anna/history":                         "youth",
		"/v1/youths/" + anna + "/verdicts?municipality=1": "municipality",
		"/v1/receipts?id=r":                               "source",
		"/v1/receipts?source=/fagsystem":                  "id",
	} {
		p := d.problem(d.get(target), 400, "bad_query")
		require.Equal(t, parameter, p.Errors[0].Parameter, target)
	}
	d.problem(d.get("/v1/youths/00000000-0000-4000-8000-000000000000/verdicts"), 404, "not_found")
}

func TestVerdictsAreAStreamOfLines(t *testing.T) {
	d := filled(t)
	answer := d.get("/v1/verdicts?status=met,overdue")
	require.Equal(t, "application/x-ndjson", answer.Header.Get("Content-Type"))
	require.Equal(t, "2026-03-01", answer.Header.Get("Ettervern-Valid-At"))
	require.Equal(t, "1", answer.Header.Get("Ettervern-Sequence"))
	var statuses []string
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		var v projections.Verdict
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v))
		statuses = append(statuses, v.Requirement+" "+v.Status)
	}
	require.Equal(t, []string{"assessment overdue", "decision overdue", "information met", "participation overdue"}, statuses)
	require.Len(t, read[projections.Page](t, d.get("/v1/youths/"+anna+"/verdicts?requirement=information")).Rows, 1)
}

func TestAHistoryIsCutAtWhatWasKnown(t *testing.T) {
	d := open(t)
	d.post(structured, registered)
	d.post(structured, started)
	whole := read[query.History](t, d.get("/v1/youths/"+anna+"/history?awaitSequence=2"))
	require.Len(t, whole.Rows, 2)
	require.NotEmpty(t, whole.Rows[1].Changed)
	cut := read[query.History](t, d.get("/v1/youths/"+anna+"/history?knownAt=seq:1"))
	require.Len(t, cut.Rows, 1)
	require.Equal(t, uint64(2), cut.Number)
	require.Empty(t, read[query.History](t, d.get("/v1/youths/"+anna+"/history?knownAt=2020-01-01T00:00:00Z")).Rows)
}

func TestWhoAwaitsWhatIsNotThereIsToldToAskAgain(t *testing.T) {
	d := filled(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := httptest.NewRequest("GET", "/v1/overdue?awaitSequence=99", nil).WithContext(ctx)
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	d.problem(w.Result(), 503, "not_yet")
	require.Equal(t, "1", w.Result().Header.Get("Retry-After"))
}

func TestReceiptsReconcile(t *testing.T) {
	d := filled(t)
	receipts := read[[]commands.Receipt](t, d.get("/v1/receipts?source=/fagsystem&id=i&id=zz"))
	require.Equal(t, []commands.Status{commands.Recorded, commands.Unknown}, []commands.Status{receipts[0].Status, receipts[1].Status})
}

func TestTheMachinesHealthIsTold(t *testing.T) {
	d := filled(t)
	require.Equal(t, 200, d.get("/healthz").StatusCode)
	require.Equal(t, 200, d.get("/readyz").StatusCode)
	d.post(structured, noSuchKind)
	body, err := io.ReadAll(d.get("/metrics").Body)
	require.NoError(t, err)
	for _, line := range []string{
		"ettervern_append_seconds_count 1", "ettervern_events_recorded_total 3", `ettervern_refusals_total{code="bad_form"} 1`,
		"ettervern_projection_lag_entries 0",
	} {
		require.Contains(t, string(body), line+"\n")
	}
	require.NotContains(t, string(body), anna)
}

func TestTheDescriptionNamesEveryRoute(t *testing.T) {
	description := read[struct {
		OpenAPI string
		Paths   map[string]any
	}](t, open(t).get("/openapi.json"))
	require.Equal(t, "3.1.0", description.OpenAPI)
	for _, path := range []string{"/v1/events", "/v1/overdue", "/v1/verdicts", "/v1/youths/{id}/history", "/v1/youths/{id}/verdicts", "/v1/receipts",
		"/v1/supervisions", "/v1/supervisions/{id}", "/v1/supervisions/figures", "/healthz", "/readyz"} {
		require.Contains(t, description.Paths, path)
	}
}

func TestAnotherSitesPageCannotRecord(t *testing.T) {
	answer := open(t).post(structured, registered, "Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusForbidden, answer.StatusCode)
}
