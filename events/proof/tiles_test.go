package proof

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// tiled is a tree of size leaves: its hashes as tlog numbers them, and those of every fourth level one after another.
func tiled(size uint64) (all []Hash, levels [TileLevels][]byte, edge *Edge) {
	edge = &Edge{}
	for i := range size {
		final := edge.Append(Leaf(fmt.Append(nil, i)), nil)
		all = append(all, final...)
		for level := 0; level < len(final); level += TileHeight {
			levels[level/TileHeight] = append(levels[level/TileHeight], final[level][:]...)
		}
	}
	return all, levels, edge
}

func readerOf(levels *[TileLevels][]byte) Tiles {
	return func(tile tlog.Tile, into []byte) (int, error) {
		at := tile.N << tile.H * tlog.HashSize
		return copy(into, levels[tile.L][min(at, int64(len(levels[tile.L]))):]), nil
	}
}

// Whatever the size, every hash that the tree has is found in the tiles, also with the root worked out again.
func TestTilesHoldEveryHashOfTheTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, levels, edge := tiled(rapid.Uint64Range(1, 1200).Draw(t, "size"))
		tiles := readerOf(&levels)
		place := rapid.IntRange(0, len(all)-1).Draw(t, "place")
		for _, r := range []tlog.HashReader{tiles, tiles.Of(edge.Size(), edge.Root())} {
			got, err := r.ReadHashes([]int64{int64(place), 0})
			require.NoError(t, err)
			require.Equal(t, []Hash{all[place], all[0]}, got)
		}
	})
}

// A bit that is flipped anywhere in the tiles a hash comes from is found when the root is worked out again.
func TestAFlippedBitInATileIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, levels, edge := tiled(rapid.Uint64Range(1, 1200).Draw(t, "size"))
		level := 0
		if len(levels[1]) > 0 {
			level = rapid.IntRange(0, 1).Draw(t, "level")
		}
		at := rapid.IntRange(0, len(levels[level])-1).Draw(t, "at")
		levels[level][at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		place := tlog.StoredHashIndex(level*TileHeight, int64(at/tlog.HashSize))
		_, err := readerOf(&levels).Of(edge.Size(), edge.Root()).ReadHashes([]int64{place})
		require.Error(t, err)
	})
}

// Sixteen tiles in a row are one of height 8, as others fetch them.
func TestTilesOfOthersAreTheSameBytes(t *testing.T) {
	all, levels, edge := tiled(70_000)
	flat := tlog.HashReaderFunc(func(places []int64) (read []Hash, err error) {
		for _, place := range places {
			read = append(read, all[place])
		}
		return read, nil
	})
	for _, tile := range tlog.NewTiles(8, 0, 70_000) {
		want, err := tlog.ReadTileData(tile, flat)
		require.NoError(t, err)
		got, err := tlog.ReadTileData(tile, readerOf(&levels).Of(edge.Size(), edge.Root()))
		require.NoError(t, err)
		require.Equal(t, want, got)
		at := tile.N * 256 * tlog.HashSize
		require.Equal(t, want, levels[2*tile.L][at:at+int64(len(want))])
	}
}

func TestAConsistencyProofFromDamagedHashesIsNotHandedOut(t *testing.T) {
	_, levels, edge := tiled(1000)
	signed := Signed{Checkpoint: Checkpoint{Size: 1000, Root: edge.Root()}}
	_, err := ProveConsistency(signed, 300, readerOf(&levels))
	require.NoError(t, err)
	levels[0][300*tlog.HashSize] ^= 1
	_, err = ProveConsistency(signed, 300, readerOf(&levels))
	require.ErrorIs(t, err, ErrForged)
}
