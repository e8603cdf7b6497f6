package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/vault"
)

// TestUnreadableKeysKeepNoOthers has a backup that was broken off by a power cut lie before one whose keys have expired.
func TestUnreadableKeysKeepNoOthers(t *testing.T) {
	into := t.TempDir()
	cut, old := filepath.Join(into, "2020-01-01T000000Z.part", backupKeys), filepath.Join(into, "2020-01-02T000000Z", backupKeys)
	for file, text := range map[string][]byte{cut: nil, old: vault.Backup{Until: events.NewDate(2020, 2, 1)}.Encode()} {
		require.NoError(t, os.Mkdir(filepath.Dir(file), 0o700))
		require.NoError(t, copyBytes(file, text))
	}
	var told []string
	err := expire(into, func(one string) { told = append(told, one) })
	require.ErrorIs(t, err, vault.ErrBackup)
	require.ErrorContains(t, err, cut)
	require.Len(t, told, 1)
	require.NoFileExists(t, old)
	require.FileExists(t, cut)
}

// TestYearCutOffAnywhereIsNotSaved ends a year of accesses after each of its lines, and in the middle of one.
func TestYearCutOffAnywhereIsNotSaved(t *testing.T) {
	whole := "ettervern/accesses@v1 2026\nname\n2\nroot\n\n— signature\n\nkey k\nentry AA==\nleaf bb\n"
	for n := range len(whole) + 1 {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, whole[:n]) }))
		to := filepath.Join(t.TempDir(), "year")
		export := exportCommand{Year: "2026", To: to}
		err := export.year(t.Context(), &client{base: server.URL})
		server.Close()
		if n == len(whole) {
			require.NoError(t, err)
			continue
		}
		require.Error(t, err, "cut off after %q", whole[:n])
		require.NoFileExists(t, to)
	}
}
