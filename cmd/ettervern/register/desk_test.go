package register

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
	"ettervern/projections"
)

// today is the day of every test.
var today = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// desk is a ledger with an importer, as the program has it.
type desk struct {
	t      *testing.T
	ledger *jetstream.Ledger
	*Importer
	youths  *projections.Youths
	handler *commands.Handler
}

func openDesk(t *testing.T, changes ...func(*jetstream.Config)) *desk {
	t.Helper()
	states, youths := commands.NewStates(), projections.NewYouths()
	now := func() time.Time { return today }
	youths.Now = now
	changes = append(changes, func(c *jetstream.Config) { c.Views = append(c.Views, states, youths) })
	ledger := ledgertest.Open(t, changes...)
	require.NoError(t, ledger.Await(t.Context(), ledger.Durable()))
	handler := commands.NewHandler(ledger, states, now)
	secret := vault.Ephemeral()
	return &desk{t: t, ledger: ledger, youths: youths, handler: handler, Importer: New(Config{
		Ledger: handler, Now: now, Numbers: vault.AlsoSynthetic,
		Pseudonyms: func(bool) (*vault.Pseudonyms, error) { return secret, nil },
	})}
}

func content(name, text string) File {
	return File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// sample reads one of the eight sample cases.
func sample(t testing.TB, n string) string {
	text, err := os.ReadFile(filepath.Join("testdata", "samples", "sak-00"+n+".xml"))
	require.NoError(t, err)
	return string(text)
}

func (d *desk) load(options Options, texts ...string) []*Report {
	d.t.Helper()
	files := make([]File, len(texts))
	for i, text := range texts {
		files[i] = content("case.xml", text)
	}
	options.Actor = "operator"
	reports, err := d.Import(context.Background(), files, options)
	require.NoError(d.t, err)
	require.NoError(d.t, d.ledger.Await(d.t.Context(), d.ledger.Durable()))
	return reports
}

// one imports one file.
func (d *desk) one(text string) *Report {
	d.t.Helper()
	return d.load(Options{}, text)[0]
}

// history is a youth's events, a line each: the date, what was told, and what it holds.
func (d *desk) history(youth string) (lines []string) {
	entries, err := d.ledger.History(d.t.Context(), events.YouthEntity(youth))
	require.NoError(d.t, err)
	for _, e := range entries {
		for _, o := range e.Events {
			lines = append(lines, o.Date().String()+" "+events.RowOf(o.Event).Name+" "+string(events.Data(o.Event)))
		}
	}
	return lines
}

// types are the names of a youth's events.
func (d *desk) types(youth string) (names []string) {
	for _, line := range d.history(youth) {
		names = append(names, strings.Fields(line)[1])
	}
	return names
}

// verdicts are a youth's verdicts today, as "requirement status flags".
func (d *desk) verdicts(youth string) (all []string) {
	_, rows, err := d.youths.Verdicts(projections.Query{Youths: []string{youth}})
	require.NoError(d.t, err)
	for v := range rows {
		all = append(all, strings.TrimSpace(v.Requirement+" "+v.Status+" "+strings.Join(v.Flags, " ")))
	}
	slices.Sort(all)
	return all
}
