package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"ettervern/events"
)

// Backup is a ledger's keys in a file, wrapped as they are in the ledger. It is good until a day: who was erased after it was
// made is in it until then, and must not come back later. It tells who was erased before: an older copy of the entries may not
// know that.
type Backup struct {
	Ledger   string
	Until    events.Date // the last day
	Sheets   []Sheet
	Erasures [][]byte // as stored, in order: the entries that say who was erased
}

const (
	backupLine  = "ettervern key backup 2"
	backupLine1 = "ettervern key backup 1" // tells of no erasures
)

var (
	// ErrBackup: bytes that are not a backup of keys, or not as they were written.
	ErrBackup = errors.New("not a whole backup of keys")
	// ErrExpired: the backup's last day has passed.
	ErrExpired = errors.New("the backup of the keys has expired: whoever was erased since it was made would come back")
)

// Encode writes the backup, with a checksum against accidents.
func (b Backup) Encode() []byte {
	text := fmt.Appendf(nil, "%s\n%s %s\n", backupLine, b.Ledger, b.Until)
	for _, s := range b.Sheets {
		text = append(append(text, '\n'), s.Encode()...)
	}
	for _, e := range b.Erasures {
		text = append(append(append(text, '\n'), e...), '\n')
	}
	sum := sha256.Sum256(text)
	return fmt.Appendf(text, "\n%x\n", sum)
}

// DecodeBackup reads what Encode wrote. Its error is ErrBackup.
func DecodeBackup(text []byte) (b Backup, err error) {
	end := len(text) - 2*sha256.Size - 2
	if end < 0 || !bytes.HasPrefix(text, []byte(backupLine+"\n")) && !bytes.HasPrefix(text, []byte(backupLine1+"\n")) {
		return b, ErrBackup
	}
	sum := sha256.Sum256(text[:end])
	if string(text[end:]) != "\n"+hex.EncodeToString(sum[:])+"\n" {
		return b, ErrBackup
	}
	parts := bytes.Split(text[len(backupLine)+1:end], []byte("\n\n"))
	ledger, until, _ := bytes.Cut(bytes.TrimSuffix(parts[0], []byte("\n")), []byte(" "))
	b.Ledger = string(ledger)
	if b.Until, err = events.ParseDate(string(until)); err != nil {
		return b, ErrBackup
	}
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			part = bytes.TrimSuffix(part, []byte("\n"))
		}
		if err := b.add(part); err != nil {
			return b, ErrBackup
		}
	}
	return b, nil
}

// add reads one part: a sheet of keys, or an erasure.
func (b *Backup) add(part []byte) error {
	if bytes.HasPrefix(part, []byte(FormatLine)) {
		b.Erasures = append(b.Erasures, part)
		return nil
	}
	sheet, err := DecodeSheet(append(bytes.Clone(part), '\n'))
	b.Sheets = append(b.Sheets, sheet)
	return err
}
