package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/api"
	"ettervern/cmd/ettervern/query"
	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/projections"
)

func of(youth int, id, name, date, data string) string {
	other := fmt.Sprintf("7b0c8f5e-5a43-4c6e-9a55-%012d", youth)
	return strings.Replace(event(id, name, date, data), anna, other, 1)
}

func registrationOf(youth int) string {
	return of(youth, fmt.Sprint("r", youth), "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"3403"}`)
}

// slowly is a request's body that the test writes while the server answers.
func slowly(t *testing.T, d door) (io.WriteCloser, <-chan *http.Response) {
	t.Helper()
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	body, writer := io.Pipe()
	answers := make(chan *http.Response, 1)
	go func() {
		r, err := http.Post(server.URL+"/v1/events", ndjson, body)
		if err == nil {
			answers <- r
		}
		close(answers)
	}()
	return writer, answers
}

func TestLinesAreRecordedAsTheyComeIn(t *testing.T) {
	d := open(t)
	body, answers := slowly(t, d)
	for youth := range 3 {
		_, err := fmt.Fprintln(body, registrationOf(youth))
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { // the third waits for what may come of the same youth
		return d.do("GET", "/v1/receipts?source=/fagsystem&id=r0&id=r1", "").StatusCode == 200 &&
			read[[]commands.Receipt](t, d.get("/v1/receipts?source=/fagsystem&id=r1"))[0].Status == commands.Recorded
	}, 10*time.Second, time.Millisecond, "while the request is still being written")
	require.NoError(t, body.Close())
	receipts := read[[]commands.Receipt](t, <-answers)
	require.Len(t, receipts, 3)
	for i, r := range receipts {
		require.Equal(t, fmt.Sprint("r", i), r.ID)
		require.Equal(t, commands.Recorded, r.Status)
	}
}

func TestARequestOfLinesMayBeMuchLargerThanOneOfAnArray(t *testing.T) {
	d := open(t)
	padded := strings.Replace(registrationOf(1), `"data"`, strings.Repeat(" ", 15_000)+`"data"`, 1)
	many := strings.Repeat(padded+"\n", 2000) // 30 MB of the same event
	receipts := read[[]commands.Receipt](t, d.post(ndjson, many))
	require.Len(t, receipts, 2000)
	for i, r := range receipts {
		require.NoError(t, r.Err, i)
		require.Equal(t, uint64(1), r.Number)
	}
	d.problem(d.post(batch, "["+padded+strings.Repeat(","+padded, 1999)+"]"), 413, "too_large")
	p := d.problem(d.post(batch, "[1"+strings.Repeat(",1", 10_000)+"]"), 400, "bad_request")
	require.Contains(t, p.Detail, "application/x-ndjson")
}

// endless is white space without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestWhatCameBeforeARequestBrokeOffStandsAndIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		rest   io.Reader
		status int
		code   string
	}{
		"too large": {endless{}, 413, "too_large"},
		"gone":      {iotest.ErrReader(errors.New("connection reset")), 400, "bad_request"},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			r := httptest.NewRequest("POST", "/v1/events", io.MultiReader(strings.NewReader(registrationOf(0)+"\n"+registrationOf(1)+"\n"), c.rest))
			r.Header.Set("Content-Type", ndjson)
			w := httptest.NewRecorder()
			d.ServeHTTP(w, r)
			p := d.problem(w.Result(), c.status, c.code)
			require.Contains(t, p.Detail, "the first 2 events were dealt with")
			receipts := read[[]commands.Receipt](t, d.post(ndjson, registrationOf(0)+"\n"+registrationOf(1)))
			require.Equal(t, commands.Duplicate, receipts[1].Status)
		})
	}
	d := open(t)
	d.problem(d.post(ndjson, "\n \n"), 400, "bad_request")
	d.problem(d.do("POST", "/v1/events?atomic=true", "\n", "Content-Type", ndjson), 400, "bad_request")
}

func TestALineThatIsTooLongIsRefusedAlone(t *testing.T) {
	d := open(t)
	receipts := read[[]commands.Receipt](t, d.post(ndjson, registrationOf(0)+"\n"+strings.Repeat("x", 1<<20)+"\n"+registrationOf(1)))
	require.Len(t, receipts, 3)
	require.Contains(t, receipts[1].Err.Error(), "/1 must be at most 16384 bytes")
	require.Equal(t, commands.Recorded, receipts[2].Status)
}

// answering is a recorder that always says the same.
type answering struct{ err error }

func (a answering) receipt(raw []byte) commands.Receipt {
	s, _ := events.ReadSubmission(raw)
	return commands.Receipt{ID: s.ID, Source: s.Source, Status: commands.Refused, Err: a.err}
}

func (a answering) Record(_ context.Context, raw []byte, _ string) commands.Receipt {
	return a.receipt(raw)
}

func (a answering) RecordAfter(_ context.Context, raw []byte, _ string, _ uint64) commands.Receipt {
	return a.receipt(raw)
}

func (a answering) RecordAtomic(_ context.Context, raws [][]byte, _ string) (all []commands.Receipt) {
	for _, raw := range raws {
		all = append(all, a.receipt(raw))
	}
	return all
}

func (a answering) RecordAll(_ context.Context, raws iter.Seq2[[]byte, error], _ string, each func(commands.Receipt) error) error {
	for range raws {
		return a.err
	}
	return nil
}

