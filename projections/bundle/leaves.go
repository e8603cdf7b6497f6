package bundle

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ettervern/events"
	"ettervern/events/proof"
)

// Leaf is the line of one entry in the list of all leaves: the key of its entity in the directory, its number there, and
// its leaf in the log. It tells neither who it is about nor what it says.
func Leaf(entity events.Entity, number uint64, leaf proof.Hash) string {
	return leafLine(proof.Key(entity.String()), number, leaf)
}

func leafLine(key proof.Hash, number uint64, leaf proof.Hash) string {
	return fmt.Sprintf("%s %d %s\n", base64.StdEncoding.EncodeToString(key[:]), number, base64.StdEncoding.EncodeToString(leaf[:]))
}

// all works out both trees from the list of all leaves. That the bundle's entries are among them follows: their leaves are
// in the log, and what the directory says of their entities is in the directory.
func (c *check) all() error {
	var log proof.Edge
	var directory proof.Directory
	numbers := map[proof.Hash]uint64{}
	lines := bufio.NewScanner(c.Leaves)
	for log.Size() < c.checkpoint.Size {
		if !lines.Scan() {
			return errors.Join(lines.Err(), fmt.Errorf("the list ends at %d of %d leaves", log.Size(), c.checkpoint.Size))
		}
		key, number, leaf, err := parseLeaf(lines.Text())
		if err != nil {
			return fmt.Errorf("line %d of the leaves: %w", log.Size()+1, err)
		}
		if numbers[key]++; numbers[key] != number {
			return fmt.Errorf("line %d of the leaves: after number %d of an entity comes number %d", log.Size()+1, numbers[key]-1, number)
		}
		log.Append(leaf, nil)
		directory.Set(key, proof.Value(number, leaf))
	}
	switch {
	case log.Root() != c.checkpoint.Root:
		return errors.New("the leaves are not those of the ledger")
	case directory.Root() != c.checkpoint.Directory:
		return errors.New("the directory does not follow from the leaves: the ledger holds back entries of someone")
	}
	return nil
}

func parseLeaf(line string) (key proof.Hash, number uint64, leaf proof.Hash, err error) {
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return key, 0, leaf, errors.New("it is not a key, a number and a hash")
	}
	number, err = strconv.ParseUint(fields[1], 10, 64)
	for i, into := range []*proof.Hash{&key, nil, &leaf} {
		if into == nil || err != nil {
			continue
		}
		var b []byte
		if b, err = base64.StdEncoding.Strict().DecodeString(fields[i]); err == nil && len(b) != len(into) {
			err = errors.New("a hash has 32 bytes")
		}
		copy(into[:], b)
	}
	return key, number, leaf, err
}
