package jetstream

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"golang.org/x/mod/sumdb/tlog"

	"ettervern/events/proof"
)

const (
	tilesDir   = "tiles"
	hashesName = "hashes" // one file of all hashes, as ledgers of before had it
	flushAt    = 1 << 14  // hashes kept before they are written
	inMemory   = 2        // from this level on, a 256th of the hashes, they are read from memory: most of a proof's are there
)

// tiles is the hashes of the tree beside the store: a directory with a file for each level of tiles, its tiles one after
// another, so that it grows only at its end and the last tile is as wide as it is by now. They are derived from the stream, and made
// anew when they are lost or damaged; each level may end where it likes.
//
// They are of whoever grows the tree. Anyone may read hashes that are under a root which is out: they were written before it was.
type tiles struct {
	dir    string
	levels [proof.TileLevels]tileLevel
}

// tileLevel is the hashes of one level.
type tileLevel struct {
	file    *os.File      // nil before there is any
	held    int64         // hashes in the file
	waiting []byte        // hashes to be written after those
	known   *bufio.Reader // while the ledger starts: the file as it was found; nil after its end

	memory []byte                 // all hashes, from the level inMemory on
	shown  atomic.Pointer[[]byte] // memory up to the last flush
}

// openTiles opens the levels that there are. Nothing in them is believed before the stream has been compared with it.
func openTiles(dir string) (*tiles, error) {
	t := &tiles{dir: filepath.Join(dir, tilesDir)}
	if err := os.Mkdir(t.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return t, fmt.Errorf("make the directory of tiles: %w", err)
	}
	for i := range t.levels {
		err := t.open(i, os.O_RDWR)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return t, err
		}
		if err == nil {
			t.levels[i].known = bufio.NewReaderSize(t.levels[i].file, 1<<16)
		}
	}
	return t, nil
}

func (t *tiles) open(level, how int) (err error) {
	t.levels[level].file, err = os.OpenFile(filepath.Join(t.dir, strconv.Itoa(level)), how, 0o600)
	if err != nil {
		return fmt.Errorf("open the tiles: %w", err)
	}
	return nil
}

func (t *tiles) close() (err error) {
	for i := range t.levels {
		if file := t.levels[i].file; file != nil {
			err = errors.Join(err, file.Close())
		}
	}
	return err
}

// add takes the hashes that a leaf makes final.
func (t *tiles) add(final []proof.Hash) {
	t.keep(final, func(l *tileLevel, h *proof.Hash) { l.waiting = append(l.waiting, h[:]...) })
}

// recall is add at a start: what the files hold is compared. It is false when they hold something else.
func (t *tiles) recall(final []proof.Hash) (same bool) {
	same = true
	t.keep(final, func(l *tileLevel, h *proof.Hash) { same = l.recall(h) && same })
	return same
}

// keep shows which of the hashes that a leaf makes final, from its own level up, are kept in tiles.
func (t *tiles) keep(final []proof.Hash, each func(*tileLevel, *proof.Hash)) {
	for i := 0; i < len(final); i += proof.TileHeight {
		l := &t.levels[i/proof.TileHeight]
		if i >= inMemory*proof.TileHeight {
			l.memory = append(l.memory, final[i][:]...)
		}
		each(l, &final[i])
	}
}

func (l *tileLevel) recall(h *proof.Hash) (same bool) {
	if l.known != nil {
		var known proof.Hash
		if _, err := io.ReadFull(l.known, known[:]); err == nil {
			l.held++
			return known == *h
		}
		l.known = nil
	}
	l.waiting = append(l.waiting, h[:]...)
	return true
}

// forget begins anew, to make all tiles from the stream.
func (t *tiles) forget() {
	for i := range t.levels {
		l := &t.levels[i]
		l.held, l.waiting, l.memory, l.known = 0, nil, nil, nil
	}
}

// many tells whether hashes should not wait any longer. Other levels have less than a tenth of what the lowest has.
func (t *tiles) many() bool { return len(t.levels[0].waiting) >= flushAt*tlog.HashSize }

// flush writes the hashes that wait. If we crash between two levels, a start makes those that are not there.
func (t *tiles) flush() error {
	for i := range t.levels {
		l := &t.levels[i]
		if memory := l.memory; len(memory) > 0 {
			l.shown.Store(&memory)
		}
		if len(l.waiting) == 0 {
			continue
		}
		if l.file == nil {
			if err := t.open(i, os.O_RDWR|os.O_CREATE); err != nil {
				return err
			}
		}
		if _, err := l.file.WriteAt(l.waiting, l.held*tlog.HashSize); err != nil {
			return fmt.Errorf("write the tiles: %w", err)
		}
		l.held += int64(len(l.waiting) / tlog.HashSize)
		l.waiting = l.waiting[:0]
	}
	return nil
}

// cut lets go of what lies in the files beyond the tree, and of the one file of before.
func (t *tiles) cut() error {
	for i := range t.levels {
		l := &t.levels[i]
		l.known = nil
		if l.file == nil {
			continue
		}
		if err := l.file.Truncate(l.held * tlog.HashSize); err != nil {
			return fmt.Errorf("shorten the tiles: %w", err)
		}
	}
	err := os.Remove(filepath.Join(filepath.Dir(t.dir), hashesName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the hashes of before there were tiles: %w", err)
	}
	return nil
}

// read reads a tile, or as much of it as there is.
func (t *tiles) read(tile tlog.Tile, into []byte) (int, error) {
	l, at := &t.levels[tile.L], tile.N<<tile.H*tlog.HashSize
	if shown := l.shown.Load(); shown != nil && at < int64(len(*shown)) {
		return copy(into, (*shown)[at:]), nil
	}
	if l.file == nil {
		return 0, nil
	}
	n, err := l.file.ReadAt(into, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("%w: %w", ErrTiles, err)
	}
	return n, nil
}
