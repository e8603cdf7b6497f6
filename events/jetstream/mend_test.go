package jetstream_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/proof"
)

// tilesOf is the files of tiles in a ledger's directory, by level.
func tilesOf(t *testing.T, dir string) (levels []string) {
	files, err := filepath.Glob(filepath.Join(dir, "tiles", "*"))
	require.NoError(t, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		levels = append(levels, string(content))
	}
	return levels
}

// The tiles are derived: whatever became of them, a start makes them as they were, and nobody is alarmed.
func TestTilesAreMadeAnewFromTheStream(t *testing.T) {
	const entries = 40
	whole := t.TempDir()
	closedLedger(t, whole, entries)
	want := tilesOf(t, whole)
	require.Len(t, want, 2)
	require.Len(t, want[0], 32*entries)
	require.Len(t, want[1], 32*(entries/16))
	changed := func(of string, at int) string { return of[:at] + string(of[at]^1) + of[at+1:] }
	for name, found := range map[string][]string{
		"lost":                      nil,
		"lowest level lost":         {"", want[1]},
		"upper level lost":          {want[0]},
		"cut":                       {want[0][:500], want[1]},
		"cut within a hash":         {want[0][:333], want[1][:40]},
		"killed between two levels": {want[0], want[1][:32]},
		"changed":                   {changed(want[0], 300), want[1]},
		"changed above":             {want[0], changed(want[1], 33)},
		"changed and cut":           {changed(want[0], 300)[:32*20], ""},
		"longer":                    {want[0] + want[0], want[1] + want[1], want[0]},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "tiles")))
			require.NoError(t, os.Mkdir(filepath.Join(dir, "tiles"), 0o700))
			for level, content := range found {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "tiles", fmt.Sprint(level)), []byte(content), 0o600))
			}
			ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
			require.NoError(t, err)
			record(t, ledger, youthID, 3)
			_, proven, err := ledger.Proofs(t.Context(), events.YouthEntity(youthID))
			require.NoError(t, err)
			require.Len(t, proven, entries+3)
			require.NoError(t, ledger.Close(t.Context()))
			now := tilesOf(t, dir)
			require.Equal(t, want[0], now[0][:len(want[0])])
			require.Equal(t, want[1], now[1])
			require.Empty(t, strings.Join(now[2:], ""))
		})
	}
}

// A ledger of before there were tiles had all hashes in one file.
func TestTheFileOfHashesBecomesTiles(t *testing.T) {
	dir := t.TempDir()
	closedLedger(t, dir, 20)
	want := tilesOf(t, dir)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "tiles")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "hashes"), []byte(strings.Join(want, "")), 0o600))
	closedLedger(t, dir, 0)
	require.Equal(t, want, tilesOf(t, dir))
	require.NoFileExists(t, filepath.Join(dir, "hashes"))
}

// A checked ledger with entries, whose checks are made when the test says.
func runningLedger(t *testing.T, entries int) (ledger *jetstream.Ledger, dir string) {
	dir = t.TempDir()
	ledger = ledgertest.Open(t, func(c *jetstream.Config) { c.Dir, c.Interval, c.SignInterval = dir, time.Hour, time.Nanosecond })
	record(t, ledger, youthID, entries)
	_, err := ledger.Checkpoint(t.Context()) // before it all hashes are written
	require.NoError(t, err)
	return ledger, dir
}

func TestTheRunningLedgerComparesItsEntriesWithTheTree(t *testing.T) {
	ledger, _ := runningLedger(t, 10)
	require.NoError(t, ledger.Check(t.Context()))
	ledger.Garble(4)
	err := ledger.Check(t.Context())
	require.ErrorIs(t, err, jetstream.ErrBroken)
	require.ErrorContains(t, err, "the entry at sequence 4 ")
	require.NoError(t, ledger.Stopped(), "the timer stops it; this was asked by hand")
	_, _, err = ledger.Proofs(t.Context(), events.YouthEntity(youthID))
	require.ErrorIs(t, err, jetstream.ErrBroken)
	require.ErrorIs(t, ledger.Stopped(), jetstream.ErrBroken)
}

