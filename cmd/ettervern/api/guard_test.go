package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/api"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/cmd/ettervern/query"
	"ettervern/projections"
)

// listed lets in whoever has a name on the list, by the header "Who".
type listed map[string]access.Principal

func (l listed) Identify(r *http.Request) (*access.Principal, error) {
	name := r.Header.Get("Who")
	if name == "" {
		return nil, nil
	}
	who, known := l[name]
	if !known {
		return nil, credentials.ErrNotGood
	}
	who.Name = name
	return &who, nil
}

func openListed(t *testing.T, gate listed) door {
	return door{t, api.New(api.Config{Gate: gate, Warrant: anyone{}, Recorder: answering{}, Ledger: still{}, Youths: projections.NewYouths(), Core: query.New(query.Config{Youths: projections.NewYouths()})})}
}

func TestStrangersLearnWhetherTheMachineIsWellAndNoMore(t *testing.T) {
	d := openListed(t, listed{"admin": {Role: access.Administrator}})
	for _, path := range []string{"/healthz", "/readyz"} {
		require.NotContains(t, read[map[string]any](t, d.get(path)), "sequence")
		require.Contains(t, read[map[string]any](t, d.do("GET", path, "", "Who", "admin")), "sequence")
	}
	answer := d.get("/metrics")
	require.Equal(t, `Bearer realm="ettervern"`, answer.Header.Get("WWW-Authenticate"))
	d.problem(answer, 401, "no_credential")
	d.problem(d.do("GET", "/healthz", "", "Who", "nobody"), 401, "no_credential")
}

func TestAnswersAreForTheAskerAlone(t *testing.T) {
	answer := open(t).get("/v1/overdue")
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'", "Strict-Transport-Security": "",
	} {
		require.Equal(t, want, answer.Header.Get(name), name)
	}
}

func TestNobodyAsksTooOften(t *testing.T) {
	d := openListed(t, listed{"witness": {Role: access.Witness}, "admin": {Role: access.Administrator}, "operator": {Role: access.Operator}})
	often := func(who string, n int) (statuses map[int]int) {
		statuses = map[int]int{}
		for range n {
			statuses[d.do("GET", "/nothing", "", "Who", who).StatusCode]++
		}
		return statuses
	}
	require.Positive(t, often("witness", 5000)[429], "more than a thousand at once, and 200 each second after that")
	require.Zero(t, often("admin", 100)[429], "another has a rate of its own")
	require.Positive(t, often("wrong", 100)[429])
	require.Zero(t, often("operator", 5000)[429], "where no credentials are asked for nobody is held up")
	d.problem(d.do("GET", "/nothing", "", "Who", "wrong"), 429, "too_often")
}

func TestSmallCountsAreNoMetrics(t *testing.T) {
	d := open(t)
	d.post(structured, registered)
	d.post(structured, started)
	d.get("/v1/overdue?awaitSequence=2")
	text := string(bodyOf(t, d, "/metrics"))
	require.True(t, strings.Contains(text, "ettervern_sequence 2"))
	require.False(t, strings.Contains(text, "ettervern_overdue{"), "four duties of one youth")
	d.post(structured, registrationOf(2))
	d.post(structured, of(2, "m2", "MeasureStarted", "2024-01-11", `{"measureId":"m1","kind":"voluntary","category":"4.6","legalBasis":"BVL2021 § 3-1"}`))
	d.get("/v1/overdue?awaitSequence=4")
	require.True(t, strings.Contains(string(bodyOf(t, d, "/metrics")), `ettervern_overdue{office="Innlandet"} 8`))
}

// TestStrangersMayLogIn, though not too often.
func TestStrangersMayLogIn(t *testing.T) {
	login := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSeeOther) })
	d := door{t, api.New(api.Config{
		Gate: listed{}, Warrant: anyone{}, Recorder: answering{}, Ledger: still{}, Youths: projections.NewYouths(), Core: query.New(query.Config{}),
		Login: map[string]http.Handler{"GET /v1/login": login},
	})}
	require.Equal(t, http.StatusSeeOther, d.get("/v1/login").StatusCode)
	d.problem(d.do("POST", "/v1/login", ""), 401, "no_credential")
	for range 50 {
		d.get("/v1/login")
	}
	d.problem(d.get("/v1/login"), 429, "too_often")
}

func TestEveryoneIsToldWhatTheirCredentialOpens(t *testing.T) {
	d := openListed(t, listed{"kari": {Role: access.Caseworker, Scope: access.Scope{Municipalities: []string{"3403"}}}})
	me := read[api.Me](t, d.do("GET", "/v1/me", "", "Who", "kari"))
	require.Equal(t, api.Me{Name: "kari", Role: access.Caseworker, Scope: access.Scope{Municipalities: []string{"3403"}}}, me)
	d.problem(d.get("/v1/me"), 401, "no_credential")
}
