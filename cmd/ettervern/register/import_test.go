package register

import (
	"archive/zip"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/vault"
)

// TestChildrenTooYoungAreLeftOut: who turns 17 within a year of today may soon be in the window; who does not is
// counted, and nothing of them is kept.
func TestChildrenTooYoungAreLeftOut(t *testing.T) {
	d := openDesk(t)
	soon, later := caseOf("2010-11-25", measure(measureA, "2024-01-01", "2.2")), caseOf("2010-11-26", measure(measureA, "2024-01-01", "2.2"))
	require.Equal(t, Imported, d.one(soon.String()).Outcome)
	before := d.ledger.Durable()
	later.caseID, later.submission = caseB, submissionB
	report := d.one(later.String())
	require.Equal(t, LeftOut, report.Outcome)
	require.Empty(t, report.Youth+report.Case+report.Submission)
	require.Equal(t, before, d.ledger.Durable())
	require.Equal(t, Imported, d.load(Options{All: true}, later.String())[0].Outcome)
}

// TestADryRunRecordsNothing, makes no secret, and tells what would be.
func TestADryRunRecordsNothing(t *testing.T) {
	d := openDesk(t)
	var asked []bool
	secret := d.Pseudonyms
	d.Pseudonyms = func(dry bool) (*vault.Pseudonyms, error) { asked = append(asked, dry); return secret(dry) }
	report := d.load(Options{DryRun: true}, with(measure(measureA, "2024-01-01", "2.2")))[0]
	require.Equal(t, Imported, report.Outcome)
	require.Equal(t, Counts{"MeasureStarted": 1, "SubmissionRead": 1, "YouthRegistered": 1}, report.Recorded)
	require.Zero(t, d.ledger.Durable())
	require.Equal(t, []bool{true}, asked)
}

// TestWhatTheLedgerRefusesIsTold by element, with the ledger's own code, and the rest stands.
func TestWhatTheLedgerRefusesIsTold(t *testing.T) {
	lines, report := tells(t, Options{}, with(measure(measureA, "2024-01-01", "2.2", visits(visitA, "2027-01-01", visitB, "2024-06-01")), plan(planA, "2007-07-11", "5"), offer(offerA, "2037-07-13")))
	require.Len(t, lines, 2)
	var refused []string
	for _, f := range report.Findings {
		if f.Refused {
			refused = append(refused, f.Element+" "+f.Rule+" "+strings.SplitN(f.Message, ":", 2)[0])
		}
	}
	require.ElementsMatch(t, []string{
		"/Barnevern/Sak/Tiltak[@Id='" + measureA + "'] ledger/in_the_future FollowUpHeld 2027-01-01",
		"/Barnevern/Sak/Plan[@Id='" + planA + "'] ledger/before_birth PlanAdopted 2007-07-11",
		"/Barnevern/Sak/Ettervern[@Id='" + offerA + "'] ledger/in_the_future AftercareOffered 2037-07-13",
	}, refused)
}

// elsewhere is the warrant of a sender of another municipality.
type elsewhere struct{}

func (elsewhere) OwnsSource(string) bool { return true }

func (elsewhere) About(context.Context, events.Entity, uint64) (commands.Leave, error) {
	return commands.Leave{Event: func(s events.Submission) error {
		if _, registers := s.Event.(*events.YouthRegistered); registers {
			return commands.NotYourMunicipality
		}
		return nil
	}}, nil
}

// TestAFileOfAnotherMunicipalityIsRefused by the ledger, whole: who is not registered has no events.
func TestAFileOfAnotherMunicipalityIsRefused(t *testing.T) {
	d := openDesk(t)
	reports, err := d.Import(commands.Under(t.Context(), elsewhere{}), []File{content("x.xml", with(measure(measureA, "2024-01-01", "2.2")))}, Options{Actor: "emitter"})
	require.NoError(t, err)
	require.Equal(t, Refused, reports[0].Outcome)
	require.Equal(t, 1, countRefused(reports[0]), "the reason once, not for each event: %v", reports[0].Findings)
	require.Zero(t, d.ledger.Durable())
}

// TestLostSubmissionsAreTold when neither the ledger nor the import has them, whichever file comes first.
func TestLostSubmissionsAreTold(t *testing.T) {
	d := openDesk(t)
	lost := func(texts ...string) []Lost {
		totals := NewTotals(false)
		for _, text := range texts {
			totals.Add(d.one(text))
		}
		return totals.Close().Lost
	}
	third := day3(measure(measureA, "2024-01-01", "2.2"))
	require.Equal(t, []Lost{{"case.xml", caseA, submissionB}}, lost(third))
	require.Empty(t, lost(third, day2(plan(planA, "2025-01-01", "5")), day1()), "in the same import, after it")
	require.Equal(t, "", d.one(third).Missing, "in the ledger by now")
}

