package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/accesslog"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/cmd/ettervern/query"
	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const wait = 10 * time.Second

// echo answers each question with what was asked; what it knows of youths is nothing.
type echo struct{ handler *commands.Handler }

func (echo) Overdue(_ context.Context, p Params) (any, error)  { return p, nil }
func (echo) Verdicts(_ context.Context, p Params) (any, error) { return p, nil }
func (echo) History(context.Context, string, Params) (any, error) {
	return nil, events.ErrNotFound
}
func (echo) YouthAccesses(context.Context, string, Params) (any, error) {
	return nil, events.ErrNotFound
}
func (echo) Supervisions(_ context.Context, p Params) (any, error)       { return p, nil }
func (echo) SupervisionFigures(_ context.Context, p Params) (any, error) { return p, nil }
func (echo) Supervision(_ context.Context, id string, p Params) (any, error) {
	return map[string]any{id: p}, nil
}
func (echo) Units(_ context.Context, p Params) (any, error) { return p, nil }
func (echo) Unit(_ context.Context, id string, p Params) (any, error) {
	return map[string]any{id: p}, nil
}
func (echo) Scorecard(_ context.Context, p Params) (any, error) { return p, nil }
func (e echo) Receipts(ctx context.Context, source string, ids []string) (any, error) {
	return e.handler.Receipts(ctx, source, ids)
}

func (echo) Youth(_ context.Context, number string) (string, error) {
	if number != "15076500565" {
		return "", fault("/identityNumber", "is no such number")
	}
	return youth(1), nil
}

// anyone may record.
type anyone struct{}

func (anyone) Issue(ctx context.Context, _ access.Operation) (context.Context, string, error) {
	return ctx, "emitter", nil
}

// start serves a ledger of its own on a port of its own.
func start(t *testing.T) (*jetstream.Ledger, *Service) {
	t.Helper()
	states := commands.NewStates()
	ledger := ledgertest.Open(t, func(c *jetstream.Config) {
		c.Listen, c.Views = "127.0.0.1:0", []jetstream.View{states}
	})
	conn, err := ledger.Server().ServiceConn()
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	handler := commands.NewHandler(ledger, states, time.Now)
	service, err := Start(Config{
		Conn: conn, Recorder: handler, Asker: echo{handler}, Pseudonyms: echo{handler}, Gate: credentials.Everyone{Principal: access.Open("emitter")}, Warrant: anyone{}, Version: "0.1.0", Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, service.Close()) })
	return ledger, service
}

func client(t *testing.T, ledger *jetstream.Ledger, options ...nats.Option) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(ledger.Server().ClientURL(), options...)
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

