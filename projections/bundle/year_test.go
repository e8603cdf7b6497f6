package bundle

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/events/vault"
)

func look(who string) events.Event {
	return &events.ContentsShown{Who: who, Role: "caseworker", Purpose: events.ForCasework, What: events.ShownHistory, Youth: kari, Sequence: 7, Count: 3}
}

// looked is a log of three years, 2026 in the midst of the others.
func looked(t testing.TB) *book {
	b := newBook(t)
	for _, l := range []struct{ year, who string }{{"2025", "per"}, {"2026", "kari"}, {"2025", "per"}, {"2026", "ola"}, {"2027", "kari"}, {"2026", "kari"}} {
		b.record(ofYear(l.year), l.year+"-06-01", look(l.who))
	}
	return b
}

// year is the file of a year of the book.
func (b *book) year(year string) []byte {
	var keys []*vault.Key
	if key := b.keys[ofYear(year)]; key != nil {
		keys = append(keys, key)
	}
	file := YearHead(year, b.sign().Note, keys)
	for i, e := range b.entries {
		file = append(file, YearLine(year, e.Entity, e.Number, b.stored[i])...)
	}
	return file
}

func TestAYearOfAccessesHolds(t *testing.T) {
	b := looked(t)
	kept := b.sign()
	b.record(ofYear("2026"), "2026-07-01", look("ola"))
	auditor := b.auditor()
	var rows bytes.Buffer
	auditor.Earlier, auditor.Rows = kept.Note, &rows
	r := auditor.CheckYear(bytes.NewReader(b.year("2026")))
	requireHolds(t, r)
	require.Equal(t, 4, r.Entries)
	require.Equal(t, 4, r.Accesses)
	require.Equal(t, uint64(7), r.Size)
	require.Equal(t, uint64(6), r.Earlier)
	lines := strings.Split(strings.TrimSpace(rows.String()), "\n")
	require.Len(t, lines, 4)
	require.True(t, strings.HasPrefix(lines[0], `{"entry":2,"number":1,"event":{`), lines[0])
	require.Contains(t, lines[1], `"who":"ola"`)
	require.NotContains(t, rows.String(), `"per"`)
	for language, want := range map[string]string{"nb": "LOGGEN HOLDER.", "nn": "LOGGEN HELD.", "en": "THE LOG HOLDS."} {
		text := r.Text(language)
		require.Contains(t, text, want)
		require.Contains(t, text, "2026")
		require.NotContains(t, text, "%")
		require.Equal(t, 5, strings.Count(text, "✓"), text)
	}
	requireHolds(t, b.auditor().CheckYear(bytes.NewReader(b.year("2031")))) // of which nothing is recorded
}

func TestAForgottenYearShowsThatThereWereAccesses(t *testing.T) {
	b := looked(t)
	delete(b.keys, ofYear("2026"))
	r := b.auditor().CheckYear(bytes.NewReader(b.year("2026")))
	requireHolds(t, r)
	require.Equal(t, 3, r.Entries)
	require.Equal(t, 3, r.Closed)
	require.Zero(t, r.Accesses)
	require.Contains(t, r.Text("nb"), "De som ikke kan åpnes: 3.")
}

func TestEveryFlippedBitAndEveryCutOfAYearIsFound(t *testing.T) {
	b := looked(t)
	file := b.year("2026")
	auditor := b.auditor()
	requireHolds(t, auditor.CheckYear(bytes.NewReader(file)))
	for i := range 8 * len(file) {
		file[i/8] ^= 1 << (i % 8)
		r := auditor.CheckYear(bytes.NewReader(file))
		require.False(t, r.Holds(), "bit %d of byte %d", i%8, i/8)
		file[i/8] ^= 1 << (i % 8)
	}
	for at := range file {
		r := auditor.CheckYear(bytes.NewReader(file[:at]))
		require.False(t, r.Holds(), "cut at %d", at)
	}
	for _, more := range []string{"\n", "x", "key " + strings.Repeat("00", 32) + "\n"} {
		r := auditor.CheckYear(bytes.NewReader(append(bytes.Clone(file), more...)))
		require.False(t, r.Holds())
	}
}

