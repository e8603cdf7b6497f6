package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

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

// Whatever single bit of an archive is changed, between the files too, and wherever it is cut, it is none of ours.
func TestEveryBitOfTheContainerCounts(t *testing.T) {
	packed := pack(map[string][]byte{"b": []byte("second"), "a/c": []byte("first"), "empty": nil})
	_, err := unpack(packed)
	require.NoError(t, err)
	for i := range 8 * len(packed) {
		packed[i/8] ^= 1 << (i % 8)
		_, err := unpack(packed)
		packed[i/8] ^= 1 << (i % 8)
		require.Error(t, err, "bit %d of byte %d", i%8, i/8)
	}
	for at := range packed {
		_, err := unpack(packed[:at])
		require.Error(t, err, "cut at %d", at)
	}
}

// Whatever single bit of a bundle is changed, and wherever it is cut, it does not hold. Of what is between the files, of the
// pages that hold no evidence, of the verdicts, and of the second and later entries some bits stand for the others.
func TestEveryFlippedBitAndEveryCutIsFound(t *testing.T) {
	b := filled(t)
	kept := b.sign()
	b.record(events.YouthEntity(kari), "2025-01-01", &events.ResidenceChanged{Municipality: "0301"})
	packed := archive(t, b.bundle(kari, "2026-01-01", &kept))
	auditor := b.auditor()
	requireHolds(t, auditor.Check(packed))
	alike := func(name string) int { // how many bits one stands for
		switch base := path.Base(name); {
		case strings.HasPrefix(name, "README"), name == lawFile, name == verdictsFile:
			return 16 * 8
		case name == "", base > "0001.tlog-proof" && base < "9":
			return 8
		}
		return 1
	}
	for at, every := range bitsAlike(packed, alike) {
		for i := range 8 {
			if (8*at+i)%every != at/every%every {
				continue
			}
			packed[at] ^= 1 << i
			r := auditor.Check(packed)
			packed[at] ^= 1 << i
			require.False(t, r.Holds(), "bit %d of byte %d", i, at)
		}
	}
	for at := 0; at < len(packed); at += 97 {
		r := auditor.Check(packed[:at])
		require.False(t, r.Holds(), "cut at %d", at)
	}
	r := auditor.Check(append(bytes.Clone(packed), 0))
	require.False(t, r.Holds())
}

// bitsAlike tells of each byte of an archive what alike tells of the file it is in, "" between files.
func bitsAlike(packed []byte, alike func(name string) int) []int {
	reader, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		panic(err)
	}
	all := slices.Repeat([]int{alike("")}, len(packed))
	for _, f := range reader.File {
		from, err := f.DataOffset()
		if err != nil {
			panic(err)
		}
		for at := range int(f.UncompressedSize64) {
			all[int(from)+at] = alike(f.Name)
		}
	}
	return all
}

// Someone who knows the format changes the evidence and makes all checksums right again: what was signed tells.
func TestForgedEvidenceIsFound(t *testing.T) {
	b := filled(t)
	kept := b.sign()
	b.record(events.YouthEntity(kari), "2025-01-01", &events.ResidenceChanged{Municipality: "0301"})
	files, err := unpack(archive(t, b.bundle(kari, "2026-01-01", &kept)))
	require.NoError(t, err)
	evidence := slices.DeleteFunc(slices.Sorted(maps.Keys(files)), func(name string) bool {
		return strings.HasPrefix(name, "README") || name == sumsFile
	})
	repacked := func(files map[string][]byte) []byte {
		files[sumsFile] = sums(files)
		return pack(files)
	}
	rapid.Check(t, func(t *rapid.T) {
		forged := maps.Clone(files)
		name := rapid.SampledFrom(evidence).Draw(t, "file")
		body := bytes.Clone(forged[name])
		switch rapid.SampledFrom([]string{"bit", "cut", "gone", "longer", "another's"}).Draw(t, "how") {
		case "bit":
			at := rapid.IntRange(0, 8*len(body)-1).Draw(t, "at")
			body[at/8] ^= 1 << (at % 8)
			forged[name] = body
		case "cut":
			forged[name] = body[:rapid.IntRange(0, len(body)-1).Draw(t, "at")]
		case "gone":
			delete(forged, name)
		case "longer":
			forged[name] = append(body, '\n')
		case "another's":
			other := rapid.SampledFrom(evidence).Filter(func(other string) bool { return !bytes.Equal(files[other], body) }).Draw(t, "whose")
			forged[name] = files[other]
		}
		r := b.auditor().Check(repacked(forged))
		require.False(t, r.Holds(), name)
	})
}