// overwrite changes bytes of a level of tiles under the running ledger.
func overwrite(t *testing.T, dir string, level int, at int64) {
	file, err := os.OpenFile(filepath.Join(dir, "tiles", fmt.Sprint(level)), os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteAt([]byte("no hash"), at)
	require.NoError(t, err)
	require.NoError(t, file.Close())
}

// Damaged tiles are no damage to the ledger: it proves nothing with them, makes them anew, and goes on.
func TestTheRunningLedgerMendsItsTiles(t *testing.T) {
	for _, row := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		old    uint64 // of a consistency proof that needs what is damaged
	}{
		{"a leaf", func(t *testing.T, dir string) { overwrite(t, dir, 0, 32*3) }, 3},
		{"above the leaves", func(t *testing.T, dir string) { overwrite(t, dir, 1, 3) }, 17},
		{"cut", func(t *testing.T, dir string) { require.NoError(t, os.Truncate(filepath.Join(dir, "tiles", "0"), 100)) }, 17},
	} {
		t.Run(row.name, func(t *testing.T) {
			ledger, dir := runningLedger(t, 40)
			whole := tilesOf(t, dir)
			row.damage(t, dir)
			for range 2 {
				_, _, err := ledger.Proofs(t.Context(), events.YouthEntity(youthID))
				require.ErrorIs(t, err, jetstream.ErrTiles)
				require.ErrorIs(t, err, events.ErrUnavailable)
				_, err = ledger.Tile(t.Context(), tlog.Tile{H: 8, L: 0, N: 0, W: 40})
				require.ErrorIs(t, err, jetstream.ErrTiles)
				_, err = ledger.Consistency(t.Context(), row.old)
				require.ErrorIs(t, err, jetstream.ErrTiles)
			}
			require.NoError(t, ledger.Check(t.Context()))
			require.Equal(t, whole, tilesOf(t, dir))
			require.NoError(t, ledger.Stopped())
			record(t, ledger, youthID, 30)
			_, proven, err := ledger.Proofs(t.Context(), events.YouthEntity(youthID))
			require.NoError(t, err)
			require.Len(t, proven, 70)
			ledgertest.CheckInvariants(t, ledger)
		})
	}
}

// When the stream has not the root either that the ledger answered for, it is not the tiles.
func TestMendingDoesNotHideAnotherStream(t *testing.T) {
	ledger, dir := runningLedger(t, 40)
	overwrite(t, dir, 0, 32*3)
	damaged := tilesOf(t, dir)
	ledger.AnswerForAnother()
	err := ledger.Check(t.Context())
	require.ErrorIs(t, err, jetstream.ErrBroken)
	require.Equal(t, damaged, tilesOf(t, dir))
}

func TestTilesAreOfTheTreeAsItIs(t *testing.T) {
	ledger, _ := runningLedger(t, 40)
	tile, err := ledger.Tile(t.Context(), tlog.Tile{H: 8, L: 0, N: 0, W: 40})
	require.NoError(t, err)
	_, proven, err := ledger.Proofs(t.Context(), events.YouthEntity(youthID))
	require.NoError(t, err)
	for i, p := range proven {
		leaf := proof.Leaf(p.Stored)
		require.Equal(t, leaf[:], tile[32*i:32*i+32])
	}
	for _, no := range []tlog.Tile{
		{H: 8, L: 0, N: 0, W: 41}, {H: 8, L: 0, N: 1, W: 1}, {H: 8, L: 1, N: 0, W: 1}, {H: 8, L: 8, N: 0, W: 1}, {H: 8, L: -1, N: 0, W: 1},
		{H: 8, L: 0, N: 1 << 55, W: 1}, {H: 8, L: 63, N: 0, W: 1},
	} {
		_, err := ledger.Tile(t.Context(), no)
		require.ErrorIs(t, err, events.ErrNotFound, no)
	}
}
