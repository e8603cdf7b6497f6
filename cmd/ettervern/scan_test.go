package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/events"
)

// routes is what each route of the HTTP door does; "" is open to strangers. A route that is not here fails the scan.
var routes = map[string]access.Operation{
	"POST /v1/events":                              access.Record,
	"POST /v1/register":                            access.Import,
	"POST /v1/pseudonyms":                          access.Pseudonym,
	"GET /v1/receipts":                             access.Receipts,
	"GET /v1/overdue":                              access.List,
	"GET /v1/verdicts":                             access.List,
	"GET /v1/law/diff":                             access.List,
	"GET /v1/youths/{id}/verdicts":                 access.Verdicts,
	"GET /v1/youths/{id}/history":                  access.History,
	"GET /v1/youths/{id}/proof":                    access.Proof,
	"GET /v1/youths/{id}/bundle":                   access.Proof,
	"GET /v1/units":                                access.Units,
	"GET /v1/units/{id}":                           access.Units,
	"GET /v1/municipalities/{code}":                access.Units,
	"GET /v1/supervisions":                         access.Supervisions,
	"GET /v1/supervisions/figures":                 access.Supervisions,
	"GET /v1/supervisions/{id}":                    access.Supervisions,
	"GET /v1/scorecard":                            access.Scorecard,
	"GET /v1/scorecard?own=true&municipality=3403": access.OwnScorecard,
	"GET /v1/accesses/years/{year}":                access.AccessYear,
	"GET /v1/accesses/checkpoint":                  access.Checkpoint,
	"GET /v1/accesses/checkpoint/key":              access.Checkpoint,
	"GET /v1/youths/{id}/accesses":                 access.Accesses,
	"GET /v1/checkpoint":                           access.Checkpoint,
	"GET /v1/tile/{level}/{index}":                 access.Checkpoint,
	"GET /v1/accesses/tile/{level}/{index}":        access.Checkpoint,
	"GET /v1/me":                                   access.Checkpoint, // as that, for every role
	"GET /v1/checkpoint/key":                       access.Checkpoint,
	"POST /v1/youths/{id}/shred":                   access.Shred,
	"GET /v1/checkpoint/leaves":                    access.Leaves,
	"GET /v1/tokens":                               access.Credentials,
	"POST /v1/tokens":                              access.Credentials,
	"DELETE /v1/tokens/{id}":                       access.Credentials,
	"GET /v1/backups":                              access.Backup,
	"POST /v1/backups":                             access.Backup,
	"GET /metrics":                                 access.Metrics,
	"GET /healthz":                                 "",
	"GET /readyz":                                  "",
}

const youthOfScan = "7b0c8f5e-5a43-4c6e-9a55-000000000001"

// scopes is a scope for each role.
var scopes = map[access.Role]access.Scope{
	access.Emitter:       {Organisation: "923609016", Municipalities: []string{"3403"}, Service: "child_welfare", Source: "/test"},
	access.Caseworker:    {Municipalities: []string{"3403"}},
	access.Supervisor:    {Municipalities: []string{"3403"}},
	access.Auditor:       {Youths: []string{youthOfScan}, Until: events.MustDate("2099-12-31"), AccessLog: true},
	access.Witness:       {},
	access.Administrator: {},
}

// TestEveryRouteIsLocked calls every route of the description, without a credential, with one that is not good, and with
// one of each role: nobody gets further than the table says.
func TestEveryRouteIsLocked(t *testing.T) {
	p, tokens := lockedProgram(t)
	secrets := map[access.Role]string{}
	for role, scope := range scopes {
		var err error
		_, secrets[role], err = tokens.Create(credentials.Order{Name: string(role), Role: role, Scope: scope})
		require.NoError(t, err)
	}
	asked := 0
	ask := func(route, secret string) int {
		asked++
		method, path, _ := strings.Cut(route, " ")
		path = strings.NewReplacer("{id}", youthOfScan, "{code}", "3403", "{year}", "2026", "{level}", "0", "{index}", "000.p/1").Replace(path)
		r := httptest.NewRequest(method, path, strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1024", asked%256) // not the same stranger again and again
		if secret != "" {
			r.Header.Set("Authorization", "Bearer "+secret)
		}
		w := httptest.NewRecorder()
		p.handler.ServeHTTP(w, r)
		return w.Code
	}
	for _, route := range described(t, p.handler) {
		_, known := routes[route]
		require.True(t, known || strings.Contains(route, "/v1/log"), "%s is not in the scan", route)
	}
	for route, operation := range routes {
		if operation == "" {
			require.Equal(t, 200, ask(route, ""), route)
			continue
		}
		require.Equal(t, 401, ask(route, ""), route)
		require.Equal(t, 401, ask(route, "ettervern_WRONG"), route)
		for _, role := range access.Roles() {
			status := ask(route, secrets[role])
			if access.ReachOf(role, operation) == access.Nothing {
				require.Equal(t, 403, status, "%s as %s", route, role)
			} else {
				require.NotContains(t, []int{401, 403, 429, 500}, status, "%s as %s", route, role)
			}
		}
	}
	for _, path := range []string{"GET /", "GET /nothing", "PUT /v1/events", "GET /v1/youths/", "GET /debug/pprof/", "GET /.well-known/x", "GET /v1/login", "GET /v1/login/callback", "POST /v1/logout"} {
		require.Equal(t, 401, ask(path, ""), path)
	}
}

func lockedProgram(t *testing.T) (*program, *credentials.Tokens) {
	t.Helper()
	dir := t.TempDir()
	tokens := credentials.OpenTokens(dir+"/tokens.json", places(nil), time.Now)
	p, err := open(t.Context(), config{dir: dir, tokens: tokens, gate: credentials.Gate{Tokens: tokens}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(t.Context())) })
	return p, tokens
}

// described is the routes that the door's own description tells of.
func described(t *testing.T, door http.Handler) (routes []string) {
	t.Helper()
	w := httptest.NewRecorder()
	door.ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	var page struct {
		Paths map[string]map[string]any
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &page))
	for path, methods := range page.Paths {
		for method := range methods {
			routes = append(routes, fmt.Sprint(strings.ToUpper(method), " ", path))
		}
	}
	require.Greater(t, len(routes), 20)
	return routes
}
