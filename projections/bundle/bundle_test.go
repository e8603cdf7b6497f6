package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"ettervern/events"
	"ettervern/events/proof"
)

// found is the point that fails, and why; "" when the bundle holds.
func found(r Report) (Point, error) {
	for _, f := range r.Findings {
		if f.Err != nil {
			return f.Point, f.Err
		}
	}
	return "", nil
}

func requireHolds(t require.TestingT, r Report) {
	point, err := found(r)
	require.NoError(t, err, "%s", point)
	require.True(t, r.Holds())
}

func TestABundleHolds(t *testing.T) {
	b := filled(t)
	r := b.auditor().Check(archive(t, b.bundle(kari, "2026-01-01", nil)))
	requireHolds(t, r)
	require.Equal(t, 4, r.Entries)
	require.Equal(t, uint64(8), r.Size)
	require.Positive(t, r.Verdicts)
	require.Equal(t, []Point{Whole, Signed, Witnessed, Grown, Unchanged, Complete, All, Judged}, Points())
	require.Len(t, r.Findings, len(Points()))
}

func TestABundleOfALedgerInPlainHolds(t *testing.T) {
	b := newBook(t)
	b.keys = nil
	b.record(events.YouthEntity(kari), "2024-01-10", &events.YouthRegistered{BirthDate: events.MustDate("2007-03-14"), Municipality: "3403"})
	r := b.auditor().Check(archive(t, b.bundle(kari, "2026-01-01", nil)))
	requireHolds(t, r)
	require.Equal(t, 1, r.Entries)
	require.Zero(t, r.Closed)
}

// Of a youth who was erased the entries are there, unchanged and complete; what they said is gone.
func TestABundleOfAnErasedYouthShowsThatEntriesExisted(t *testing.T) {
	b := filled(t)
	delete(b.keys, events.YouthEntity(kari))
	packed := archive(t, b.bundle(kari, "2026-01-01", nil))
	require.NotContains(t, string(packed), "YouthRegistered\"")
	r := b.auditor().Check(packed)
	requireHolds(t, r)
	require.Equal(t, 4, r.Entries)
	require.Equal(t, 4, r.Closed)
	require.Zero(t, r.Verdicts)
	require.Contains(t, r.Text("nb"), "Innførsler som ikke kan åpnes: 4.")
}

// The routine of the municipality counts offline as it does in the ledger: the histories of its services are in the bundle,
// and so is that of the one which serves it.
func TestABundleHoldsTheRoutinesThatCount(t *testing.T) {
	b := filled(t)
	made := b.bundle(kari, "2024-06-15", nil)
	var units []string
	for _, s := range made.Standings[1:] {
		units = append(units, s.Entity.ID)
	}
	require.Equal(t, []string{"3403-child_welfare", "3403-nav", "3411-nav"}, units)
	verdicts, err := made.Verdicts()
	require.NoError(t, err)
	require.Contains(t, string(verdicts), `"target":"2024-06-14"`, "nine months before 18, not the assumed six")
}

// TestABundleHoldsWhatWasToldUnderAFormerPseudonym, for the verdicts rest on it; but of nobody else.
func TestABundleHoldsWhatWasToldUnderAFormerPseudonym(t *testing.T) {
	const former, stranger = "7b0c8f5e-5a43-4c6e-9a55-000000000011", "7b0c8f5e-5a43-4c6e-9a55-000000000012"
	b := filled(t)
	for _, id := range []string{former, stranger} {
		b.record(events.YouthEntity(id), "2020-01-10", &events.YouthRegistered{BirthDate: events.MustDate("2007-03-14"), Municipality: "3403"})
		b.record(events.YouthEntity(id), "2024-03-01", &events.AssessmentCompleted{Service: events.ChildWelfare, Domains: []events.Domain{"housing"}, Conclusion: "no_need"})
	}
	b.record(events.YouthEntity(former), "2024-06-01", &events.YouthMerged{Into: kari})
	assessed := fmt.Sprintf(`"evidence":["%d"]`, len(b.entries)-4)
	with := func(id string) Bundle {
		made := b.bundle(kari, "2026-01-01", nil)
		made.Standings = slices.Insert(made.Standings, 1, b.standing(b.sign(), events.YouthEntity(id)))
		return made
	}
	made := with(former)
	requireHolds(t, b.auditor().Check(archive(t, made)))
	verdicts, err := made.Verdicts()
	require.NoError(t, err)
	require.Contains(t, string(verdicts), assessed)
	alone := b.bundle(kari, "2026-01-01", nil)
	verdicts, err = alone.Verdicts()
	require.NoError(t, err)
	require.NotContains(t, string(verdicts), assessed)

	made = with(stranger)
	_, err = made.Archive()
	require.ErrorContains(t, err, "it is another youth")
}

