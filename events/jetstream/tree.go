package jetstream

import (
	"errors"
	"sync/atomic"

	"ettervern/events"
	"ettervern/events/proof"
)

// tree is the Merkle tree over the stream: its right edge in memory, its hashes in tiles beside the store.
//
// While the ledger starts the tree is fold's, from then on the writer's. Anyone may read hashes of durable entries.
type tree struct {
	edge   proof.Edge
	final  []proof.Hash // what the last leaf made final
	tiles  *tiles
	hashes proof.Tiles // reads them
	headOf headFile
	head   head // as it is on disk

	durable atomic.Pointer[state] // what may be signed and proved
	damaged atomic.Bool           // a hash in the tiles was found not to be one of the tree

	directory directory // of the same entries

	recalled *recalling // while the ledger starts
}

// openTree opens the files in dir. Nothing of them is believed before the stream has been compared with them.
func openTree(dir string) (*tree, error) {
	t := &tree{}
	t.directory.begin()
	var err error
	if t.headOf, t.head, err = openHead(dir); err != nil {
		return t, err
	}
	t.tiles, err = openTiles(dir)
	t.hashes, t.recalled = t.tiles.read, &recalling{}
	return t, err
}

func (t *tree) close() error {
	var err error
	if t.tiles != nil {
		err = t.tiles.close()
	}
	if t.headOf.file != nil {
		err = errors.Join(err, t.headOf.file.Close())
	}
	return err
}

// add puts the leaf of the next entry into the tree, and the entry into the directory.
func (t *tree) add(e events.Entry, leaf proof.Hash) { t.tiles.add(t.grow(e, leaf)) }

// grow is add without keeping the hashes that the leaf makes final: it returns them, until the next one.
func (t *tree) grow(e events.Entry, leaf proof.Hash) []proof.Hash {
	t.final = t.edge.Append(leaf, t.final[:0])
	t.directory.add(change{t.edge.Size(), e.Entity, e.Number, leaf})
	return t.final
}

// publish writes the head down, for the barrier to make it durable together with the entries. Hashes can wait: they are
// derived, and one more file to sync for each group costs as much as a dozen entries.
func (t *tree) publish() error {
	if t.tiles.many() {
		if err := t.tiles.flush(); err != nil {
			return err
		}
	}
	t.head = head{before: t.head.told(), now: state{t.edge.Size(), t.edge.Root()}}
	return t.headOf.write(t.head)
}

// confirm marks what the barrier has made durable. If we crash before, a start takes the state before for what was told.
func (t *tree) confirm() error {
	t.head.confirmed = true
	now := t.head.now
	t.durable.Store(&now)
	t.directory.tidy(now.sequence)
	return t.headOf.write(t.head)
}
