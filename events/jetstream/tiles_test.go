package jetstream

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"ettervern/events/proof"
)

// However often the tiles are written, and wherever they are cut between two starts, they give every hash of the tree.
func TestTilesOfManyEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "tiles")
		require.NoError(t, err)
		defer func() { require.NoError(t, os.RemoveAll(dir)) }()
		size := rapid.IntRange(1, 5000).Draw(t, "size")
		written, err := openTiles(dir)
		require.NoError(t, err)
		all, edge := grown(t, size, func(final []proof.Hash) { written.add(final) }, written)
		holds(t, written, all, edge)
		require.NoError(t, written.close())

		level := rapid.IntRange(0, 3).Draw(t, "level")
		if info, err := os.Stat(fmt.Sprint(dir, "/tiles/", level)); err == nil {
			require.NoError(t, os.Truncate(fmt.Sprint(dir, "/tiles/", level), rapid.Int64Range(0, info.Size()).Draw(t, "cut")))
		}
		opened, err := openTiles(dir)
		require.NoError(t, err)
		all, edge = grown(t, size, func(final []proof.Hash) { require.True(t, opened.recall(final)) }, opened)
		require.NoError(t, opened.cut())
		holds(t, opened, all, edge)
		require.NoError(t, opened.close())
	})
}

// grown adds leaves, and has the tiles written now and then and at last. It is all hashes as tlog numbers them.
func grown(t *rapid.T, size int, add func([]proof.Hash), tiles *tiles) (all []proof.Hash, edge *proof.Edge) {
	edge = &proof.Edge{}
	every := rapid.IntRange(1, 2*size).Draw(t, "written every")
	for i := range size {
		final := edge.Append(proof.Leaf(fmt.Append(nil, i)), nil)
		all = append(all, final...)
		add(final)
		if i%every == 0 {
			require.NoError(t, tiles.flush())
		}
	}
	require.NoError(t, tiles.flush())
	return all, edge
}

func holds(t *rapid.T, tiles *tiles, all []proof.Hash, edge *proof.Edge) {
	var hashes proof.Tiles = tiles.read
	for place, want := range all {
		got, err := hashes.ReadHashes([]int64{int64(place)})
		require.NoError(t, err)
		require.Equal(t, want, got[0], place)
	}
	for _, tile := range tlog.NewTiles(8, 0, int64(edge.Size())) {
		_, err := tlog.ReadTileData(tile, hashes.Of(edge.Size(), edge.Root()))
		require.NoError(t, err)
	}
	_, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(edge.Size()))})
	require.Error(t, err)
}