func youth(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func registration(n int) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"r%d","source":"/test","type":"ettervern.YouthRegistered.v1","subject":%q,`+
		`"time":"2024-05-01T10:00:00Z","data":{"birthDate":"2008-03-04","municipality":"0301"}}`, n, youth(n))
}

func ask(t *testing.T, conn *nats.Conn, what, body string) *nats.Msg {
	t.Helper()
	answer, err := conn.Request("ettervern.v1."+what, []byte(body), wait)
	require.NoError(t, err)
	return answer
}

func receiptsOf(t *testing.T, m *nats.Msg) (receipts []commands.Receipt) {
	t.Helper()
	require.NoError(t, json.Unmarshal(m.Data, &receipts), "%s", m.Data)
	return receipts
}

func statuses(receipts []commands.Receipt) (all []commands.Status) {
	for _, r := range receipts {
		all = append(all, r.Status)
	}
	return all
}

func TestOneEventIsAnsweredWithItsReceipt(t *testing.T) {
	ledger, _ := start(t)
	conn := client(t, ledger)
	var receipt commands.Receipt
	for _, want := range []commands.Status{commands.Recorded, commands.Duplicate} {
		answer := ask(t, conn, "record", registration(1))
		require.NoError(t, json.Unmarshal(answer.Data, &receipt))
		require.Equal(t, want, receipt.Status)
		require.Equal(t, uint64(1), receipt.Sequence)
		require.Empty(t, answer.Header.Get("Nats-Service-Error"))
	}
	ledgertest.CheckInvariants(t, ledger)
}

func TestOneRefusedEventHasErrorHeadersAndItsReceipt(t *testing.T) {
	ledger, _ := start(t)
	answer := ask(t, client(t, ledger), "record", `{"specversion":"1.0"}`)
	require.Equal(t, "400", answer.Header.Get("Nats-Service-Error-Code"))
	require.Contains(t, string(answer.Data), `"pointer":"/id"`)

	answer = ask(t, client(t, ledger), "record", "")
	require.Equal(t, "400", answer.Header.Get("Nats-Service-Error-Code"))
	require.Contains(t, string(answer.Data), `"bad_request"`)
}

func TestSeveralEventsAreAnsweredInOrder(t *testing.T) {
	ledger, _ := start(t)
	conn := client(t, ledger)
	wrong := `{"specversion":"1.0","id":"w"}`
	want := []commands.Status{commands.Recorded, commands.Refused, commands.Recorded}
	for form, body := range map[string]string{
		"array":  "[" + strings.Join([]string{registration(1), wrong, registration(2)}, ",\n") + "]",
		"ndjson": strings.Join([]string{registration(3), `{"broken`, registration(4)}, "\n"),
	} {
		answer := ask(t, conn, "record", body)
		require.Equal(t, want, statuses(receiptsOf(t, answer)), form)
		require.Contains(t, string(answer.Data), `"pointer":"/1`, "a pointer begins with the event's place")
		require.Empty(t, answer.Header.Get("Nats-Service-Error"), "something was recorded")
	}
	answer := ask(t, conn, "record", "["+wrong+"]")
	require.Equal(t, "400", answer.Header.Get("Nats-Service-Error-Code"), "nothing was recorded")
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 4)
}

func TestReceiptsThatDoNotFitLoseTheirWordsOnly(t *testing.T) {
	ledger, _ := start(t)
	many := strings.Repeat(`,{"`+strings.Repeat("x", 900)+`":1}`, maxEvents-1)
	receipts := receiptsOf(t, ask(t, client(t, ledger), "record", "["+registration(1)+many+"]"))
	require.Len(t, receipts, maxEvents)
	require.Equal(t, commands.Recorded, receipts[0].Status)
	answer := ask(t, client(t, ledger), "record", "["+strings.Repeat("{},", maxEvents)+"{}]")
	require.Equal(t, "400", answer.Header.Get("Nats-Service-Error-Code"))
}

