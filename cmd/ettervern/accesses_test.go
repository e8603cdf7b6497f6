package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
	signatures "golang.org/x/mod/sumdb/note"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/cmd/ettervern/query"
	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/projections/bundle"
)

// watched is a locked ledger with a youth of 3403, another of 0301, and somebody of each role.
type watched struct {
	*program
	t       *testing.T
	secrets map[string]string
}

const youthOfOslo = "7b0c8f5e-5a43-4c6e-9a55-000000000002"

func openWatched(t *testing.T, dir string) watched {
	t.Helper()
	tokens := credentials.OpenTokens(dir+"/tokens.json", places(nil), time.Now)
	p, err := open(t.Context(), config{dir: dir, tokens: tokens, gate: credentials.Gate{Tokens: tokens}, nats: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(context.Background())) })
	w := watched{p, t, map[string]string{}}
	for name, order := range map[string]credentials.Order{
		"kari":    {Role: access.Caseworker, Scope: access.Scope{Municipalities: []string{"3403"}}},
		"ola":     {Role: access.Caseworker, Scope: access.Scope{Municipalities: []string{"0301"}}},
		"sf":      {Role: access.Supervisor, Scope: access.Scope{Office: "Innlandet"}},
		"auditor": {Role: access.Auditor, Scope: access.Scope{Youths: []string{youthOfScan}, Until: events.MustDate("2099-12-31")}},
		"hamar":   {Role: access.Emitter, Scope: access.Scope{Organisation: "923609016", Municipalities: []string{"3403"}, Service: "child_welfare", Source: "/test"}},
		"oslo":    {Role: access.Emitter, Scope: access.Scope{Organisation: "923609016", Municipalities: []string{"0301"}, Service: "child_welfare", Source: "/test"}},
	} {
		order.Name = name
		_, w.secrets[name], err = tokens.Create(order)
		require.NoError(t, err)
	}
	return w
}

func (w watched) fill() {
	w.t.Helper()
	for _, line := range []struct{ who, event string }{
		{"hamar", registration(1, "r1")}, {"hamar", cloudEvent(1, "m1", "MeasureStarted", `{"measureId":"m1","kind":"voluntary","category":"4.6","legalBasis":"BVL2021 § 3-1"}`)},
		{"oslo", strings.Replace(registration(2, "r2"), "3403", "0301", 1)},
		{"oslo", cloudEvent(2, "m2", "MeasureStarted", `{"measureId":"m2","kind":"voluntary","category":"4.6","legalBasis":"BVL2021 § 3-1"}`)},
	} {
		require.Equal(w.t, 201, w.ask(line.who, "POST", "/v1/events", line.event).Code)
	}
	require.NoError(w.t, w.ledger.Await(w.t.Context(), w.ledger.Durable()))
}