// Where the last entry of the ledger is in the bundle, its time is what was known; elsewhere the ledger's word stands.
func TestWhatWasKnownCannotBeMoved(t *testing.T) {
	b := filled(t)
	b.record(events.YouthEntity(kari), "2025-01-01", &events.ResidenceChanged{Municipality: "0301"})
	for _, by := range []time.Duration{time.Minute, -time.Minute} {
		moved := b.bundle(kari, "2026-01-01", nil)
		moved.Question.KnownAt = moved.Question.KnownAt.Add(by)
		_, err := moved.Archive()
		require.ErrorContains(t, err, "was not recorded at")
	}
}

// Every way to show another history than the one that was recorded, with every checksum and name made right.
func TestAnotherHistoryIsFound(t *testing.T) {
	b := filled(t)
	made := b.bundle(kari, "2026-01-01", nil)
	foreign := b.standing(b.sign(), events.YouthEntity(ola)).Entries
	rapid.Check(t, func(t *rapid.T) {
		forged := made
		forged.Standings = slices.Clone(made.Standings)
		which := rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "whose") // those with entries
		s := &forged.Standings[which]
		at := rapid.IntRange(0, len(s.Entries)-1).Draw(t, "at")
		switch rapid.SampledFrom([]string{"removed", "added", "twice", "reordered", "truncated", "renumbered"}).Draw(t, "how") {
		case "removed":
			s.Entries = without(s.Entries, at)
			number(s.Entries)
		case "added":
			s.Entries = slices.Insert(slices.Clone(s.Entries), at, foreign[0])
			number(s.Entries)
		case "twice":
			s.Entries = slices.Insert(slices.Clone(s.Entries), at, s.Entries[at])
			number(s.Entries)
		case "reordered":
			s.Entries = slices.Clone(s.Entries)
			other := (at + 1) % len(s.Entries)
			s.Entries[at], s.Entries[other] = s.Entries[other], s.Entries[at]
			number(s.Entries)
			if other == at {
				s.Entries = nil
			}
		case "truncated":
			s.Entries = s.Entries[:at]
		case "renumbered":
			s.Entries = slices.Clone(s.Entries)
			s.Entries[len(s.Entries)-1].Number++
		}
		packed, err := forged.Archive()
		if err != nil { // not even the forger's own verdicts can be worked out
			return
		}
		r := b.auditor().Check(packed)
		require.False(t, r.Holds())
	})
}

func number(entries []proof.Proven) {
	for i := range entries {
		entries[i].Number = uint64(i) + 1
	}
}

// A unit whose routine would count cannot be left out.
func TestAUnitThatIsLeftOutIsMissed(t *testing.T) {
	b := filled(t)
	made := b.bundle(kari, "2026-01-01", nil)
	for at := 1; at < 3; at++ {
		forged := made
		forged.Standings = without(made.Standings, at)
		point, err := found(b.auditor().Check(archive(t, forged)))
		require.Equal(t, Complete, point)
		require.ErrorContains(t, err, made.Standings[at].Entity.ID)
	}
}

func TestOnlyTheAuditorsOwnKeyCounts(t *testing.T) {
	b, impostor := filled(t), filled(t)
	point, err := found(b.auditor().Check(archive(t, impostor.bundle(kari, "2026-01-01", nil))))
	require.Equal(t, Signed, point)
	require.ErrorIs(t, err, proof.ErrForged)
}

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
