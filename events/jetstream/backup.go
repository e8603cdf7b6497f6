package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"ettervern/events"
	"ettervern/events/vault"
)

// KeysDir is where in a ledger's directory its keys lie.
var KeysDir = filepath.Join("store", "jetstream", ledgerAccount, "streams", keyStream)

// backupsFile says how long backups of the keys are good, the longest of them.
const backupsFile = "backups.json"

type backups struct {
	KeysUntil events.Date `json:"keysUntil"`
}

// KeyBackup is a copy of every key, good until the day that GoneFrom names now. The day is on disk before anyone has the
// copy, so that no later erasure names an earlier one. A plain ledger has none: ErrPlain.
func (l *Ledger) KeyBackup(ctx context.Context) (vault.Backup, error) {
	if l.keys == nil {
		return vault.Backup{}, ErrPlain
	}
	goneFrom, _ := l.GoneFrom()
	b := vault.Backup{Ledger: l.identity.ID, Until: goneFrom.AddDays(-1)}
	if err := l.noteKeysUntil(ctx, b.Until); err != nil {
		return b, err
	}
	l.keys.making.Lock() // nothing is destroyed meanwhile: who is not among the erasures has a key on the sheets
	defer l.keys.making.Unlock()
	err := l.keys.sheets(ctx, func(s vault.Sheet, _ uint64) error {
		b.Sheets = append(b.Sheets, s)
		return nil
	})
	for some := range slices.Chunk(l.erasures(), stretch) {
		if err != nil {
			break
		}
		var stored [][]byte
		stored, err = readAll(ctx, l, some, readBody)
		b.Erasures = append(b.Erasures, stored...)
	}
	return b, err
}

// noteKeysUntil notes how long a backup is good, in the directory and, for the machines that take over, in the lease.
func (l *Ledger) noteKeysUntil(ctx context.Context, until events.Date) error {
	if err := noteKeysUntil(l.config.Dir, until); err != nil {
		return err
	}
	l.keysUntil.Store(max(l.keysUntil.Load(), int32(until)))
	if err := l.proveLease(ctx); err != nil {
		return fmt.Errorf("note the backup: %w", err)
	}
	return nil
}

// erasures is the sequences of the entries that say who was erased: nothing comes after them in a history.
func (l *Ledger) erasures() (sequences []uint64) {
	l.keys.mu.Lock()
	defer l.keys.mu.Unlock()
	for entity := range l.keys.erased {
		of := l.index.of(entity)
		sequences = append(sequences, of[len(of)-1])
	}
	slices.Sort(sequences)
	return sequences
}

// GoneFrom is the day from which no backup holds a key that is destroyed now: that many days from now, or later where a backup
// was made that is good for longer. It is false for a plain ledger.
func (l *Ledger) GoneFrom() (day events.Date, sealed bool) {
	day = events.DateOf(l.config.Now()).AddDays(l.config.BackupDays)
	made, err := keysUntil(l.config.Dir)
	if err != nil {
		l.config.Log.Warn("it cannot be read how long backups of the keys are good", "error", err)
	}
	made = max(made, events.Date(l.keysUntil.Load()))
	return max(day, made.AddDays(1)), l.keys != nil
}

// keysUntil is until when the longest of the backups is good that were made of a ledger; 0 when none was.
func keysUntil(dir string) (events.Date, error) {
	var made backups
	text, err := os.ReadFile(filepath.Join(dir, backupsFile))
	if err == nil {
		err = json.Unmarshal(text, &made)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return made.KeysUntil, err
}
