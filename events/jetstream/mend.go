package jetstream

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"ettervern/events"
	"ettervern/events/proof"
)

// ErrTiles: the tiles hold hashes that are not those of the tree. The next check makes them anew from the stream; until then
// nothing is proved with them.
var ErrTiles = fmt.Errorf("%w: the tiles of hashes are damaged and are made anew", events.ErrUnavailable)

// Tile is a tile of the tree as C2SP tlog-tiles has it, of height 8: W hashes, one after another, which are in the tree as
// it is durable now. It fails with events.ErrNotFound when the tree is not that large.
func (l *Ledger) Tile(ctx context.Context, tile tlog.Tile) ([]byte, error) {
	if l.tree == nil {
		return nil, proof.ErrNone
	}
	if err := l.compared.wait(ctx, 1); err != nil {
		return nil, err
	}
	now, hashes, err := l.inTree()
	if err != nil {
		return nil, err
	}
	width := uint64(tile.N)<<tile.H + uint64(tile.W)
	if tile.L < 0 || tile.H*tile.L >= 64 || tile.N >= 1<<(63-tile.H) || width > now.sequence>>(tile.H*tile.L) {
		return nil, events.ErrNotFound
	}
	data, err := tlog.ReadTileData(tile, hashes)
	if err != nil {
		l.tree.damaged.Store(true)
		return nil, fmt.Errorf("%w: %w", ErrTiles, err)
	}
	return data, nil
}

// inTree reads hashes of the tree as it is durable now, and none that are not in it.
func (l *Ledger) inTree() (state, tlog.HashReader, error) {
	now := *l.tree.durable.Load()
	if err := l.writer.flushHashes(); err != nil {
		return now, nil, err
	}
	return now, l.tree.hashes.Of(now.sequence, now.root), nil
}

// leafAt is the leaf of the entry at a sequence.
func leafAt(hashes tlog.HashReader, sequence uint64) (proof.Hash, error) {
	read, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(sequence)-1)})
	if err != nil {
		return proof.Hash{}, err
	}
	return read[0], nil
}

// notInTiles is what is wrong when the entry that the stream has at a sequence does not fit the tiles: ErrBroken when they are
// those of the root that the ledger answers for, else ErrTiles.
func (l *Ledger) notInTiles(sequence uint64, leaf proof.Hash) error {
	_, hashes, err := l.inTree()
	if err != nil {
		return err
	}
	if known, err := leafAt(hashes, sequence); err == nil && known != leaf {
		return fmt.Errorf("%w: the entry at sequence %d is not the one in the tree", ErrBroken, sequence)
	}
	l.tree.damaged.Store(true)
	return fmt.Errorf("%w (seen at sequence %d)", ErrTiles, sequence)
}

// mend makes the tiles anew while the ledger runs: up to what is durable now, the writer goes on behind that. The stream is
// read twice, so that the tiles stay as they are when it is the stream that is wrong.
func (l *Ledger) mend(ctx context.Context) error {
	now, _, err := l.inTree()
	if err != nil {
		return err
	}
	l.config.Log.Warn("hashes in the tiles are not those of the tree; the tiles are made anew")
	var read proof.Edge
	if err := l.followTo(ctx, now.sequence, func(_ events.Entry, leaf proof.Hash) error {
		read.Append(leaf, nil)
		return nil
	}); err != nil {
		return err
	}
	if read.Root() != now.root {
		return fmt.Errorf("%w: between sequence 1 and %d the stream is not what the ledger answered for", ErrBroken, now.sequence)
	}
	again, err := openTiles(l.config.Dir)
	if err == nil {
		again.forget()
		err = l.followTo(ctx, now.sequence, again.addTo(&proof.Edge{}))
	}
	if err == nil {
		err = again.flush()
	}
	if err = errors.Join(err, again.close()); err == nil {
		l.tree.damaged.Store(false)
	}
	return err
}

// addTo adds the leaves of a tree from its first on, and writes when there are many.
func (t *tiles) addTo(edge *proof.Edge) func(events.Entry, proof.Hash) error {
	var final []proof.Hash
	return func(_ events.Entry, leaf proof.Hash) error {
		final = edge.Append(leaf, final[:0])
		t.add(final)
		if t.many() {
			return t.flush()
		}
		return nil
	}
}
