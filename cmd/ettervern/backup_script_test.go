package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"ettervern/cmd/ettervern/api"
	"ettervern/events"
	"ettervern/events/vault"
)

// the DIR sets $BACKUP to the first backup in a directory.
func the(ts *testscript.TestScript, _ bool, args []string) {
	all, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*"))
	ts.Check(err)
	ts.Setenv("BACKUP", all[0])
}

func keysIn(ts *testscript.TestScript, file string) vault.Backup {
	keys, err := vault.DecodeBackup([]byte(ts.ReadFile(file)))
	ts.Check(err)
	return keys
}

// gone ANSWER KEYS demands that an erasure names the day after the last on which a backup of keys is good.
func gone(ts *testscript.TestScript, _ bool, args []string) {
	var erased api.Shredded
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &erased))
	if until := keysIn(ts, args[1]).Until; erased.KeyGoneFrom != until.AddDays(1) {
		ts.Fatalf("gone from %s, and the backup is good until %s", erased.KeyGoneFrom, until)
	}
}

// expired KEYS makes a backup of keys look as if it was made long ago.
func expired(ts *testscript.TestScript, _ bool, args []string) {
	keys := keysIn(ts, args[0])
	keys.Until = events.MustDate("2026-01-01")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), keys.Encode(), 0o600))
}
