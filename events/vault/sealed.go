package vault

import (
	"bytes"
	"errors"
	"strconv"
	"time"

	"ettervern/events"
)

// Clear is what anyone can read of a sealed entry.
type Clear struct {
	Entity   events.Entity
	Number   uint64
	Recorded time.Time // UTC, whole microseconds
	Key      KeyID     // zero for an entry that is not sealed
}

// FormatLine begins every stored entry of ledger format 2, and none of format 1.
const FormatLine = "ettervern entry 2\n"

const (
	padding = 256 // bytes; the length of what is sealed is a multiple of it
)

var (
	// ErrForm: stored bytes that are not an entry of ledger format 2.
	ErrForm = errors.New("not an entry of ledger format 2")
	// ErrForged: what was sealed was changed since, or belongs to another entity, number, time or key.
	ErrForged = errors.New("the sealed entry was changed, or belongs elsewhere")
	// ErrNoKey: the key is not there: it was destroyed, or is lost.
	ErrNoKey = errors.New("there is no key that opens this entry")
)

// Pad fills a body up with spaces, so that its length tells little of what is in it. Open takes them off again.
func Pad(body []byte) []byte {
	n := (padding - len(body)%padding) % padding
	return append(body, bytes.Repeat([]byte{' '}, n)...)
}

// Seal appends to dst the entry as it is stored: the clear lines, and a padded body that only the key opens, only under
// these lines. Each call draws a new nonce, so the same entry may be sealed again.
//
// The contract for change: stored bytes are for ever. What Seal writes may change only together with the number in the
// first line, and Parse and Open go on reading what was written; the golden vectors stay as they are.
func (k *Key) Seal(dst []byte, c Clear, padded []byte) []byte {
	begin := len(dst)
	c.Key = k.ID
	dst = c.appendLines(dst)
	aead, _ := k.aead()
	return aead.Seal(dst, nil, padded, dst[begin:])
}

// Plain appends to dst an entry that is stored without sealing: the clear lines, with - for the key, and the body.
func Plain(dst []byte, c Clear, body []byte) []byte {
	c.Key = KeyID{}
	return append(c.appendLines(dst), body...)
}

// Open appends to dst the body that was sealed as these bytes, without its padding. Its errors are ErrForm and ErrForged.
func (k *Key) Open(dst, stored []byte) ([]byte, error) {
	_, sealed, err := Parse(stored)
	if err != nil {
		return nil, err
	}
	return k.open(dst, stored, sealed)
}

// open is Open of stored bytes that were taken apart before.
func (k *Key) open(dst, stored, sealed []byte) ([]byte, error) {
	aead, _ := k.aead()
	body, err := aead.Open(dst, nil, sealed, stored[:len(stored)-len(sealed)])
	if err != nil {
		return nil, ErrForged
	}
	return bytes.TrimRight(body, " "), nil
}

// appendLines writes the clear lines.
func (c Clear) appendLines(b []byte) []byte {
	b = append(append(append(append(append(b, FormatLine...), c.Entity.Kind...), '/'), c.Entity.ID...), ' ')
	b = append(strconv.AppendUint(b, c.Number, 10), ' ')
	b = append(events.AppendRecorded(b, c.Recorded), ' ')
	return append(c.Key.appendText(b), '\n')
}

// Parse takes stored bytes apart into what is clear and what is sealed. It accepts only what Seal writes, in that one
// spelling; its error is ErrForm.
func Parse(stored []byte) (c Clear, sealed []byte, err error) {
	rest, ok := bytes.CutPrefix(stored, []byte(FormatLine))
	line, sealed, ended := bytes.Cut(rest, []byte("\n"))
	entity, line, _ := bytes.Cut(line, []byte(" "))
	number, line, _ := bytes.Cut(line, []byte(" "))
	recorded, key, _ := bytes.Cut(line, []byte(" "))
	kind, id, named := bytes.Cut(entity, []byte("/"))
	c.Entity = events.Entity{Kind: events.Kind(kind), ID: string(id)}
	var isTime, isKey bool
	c.Number, err = strconv.ParseUint(string(number), 10, 64)
	c.Recorded, isTime = events.ParseRecorded(recorded)
	c.Key, isKey = parseKeyID(key)
	if !ok || !ended || !named || err != nil || number[0] == '0' && len(number) > 1 || !isTime || !isKey {
		return Clear{}, nil, ErrForm
	}
	return c, sealed, nil
}
