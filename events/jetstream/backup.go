package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nats-io/nats.go/jetstream"

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
	text, err := json.Marshal(backups{b.Until})
	if err == nil {
		err = writeDurably(filepath.Join(l.config.Dir, backupsFile), append(text, '\n'))
	}
	if err != nil {
		return b, fmt.Errorf("note the backup: %w", err)
	}
	l.keys.making.Lock()
	defer l.keys.making.Unlock()
	return b, l.keys.sheets(ctx, func(s vault.Sheet, _ uint64) error {
		b.Sheets = append(b.Sheets, s)
		return nil
	})
}

// GoneFrom is the day from which no backup holds a key that is destroyed now: that many days from now, or later where a backup
// was made that is good for longer. It is false for a plain ledger.
func (l *Ledger) GoneFrom() (day events.Date, sealed bool) {
	day = events.DateOf(l.config.Now()).AddDays(l.config.BackupDays)
	var made backups
	text, err := os.ReadFile(filepath.Join(l.config.Dir, backupsFile))
	if err == nil {
		err = json.Unmarshal(text, &made)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.config.Log.Warn("it cannot be read how long backups of the keys are good", "error", err)
	}
	return max(day, made.KeysUntil.AddDays(1)), l.keys != nil
}

// RestoreKeys puts keys into the store in dir, which has entries and no keys: for a ledger that is restored. Its last day
// must not have passed: vault.ErrExpired. Keys of those who have been erased are destroyed again when the ledger is opened.
func RestoreKeys(ctx context.Context, dir string, b vault.Backup, today events.Date) (err error) {
	if today > b.Until {
		return vault.ErrExpired
	}
	server, err := StartServer(ServerConfig{Dir: dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	conn, err := server.Connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	stream, err := js.Stream(ctx, streamName)
	if err != nil {
		return fmt.Errorf("open the stream: %w", err)
	}
	if id := stream.CachedInfo().Config.Metadata["ledger.id"]; id != b.Ledger {
		return fmt.Errorf("%w: these are of ledger %s, not of %s", vault.ErrBackup, b.Ledger, id)
	}
	if _, err = js.CreateStream(ctx, keysConfig(b.Ledger, 1)); err != nil {
		return fmt.Errorf("make the stream of keys: %w", err)
	}
	for _, s := range b.Sheets {
		if _, err := js.Publish(ctx, keySubject, s.Encode(), jetstream.WithExpectStream(keyStream)); err != nil {
			return fmt.Errorf("put back the keys: %w", err)
		}
	}
	return nil
}

// WhileStopped does something with a directory that no process has open: else ErrLocked.
func WhileStopped(dir string, do func() error) error {
	lock, err := LockDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(do(), lock.Close())
}