func (w watched) ask(who, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/cloudevents+json")
	r.Header.Set("Authorization", "Bearer "+w.secrets[who])
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

func (w watched) accesses(who, youth string) []query.AccessRow {
	w.t.Helper()
	answer := w.ask(who, "GET", "/v1/youths/"+youth+"/accesses", "")
	require.Equal(w.t, 200, answer.Code, answer.Body)
	var accesses query.YouthAccesses
	require.NoError(w.t, json.Unmarshal(answer.Body.Bytes(), &accesses))
	return accesses.Rows
}

// TestEveryLookAtAYouthIsOnRecord: each way to its contents leaves one line, with who, why, what and how much.
func TestEveryLookAtAYouthIsOnRecord(t *testing.T) {
	w := openWatched(t, t.TempDir())
	w.fill()
	conn, err := nats.Connect(w.ledger.Server().ClientURL(), nats.Token(w.secrets["kari"]))
	require.NoError(t, err)
	defer conn.Close()
	const youth = "/v1/youths/" + youthOfScan
	for _, look := range []struct {
		who     string
		ask     func() bool
		what    string
		purpose string
		filter  string
		count   uint64
	}{
		{"kari", w.get("kari", youth+"/history"), "history", "casework", "", 2},
		{"kari", w.get("kari", youth+"/history?knownAt=seq:1&purpose=subject_access"), "history", "subject_access", "knownAt=seq%3A1", 1},
		{"kari", w.get("kari", youth+"/verdicts?requirement=information&validAt=2026-02-03"), "verdicts", "casework", "requirement=information&validAt=2026-02-03", 1},
		{"auditor", w.get("auditor", youth+"/proof"), "proof", "audit", "", 2},
		{"auditor", w.get("auditor", youth+"/bundle?validAt=2026-02-03"), "bundle", "audit", "validAt=2026-02-03", 2},
		{"sf", w.get("sf", youth+"/verdicts?requirement=information&status=overdue&validAt=2026-02-03"), "verdicts", "oversight", "requirement=information&status=overdue&validAt=2026-02-03", 1},
		{"kari", w.get("kari", "/v1/overdue?requirement=information&validAt=2026-02-03"), "list", "casework", "requirement=information&status=overdue&validAt=2026-02-03", 1},
		{"sf", w.get("sf", "/v1/verdicts?requirement=information&validAt=2026-02-03"), "list", "oversight", "requirement=information&validAt=2026-02-03", 1},
		{"auditor", w.get("auditor", "/v1/law/diff?from=2022-12-31&to=2023-01-01&validAt=2026-02-03"), "list", "audit", "from=2022-12-31&to=2023-01-01&validAt=2026-02-03", 1},
		{"kari", func() bool {
			answer, err := conn.Request("ettervern.v1.history", []byte(`{"youth":"`+youthOfScan+`","purpose":"complaint"}`), 10*time.Second)
			return err == nil && strings.Contains(string(answer.Data), `"rows":[{`)
		}, "history", "complaint", "", 2},
		{"kari", w.get("kari", youth+"/accesses"), "accesses", "casework", "", 9},
	} {
		before := len(w.accesses("kari", youthOfScan))
		require.True(t, look.ask(), look)
		rows := w.accesses("kari", youthOfScan)
		require.Len(t, rows, before+2, "the look, and the question before it who has looked")
		row := rows[len(rows)-1]
		require.True(t, strings.HasPrefix(row.Who, look.who+" #"), row)
		require.Equal(t, []string{look.what, look.purpose, look.filter}, []string{row.What, row.Purpose, row.Filter})
		if look.what != "accesses" && look.filter != "from=2022-12-31&to=2023-01-01&validAt=2026-02-03" {
			require.Equal(t, look.count, row.Count, row)
		}
		require.NotZero(t, row.Entry)
	}
	for _, row := range w.accesses("ola", youthOfOslo) {
		require.Equal(t, "accesses", row.What, "lists and looks at another are not this youth's")
	}
}

func (w watched) get(who, path string) func() bool {
	return func() bool {
		answer := w.ask(who, "GET", path, "")
		return answer.Code == http.StatusOK
	}
}

// TestEachRowIsProven: with proofs, each entry that a row is from is shown to be in the log; what is sealed in it stays so.
func TestEachRowIsProven(t *testing.T) {
	w := openWatched(t, t.TempDir())
	w.fill()
	require.True(t, w.get("kari", "/v1/youths/"+youthOfScan+"/history")())
	require.True(t, w.get("ola", "/v1/youths/"+youthOfOslo+"/history")())
	require.True(t, w.get("kari", "/v1/youths/"+youthOfScan+"/verdicts")())
	answer := w.ask("kari", "GET", "/v1/youths/"+youthOfScan+"/accesses?proofs=true", "")
	require.Equal(t, 200, answer.Code, answer.Body)
	var accesses query.YouthAccesses
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &accesses))
	require.Len(t, accesses.Rows, 2)
	require.Len(t, accesses.Entries, 2)
	verifier, err := signatures.NewVerifier(w.program.accesses.VerifierKey())
	require.NoError(t, err)
	want, err := proof.OpenCheckpoint([]byte(accesses.Checkpoint), verifier)
	require.NoError(t, err)
	require.Equal(t, uint64(4), want.Size, "three looks, and this one")
	for i, e := range accesses.Entries {
		require.Equal(t, accesses.Rows[i].Entry, e.Entry)
		index, c, err := proof.CheckInclusion([]byte(e.Proof), proof.Leaf(e.Stored), verifier)
		require.NoError(t, err)
		require.Equal(t, e.Entry-1, index)
		require.Equal(t, want, c)
		require.NotContains(t, string(e.Stored), "kari", "nobody's name is in clear")
		e.Stored[len(e.Stored)-1] ^= 1
		_, _, err = proof.CheckInclusion([]byte(e.Proof), proof.Leaf(e.Stored), verifier)
		require.ErrorIs(t, err, proof.ErrForged)
	}
	require.Equal(t, 400, w.ask("kari", "GET", "/v1/youths/"+youthOfScan+"/accesses?proofs=maybe", "").Code)
	require.NotContains(t, w.ask("kari", "GET", "/v1/youths/"+youthOfScan+"/accesses", "").Body.String(), "checkpoint")
}

