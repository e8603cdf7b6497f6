package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/accesslog"
	"ettervern/cmd/ettervern/api"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/cmd/ettervern/query"
	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	anna       = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"
	structured = "application/cloudevents+json"
	batch      = "application/cloudevents-batch+json"
	ndjson     = "application/x-ndjson"
)

var today = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// everyone may do everything, and records as an emitter.
var everyone = credentials.Everyone{Principal: access.Open("emitter")}

// anyone may record.
type anyone struct{}

func (anyone) Issue(ctx context.Context, _ access.Operation) (context.Context, string, error) {
	return ctx, "emitter", nil
}

// forgetful keeps no accesses.
type forgetful struct{}

func (forgetful) Record(context.Context, events.ContentsShown) error   { return nil }
func (forgetful) Of(context.Context, string) ([]accesslog.Line, error) { return nil, nil }
func (forgetful) Lists() []accesslog.Line                              { return nil }

// door is the HTTP door of a ledger of its own.
type door struct {
	t *testing.T
	http.Handler
}

func open(t *testing.T) door {
	now := func() time.Time { return today }
	states, youths, units, supervisions := commands.NewStates(), projections.NewYouths(), projections.NewUnits(), projections.NewSupervisions()
	youths.Now, supervisions.Now, youths.Routines, units.Cases = now, now, units.Routines, youths
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Views, c.Now = []jetstream.View{states, units, youths, supervisions}, now })
	metrics := api.NewMetrics()
	handler := commands.NewHandler(metrics.Log(ledger), states, now)
	core := query.New(query.Config{Ledger: ledger, Youths: youths, Units: units, Supervisions: supervisions, Receipts: handler, Prover: ledger, Accesses: forgetful{}, AccessProver: ledger})
	return door{t, api.New(api.Config{
		Recorder: metrics.Recorder(handler), Core: core, Ledger: ledger, Youths: youths, Gate: everyone, Warrant: anyone{}, Version: "test", Metrics: metrics,
	})}
}

func (d door) do(method, target, body string, headers ...string) *http.Response {
	d.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result()
}

func (d door) post(media, body string, headers ...string) *http.Response {
	d.t.Helper()
	return d.do("POST", "/v1/events", body, append(headers, "Content-Type", media)...)
}

func (d door) get(target string) *http.Response {
	d.t.Helper()
	return d.do("GET", target, "")
}

func read[T any](t *testing.T, r *http.Response) (value T) {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(body, &value), "%s", body)
	return value
}

func event(id, name, date, data string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/fagsystem","type":"ettervern.%s.v1","subject":%q,"time":"%sT12:00:00Z","data":%s}`,
		id, name, anna, date, data)
}

