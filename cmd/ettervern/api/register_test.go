package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/api"
	"ettervern/cmd/ettervern/query"
	"ettervern/cmd/ettervern/register"
	"ettervern/commands"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
	"ettervern/projections"
)

// number is of one of the sample cases, and of nobody.
const number = "12870764322"

// registerDoor is a door that takes the register's files, on the day the samples are of, and what it logs.
func registerDoor(t *testing.T) (d door, log *bytes.Buffer) {
	now := func() time.Time { return time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC) }
	states, youths, units := commands.NewStates(), projections.NewYouths(), projections.NewUnits()
	youths.Now, youths.Routines, units.Cases = now, units.Routines, youths
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Views, c.Now = []jetstream.View{states, units, youths}, now })
	require.NoError(t, ledger.Await(t.Context(), ledger.Durable()))
	metrics, secret, log := api.NewMetrics(), vault.Ephemeral(), &bytes.Buffer{}
	handler := commands.NewHandler(metrics.Log(ledger), states, now)
	importer := register.New(register.Config{
		Ledger: metrics.CountRefusals(handler), Numbers: vault.AlsoSynthetic, Now: now, Log: slog.New(slog.NewTextHandler(log, nil)),
		Pseudonyms: func(bool) (*vault.Pseudonyms, error) { return secret, nil },
	})
	core := query.New(query.Config{Ledger: ledger, Youths: youths, Units: units, Receipts: handler, Prover: ledger, Accesses: forgetful{}})
	return door{t, api.New(api.Config{
		Recorder: metrics.Recorder(handler), Core: core, Ledger: ledger, Youths: youths, Register: importer, Gate: everyone, Warrant: anyone{},
		Version: "test", Metrics: metrics, Log: slog.New(slog.NewTextHandler(log, nil)),
	})}, log
}

func sampleCase(t *testing.T, n string) string {
	text, err := os.ReadFile(filepath.Join("..", "register", "testdata", "samples", "sak-00"+n+".xml"))
	require.NoError(t, err)
	return string(text)
}

func (d door) importXML(target, body string) *http.Response {
	return d.do("POST", target, body, "Content-Type", "application/xml")
}

// archiveOf is a ZIP archive of files that all hold the same.
func archiveOf(t *testing.T, n int, text string, names ...string) string {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := range n {
		names = append(names, fmt.Sprintf("%d.xml", i))
	}
	for _, name := range names {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, text)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.String()
}

// TestACaseIsImportedOverHTTP: the answer tells what became of it, the verdicts know it, and a second time nothing is.
func TestACaseIsImportedOverHTTP(t *testing.T) {
	d, _ := registerDoor(t)
	answer := d.importXML("/v1/register", sampleCase(t, "5"))
	require.Equal(t, 200, answer.StatusCode)
	first := read[api.ImportAnswer](t, answer)
	require.Len(t, first.Files, 1)
	require.Equal(t, register.Imported, first.Files[0].Outcome)
	require.Equal(t, 1, first.Totals.Outcomes[register.Imported])
	youth := first.Files[0].Youth
	require.Equal(t, 200, d.get(fmt.Sprint("/v1/youths/", youth, "/history?awaitSequence=", first.Sequence)).StatusCode)
	again := read[api.ImportAnswer](t, d.importXML("/v1/register", sampleCase(t, "5")))
	require.Equal(t, register.Unchanged, again.Files[0].Outcome)

	pseudonym := d.do("POST", "/v1/pseudonyms", `{"identityNumber":"`+number+`"}`, "Content-Type", "application/json")
	require.Equal(t, 200, pseudonym.StatusCode)
	require.Equal(t, youth, read[api.Pseudonym](t, pseudonym).Youth, "an emitter gets the same")
	told := strings.ReplaceAll(event("i", "InformationGiven", "2025-03-01", `{"service":"child_welfare","topics":["aftercare"],"form":"oral","adapted":true}`), anna, youth)
	require.Equal(t, 201, d.post(structured, told).StatusCode, "and its events meet the register's on one youth")
	body, err := io.ReadAll(d.get("/v1/youths/" + youth + "/history?awaitSequence=2").Body)
	require.NoError(t, err)
	require.Contains(t, string(body), "InformationGiven")
	require.Contains(t, string(body), "DecisionMade")
}

