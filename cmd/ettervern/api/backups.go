package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/access"
	"ettervern/events"
)

// ErrBackupRunning: one backup is made at a time.
var ErrBackupRunning = errors.New("a backup is being made already")

// Backups are copies of the ledger that its server makes while it goes on, where its operator has said.
type Backups interface {
	// Start begins one and does not wait for it; or it is ErrBackupRunning. by is for the log.
	Start(by string) (Backup, error)
	// List is those that were begun since the server started, in order.
	List() []Backup
}

// How a backup is.
const (
	BackupRunning = "running"
	BackupMade    = "made"
	BackupFailed  = "failed" // why, the server's log says
)

// Backup is one of them.
type Backup struct {
	ID        int         `json:"id" doc:"Counts since the server was started."`
	Status    string      `json:"status" enum:"running,made,failed"`
	Began     time.Time   `json:"began"`
	Name      string      `json:"name,omitempty" doc:"Of one that was made: its directory on the server."`
	Entries   uint64      `json:"entries,omitempty" doc:"Likewise: how many entries it holds, up to a signed checkpoint."`
	KeysUntil events.Date `json:"keysUntil,omitzero" doc:"Likewise: the last day on which its keys are good."`
}

// BackupList is the answer to who asks for them.
type BackupList struct {
	Rows []Backup `json:"rows" doc:"Those that were begun since the server started."`
}

func (a *api) backupRoutes() {
	get(a, "/v1/backups", "backups", "The backups that this server was told to make", nil, a.listBackups)
	huma.Register(a.huma, huma.Operation{
		OperationID: "backup", Method: http.MethodPost, Path: "/v1/backups", Summary: "Begin a backup of the ledger, on the server",
		Description:   "It is made where the server was told to (serve --backups), and nothing of it is sent. Ask for the list to see what becomes of it.",
		DefaultStatus: http.StatusAccepted, Errors: []int{401, 403, 409, 501, 503},
	}, a.startBackup)
}

// backups is what makes them, for those who may ask for it.
func (a *api) backups(ctx context.Context) (Backups, access.Grant, error) {
	grant, err := access.Allowed(ctx, access.Backup)
	if err != nil {
		return nil, grant, err
	}
	if a.Backups == nil {
		return nil, grant, problem("no_backups", "this server was not told where to make backups: serve --backups DIR")
	}
	return a.Backups, grant, nil
}

func (a *api) listBackups(ctx context.Context, _ *none) (*dated[BackupList], error) {
	backups, _, err := a.backups(ctx)
	if err != nil {
		return nil, a.failed(err)
	}
	return answer(a, BackupList{backups.List()}, nil)
}

func (a *api) startBackup(ctx context.Context, _ *none) (*dated[Backup], error) {
	backups, grant, err := a.backups(ctx)
	if err != nil {
		return nil, a.failed(err)
	}
	begun, err := backups.Start(inLog(grant))
	if errors.Is(err, ErrBackupRunning) {
		err = problem("backup_running", err.Error())
	}
	return answer(a, begun, err)
}
