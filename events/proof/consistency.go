package proof

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrNotThatLong: the log has fewer entries than the old tree is said to have.
var ErrNotThatLong = errors.New("the ledger has fewer entries than that")

// ProveConsistency is the proof that the checkpoint's tree begins with the tree of the first old entries, in the form in
// which a witness takes it (C2SP tlog-witness, add-checkpoint): the old size, the hashes of RFC 6962 § 2.1.2, an empty
// line, the checkpoint. Nothing needs to be proved of the empty tree. It fails with ErrNotThatLong; and it checks its own proof
// before handing it out: hashes that were changed give ErrForged.
func ProveConsistency(s Signed, old uint64, hashes tlog.HashReader) ([]byte, error) {
	if old > s.Size {
		return nil, ErrNotThatLong
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "old %d\n", old)
	if old > 0 {
		path, err := tlog.ProveTree(int64(s.Size), int64(old), hashes)
		if err != nil {
			return nil, fmt.Errorf("prove the tree of %d: %w", old, err)
		}
		root, err := tlog.TreeHash(int64(old), hashes)
		if err != nil {
			return nil, fmt.Errorf("prove the tree of %d: %w", old, err)
		}
		if err := tlog.CheckTree(path, int64(s.Size), s.Root, int64(old), root); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrForged, err)
		}
		for _, h := range path {
			fmt.Fprintln(&out, text64(h))
		}
	}
	out.WriteByte('\n')
	out.Write(s.Note)
	return out.Bytes(), nil
}

// CheckConsistency is the checkpoint that a consistency proof shows to continue the old one, or ErrForged.
func CheckConsistency(proof []byte, old Checkpoint, verifier note.Verifier) (c Checkpoint, err error) {
	head, signed, found := bytes.Cut(proof, []byte("\n\n"))
	size, path, err := parsePath(string(head))
	switch {
	case err != nil:
		return c, err
	case !found || size != old.Size:
		return c, fmt.Errorf("%w: it does not begin at size %d", ErrForged, old.Size)
	}
	if c, err = OpenCheckpoint(signed, verifier); err != nil {
		return c, err
	}
	return c, grows(path, old, c)
}

// grows demands that a path shows the tree of c to continue that of old.
func grows(path tlog.TreeProof, old, c Checkpoint) (err error) {
	switch {
	case c.Size < old.Size:
		return fmt.Errorf("%w: the tree has shrunk from %d to %d", ErrForged, old.Size, c.Size)
	case old.Size > 0:
		err = tlog.CheckTree(path, int64(c.Size), c.Root, int64(old.Size), old.Root)
	case old.Root != emptyRoot || len(path) > 0 || c.Size == 0 && c.Root != emptyRoot:
		err = fmt.Errorf("the empty tree is another")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrForged, err)
	}
	return nil
}

func parsePath(head string) (old uint64, path tlog.TreeProof, err error) {
	lines := strings.Split(head, "\n")
	number, ok := strings.CutPrefix(lines[0], "old ")
	old, err = strconv.ParseUint(number, 10, 63)
	if !ok || err != nil || number != strconv.FormatUint(old, 10) {
		return 0, nil, fmt.Errorf("%w: it does not begin with the old size", ErrForged)
	}
	for _, line := range lines[1:] {
		h, ok := hash64(line)
		if !ok {
			return 0, nil, fmt.Errorf("%w: a line is not a hash", ErrForged)
		}
		path = append(path, h)
	}
	return old, path, nil
}
