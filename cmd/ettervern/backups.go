package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"ettervern/cmd/ettervern/api"
)

// backups makes backups of the ledger of a running program, one at a time. What it knows of them ends with the program.
type backups struct {
	program  *program
	dir      string // of the ledger
	into     string
	log      *slog.Logger
	lifetime context.Context // of the program

	mu   sync.Mutex
	made []api.Backup // guarded by mu; only the last may be running
}

// Start begins a backup, unless one is running.
func (b *backups) Start(by string) (api.Backup, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.made); n > 0 && b.made[n-1].Status == api.BackupRunning {
		return api.Backup{}, api.ErrBackupRunning
	}
	begun := api.Backup{ID: len(b.made) + 1, Status: api.BackupRunning, Began: time.Now().UTC()}
	b.made = append(b.made, begun)
	b.log.Info("a backup was begun", "by", by)
	b.program.beside.Go(b.run)
	return begun, nil
}

// List is what was begun since the program started, in order.
func (b *backups) List() []api.Backup {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.made)
}

// run makes the one that was begun.
func (b *backups) run() {
	made, err := makeBackup(b.lifetime, b.program.ledger, b.program.accesses, b.dir, b.into)
	status := api.BackupMade
	if err != nil {
		b.log.Error("the backup failed", "error", err)
		status = api.BackupFailed
	} else {
		b.log.Info("a backup was made", "name", made.name, "entries", made.entries)
		if err := expire(b.into, func(told string) { b.log.Info(told) }); err != nil {
			b.log.Error("keys of backups that have expired are still there", "error", err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	last := &b.made[len(b.made)-1]
	last.Status = status
	if err == nil {
		last.Name, last.Entries, last.KeysUntil = made.name, made.entries, made.keysUntil
	}
}

// ask has a server make a backup, and waits for it.
func (b *backupCommand) ask(ctx context.Context, c *cli, ledger *client) error {
	var now api.Backup
	if err := ledger.post(ctx, "/v1/backups", struct{}{}, &now); err != nil {
		return err
	}
	for ticks := time.Tick(200 * time.Millisecond); now.Status == api.BackupRunning; {
		select {
		case <-ticks:
		case <-ctx.Done():
			return errors.New("the server goes on making the backup; its log says what becomes of it")
		}
		answer, _, err := ledger.get(ctx, "/v1/backups", nil)
		if err != nil {
			return err
		}
		var all api.BackupList
		if err := errors.Join(json.NewDecoder(answer).Decode(&all), answer.Close()); err != nil {
			return err
		}
		i := slices.IndexFunc(all.Rows, func(one api.Backup) bool { return one.ID == now.ID && one.Began.Equal(now.Began) })
		if i < 0 {
			return errors.New("the server was started anew meanwhile; the backup was not made")
		}
		now = all.Rows[i]
	}
	if now.Status != api.BackupMade {
		return errors.New("the backup was not made; the server's log says why")
	}
	return backup{now.Name, now.Entries, now.KeysUntil}.tell(c, now.Name)
}
