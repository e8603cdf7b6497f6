package proof

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// MaxGrowth is how many hashes a proof of consistency may have (C2SP tlog-witness).
const MaxGrowth = 63

// Submission is what a log brings to a witness (C2SP tlog-witness, add-checkpoint), taken apart and not yet believed.
type Submission struct {
	Old    uint64 // the size from which the proof shows growth
	Origin string // as the checkpoint says
	Signed []byte // the checkpoint
	path   tlog.TreeProof
}

// ParseSubmission takes one apart. Its error is ErrForged, for what is not of the right form.
func ParseSubmission(body []byte) (s Submission, err error) {
	head, signed, found := bytes.Cut(body, []byte("\n\n"))
	s.Old, s.path, err = parsePath(string(head))
	if err == nil && (!found || len(s.path) > MaxGrowth) {
		err = fmt.Errorf("%w: it has no checkpoint, or too many hashes", ErrForged)
	}
	origin, _, _ := bytes.Cut(signed, []byte("\n"))
	s.Origin, s.Signed = string(origin), signed
	return s, err
}

// Grows demands that the proof shows the later checkpoint to continue the earlier one; else it is ErrForged.
func (s Submission) Grows(earlier, later Checkpoint) error { return grows(s.path, earlier, later) }

// Empty is the checkpoint of an empty log, before anything is known of it.
func Empty(origin string) Checkpoint { return Checkpoint{Origin: origin, Root: emptyRoot} }

// Body is the text of a signed note, with every line of it: what signatures are over.
func Body(signed []byte) string { return string(signed[:bytes.LastIndex(signed, []byte("\n\n"))+1]) }
