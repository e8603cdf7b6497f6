package vault

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
)

// SheetKeys is how many keys a new sheet has.
const SheetKeys = 64

// Sheet is keys as they are kept together, wrapped: a line that tells by which master and for which ledger, and a line
// for each key, its id and what was wrapped. It is text, and what it says of a key tells nothing without the master.
//
// The contract for change: as for entries, sheets that were written once are read for ever.
type Sheet struct {
	Master string
	Ledger string
	Keys   []WrappedKey
}

// WrappedKey is one line of a sheet.
type WrappedKey struct {
	ID      KeyID
	Wrapped []byte
}

const sheetLine = "ettervern keys 1"

var (
	// ErrSheet: bytes that are not a sheet of keys.
	ErrSheet = errors.New("not a sheet of keys")
	// ErrOtherMaster: the keys were wrapped by another master.
	ErrOtherMaster = errors.New("the ledger's keys were wrapped by another master key")
)

// Wrap is the line of a key. Its error is the master's.
func Wrap(m Master, ledger string, k *Key) (WrappedKey, error) {
	wrapped, err := m.Wrap(k.secret[:], aboutKey(ledger, k.ID))
	return WrappedKey{k.ID, wrapped}, err
}

// Unwrap is the key of a line, as Wrap was given it. Its errors are the master's, or ErrNotWrapped.
func (w WrappedKey) Unwrap(m Master, ledger string) (*Key, error) {
	secret, err := m.Unwrap(w.Wrapped, aboutKey(ledger, w.ID))
	if err != nil {
		return nil, err
	}
	if k, err := keyOf(secret); err == nil && k.ID == w.ID {
		return k, nil
	}
	return nil, ErrNotWrapped
}

func aboutKey(ledger string, id KeyID) []byte {
	return id.appendText([]byte("ettervern key 1\x00" + ledger + "\x00"))
}

// Encode writes the sheet.
func (s Sheet) Encode() []byte {
	const line = 128 // bytes, and room to spare
	b := fmt.Appendf(make([]byte, 0, line*(len(s.Keys)+2)), "%s %s %s\n", sheetLine, s.Master, s.Ledger)
	for _, k := range s.Keys {
		b = append(k.ID.appendText(b), ' ')
		b = append(base64.StdEncoding.AppendEncode(b, k.Wrapped), '\n')
	}
	return b
}

// DecodeSheet reads what Encode wrote. Its error is ErrSheet.
func DecodeSheet(text []byte) (s Sheet, err error) {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	names, ok := bytes.CutPrefix(first, []byte(sheetLine+" "))
	master, ledger, _ := bytes.Cut(names, []byte(" "))
	s.Master, s.Ledger = string(master), string(ledger)
	for ok && len(rest) > 0 {
		var line []byte
		line, rest, ok = bytes.Cut(rest, []byte("\n"))
		id, wrapped, _ := bytes.Cut(line, []byte(" "))
		w := WrappedKey{Wrapped: make([]byte, base64.StdEncoding.DecodedLen(len(wrapped)))}
		n, err := base64.StdEncoding.Strict().Decode(w.Wrapped, wrapped)
		w.Wrapped = w.Wrapped[:n]
		var named bool
		w.ID, named = parseKeyID(id)
		ok = ok && named && err == nil && w.ID != KeyID{}
		s.Keys = append(s.Keys, w)
	}
	if !ok {
		return Sheet{}, ErrSheet
	}
	return s, nil
}
