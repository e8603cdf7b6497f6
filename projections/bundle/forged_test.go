package bundle

import (
	"archive/zip"
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/events/proof"
)

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