func TestQuestionsHaveTheNamesOfHTTP(t *testing.T) {
	ledger, _ := start(t)
	conn := client(t, ledger)
	for _, row := range []struct{ what, body, code, answer string }{
		{"overdue", ``, "", `{}`},
		{"overdue", `{"validAt":"2026-01-01","limit":5,"status":["overdue","due"]}`, "", `{"limit":"5","status":"overdue,due","validAt":"2026-01-01"}`},
		{"overdue", `{"awaitSequence":7}`, "", `{"awaitSequence":"7"}`},
		{"verdicts", `{"youth":"a","after":"b"}`, "", `{"after":"b","youth":"a"}`},
		{"overdue", `{"validat":"2026-01-01"}`, "400", `"pointer":"/validat"`},
		{"overdue", `{"norm":{"a":1}}`, "400", `"pointer":"/norm"`},
		{"overdue", `{"norm":"a","norm":"b"}`, "400", `each name once`},
		{"overdue", `[`, "400", `"bad_request"`},
		{"history", `{}`, "400", `"pointer":"/youth"`},
		{"history", `{"youth":"a"}`, "404", `"not_found"`},
		{"supervisions", `{"theme":"aftercare","year":2019,"status":["open","overdue"]}`, "", `{"status":"open,overdue","theme":"aftercare","year":"2019"}`},
		{"supervisions", `{"by":"authority"}`, "400", `"pointer":"/by"`},
		{"supervision", `{"id":"a","validAt":"2019-12-19"}`, "", `{"a":{"validAt":"2019-12-19"}}`},
		{"supervision", `{}`, "400", `"pointer":"/id"`},
		{"supervision", `{"id":"a","theme":"b"}`, "400", `"pointer":"/theme"`},
		{"supervision_figures", `{"year":"2019","by":"authority","validAt":"2019-12-19"}`, "", `{"by":"authority","validAt":"2019-12-19","year":"2019"}`},
		{"supervision_figures", `{"unit":"0904-nav"}`, "400", `"pointer":"/unit"`},
		{"units", ``, "", `{}`},
		{"units", `{"municipality":"3403","status":["overdue","met"],"requirement":"forum","norm":"routine","limit":5,"after":"3403-nav"}`, "",
			`{"after":"3403-nav","limit":"5","municipality":"3403","norm":"routine","requirement":"forum","status":"overdue,met"}`},
		{"units", `{"unit":"3403-nav","validAt":"2026-01-01"}`, "", `{"3403-nav":{"validAt":"2026-01-01"}}`},
		{"units", `{"unit":["a","b"]}`, "400", `"pointer":"/unit"`},
		{"units", `{"youth":"a"}`, "400", `"pointer":"/youth"`},
		{"scorecard", `{"from":"2025-01-01","to":"2025-12-31","municipality":"3403","by":"kind","own":true}`, "", `{"by":"kind","from":"2025-01-01","municipality":"3403","own":"true","to":"2025-12-31"}`},
		{"scorecard", `{"status":"met"}`, "400", `"pointer":"/status"`},
		{"pseudonym", `{"identityNumber":"15076500565"}`, "", youth(1)},
		{"pseudonym", `{"identityNumber":"15076500566"}`, "400", `"pointer":"/identityNumber"`},
		{"pseudonym", `{"number":"15076500565"}`, "400", `"bad_request"`},
		{"pseudonym", ``, "400", `"bad_request"`},
		{"receipts", `{"ids":["a"]}`, "400", `"pointer":"/source"`},
		{"receipts", `{"source":"/test","ids":[]}`, "400", `"pointer":"/ids"`},
		{"receipts", `{"source":"/test","ids":["a,b","c"]}`, "", `"id":"a,b"`},
	} {
		answer := ask(t, conn, row.what, row.body)
		require.Equal(t, row.code, answer.Header.Get("Nats-Service-Error-Code"), row.body)
		require.Contains(t, string(answer.Data), row.answer, row.body)
		if row.what == "pseudonym" {
			require.NotContains(t, string(answer.Data), "150765")
		}
	}
}

// TestEveryRequestIsLocked calls every request as each role that there is: none gets further than the table says.
func TestEveryRequestIsLocked(t *testing.T) {
	ledger, service := start(t)
	asked := &asker{}
	youths, units, supervisions := projections.NewYouths(), projections.NewUnits(), projections.NewSupervisions()
	units.Cases = youths
	core := query.New(query.Config{Ledger: ledger, Youths: youths, Units: units, Supervisions: supervisions, Receipts: service.config.Asker.(echo).handler, Prover: ledger, Accesses: forgetful{}})
	service.config.Gate, service.config.Warrant, service.config.Asker = asked, leave{}, query.Asker{Core: core}
	conn := client(t, ledger)
	bodies := map[string]string{
		"history": `{"youth":"a"}`, "accesses": `{"youth":"a"}`, "supervision": `{"id":"a"}`, "receipts": `{"source":"/test","ids":["a"]}`, "pseudonym": `{"identityNumber":"15076500565"}`,
	}
	for name, operation := range operations {
		for _, role := range append(access.Roles(), access.Operator, "") {
			asked.role.Store(role)
			code := ask(t, conn, name, bodies[name]).Header.Get("Nats-Service-Error")
			switch {
			case role == "":
				require.Equal(t, "no_credential", code, name)
			case access.ReachOf(role, operation) == access.Nothing:
				require.Equal(t, "not_allowed", code, "%s as %s", name, role)
			default:
				require.NotContains(t, []string{"not_allowed", "no_credential"}, code, "%s as %s", name, role)
			}
		}
	}
	for _, e := range service.micro.Info().Endpoints {
		require.Contains(t, operations, strings.TrimPrefix(e.Subject, "ettervern.v1."))
	}
}

