package proof

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Standing is what a ledger proves of one entity under a checkpoint: every entry up to it, and by the entity's path
// through the directory that there are no more; where there is none, that.
type Standing struct {
	Entries []Proven
	Path    Path
}

// pathHeader is the first line of a path through the directory as text.
const pathHeader = "ettervern/directory-proof@v1"

// Path is the way of a key through the directory, from the leaf up.
type Path struct {
	found *record // the leaf where it ends; nil in the empty directory
	steps []step
}

// step is one fork on the way: the bit that it parts by, and the hash of its other side.
type step struct {
	bit    uint8
	beside Hash
}

// Path is the way of a key through the directory as it is now.
func (d *Directory) Path(key Hash) (p Path) {
	if d.root == 0 {
		return p
	}
	d.Root() // works out the hashes beside
	leaf := d.leaves[d.reach(key, func(f *fork, beside place) {
		p.steps = append(p.steps, step{f.bit, d.hash(beside)})
	})]
	p.found = &leaf
	for i, j := 0, len(p.steps)-1; i < j; i, j = i+1, j-1 {
		p.steps[i], p.steps[j] = p.steps[j], p.steps[i]
	}
	return p
}

// Text is the path together with the checkpoint that has its root: the header; “leaf” with key and value of the leaf
// where it ends, or “empty”; for each fork from the leaf up its bit and the hash of its other side; an empty line; the
// checkpoint.
func (p Path) Text(s Signed) []byte {
	out := []byte(pathHeader + "\n")
	if p.found == nil {
		out = append(out, "empty\n"...)
	} else {
		out = fmt.Appendf(out, "leaf %s %s\n", text64(p.found.key), text64(p.found.value))
	}
	for _, s := range p.steps {
		out = fmt.Appendf(out, "%d %s\n", s.bit, text64(s.beside))
	}
	return append(append(out, '\n'), s.Note...)
}

func text64(h Hash) string { return base64.StdEncoding.EncodeToString(h[:]) }

// CheckPath is what a path as text shows of a key under the checkpoint that it brings: the key's value, or that the
// directory does not hold it. It is ErrForged when it shows nothing.
//
// A path proves only where the key leads: at each fork it must take the side that the key's bit says. So nobody can
// show both that a directory holds a key and that it does not.
func CheckPath(path []byte, key Hash, verifier note.Verifier) (value Hash, held bool, c Checkpoint, err error) {
	head, signed, found := bytes.Cut(path, []byte("\n\n"))
	p, err := parsePathText(string(head))
	if err == nil && !found {
		err = fmt.Errorf("%w: it has no checkpoint", ErrForged)
	}
	if err == nil {
		c, err = OpenCheckpoint(signed, verifier)
	}
	if err != nil {
		return value, false, c, err
	}
	root, err := p.climb(key)
	switch {
	case err != nil:
		return value, false, c, err
	case c.Directory == (Hash{}) || root != c.Directory:
		return value, false, c, fmt.Errorf("%w: the path does not lead to the directory's root", ErrForged)
	case p.found == nil || p.found.key != key:
		return value, false, c, nil
	}
	return p.found.value, true, c, nil
}

// climb is the root that the path leads to, if it is the path of this key.
func (p Path) climb(key Hash) (Hash, error) {
	if p.found == nil {
		return emptyRoot, nil
	}
	at, before := p.found.hash(), 256
	for _, s := range p.steps {
		side := bit(p.found.key, s.bit)
		switch {
		case int(s.bit) >= before:
			return at, fmt.Errorf("%w: the forks of the path are not in order", ErrForged)
		case bit(key, s.bit) != side:
			return at, fmt.Errorf("%w: the path is another entity's", ErrForged)
		case side == 0:
			at = forkHash(s.bit, at, s.beside)
		default:
			at = forkHash(s.bit, s.beside, at)
		}
		before = int(s.bit)
	}
	return at, nil
}

// parsePathText accepts exactly what Text writes before the checkpoint.
func parsePathText(head string) (p Path, err error) {
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != pathHeader {
		return p, fmt.Errorf("%w: it is no path through the directory", ErrForged)
	}
	if p.found, err = parseLeaf(lines[1]); err != nil {
		return p, err
	}
	if p.found == nil && len(lines) > 2 {
		return p, fmt.Errorf("%w: there is no path through the empty directory", ErrForged)
	}
	for _, line := range lines[2:] {
		number, hash, _ := strings.Cut(line, " ")
		bit, err := strconv.ParseUint(number, 10, 8)
		beside, ok := hash64(hash)
		if err != nil || !ok || number != strconv.FormatUint(bit, 10) {
			return p, fmt.Errorf("%w: a line is not a bit and a hash", ErrForged)
		}
		p.steps = append(p.steps, step{uint8(bit), beside})
	}
	return p, nil
}

func parseLeaf(line string) (*record, error) {
	if line == "empty" {
		return nil, nil
	}
	fields := strings.Split(line, " ")
	if len(fields) == 3 && fields[0] == "leaf" {
		key, ok := hash64(fields[1])
		if value, fine := hash64(fields[2]); ok && fine {
			return &record{key, value}, nil
		}
	}
	return nil, fmt.Errorf("%w: the leaf is not written as it must be", ErrForged)
}

// hash64 reads a hash in the one form that base64 has for it.
func hash64(text string) (h Hash, ok bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != len(h) || base64.StdEncoding.EncodeToString(b) != text {
		return h, false
	}
	return Hash(b), true
}
