package jetstream

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ettervern/events/proof"
)

const headName = "head"

// state is how long the stream is and what its root is.
type state struct {
	sequence uint64
	root     proof.Hash
}

// head is what the ledger writes down of itself before each barrier, so that the same barrier makes it durable: what it
// is about to answer for, and what it answered for before. After the barrier it marks the new state as confirmed.
//
// A killed process leaves the mark, for it is in the page cache. After a power cut the mark can be missing: either the
// cut came before the barrier returned, and nobody was told; or after it, and then the disk holds the entries as well.
type head struct {
	before, now state
	confirmed   bool
}

// told is what somebody may have been told of.
func (h head) told() state {
	if h.confirmed {
		return h.now
	}
	return h.before
}

// text is the head with its checksum, always of the same length: it is written in place, within one sector of the disk.
func (h head) text() []byte {
	word := "published"
	if h.confirmed {
		word = "confirmed"
	}
	text := fmt.Appendf(nil, "ettervern head 1\n%020d %s %s\n%020d %s\n",
		h.now.sequence, base64.StdEncoding.EncodeToString(h.now.root[:]), word,
		h.before.sequence, base64.StdEncoding.EncodeToString(h.before.root[:]))
	sum := sha256.Sum256(text)
	return append(hex.AppendEncode(text, sum[:]), '\n')
}

// parseHead accepts exactly what text writes.
func parseHead(text []byte) (h head, err error) {
	var nowRoot, beforeRoot, word string
	if _, err := fmt.Sscanf(string(text), "ettervern head 1\n%d %s %s\n%d %s\n",
		&h.now.sequence, &nowRoot, &word, &h.before.sequence, &beforeRoot); err != nil {
		return head{}, fmt.Errorf("%w: the head file cannot be read", ErrBroken)
	}
	h.confirmed = word == "confirmed"
	_, err1 := base64.StdEncoding.Decode(h.now.root[:], []byte(nowRoot))
	_, err2 := base64.StdEncoding.Decode(h.before.root[:], []byte(beforeRoot))
	if errors.Join(err1, err2) != nil || !bytes.Equal(h.text(), text) {
		return head{}, fmt.Errorf("%w: the head file cannot be read", ErrBroken)
	}
	return h, nil
}

// headFile is the head on disk. It belongs to whoever grows the tree.
type headFile struct{ file *os.File }

// openHead opens the head file, and makes that of an empty ledger when there is none: it holds for any stream.
func openHead(dir string) (headFile, head, error) {
	file, err := os.OpenFile(filepath.Join(dir, headName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return headFile{}, head{}, fmt.Errorf("open the head file: %w", err)
	}
	f := headFile{file}
	text, err := io.ReadAll(file)
	if err != nil {
		return f, head{}, fmt.Errorf("read the head file: %w", err)
	}
	if len(text) == 0 {
		empty := (&proof.Edge{}).Root()
		h := head{before: state{0, empty}, now: state{0, empty}, confirmed: true}
		return f, h, f.write(h)
	}
	h, err := parseHead(text)
	return f, h, err
}

func (f headFile) write(h head) error {
	if _, err := f.file.WriteAt(h.text(), 0); err != nil {
		return fmt.Errorf("write the head file: %w", err)
	}
	return nil
}
