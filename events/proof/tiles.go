package proof

import (
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// TileHeight is that of the tiles in which hashes are kept: of every fourth level of the tree all hashes, sixteen to a
// tile. The levels between are worked out, with at most seven hashes for one of theirs. Sixteen such tiles in a row are one of
// height 8, as C2SP tlog-tiles has them.
const TileHeight = 4

// TileLevels is how many levels of tiles a tree can have.
const TileLevels = 64 / TileHeight

// Tiles reads the hashes of a tile of TileHeight from its first on, as many as there are and room is for, and says how many
// bytes these are. It may be called by several at once.
type Tiles func(tile tlog.Tile, into []byte) (int, error)

// ReadHashes reads the hashes at these places, as tlog.StoredHashIndex numbers them, or fails with ErrForged when there are not so
// many. They are what the tiles say: a proof made of them is to be checked before it is handed out. The places of a proof go up from the leaf, several from a tile.
func (read Tiles) ReadHashes(places []int64) ([]Hash, error) {
	hashes := make([]Hash, len(places))
	var room [tlog.HashSize << TileHeight]byte
	var last tlog.Tile // which lies in room
	for i, place := range places {
		tile := tlog.TileForIndex(TileHeight, place)
		if tile.L != last.L || tile.N != last.N || tile.W > last.W {
			n, err := read(tile, room[:])
			if err != nil {
				return nil, err
			}
			if n < tile.W*tlog.HashSize {
				return nil, fmt.Errorf("%w: the tiles end too early", ErrForged)
			}
			last = tile
			last.W = n / tlog.HashSize
		}
		var err error
		if hashes[i], err = tlog.HashFromTile(tile, room[:last.W*tlog.HashSize], place); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

// Of reads only hashes that are in the tree of that size and root: the root is worked out from the tiles again, so that
// tiles that were changed give an error. It is slower, some hundred hashes more.
func (read Tiles) Of(size uint64, root Hash) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: int64(size), Hash: root}, wholeTiles{read})
}

// wholeTiles is the tiles as tlog reads them.
type wholeTiles struct{ read Tiles }

// Height is that of all tiles.
func (wholeTiles) Height() int { return TileHeight }

// ReadTiles reads tiles, each as far as it says.
func (w wholeTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		all[i] = make([]byte, tile.W*tlog.HashSize)
		n, err := w.read(tile, all[i])
		if err == nil && n < len(all[i]) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", tile.Path(), err)
		}
	}
	return all, nil
}

// SaveTiles has nothing to do: they were read from where they are kept.
func (wholeTiles) SaveTiles([]tlog.Tile, [][]byte) {}
