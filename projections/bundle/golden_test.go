package bundle

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"ettervern/events"
)

var create = flag.Bool("create", false, "make the golden bundle if it is missing")

// A bundle that was given out must be found right for ever. It never is made anew: if this fails, change the code. Only the
// law may have changed since; then its verdicts are another program's to judge.
func TestABundleOfBeforeStillHolds(t *testing.T) {
	dir := filepath.Join("testdata", "golden")
	if *create {
		createGolden(t, dir)
	}
	archive, err := os.ReadFile(filepath.Join(dir, "bundle.zip"))
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join(dir, "key"))
	require.NoError(t, err)
	verifier, err := note.NewVerifier(string(key))
	require.NoError(t, err)
	list, err := os.Open(filepath.Join(dir, "leaves"))
	require.NoError(t, err)
	defer list.Close()
	r := Auditor{Key: verifier, Leaves: list}.Check(archive)
	require.Len(t, r.Findings, len(Points()))
	for _, f := range r.Findings {
		if f.Point == Judged && errors.Is(f.Err, ErrLaw) {
			continue
		}
		require.NoError(t, f.Err, "%s", f.Point)
	}
	require.Equal(t, 5, r.Entries)
	require.Equal(t, uint64(9), r.Size)
}

// So it is with a year of accesses.
func TestAYearOfBeforeStillHolds(t *testing.T) {
	dir := filepath.Join("testdata", "golden")
	if _, err := os.Stat(filepath.Join(dir, "year")); err != nil && *create {
		b := looked(t)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "year"), b.year("2026"), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "year.key"), []byte(b.public), 0o644))
	}
	file, err := os.Open(filepath.Join(dir, "year"))
	require.NoError(t, err)
	defer file.Close()
	key, err := os.ReadFile(filepath.Join(dir, "year.key"))
	require.NoError(t, err)
	verifier, err := note.NewVerifier(string(key))
	require.NoError(t, err)
	r := Auditor{Key: verifier}.CheckYear(file)
	requireHolds(t, r)
	require.Equal(t, 3, r.Accesses)
	require.Equal(t, uint64(6), r.Size)
}

func createGolden(t *testing.T, dir string) {
	if _, err := os.Stat(filepath.Join(dir, "bundle.zip")); err == nil {
		return
	}
	b := filled(t)
	kept := b.sign()
	b.record(events.YouthEntity(kari), "2025-01-01", &events.ResidenceChanged{Municipality: "0301"})
	require.NoError(t, os.MkdirAll(dir, 0o755))
	for name, text := range map[string]string{
		"bundle.zip": string(archive(t, b.bundle(kari, "2026-01-01", &kept))), "key": b.public, "leaves": b.list(),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
}