var (
	registered = event("r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"3403"}`)
	started    = event("m", "MeasureStarted", "2024-01-11", `{"measureId":"m1","kind":"voluntary","category":"4.6","legalBasis":"BVL2021 § 3-1"}`)
	informed   = event("i", "InformationGiven", "2025-03-01", `{"service":"child_welfare","topics":["aftercare"],"form":"oral","adapted":true}`)
	noSuchKind = event("k", "MeasureStarted", "2024-01-11", `{"measureId":"m2","kind":"friendly","category":"4.6","legalBasis":"BVL2021 § 3-1"}`)
)

// problem demands an RFC 9457 problem.
func (d door) problem(r *http.Response, status int, code string) api.Problem {
	d.t.Helper()
	p := read[api.Problem](d.t, r)
	require.Equal(d.t, "application/problem+json", r.Header.Get("Content-Type"))
	require.Equal(d.t, []any{status, status, code}, []any{r.StatusCode, p.Status, p.Code}, "%+v", p)
	require.NotEmpty(d.t, p.Detail)
	return p
}

func TestOneEventIsRecordedOnceAndThenADuplicate(t *testing.T) {
	d := open(t)
	for _, want := range []struct {
		http   int
		status commands.Status
	}{{201, commands.Recorded}, {200, commands.Duplicate}} {
		answer := d.post(structured+"; charset=utf-8", registered)
		receipt := read[commands.Receipt](t, answer)
		require.Equal(t, want.http, answer.StatusCode)
		require.Equal(t, want.status, receipt.Status)
		require.Equal(t, uint64(1), receipt.Sequence)
		require.Equal(t, `"1"`, answer.Header.Get("ETag"))
		require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	}
}

func TestOneEventThatIsNotRecordedIsAProblemWithAPointer(t *testing.T) {
	d := open(t)
	d.problem(d.post(structured, started), 422, "unregistered")
	d.post(structured, registered)
	p := d.problem(d.post(structured, noSuchKind), 400, "bad_form")
	require.Equal(t, "/data/kind", p.Errors[0].Pointer)
	require.NotContains(t, p.Detail, "friendly")
	p = d.problem(d.post(structured, event("x", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"3403"}`)), 422, "already_registered")
	require.Equal(t, "/type", p.Errors[0].Pointer)
	d.problem(d.post(structured, "{"), 400, "bad_form")
	d.problem(d.post(structured, ""), 400, "bad_request")
	d.problem(d.post("text/plain", registered), 415, "media_type")
	d.problem(d.post(structured, strings.Repeat(" ", 17<<20)), 413, "too_large")
}

func TestIfMatchRecordsOnlyAfterTheHistoryThatWasRead(t *testing.T) {
	d := open(t)
	require.Equal(t, 201, d.post(structured, registered, "If-Match", `"0"`).StatusCode)
	d.problem(d.post(structured, started, "If-Match", `"0"`), 412, "not_matching")
	d.problem(d.post(structured, started, "If-Match", "yesterday"), 400, "bad_request")
	number := d.get("/v1/youths/" + anna + "/history?awaitSequence=1").Header.Get("ETag")
	require.Equal(t, 201, d.post(structured, started, "If-Match", number).StatusCode)
	d.problem(d.post(batch, "["+informed+"]", "If-Match", `"2"`), 400, "bad_request")
}

func TestSeveralEventsHaveAReceiptEachInOrder(t *testing.T) {
	forms := map[string]string{
		batch:              "[" + registered + "," + noSuchKind + ", 7, " + started + "]",
		ndjson:             registered + "\n" + noSuchKind + "\n\n{broken\n" + started + "\n",
		"application/json": "[" + registered + "," + noSuchKind + ", 7, " + started + "]",
	}
	for media, body := range forms {
		t.Run(media, func(t *testing.T) {
			d := open(t)
			answer := d.post(media, body)
			receipts := read[[]commands.Receipt](t, answer)
			require.Equal(t, 200, answer.StatusCode)
			require.Equal(t, []commands.Status{"recorded", "refused", "refused", "recorded"},
				[]commands.Status{receipts[0].Status, receipts[1].Status, receipts[2].Status, receipts[3].Status})
			require.Contains(t, receipts[1].Err.Error(), "/1/data/kind")
			require.Contains(t, receipts[2].Err.Error(), "/2 ")
		})
	}
}

func TestAnAtomicBatchStandsOrFallsWhole(t *testing.T) {
	d := open(t)
	target := "/v1/events?atomic=true"
	receipts := read[[]commands.Receipt](t, d.do("POST", target, "["+registered+","+noSuchKind+"]", "Content-Type", batch))
	require.Equal(t, commands.Refused, receipts[0].Status)
	receipts = read[[]commands.Receipt](t, d.do("POST", target, "["+registered+","+started+"]", "Content-Type", batch))
	require.Equal(t, commands.Recorded, receipts[1].Status)
	require.Equal(t, receipts[0].Sequence, receipts[1].Sequence)
	d.problem(d.do("POST", "/v1/events?atomic=perhaps", registered, "Content-Type", structured), 400, "bad_query")
	p := d.problem(d.do("POST", "/v1/events?atomc=true", registered, "Content-Type", structured), 400, "bad_query")
	require.Equal(t, "atomc", p.Errors[0].Parameter)
}

func TestABrokenArrayRecordsNothing(t *testing.T) {
	d := open(t)
	p := d.problem(d.post(batch, "["+registered+", {"), 400, "bad_request")
	require.Equal(t, "/1", p.Errors[0].Pointer)
	d.problem(d.post(batch, registered), 400, "bad_request")
	d.problem(d.post(batch, "[]"), 400, "bad_request")
	d.problem(d.get("/v1/youths/"+anna+"/history"), 404, "not_found")
}