func TestAYouthWithoutEntriesIsProvedAbsent(t *testing.T) {
	b := filled(t)
	nobody := "7b0c8f5e-5a43-4c6e-9a55-000000000099"
	r := b.auditor().Check(archive(t, b.bundle(nobody, "2026-01-01", nil)))
	requireHolds(t, r)
	require.Zero(t, r.Entries)
	require.Contains(t, r.Text("nb"), "Ingenting er ført om ungdommen")

	hidden := b.bundle(kari, "2026-01-01", nil)
	hidden.Standings = b.bundle(nobody, "2026-01-01", nil).Standings
	hidden.Standings[0].Entity = events.YouthEntity(kari)
	point, _ := found(b.auditor().Check(archive(t, hidden)))
	require.Equal(t, Complete, point, "the path of nobody hides no one")
}

func TestTheLedgerIsShownToHaveOnlyGrown(t *testing.T) {
	b := filled(t)
	kept := b.sign()
	b.record(events.YouthEntity(kari), "2025-01-01", &events.ResidenceChanged{Municipality: "0301"})
	auditor := b.auditor()
	auditor.Earlier = kept.Note
	r := auditor.Check(archive(t, b.bundle(kari, "2026-01-01", &kept)))
	requireHolds(t, r)
	require.Equal(t, uint64(8), r.Earlier)

	point, _ := found(auditor.Check(archive(t, b.bundle(kari, "2026-01-01", nil))))
	require.Equal(t, Grown, point, "the checkpoint that was kept is not answered")

	other := filled(t) // the same ledger, but for an entry
	other.signer, other.verifier = b.signer, b.verifier
	rewritten := newBook(t)
	rewritten.signer, rewritten.verifier = b.signer, b.verifier
	for i, e := range other.entries {
		if i != 2 {
			rewritten.record(e.Entity, "2024-01-10", e.Events[0].Event)
		}
	}
	rewritten.record(events.YouthEntity(kari), "2024-01-10", &events.ResidenceChanged{Municipality: "0301"})
	rewritten.record(events.YouthEntity(kari), "2024-01-10", &events.ResidenceChanged{Municipality: "3403"})
	point, _ = found(auditor.Check(archive(t, rewritten.bundle(kari, "2026-01-01", &kept))))
	require.Equal(t, Grown, point, "history was rewritten under the same key")
}

// The zip of a bundle is read by others, and always the same.
func TestABundleIsAnOrdinaryZip(t *testing.T) {
	b := filled(t)
	made := b.bundle(kari, "2026-01-01", nil)
	packed := archive(t, made)
	require.Equal(t, packed, archive(t, made))
	reader, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	require.NoError(t, err)
	var names []string
	for _, f := range reader.File {
		names = append(names, f.Name)
		require.Equal(t, zip.Store, f.Method)
	}
	require.True(t, slices.IsSorted(names))
	for _, want := range []string{
		"README.en.txt", "README.nb.txt", "README.nn.txt", "SHA256SUMS", "checkpoint", "question.json", "requirements.json", "verdicts.ndjson",
		"entries/youth/" + kari + "/0001.json", "entries/youth/" + kari + "/0001.entry", "entries/youth/" + kari + "/keys", "entries/youth/" + kari + "/0004.tlog-proof", "entries/youth/" + kari + "/directory",
	} {
		require.Contains(t, names, want)
	}
}

// The bytes of a container are for ever: this sum must never come out otherwise.
func TestTheContainerIsFrozen(t *testing.T) {
	sum := sha256.Sum256(pack(map[string][]byte{"b": []byte("second"), "a/c": []byte("first"), "empty": nil}))
	require.Equal(t, goldenContainer, hex.EncodeToString(sum[:]))
}

const goldenContainer = "e568766a6b38273a201c11f7dc8e63f49991bc0c3593a86c48a9587d02f532a3"

// Those witnesses count that the auditor knows; one that is there twice counts once.
func TestEnoughWitnessesMustHaveCosigned(t *testing.T) {
	b := filled(t)
	var witnesses []*proof.Cosigner
	var verifiers []note.Verifier
	for i, name := range []string{"one.example", "two.example", "three.example"} {
		w, err := proof.NewCosigner(name, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(i)}, ed25519.SeedSize)), time.Now)
		require.NoError(t, err)
		v, err := proof.NewCosignatureVerifier(w.VerifierKey())
		require.NoError(t, err)
		witnesses, verifiers = append(witnesses, w), append(verifiers, v)
	}
	b.cosigned = func(text string) (lines []byte) {
		for _, w := range []*proof.Cosigner{witnesses[0], witnesses[0], witnesses[2]} {
			line, err := w.Cosign(text)
			require.NoError(t, err)
			lines = append(lines, line...)
		}
		return lines
	}
	packed := archive(t, b.bundle(kari, "2026-01-01", nil))
	check := func(quorum int, known ...note.Verifier) Report {
		auditor := b.auditor()
		auditor.Witnesses, auditor.Quorum = known, quorum
		return auditor.Check(packed)
	}
	requireHolds(t, check(2, verifiers...))
	requireHolds(t, check(1, verifiers[0]))
	for _, r := range []Report{check(3, verifiers...), check(1, verifiers[1]), check(2, verifiers[:2]...)} {
		point, _ := found(r)
		require.Equal(t, Witnessed, point)
		require.Contains(t, r.Text("nb"), "For få vitner har medsignert")
	}
	two := check(2, verifiers...)
	require.Contains(t, two.Text("nb"), "medsignert tilstanden (2)")
}