func TestWhatIsReadIsCounted(t *testing.T) {
	d := openDesk(t)
	totals := NewTotals(false)
	for _, r := range d.load(Options{}, sample(t, "5"), sample(t, "1"), "no XML", caseOf("2016-01-01").String()) {
		totals.Add(r)
	}
	totals.PassedOver = 3
	text, err := json.Marshal(totals.Close())
	require.NoError(t, err)
	require.JSONEq(t, `{"files":4,"outcomes":{"imported":2,"left_out":1,"refused":1},
		"read":{"Ettervern":1,"Personalia":3,"Plan":1,"Plan/Evaluering":2,"Relasjon":2,"Tiltak":2,"Tiltak/Oppfolging/Utfort":4,"Vedtak":3},
		"ignored":{"Tiltak/Oppfolging/Hyppighet":2,"Vedtak (not about aftercare)":2},"unknown":{},
		"recorded":{"AftercareOffered":1,"ConsentGiven":1,"DecisionMade":1,"FollowUpHeld":2,"MeasureEnded":1,"MeasureStarted":2,"PlanAdopted":1,"PlanEvaluated":2,"SubmissionRead":2,"YouthRegistered":2},
		"corrected":{},"retracted":{},"same":0,"older":0,"refused":3,"lost":[],"passedOver":3,"dryRun":false,
		"findings":[{"rule":"Filbeskrivelse","severity":"FATAL","count":1},{"rule":"Sak Kontroll 21","severity":"ERROR","count":1},{"rule":"Vedtak Kontroll 3","severity":"ERROR","count":1},
			{"rule":"Vedtak Kontroll 5","severity":"ERROR","count":2},{"rule":"ledger/in_the_future","severity":"ERROR","count":2}]}`, string(text))
}

// TestFilesAreFound: those named, those below a directory, those within archives, and what is passed over.
func TestFilesAreFound(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	write("in/a.xml", "a")
	write("in/below/B.XML", "b")
	write("in/readme.txt", "x")
	named := write("c.sak", "c")
	archive, err := os.Create(filepath.Join(dir, "in", "more.zip"))
	require.NoError(t, err)
	z := zip.NewWriter(archive)
	for _, name := range []string{"d.xml", "folder/e.xml", "f.pdf"} {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(name))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.NoError(t, archive.Close())
	var found []string
	passedOver, err := Walk([]string{filepath.Join(dir, "in"), named}, func(f Found) error {
		name, err := filepath.Rel(dir, filepath.FromSlash(f.Name))
		require.NoError(t, err)
		found = append(found, filepath.ToSlash(name))
		return nil
	})
	require.NoError(t, err)
	slices.Sort(found)
	require.Equal(t, []string{"c.sak", "in/a.xml", "in/below/B.XML", "in/more.zip/d.xml", "in/more.zip/folder/e.xml"}, found)
	require.Equal(t, 2, passedOver)
	_, err = Walk([]string{filepath.Join(dir, "12870764322.xml")}, func(Found) error { return nil })
	require.ErrorContains(t, err, "….xml: no such file")
}

func TestNamesOfFilesDoNotTellNumbers(t *testing.T) {
	for name, want := range map[string]string{
		"sak-12870764322.xml": "sak-….xml", "128707 64322": "…", "201912345606.xml": "….xml", "sak-000123.xml": "sak-000123.xml",
		"20261102020000.xml": "20261102020000.xml", "2026-11-02/sak.xml": "2026-11-02/sak.xml", "128707-64322_128707-64322": "…_…",
	} {
		require.Equal(t, want, safeName(name))
	}
}

// TestASenderKeepsTheOrder of many files in several archives, with one that cannot be opened.
func TestASenderKeepsTheOrder(t *testing.T) {
	d := openDesk(t)
	var taken []string
	s := Sender{
		Send: func(archive []byte) ([]*Report, error) {
			files, _, err := Archive(archive)
			if err != nil {
				return nil, err
			}
			return d.Import(t.Context(), files, Options{})
		},
		Take: func(f Found, r *Report) {
			require.Equal(t, f.Name, r.File)
			taken = append(taken, r.File+" "+string(r.Outcome))
		},
	}
	var want []string
	for i := range packFiles + 20 {
		name := "n" + strings.Repeat("x", i%7) + string(rune('a'+i%26))
		f, outcome := content(name, "no XML"), Refused
		if i == 7 {
			f.Open = func() (rc io.ReadCloser, err error) { return nil, os.ErrPermission }
		}
		require.NoError(t, s.Add(Found{File: f}))
		want = append(want, name+" "+string(outcome))
	}
	require.NoError(t, s.Close())
	slices.Sort(taken)
	slices.Sort(want)
	require.Equal(t, want, taken)
}
