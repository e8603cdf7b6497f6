package jetstream

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"golang.org/x/mod/sumdb/tlog"

	"ettervern/events"
	"ettervern/events/proof"
)

const (
	hashesName = "hashes"
	flushAt    = 1 << 14 // hashes kept before they are written
)

// tree is the Merkle tree over the stream: its right edge in memory, its hashes in a file beside the store, in the order
// in which tlog.StoredHashIndex numbers them. The file is derived from the stream and made anew when it is lost.
//
// While the ledger starts the tree is fold's, from then on the writer's. Anyone may read hashes of durable entries.
type tree struct {
	edge    proof.Edge
	hashes  hashFile
	held    int64        // hashes in the file
	waiting []proof.Hash // to be written after those
	headOf  headFile
	head    head // as it is on disk

	durable atomic.Pointer[state] // what may be signed and proved

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
	file, err := os.OpenFile(filepath.Join(dir, hashesName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return t, fmt.Errorf("open the file of hashes: %w", err)
	}
	t.hashes = hashFile{file}
	t.recalled = &recalling{known: bufio.NewReaderSize(file, 1<<16)}
	return t, nil
}

func (t *tree) close() error {
	var errs []error
	for _, f := range []*os.File{t.headOf.file, t.hashes.file} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// add puts the leaf of the next entry into the tree, and the entry into the directory.
func (t *tree) add(e events.Entry, leaf proof.Hash) {
	t.waiting = t.edge.Append(leaf, t.waiting)
	t.directory.add(change{t.edge.Size(), e.Entity, e.Number, leaf})
}

// flush writes the hashes that wait. Before a checkpoint is signed all of them are written, so that what it proves can be read.
func (t *tree) flush() error {
	if err := t.hashes.write(t.waiting, t.held); err != nil {
		return err
	}
	t.held += int64(len(t.waiting))
	t.waiting = t.waiting[:0]
	return nil
}

// publish writes the head down, for the barrier to make it durable together with the entries. Hashes can wait: they are
// derived, and one more file to sync for each group costs as much as a dozen entries.
func (t *tree) publish() error {
	if len(t.waiting) >= flushAt {
		if err := t.flush(); err != nil {
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

// hashFile reads and writes hashes by their place.
type hashFile struct{ file *os.File }

// ReadHashes reads the hashes at these places.
func (h hashFile) ReadHashes(places []int64) ([]proof.Hash, error) {
	hashes := make([]proof.Hash, len(places))
	for i, place := range places {
		if _, err := h.file.ReadAt(hashes[i][:], place*tlog.HashSize); err != nil {
			return nil, fmt.Errorf("read the file of hashes: %w", err)
		}
	}
	return hashes, nil
}

// leaf is the leaf hash that the file has for the entry at a sequence.
func (h hashFile) leaf(sequence uint64) (proof.Hash, error) {
	hashes, err := h.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(sequence)-1)})
	if err != nil {
		return proof.Hash{}, err
	}
	return hashes[0], nil
}

func (h hashFile) write(hashes []proof.Hash, at int64) error {
	if len(hashes) == 0 {
		return nil
	}
	whole := make([]byte, 0, len(hashes)*tlog.HashSize)
	for i := range hashes {
		whole = append(whole, hashes[i][:]...)
	}
	if _, err := h.file.WriteAt(whole, at*tlog.HashSize); err != nil {
		return fmt.Errorf("write the file of hashes: %w", err)
	}
	return nil
}