func TestTheWholeListShowsWhoIsKeptOut(t *testing.T) {
	b := filled(t)
	packed := archive(t, b.bundle(kari, "2026-01-01", nil))
	check := func(list string) (Point, error) {
		auditor := b.auditor()
		auditor.Leaves = strings.NewReader(list)
		return found(auditor.Check(packed))
	}
	lines := strings.SplitAfter(strings.TrimSuffix(b.list(), "\n"), "\n")
	point, err := check(b.list())
	require.NoError(t, err, "%s", point)
	for name, forged := range map[string]string{
		"cut":           strings.Join(lines[:7], ""),
		"one left out":  strings.Join(without(lines, 2), ""),
		"another order": strings.Join([]string{lines[1], lines[0]}, "") + strings.Join(lines[2:], ""),
		"no list":       "hello\n",
		"nothing":       "",
	} {
		point, _ := check(forged)
		require.Equal(t, All, point, name)
	}

	dishonest := filled(t) // it has signed a directory without the last entry of another youth
	hidden := dishonest.numbers[events.YouthEntity(ola)]
	require.Equal(t, uint64(2), hidden)
	dishonest.tree.Set(proof.Key("youth/"+ola), proof.Value(1, proof.Leaf(dishonest.stored[2])))
	auditor := dishonest.auditor()
	packed = archive(t, dishonest.bundle(kari, "2026-01-01", nil))
	requireHolds(t, auditor.Check(packed))
	auditor.Leaves = strings.NewReader(dishonest.list())
	point, err = found(auditor.Check(packed))
	require.Equal(t, All, point)
	require.ErrorContains(t, err, "holds back")
}

func TestOtherRequirementsAreSaidToBeOther(t *testing.T) {
	b := filled(t)
	files, err := unpack(archive(t, b.bundle(kari, "2026-01-01", nil)))
	require.NoError(t, err)
	files[lawFile] = []byte("{}\n")
	files[sumsFile] = sums(files)
	r := b.auditor().Check(pack(files))
	point, err := found(r)
	require.Equal(t, Judged, point)
	require.ErrorIs(t, err, ErrLaw)
	require.Contains(t, r.Text("nb"), "andre krav")
}

// What an auditor reads, in each language; the words are the page's.
func TestAReportIsReadInThreeLanguages(t *testing.T) {
	b := filled(t)
	made := b.bundle(kari, "2026-01-01", nil)
	r := b.auditor().Check(archive(t, made))
	require.Equal(t, `Revisjonspakke for ungdom `+kari+`
Protokoll: kommune.example/ettervern · vurdert per 2026-01-01

✓ Pakken er hel; ingen fil er endret
✓ Protokollens tilstand er signert med nøkkelen du oppga; den har 8 innførsler
– Vitner er ikke undersøkt: ingen ble oppgitt
– Om protokollen er endret siden forrige revisjon er ikke undersøkt: ingen tidligere tilstand var med
✓ Innførslene (4) ligger alle uendret i protokollen
✓ Innførslene er alle som er ført om ungdommen: nummer 1 til 4, og ingen etter
– Hele protokollens liste er ikke undersøkt (--full)
✓ Vurderingene (6) følger av innførslene; regnet på nytt med samme resultat

PAKKEN HOLDER. En vurdering er en beregning og ikke et enkeltvedtak.
`, r.Text("nb"))
	made.Standings = slices.Clone(made.Standings)
	made.Standings[0].Entries = made.Standings[0].Entries[:3]
	r = b.auditor().Check(archive(t, made))
	for language, words := range map[string][2]string{
		"nb": {"✗ Noe som er ført, er holdt tilbake eller lagt til", "PAKKEN HOLDER IKKE."},
		"nn": {"✗ Noko som er ført, er halde tilbake eller lagt til", "PAKKEN HELD IKKJE."},
		"en": {"✗ Something recorded was held back, or something was added", "THE BUNDLE DOES NOT HOLD."},
	} {
		require.Contains(t, r.Text(language), words[0])
		require.Contains(t, r.Text(language), words[1])
		require.NotContains(t, r.Text(language), "%!")
	}
	require.Len(t, tongues, len(Languages()))
	for _, language := range Languages() {
		require.Len(t, tongues[language].points, len(Points()), language)
	}
}

// BenchmarkBundle makes and checks a bundle of 40 entries.
func BenchmarkBundle(b *testing.B) {
	book := newBook(b)
	for i := range 40 {
		book.record(events.YouthEntity(kari), "2024-01-10", &events.ResidenceChanged{Municipality: "0301"})
		if i == 0 {
			book.entries[0].Recorded = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		}
	}
	for b.Loop() {
		packed := archive(b, book.bundle(kari, "2026-01-01", nil))
		if r := book.auditor().Check(packed); !r.Holds() {
			_, err := found(r)
			b.Fatal(err)
		}
	}
}