func TestEachErrorHasItsStatus(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{events.ErrConflict, 409, "conflict"},
		{fmt.Errorf("%w: no acknowledgement", events.ErrOutcomeUnknown), 503, "outcome_unknown"},
		{jetstream.ErrClosed, 503, "unavailable"},
		{fmt.Errorf("in time: %w", context.DeadlineExceeded), 503, "unavailable"},
		{&commands.Refusal{Code: "unregistered", Message: "no", Pointer: "/subject"}, 422, "unregistered"},
		{&events.FormError{Faults: []events.Fault{{Pointer: "/data", Problem: "is required"}}}, 400, "bad_form"},
		{errors.New("secret: the disk has a name"), 500, "internal"},
	} {
		t.Run(c.code, func(t *testing.T) {
			d := door{t, api.New(api.Config{Recorder: answering{c.err}, Ledger: still{}, Youths: projections.NewYouths(), Core: query.New(query.Config{}), Gate: everyone, Warrant: anyone{}})}
			answer := d.post(structured, registered)
			p := d.problem(answer, c.status, c.code)
			require.NotContains(t, p.Detail, "secret")
			require.Equal(t, c.status == 503, answer.Header.Get("Retry-After") != "", "asking again can help")
			if errors.Is(c.err, events.ErrConflict) {
				d.problem(d.post(structured, registered, "If-Match", `"1"`), 412, "not_matching")
			}
			receipts := read[[]struct{ Error struct{ Code string } }](t, d.post(batch, "["+registered+","+started+"]"))
			require.Len(t, receipts, 2, "what was not come to is told too")
			require.Equal(t, c.code, receipts[1].Error.Code)
		})
	}
}

// still is a ledger that is well.
type still struct{ stopped, health error }

func (s still) Health() error           { return errors.Join(s.stopped, s.health) }
func (s still) Stopped() error          { return s.stopped }
func (still) Witnesses() (string, bool) { return "", true }
func (still) Durability() string        { return "" }
func (s still) Durable() uint64         { return 0 }
func (s still) Applied() uint64         { return 0 }

func TestHealthAndReadinessTellStoppedFromNotReady(t *testing.T) {
	for _, c := range []struct {
		ledger          still
		health, ready   int
		healthz, ready2 string
	}{
		{still{}, 200, 200, "", ""},
		{still{health: errors.New("the views are catching up: 1 of 2 entries")}, 200, 503, "", "not_ready"},
		{still{stopped: errors.New("the durability barrier failed")}, 503, 503, "stopped", "not_ready"},
	} {
		d := door{t, api.New(api.Config{Recorder: answering{}, Ledger: c.ledger, Youths: projections.NewYouths(), Core: query.New(query.Config{}), Gate: everyone, Warrant: anyone{}})}
		if c.health == 200 {
			require.Equal(t, 200, d.get("/healthz").StatusCode)
		} else {
			d.problem(d.get("/healthz"), c.health, c.healthz)
		}
		if c.ready == 200 {
			require.Equal(t, 200, d.get("/readyz").StatusCode)
		} else {
			p := d.problem(d.get("/readyz"), c.ready, c.ready2)
			require.Contains(t, p.Detail, c.ledger.Health().Error())
		}
	}
}

func TestWhatIsNotThereIsAProblemToo(t *testing.T) {
	d := open(t)
	d.problem(d.get("/v1/nothing"), 404, "no_such_path")
	d.problem(d.get("/"), 404, "no_such_path")
	answer := d.do("PUT", "/v1/events", registered)
	require.Equal(t, "POST", answer.Header.Get("Allow"))
	d.problem(answer, 405, "method")
	d.problem(d.do("POST", "/v1/overdue", ""), 405, "method")
	d.problem(d.do("DELETE", "/metrics", ""), 405, "method")
}

// A barrier that waits for the test: no answer at the door knows of what is not durable.
func TestNoAnswerKnowsOfWhatIsNotDurable(t *testing.T) {
	asked, let := make(chan struct{}, 1), make(chan error, 2)
	let <- nil // the barrier of opening
	now := func() time.Time { return today }
	states, youths := commands.NewStates(), projections.NewYouths()
	youths.Now = now
	ledger := ledgertest.Open(t, func(c *jetstream.Config) {
		c.Views, c.Now = []jetstream.View{states, youths}, now
		c.Barrier = func() error { asked <- struct{}{}; return <-let }
	})
	<-asked
	handler := commands.NewHandler(ledger, states, now)
	core := query.New(query.Config{Ledger: ledger, Youths: youths, Receipts: handler, Accesses: forgetful{}})
	d := door{t, api.New(api.Config{Recorder: handler, Core: core, Ledger: ledger, Youths: youths, Gate: everyone, Warrant: anyone{}})}

	answers := make(chan *http.Response, 1)
	go func() { answers <- d.post(batch, "["+registered+","+started+"]") }()
	<-asked
	nothing := func() {
		t.Helper()
		require.Empty(t, read[projections.Page](t, d.get("/v1/overdue")).Rows)
		require.Empty(t, d.get("/v1/verdicts").Header.Get("Content-Length"))
		d.problem(d.get("/v1/youths/"+anna+"/history"), 404, "not_found")
		require.Equal(t, commands.Unknown, read[[]commands.Receipt](t, d.get("/v1/receipts?source=/fagsystem&id=r"))[0].Status)
		require.Empty(t, answers)
	}
	nothing()
	let <- errors.New("input/output error")
	receipts := read[[]commands.Receipt](t, <-answers)
	require.Equal(t, []commands.Status{commands.OutcomeUnknown, commands.OutcomeUnknown}, []commands.Status{receipts[0].Status, receipts[1].Status})
	nothing()
	d.problem(d.post(structured, registered), 503, "unavailable")
	d.problem(d.get("/readyz"), 503, "not_ready")
	d.problem(d.get("/healthz"), 503, "stopped")
	d.problem(d.get("/v1/overdue?awaitSequence=1"), 503, "unavailable")
}