// Someone who has the log, but not the key that signs, shows another one.
func TestAnotherYearIsFound(t *testing.T) {
	b := looked(t)
	lines := bytes.SplitAfter(b.year("2026"), []byte("\n"))
	lines = lines[:len(lines)-1]
	first := len(lines) - len(b.entries)
	rapid.Check(t, func(t *rapid.T) {
		forged := slices.Clone(lines)
		at, other := rapid.IntRange(first, len(lines)-1).Draw(t, "at"), rapid.IntRange(first, len(lines)-1).Draw(t, "other")
		switch rapid.SampledFrom([]string{"removed", "twice", "swapped", "hidden"}).Draw(t, "how") {
		case "removed":
			forged = slices.Delete(forged, at, at+1)
		case "twice":
			forged = slices.Insert(forged, at, forged[at])
		case "swapped":
			if at == other {
				return
			}
			forged[at], forged[other] = forged[other], forged[at]
		case "hidden":
			i := at - first
			if b.entries[i].Entity != ofYear("2026") {
				return
			}
			forged[at] = []byte(YearLine("1999", b.entries[i].Entity, b.entries[i].Number, b.stored[i]))
		}
		r := b.auditor().CheckYear(bytes.NewReader(bytes.Join(forged, nil)))
		require.False(t, r.Holds())
	})
}

// Numbers have a gap, or the directory tells of more: under the ledger's own signature.
func TestAYearWithAGapIsFoundThoughItIsSigned(t *testing.T) {
	b := looked(t)
	b.numbers[ofYear("2026")]++
	b.record(ofYear("2026"), "2026-07-01", look("ola"))
	point, err := found(b.auditor().CheckYear(bytes.NewReader(b.year("2026"))))
	require.Equal(t, Complete, point)
	require.ErrorContains(t, err, "has the number 5, and should have 4")
}

func TestALogThatIsNotTheOneThatWasKeptIsFound(t *testing.T) {
	b, other := looked(t), looked(t)
	other.signer, other.verifier = b.signer, b.verifier
	auditor := b.auditor()
	auditor.Earlier = other.sign().Note
	point, _ := found(auditor.CheckYear(bytes.NewReader(b.year("2026"))))
	require.Equal(t, Grown, point)
	b.record(ofYear("2026"), "2026-07-01", look("ola"))
	auditor.Earlier = b.sign().Note
	shorter := looked(t)
	shorter.signer, shorter.verifier = b.signer, b.verifier
	point, _ = found(auditor.CheckYear(bytes.NewReader(shorter.year("2026"))))
	require.Equal(t, Grown, point)
}

// What a year says is written to a file only when it holds.
func TestRowsAreWrittenOfAYearThatHolds(t *testing.T) {
	b := looked(t)
	dir := t.TempDir()
	p := Paths{Key: b.public, Bundle: filepath.Join(dir, "year"), Rows: filepath.Join(dir, "rows")}
	file := b.year("2026")
	require.NoError(t, os.WriteFile(p.Bundle, file, 0o600))
	r, err := p.Check()
	require.NoError(t, err)
	requireHolds(t, r)
	rows, err := os.ReadFile(p.Rows)
	require.NoError(t, err)
	require.Equal(t, 3, bytes.Count(rows, []byte("\n")))
	_, err = p.Check()
	require.ErrorIs(t, err, os.ErrExist, "nothing is written over")

	file[len(file)-5] ^= 1
	require.NoError(t, os.WriteFile(p.Bundle, file, 0o600))
	p.Rows = filepath.Join(dir, "not written")
	r, err = p.Check()
	require.NoError(t, err)
	require.False(t, r.Holds())
	require.NoFileExists(t, p.Rows)
	p.Full = p.Bundle
	_, err = p.Check()
	require.Error(t, err)
}