// TestAnArchiveIsImportedFileByFile: what is wrong with one does not touch the others.
func TestAnArchiveIsImportedFileByFile(t *testing.T) {
	d, _ := registerDoor(t)
	send := func(target, archive string) *http.Response {
		return d.do("POST", target, archive, "Content-Type", "application/zip")
	}
	dry := read[api.ImportAnswer](t, send("/v1/register?dryRun=true", archiveOf(t, 1, sampleCase(t, "5"))))
	require.True(t, dry.Totals.DryRun)
	require.Equal(t, register.Imported, dry.Files[0].Outcome)
	all := read[api.ImportAnswer](t, send("/v1/register", archiveOf(t, 2, sampleCase(t, "5"), "more.zip", "read me.txt")))
	require.Equal(t, map[register.Outcome]int{register.Imported: 1, register.Unchanged: 1, register.Refused: 1}, all.Totals.Outcomes)
	require.Contains(t, all.Files[0].Findings[0].Message, "an archive within an archive")
	require.Equal(t, 1, all.Totals.PassedOver)
	require.Equal(t, 200, d.importXML("/v1/register", sampleCase(t, "1")).StatusCode)
	require.True(t, strings.Contains(metricsOf(t, d), `ettervern_refusals_total{code="in_the_future"} 2`), "what the ledger refuses is counted")
}

// bomb is an archive of files that say they are large.
func bomb(t *testing.T) string {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := range 3 {
		_, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i, ".xml"), Method: zip.Deflate, UncompressedSize64: 512 << 20})
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.String()
}

func metricsOf(t *testing.T, d door) string {
	body, err := io.ReadAll(d.get("/metrics").Body)
	require.NoError(t, err)
	return string(body)
}

// TestWhatTheRegisterDoorRefuses, each with its code.
func TestWhatTheRegisterDoorRefuses(t *testing.T) {
	d, log := registerDoor(t)
	good := sampleCase(t, "5")
	for _, c := range []struct {
		name, target, media, body string
		status                    int
		code, words               string
	}{
		{"a file with a DTD", "/v1/register", "application/xml", strings.Replace(good, "<Barnevern ", "<!DOCTYPE x><Barnevern ", 1), 422, "register_refused", ""},
		{"half a file", "/v1/register", "text/xml", good[:500], 422, "register_refused", ""},
		{"nothing", "/v1/register", "application/xml", "", 400, "", ""},
		{"another medium", "/v1/register", "application/json", "{}", 415, "media_type", "application/zip"},
		{"no archive", "/v1/register", "application/zip", good, 400, "bad_request", "not a ZIP archive"},
		{"too many files", "/v1/register", "application/zip", archiveOf(t, 10_001, ""), 400, "bad_request", "at most 10,000 files"},
		{"an archive that unpacks without end", "/v1/register", "application/zip", bomb(t), 413, "too_large", "larger than 1024 MiB"},
		{"too large", "/v1/register", "application/zip", strings.Repeat(" ", 17<<20), 413, "too_large", ""},
		{"half a word", "/v1/register?total=maybe", "application/xml", good, 400, "bad_query", "total must be true or false"},
		{"an unknown parameter", "/v1/register?number=" + number, "application/xml", good, 400, "bad_query", ""},
		{"a wrong number", "/v1/pseudonyms", "application/json", `{"identityNumber":"12870764323"}`, 400, "bad_request", "/identityNumber is no such number"},
		{"a number in another field", "/v1/pseudonyms", "application/json", `{"` + number + `":"x"}`, 400, "bad_request", "and nothing else"},
		{"a number that is a number", "/v1/pseudonyms", "application/json", `{"identityNumber":` + number + `}`, 400, "bad_request", "and nothing else"},
		{"two", "/v1/pseudonyms", "application/json", `{"identityNumber":"` + number + `"}{}`, 400, "bad_request", "and nothing else"},
		{"no JSON", "/v1/pseudonyms", "text/plain", number, 415, "media_type", ""},
		{"much", "/v1/pseudonyms", "application/json", strings.Repeat(" ", 5<<10), 413, "too_large", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := d.do("POST", c.target, c.body, "Content-Type", c.media)
			body, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			require.Equal(t, c.status, answer.StatusCode, "%s", body)
			require.Contains(t, string(body), `"code":"`+c.code)
			require.Contains(t, string(body), c.words)
			require.NotContains(t, string(body), "1287076", "a number is never repeated")
			require.NotContains(t, log.String(), "1287076")
		})
	}
}
