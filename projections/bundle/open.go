package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/events/vault"
)

// open is what was recorded with a stored entry: its batch of events as JSON, and the entry that it is. Of a sealed one that
// no key opens only the clear part is told, without contents.
func (s *Standing) open(p proof.Proven) (contents []byte, e events.Entry, err error) {
	if !bytes.HasPrefix(p.Stored, []byte(vault.FormatLine)) { // of ledger format 1: in plain
		e, err = events.Decode(s.Entity, p.Sequence, p.Stored)
		return p.Stored, e, err
	}
	clear, sealed, err := vault.Parse(p.Stored)
	if err == nil && clear.Entity != s.Entity {
		err = errors.New("it is an entry of another")
	}
	if err == nil {
		contents, err = s.unseal(clear, sealed, p.Stored)
	}
	switch {
	case err != nil:
	case contents == nil:
		e = events.Entry{Entity: s.Entity, Number: clear.Number, Recorded: clear.Recorded, Sequence: p.Sequence, Erased: true}
	default:
		e, err = events.Decode(s.Entity, p.Sequence, contents)
		if err == nil && (e.Number != clear.Number || !e.Recorded.Equal(clear.Recorded)) {
			err = errors.New("it does not say what its clear lines say")
		}
	}
	if err != nil {
		err = fmt.Errorf("number %d: %w", p.Number, err)
	}
	return contents, e, err
}

// unseal is what was sealed, or nil when no key here opens it. The event that tells of an erasure is not sealed.
func (s *Standing) unseal(clear vault.Clear, sealed, stored []byte) ([]byte, error) {
	if clear.Key == (vault.KeyID{}) {
		return bytes.TrimRight(sealed, " "), nil
	}
	for _, key := range s.Keys {
		if key.ID == clear.Key {
			return key.Open(nil, stored)
		}
	}
	return nil, nil
}

// keys is the file of keys: each on a line.
func (s *Standing) keys() (text []byte) {
	for _, key := range s.Keys {
		text = append(append(text, key.Secret()...), '\n')
	}
	return text
}

func parseKeys(text []byte) (keys []*vault.Key, err error) {
	for line := range strings.Lines(string(text)) {
		key, err := vault.ParseKey(strings.TrimSuffix(line, "\n"))
		if err != nil || !strings.HasSuffix(line, "\n") {
			return nil, errors.Join(err, errors.New("the keys are not written as they must be"))
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// openedAs demands that the contents beside the entries, and the keys, are those that follow from them. It is how many
// entries no key opens.
func (s *Standing) openedAs(files map[string][]byte) (closed int, err error) {
	used := map[vault.KeyID]bool{}
	for _, e := range s.Entries {
		contents, entry, err := s.open(e)
		if err != nil {
			return 0, err
		}
		if entry.Erased {
			closed++
		}
		beside, there := files[s.numbered(e, "json")]
		if there != (contents != nil) || !bytes.Equal(beside, contents) {
			return 0, fmt.Errorf("%s is not what the entry says", s.numbered(e, "json"))
		}
		clear, _, _ := vault.Parse(e.Stored) // of an entry in plain: no key
		used[clear.Key] = true
	}
	for _, key := range s.Keys {
		if !used[key.ID] {
			return 0, errors.New("a key opens nothing")
		}
		delete(used, key.ID)
	}
	return closed, nil
}

// Open tells whether some entry is in plain, so that leaving out the keys would hide nothing.
func (s *Standing) Open() bool {
	return slices.ContainsFunc(s.Entries, func(e proof.Proven) bool { return !bytes.HasPrefix(e.Stored, []byte(vault.FormatLine)) })
}
