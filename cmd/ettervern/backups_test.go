package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/api"
)

// TestOneBackupAtATimeAndNoneHalfLeft begins backups of a program and closes it at once: what is in the directory afterwards is
// whole.
func TestOneBackupAtATimeAndNoneHalfLeft(t *testing.T) {
	into := filepath.Join(t.TempDir(), "backups")
	require.NoError(t, os.MkdirAll(into, 0o700))
	p, err := open(t.Context(), config{dir: t.TempDir(), copies: into, gate: everyone("operator"), callers: everyone("operator"), log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	do := func(method string) (int, string) {
		w := httptest.NewRecorder()
		p.handler.ServeHTTP(w, httptest.NewRequest(method, "/v1/backups", strings.NewReader("{}")))
		body, err := io.ReadAll(w.Result().Body)
		require.NoError(t, err)
		return w.Code, string(body)
	}
	status, body := do(http.MethodPost)
	require.Equal(t, http.StatusAccepted, status, body)
	require.Contains(t, body, `"status":"running"`)
	if status, body = do(http.MethodPost); status != http.StatusAccepted { // else the first was quick
		require.Equal(t, http.StatusConflict, status)
		require.Contains(t, body, `"code":"backup_running"`)
	}
	require.NoError(t, p.Close(t.Context()))
	_, body = do(http.MethodGet)
	var all api.BackupList
	require.NoError(t, json.Unmarshal([]byte(body), &all))
	require.NotEmpty(t, all.Rows)
	made := 0
	for _, one := range all.Rows {
		require.NotEqual(t, api.BackupRunning, one.Status)
		if one.Status == api.BackupMade {
			made++
			require.FileExists(t, filepath.Join(into, one.Name, backupSums))
		}
	}
	left, err := os.ReadDir(into)
	require.NoError(t, err)
	require.Len(t, left, made)
}