// TestNobodyAsksTooOften: a credential has a rate, and others theirs.
func TestNobodyAsksTooOften(t *testing.T) {
	ledger, service := start(t)
	asked := &asker{}
	asked.role.Store(access.Witness)
	service.config.Gate = asked
	conn := client(t, ledger)
	inbox, err := conn.SubscribeSync(conn.NewInbox())
	require.NoError(t, err)
	const many = 3000
	for range many {
		require.NoError(t, conn.PublishRequest("ettervern.v1.receipts", inbox.Subject, nil))
	}
	codes := map[string]int{}
	for range many {
		answer, err := inbox.NextMsg(wait)
		require.NoError(t, err)
		codes[answer.Header.Get("Nats-Service-Error")]++
	}
	require.Positive(t, codes["too_often"], "more than a thousand at once, and 200 each second after that")
	asked.role.Store(access.Auditor)
	require.NotEqual(t, "too_often", ask(t, conn, "receipts", "").Header.Get("Nats-Service-Error"))
}

// asker says that everyone has the role that the test sets.
type asker struct{ role atomic.Value }

func (a *asker) Caller(string) (*access.Principal, error) {
	role := a.role.Load().(access.Role)
	if role == "" {
		return nil, credentials.ErrNotGood
	}
	return &access.Principal{Name: string(role), Role: role, Scope: access.Scope{Source: "/test"}}, nil
}

// forgetful keeps no accesses.
type forgetful struct{}

func (forgetful) Record(context.Context, events.ContentsShown) error   { return nil }
func (forgetful) Of(context.Context, string) ([]accesslog.Line, error) { return nil, nil }
func (forgetful) Lists() []accesslog.Line                              { return nil }

// leave lets record who may.
type leave struct{}

func (leave) Issue(ctx context.Context, operation access.Operation) (context.Context, string, error) {
	_, err := access.Allowed(ctx, operation)
	return ctx, "emitter", err
}

func TestTheDescriptionNamesEveryRequest(t *testing.T) {
	_, service := start(t)
	var served, described []string
	for _, e := range service.micro.Info().Endpoints {
		served = append(served, strings.TrimPrefix(e.Subject, "ettervern.v1."))
	}
	for _, r := range requests() {
		described = append(described, r.name)
	}
	require.ElementsMatch(t, served, described)
}

func TestClosingAnswersWhatIsUnderWay(t *testing.T) {
	ledger, service := start(t)
	conn := client(t, ledger)
	inbox, err := conn.SubscribeSync(conn.NewInbox())
	require.NoError(t, err)
	const requests = 100
	for i := range requests {
		require.NoError(t, conn.PublishRequest("ettervern.v1.record", inbox.Subject, []byte(registration(i))))
	}
	require.NoError(t, conn.Flush())
	require.NoError(t, service.Close())
	recorded := 0
	for range requests {
		answer, err := inbox.NextMsg(wait)
		require.NoError(t, err)
		if answer.Header.Get("Nats-Service-Error") == "" {
			recorded++
		}
	}
	require.Len(t, ledgertest.CheckInvariants(t, ledger), recorded)
}

func FuzzSplit(f *testing.F) {
	for _, body := range []string{"", "[", "[]", "[1,2]", "{}\n{}", "{\n}", registration(1), "[{}]x"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if raws, _, err := split(body); err == nil && len(raws) == 0 {
			t.Fatal("neither events nor an error")
		}
		_, _ = parse(body, ofOverdue)
	})
}
