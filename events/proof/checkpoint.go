package proof

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// ErrForged: a checkpoint or proof does not show what it says: it was not signed by that key, or not for that tree or
// entry, or its form is not the one of the specification.
var ErrForged = errors.New("the proof does not hold")

// ErrNone: the ledger keeps no tree, and so has neither checkpoints nor proofs.
var ErrNone = errors.New("this ledger has no checkpoints and proofs")

// ErrRewritten: a witness has seen another log under this key, or more of it.
var ErrRewritten = errors.New("a witness has seen another ledger under this key")

// Checkpoint says how large a log is and what its root is. Signed, it commits the log to every entry so far.
type Checkpoint struct {
	Origin string // names the log, and its key
	Size   uint64 // entries
	Root   Hash

	Directory Hash // the root of the Directory over these entries; zero in a checkpoint that says nothing of it
}

// directoryLine begins the extension line that has the root of the directory.
const directoryLine = "directory "

// Text is what is signed: C2SP tlog-checkpoint, with the root of the directory as an extension line. One signature for
// both, so that nobody can show the log of one day with the directory of another.
func (c Checkpoint) Text() string {
	text := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, text64(c.Root))
	if c.Directory != (Hash{}) {
		text += directoryLine + text64(c.Directory) + "\n"
	}
	return text
}

// Sign is the checkpoint as a C2SP signed note.
func (c Checkpoint) Sign(signer note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: c.Text()}, signer)
}

// OpenCheckpoint reads a checkpoint that the verifier's key has signed, for a log of the key's name. Signatures of
// others (witnesses) are passed over, and so are extension lines that are not the directory's. Everything else is ErrForged.
func OpenCheckpoint(signed []byte, verifier note.Verifier) (Checkpoint, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrForged, err)
	}
	c, err := parseCheckpoint(opened.Text)
	switch {
	case err != nil:
		return Checkpoint{}, err
	case c.Origin != verifier.Name():
		return Checkpoint{}, fmt.Errorf("%w: the checkpoint is of another log", ErrForged)
	case !canonical(opened.Sigs):
		return Checkpoint{}, fmt.Errorf("%w: the signature is not written as it must be", ErrForged)
	}
	return c, nil
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 {
		return Checkpoint{}, fmt.Errorf("%w: a checkpoint has three lines", ErrForged)
	}
	size, err := strconv.ParseUint(lines[1], 10, 63)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || err2 != nil || len(root) != len(Hash{}) {
		return Checkpoint{}, fmt.Errorf("%w: no size and root where a checkpoint has them", ErrForged)
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: Hash(root)}
	if len(lines) > 3 && strings.HasPrefix(lines[3], directoryLine) {
		c.Directory, _ = hash64(strings.TrimPrefix(lines[3], directoryLine))
	}
	if !strings.HasPrefix(text, c.Text()) || c.Directory == (Hash{}) && strings.Contains(text, "\n"+directoryLine) {
		return Checkpoint{}, fmt.Errorf("%w: it is not written as it must be", ErrForged)
	}
	return c, nil
}

// canonical tells whether the signatures are in the one form that base64 has for their bytes: the decoder lets others pass.
func canonical(signatures []note.Signature) bool {
	for _, s := range signatures {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return false
		}
	}
	return true
}