// TestAYearIsForAnAuditorWhoseCredentialNamesIt: nobody else, and that credential opens no youth.
func TestAYearIsForAnAuditorWhoseCredentialNamesIt(t *testing.T) {
	dir := t.TempDir()
	w := openWatched(t, dir)
	w.fill()
	require.True(t, w.get("kari", "/v1/youths/"+youthOfScan+"/history")())
	tokens := credentials.OpenTokens(dir+"/tokens.json", places(nil), time.Now)
	for name, scope := range map[string]access.Scope{
		"personvern": {AccessLog: true, Until: events.MustDate("2099-12-31")}, "late": {AccessLog: true, Until: events.MustDate("2020-12-31")},
	} {
		var err error
		_, w.secrets[name], err = tokens.Create(credentials.Order{Name: name, Role: access.Auditor, Scope: scope})
		require.NoError(t, err)
	}
	year := "/v1/accesses/years/" + events.DateOf(time.Now()).String()[:4]
	for _, who := range []string{"kari", "sf", "auditor", "hamar", "late"} {
		require.Equal(t, 403, w.ask(who, "GET", year, "").Code, who)
	}
	answer := w.ask("personvern", "GET", year+"?purpose=audit", "")
	require.Equal(t, 200, answer.Code, answer.Body)
	verifier, err := signatures.NewVerifier(w.program.accesses.VerifierKey())
	require.NoError(t, err)
	var rows bytes.Buffer
	report := bundle.Auditor{Key: verifier, Rows: &rows}.CheckYear(answer.Body)
	require.True(t, report.Holds(), report.Text("en"))
	require.Equal(t, 2, report.Accesses, "the look, and this one")
	require.Contains(t, rows.String(), `"what":"history"`)
	last := w.accesses("kari", youthOfScan)
	require.True(t, strings.HasPrefix(last[len(last)-1].Who, "personvern #"), "the youth is told")
	require.Equal(t, 404, w.ask("personvern", "GET", "/v1/youths/"+youthOfScan+"/history", "").Code)
	overdue := w.ask("personvern", "GET", "/v1/overdue?validAt=2026-02-03", "")
	require.Equal(t, 200, overdue.Code)
	require.Contains(t, overdue.Body.String(), `"rows":[]`)
	require.Equal(t, 404, w.ask("personvern", "GET", "/v1/accesses/years/next", "").Code)
}

// TestWhatIsNoLookIsNotOnRecord: what is refused or not found, one's own receipts, and what names no youth.
func TestWhatIsNoLookIsNotOnRecord(t *testing.T) {
	w := openWatched(t, t.TempDir())
	w.fill()
	for _, path := range []string{
		"/v1/units", "/v1/supervisions", "/v1/scorecard?municipality=3403&own=true", "/v1/checkpoint", "/v1/youths/" + youthOfOslo + "/history",
		"/v1/youths/" + youthOfOslo + "/verdicts", "/v1/overdue?validAt=x", "/v1/overdue?purpose=curiosity", "/v1/youths/x/history", "/v1/tokens",
	} {
		w.ask("kari", "GET", path, "")
	}
	require.Equal(t, 200, w.ask("hamar", "GET", "/v1/receipts?source=/test&id=r1", "").Code)
	require.Zero(t, w.log.Lists())
	require.Zero(t, w.accessesLedgerLength())
	refused := w.ask("kari", "GET", "/v1/overdue?purpose=curiosity", "")
	require.Equal(t, 400, refused.Code)
	require.Contains(t, refused.Body.String(), "casework, management, oversight")
}

