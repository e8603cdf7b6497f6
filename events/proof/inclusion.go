package proof

import (
	"bytes"
	"fmt"

	format "github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Signed is a checkpoint together with its signed note, as it is put into proofs.
type Signed struct {
	Checkpoint
	Note []byte
}

// Proven is one entry as it is stored, with the proof that it is in the ledger.
type Proven struct {
	Number   uint64 // in the entity's history
	Sequence uint64 // in the ledger
	Stored   []byte // the bytes that the leaf is the hash of
	Proof    []byte // c2sp.org/tlog-proof@v1
}

// ProveInclusion is the proof, as c2sp.org/tlog-proof@v1, that the leaf at index is in the checkpoint's tree. It reads
// hashes as tlog.StoredHashIndex numbers them, and checks its own proof before handing it out: hashes that were
// changed give ErrForged.
func ProveInclusion(s Signed, index uint64, leaf Hash, hashes tlog.HashReader) ([]byte, error) {
	if index >= s.Size {
		return nil, fmt.Errorf("%w: entry %d is not in a tree of %d", ErrForged, index+1, s.Size)
	}
	path, err := tlog.ProveRecord(int64(s.Size), int64(index), hashes)
	if err != nil {
		return nil, fmt.Errorf("prove entry %d: %w", index+1, err)
	}
	if err := tlog.CheckRecord(path, int64(s.Size), s.Root, int64(index), leaf); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForged, err)
	}
	p := format.TLogProof{Index: index, Checkpoint: s.Note}
	for _, h := range path {
		p.Hashes = append(p.Hashes, h)
	}
	return p.Marshal(), nil
}

// CheckInclusion is the place and the checkpoint that a c2sp.org/tlog-proof@v1 proves for the leaf, or ErrForged.
func CheckInclusion(proof []byte, leaf Hash, verifier note.Verifier) (index uint64, c Checkpoint, err error) {
	var p format.TLogProof
	if err := p.Unmarshal(proof); err != nil {
		return 0, c, fmt.Errorf("%w: %w", ErrForged, err)
	}
	if !bytes.Equal(p.Marshal(), proof) {
		return 0, c, fmt.Errorf("%w: it is not written as it must be", ErrForged)
	}
	if c, err = OpenCheckpoint(p.Checkpoint, verifier); err != nil {
		return 0, c, err
	}
	if p.Index >= c.Size {
		return 0, c, fmt.Errorf("%w: the tree of %d has no entry %d", ErrForged, c.Size, p.Index+1)
	}
	path := make(tlog.RecordProof, len(p.Hashes))
	for i, h := range p.Hashes {
		path[i] = h
	}
	if err := tlog.CheckRecord(path, int64(c.Size), c.Root, int64(p.Index), leaf); err != nil {
		return 0, c, fmt.Errorf("%w: %w", ErrForged, err)
	}
	return p.Index, c, nil
}
