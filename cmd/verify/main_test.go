package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/proof"
	"ettervern/events/vault"
	"ettervern/projections"
	"ettervern/projections/bundle"
)

// The whole of what an auditor has to read, besides the standard library. Does it fail? Then do without the new one.
func TestTheProgramIsBuiltOfFewModules(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".")
	out, err := list.Output()
	require.NoError(t, err)
	modules := strings.Fields(string(out))
	slices.Sort(modules)
	require.Equal(t, []string{"ettervern", "github.com/go-json-experiment/json", "github.com/transparency-dev/formats", "golang.org/x/mod"}, slices.Compact(modules))
}

const youth = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"

// made is a bundle, the key and the list of leaves of a real ledger, as files.
func made(t *testing.T) (zip, key, leaves, kept string) {
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Master = vault.NewMasterKey() })
	path := func(name string, body []byte) string {
		p := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(p, body, 0o600))
		return p
	}
	record := func(number, after uint64, e events.Event) {
		_, err := ledger.Append(t.Context(), events.Entry{Entity: events.YouthEntity(youth), Number: number, Actor: "emitter", Events: []events.Occurrence{
			{ID: time.Duration(number).String(), Source: "/test", Time: time.Date(2024, 1, 10, 12, 0, 0, 0, time.UTC), Event: e},
		}}, after)
		require.NoError(t, err)
	}
	record(1, 0, &events.YouthRegistered{BirthDate: events.MustDate("2007-03-14"), Municipality: "3403"})
	earlier, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	record(2, 1, &events.ResidenceChanged{Municipality: "0301"})

	b := bundle.Bundle{Standings: []bundle.Standing{{Entity: events.YouthEntity(youth)}}, Earlier: earlier.Note}
	entities := []events.Entity{events.YouthEntity(youth), {Kind: events.Unit, ID: "3403-child_welfare"}, {Kind: events.Unit, ID: "3403-nav"}}
	signed, all, err := ledger.Standings(t.Context(), entities...)
	require.NoError(t, err)
	b.Checkpoint, b.Standings = signed.Note, nil
	for i, s := range all {
		b.Standings = append(b.Standings, bundle.Standing{Entity: entities[i], Entries: s.Entries, Keys: ledger.KeysOf(s.Entries), Path: s.Path.Text(signed)})
	}
	lacking, err := b.Lacking(projections.NewUnits())
	require.NoError(t, err)
	require.Empty(t, lacking)
	b.Growth, err = ledger.Growth(signed, earlier.Size)
	require.NoError(t, err)
	last, err := ledger.At(t.Context(), 2)
	require.NoError(t, err)
	b.Question = bundle.NewQuestion(youth, events.MustDate("2026-01-01"), last.Recorded, signed.Size)
	archive, err := b.Archive()
	require.NoError(t, err)
	var list strings.Builder
	require.NoError(t, ledger.Leaves(t.Context(), signed.Size, func(e events.Entity, number uint64, leaf proof.Hash) error {
		list.WriteString(bundle.Leaf(e, number, leaf))
		return nil
	}))
	return path("bundle.zip", archive), path("key", []byte(ledger.VerifierKey()+"\n")), path("leaves", []byte(list.String())), path("kept", earlier.Note)
}

func verify(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(args, &o, &e)
	return code, o.String(), e.String()
}

func TestABundleOfARealLedgerHolds(t *testing.T) {
	zip, key, leaves, kept := made(t)
	code, out, errs := verify("--key", key, "--since", kept, "--full", leaves, zip)
	require.Zero(t, code, out+errs)
	require.Equal(t, 7, strings.Count(out, "✓"))
	require.Contains(t, out, "PAKKEN HOLDER.")
	text, err := os.ReadFile(key)
	require.NoError(t, err)
	code, out, _ = verify("--key", string(text), "--lang", "en", zip)
	require.Zero(t, code)
	require.Contains(t, out, "THE BUNDLE HOLDS.")
}

// A year of the log of who has looked is told from a bundle, and what it says is written down when it holds.
func TestAYearOfAccessesHolds(t *testing.T) {
	const golden = "../../projections/bundle/testdata/golden/"
	rows := filepath.Join(t.TempDir(), "rows")
	code, out, errs := verify("--key", golden+"year.key", "--rows", rows, "--lang", "en", golden+"year")
	require.Zero(t, code, out+errs)
	require.Contains(t, out, "THE LOG HOLDS.")
	text, err := os.ReadFile(rows)
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(string(text), "\n"))
	code, out, _ = verify("--key", golden+"key", golden+"year")
	require.Equal(t, 1, code, "another ledger's key")
	require.Contains(t, out, "LOGGEN HOLDER IKKE.")
	code, _, errs = verify("--key", golden+"year.key", "--rows", rows, golden+"year")
	require.Equal(t, 2, code, errs)
}

func TestItTellsItsVersion(t *testing.T) {
	code, out, _ := verify("--version")
	require.Zero(t, code)
	require.Regexp(t, `^verify \S+ \(go\S+.*\)\n$`, out)
}

func TestADamagedBundleExitsWithOne(t *testing.T) {
	zip, key, _, _ := made(t)
	body, err := os.ReadFile(zip)
	require.NoError(t, err)
	body[bytes.Index(body, []byte("3403"))] ^= 1
	require.NoError(t, os.WriteFile(zip, body, 0o600))
	code, out, _ := verify("--key", key, zip)
	require.Equal(t, 1, code)
	require.Contains(t, out, "PAKKEN HOLDER IKKE.")
	require.NoError(t, os.WriteFile(zip, []byte("no bundle"), 0o600))
	code, out, _ = verify("--key", key, zip)
	require.Equal(t, 1, code)
	require.True(t, strings.HasPrefix(out, "✗ Pakken er skadet"), "nothing is said of a youth or a ledger that could not be read: %s", out)
}

func TestACommandLineThatCannotBeMeantExitsWithTwo(t *testing.T) {
	zip, key, _, _ := made(t)
	for name, args := range map[string][]string{
		"no bundle": {"--key", key}, "no key": {zip}, "no such key": {"--key", "nowhere", zip}, "no key in it": {"--key", zip, zip},
		"no such file": {"--key", key, zip + "x"}, "no such language": {"--key", key, "--lang", "de", zip}, "no such flag": {"--kye", key, zip},
		"no such checkpoint": {"--key", key, "--since", "nowhere", zip}, "no such list": {"--key", key, "--full", "nowhere", zip},
	} {
		code, out, errs := verify(args...)
		require.Equal(t, 2, code, name)
		require.Empty(t, out, name)
		require.NotEmpty(t, errs, name)
	}
}