func (w watched) accessesLedgerLength() uint64 { return w.program.accesses.Durable() }

// TestWhoHasLookedIsForThoseWhoMaySeeTheYouth, and the question is itself a look.
func TestWhoHasLookedIsForThoseWhoMaySeeTheYouth(t *testing.T) {
	w := openWatched(t, t.TempDir())
	w.fill()
	require.Equal(t, 404, w.ask("ola", "GET", "/v1/youths/"+youthOfScan+"/accesses", "").Code)
	require.Equal(t, 404, w.ask("sf", "GET", "/v1/youths/"+youthOfScan+"/accesses", "").Code, "an office sees no single youth's")
	require.Equal(t, 403, w.ask("hamar", "GET", "/v1/youths/"+youthOfScan+"/accesses", "").Code)
	require.Empty(t, w.accesses("auditor", youthOfScan))
	require.Len(t, w.accesses("kari", youthOfScan), 1)
}

// TestNothingIsShownThatIsNotOnRecord: an answer whose access could not be recorded holds nothing.
func TestNothingIsShownThatIsNotOnRecord(t *testing.T) {
	w := openWatched(t, t.TempDir())
	w.fill()
	w.log.Close() // as when its disk has failed: nothing is taken any more
	for _, path := range []string{
		"/v1/youths/" + youthOfScan + "/history", "/v1/youths/" + youthOfScan + "/verdicts", "/v1/youths/" + youthOfScan + "/accesses",
		"/v1/overdue?validAt=2026-02-03", "/v1/verdicts?validAt=2026-02-03", "/v1/law/diff?from=2022-12-31&to=2023-01-01",
	} {
		answer := w.ask("kari", "GET", path, "")
		require.Equal(t, 503, answer.Code, path)
		require.NotContains(t, answer.Body.String(), youthOfScan, path)
	}
	require.Equal(t, 503, w.ask("auditor", "GET", "/v1/youths/"+youthOfScan+"/proof", "").Code)
	require.Equal(t, 200, w.ask("kari", "GET", "/v1/units", "").Code)
}

// TestTheLogOfAccessesIsSealedAndProven: a checkpoint covers it, its files hold no plain text, and the next start has it again.
func TestTheLogOfAccessesIsSealedAndProven(t *testing.T) {
	dir := t.TempDir()
	w := openWatched(t, dir)
	w.fill()
	require.Len(t, w.accesses("kari", youthOfScan), 0)
	require.True(t, w.get("kari", "/v1/youths/"+youthOfScan+"/history?purpose=correction")())
	note := w.ask("auditor", "GET", "/v1/accesses/checkpoint", "").Body.String()
	require.Equal(t, "2", strings.Split(note, "\n")[1], "two entries")
	require.NotEqual(t, w.ask("auditor", "GET", "/v1/checkpoint/key", "").Body.String(), w.ask("auditor", "GET", "/v1/accesses/checkpoint/key", "").Body.String())
	require.NoError(t, w.Close(t.Context()))

	files := 0
	require.NoError(t, filepath.WalkDir(filepath.Join(dir, "accesses"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, word := range []string{"kari", "correction", youthOfScan, "caseworker", "ContentsShown"} {
			require.False(t, strings.Contains(string(text), word), "%s is in %s", word, path)
		}
		return nil
	}))
	require.Greater(t, files, 5)

	again := openWatched(t, dir)
	rows := again.accesses("kari", youthOfScan)
	require.Len(t, rows, 2)
	require.Equal(t, "correction", rows[1].Purpose)
}
