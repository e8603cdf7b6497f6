// Package bundle is the audit bundle of one youth: every entry as it is stored, proofs that they are all there is, the
// law, and the verdicts that follow; and how it is checked by someone who trusts nobody. docs/bundle.md tells its form
// byte by byte.
//
// The contract for change: a bundle that was given out must be found right for ever. Files may be added; a meaning is
// never changed. If a golden test fails, change the code, not the file.
package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/events/vault"
	"ettervern/projections/requirements"
)

// The names of the files, but for those of entries.
const (
	questionFile    = "question.json"
	checkpointFile  = "checkpoint"
	earlierFile     = "checkpoint.earlier"
	consistencyFile = "consistency"
	verdictsFile    = "verdicts.ndjson"
	lawFile         = "requirements.json"
	sumsFile        = "SHA256SUMS"
)

const format = "ettervern/bundle@v1"

// Bundle is what a bundle is made of; everything else in it follows.
type Bundle struct {
	Question   Question
	Checkpoint []byte     // signed note that all proofs are under
	Earlier    []byte     // an earlier one, by which the ledger is shown to have only grown; nil for none
	Growth     []byte     // the proof of that
	Standings  []Standing // the youth's, then those of the units whose routines may count, in the order of their ids
}

// Question is what the verdicts answer.
type Question struct {
	Format   string      `json:"format"`
	Youth    string      `json:"youth"`
	ValidAt  events.Date `json:"validAt"`
	KnownAt  time.Time   `json:"knownAt"`  // when the last entry under the checkpoint was recorded, as the ledger says
	Sequence uint64      `json:"sequence"` // of that entry: what was recorded up to it counts
}

// Standing is the whole history of an entity under the checkpoint.
type Standing struct {
	Entity  events.Entity
	Entries []proof.Proven
	Keys    []*vault.Key // that open them, in the order in which they are named; those destroyed are not there
	Path    []byte       // through the directory: there are no more
}

// NewQuestion asks for verdicts about a youth on a day, by what the ledger knew at a sequence.
func NewQuestion(youth string, validAt events.Date, knownAt time.Time, sequence uint64) Question {
	return Question{format, youth, validAt, knownAt, sequence}
}

// Verdicts is the verdicts that follow from the entries: the lines that `ettervern verdicts` prints as NDJSON.
func (b *Bundle) Verdicts() ([]byte, error) {
	entries, err := b.entries()
	if err != nil {
		return nil, err
	}
	return judge(b.Question, entries)
}

// Archive is the bundle as a zip file; the same bundle always is the same bytes.
func (b *Bundle) Archive() ([]byte, error) {
	verdicts, err := b.Verdicts()
	if err != nil {
		return nil, err
	}
	question, err := json.Marshal(b.Question)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		questionFile: append(question, '\n'), checkpointFile: b.Checkpoint, verdictsFile: verdicts, lawFile: requirements.Published(),
	}
	if b.Earlier != nil {
		files[earlierFile], files[consistencyFile] = b.Earlier, b.Growth
	}
	for _, s := range b.Standings {
		s.into(files)
	}
	b.readMe(files)
	files[sumsFile] = sums(files)
	if len(files) > maxFiles {
		return nil, fmt.Errorf("a bundle holds at most %d files, not %d", maxFiles, len(files))
	}
	return pack(files), nil
}

// into adds the files of one entity. Entries that cannot be opened have no contents beside them.
func (s *Standing) into(files map[string][]byte) {
	files[s.file("directory")] = s.Path
	for _, e := range s.Entries {
		files[s.numbered(e, "entry")], files[s.numbered(e, "tlog-proof")] = e.Stored, e.Proof
		if contents, _, err := s.open(e); err == nil && contents != nil {
			files[s.numbered(e, "json")] = contents
		}
	}
	if len(s.Keys) > 0 {
		files[s.file("keys")] = s.keys()
	}
}

func (s *Standing) file(name string) string { return "entries/" + s.Entity.String() + "/" + name }

func (s *Standing) numbered(e proof.Proven, kind string) string {
	return s.file(fmt.Sprintf("%04d.%s", e.Number, kind))
}

// sums is the files' SHA-256, as sha256sum writes and checks them, but for its own.
func sums(files map[string][]byte) []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name != sumsFile {
			fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(files[name]), name)
		}
	}
	return b.Bytes()
}
