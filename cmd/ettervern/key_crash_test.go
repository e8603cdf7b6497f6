package main_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/vault"
)

// TestAKilledChangeOfTheMasterKeyLosesNothing kills the real binary while it changes the master key, at any time. Each time one of the
// two keys opens the ledger and the log of who has looked; then the change goes on where it was.
func TestAKilledChangeOfTheMasterKeyLosesNothing(t *testing.T) {
	const youths, rounds = 400, 4
	work := t.TempDir()
	binary, dir, file := filepath.Join(work, "ettervern"), filepath.Join(work, "ledger"), filepath.Join(work, "0.key")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	var lines strings.Builder
	for n := range youths {
		fmt.Fprintf(&lines, `{"specversion":"1.0","id":"%d","source":"/test","type":"ettervern.YouthRegistered.v1","subject":"7b0c8f5e-5a43-4c6e-9a55-%012d","time":"2024-01-10T12:00:00Z","data":{"birthDate":"2008-02-03","municipality":"3403"}}`+"\n", n, n)
	}
	run := func(in string, args ...string) {
		command := exec.Command(binary, append([]string{"--data", dir, "--master-key", file}, args...)...)
		command.Stdin = strings.NewReader(in)
		out, err := command.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	run(lines.String(), "record", "-")
	run("", "history", "7b0c8f5e-5a43-4c6e-9a55-000000000007")
	began := time.Now()
	run("", "backup", filepath.Join(work, "backups")) // as long as opening and copying all of it takes
	most := time.Since(began)
	for round := range rounds {
		next := filepath.Join(work, fmt.Sprint(round+1, ".key"))
		killed, cancel := context.WithTimeout(t.Context(), rand.N(most)) // when it is killed is nobody's to choose
		_ = exec.CommandContext(killed, binary, "--data", dir, "--master-key", file, "key", "rotate", "--to", next).Run()
		cancel()
		require.True(t, opensAll(t, dir, file, youths) || opensAll(t, dir, next, youths), "round %d", round)
		run("", "key", "rotate", "--to", next)
		require.False(t, opensAll(t, dir, file, youths))
		file = next
		require.True(t, opensAll(t, dir, file, youths))
	}
}

// opensAll tells whether a copy of the ledger, and of its log of who has looked, opens with the key in a file, whole.
func opensAll(t *testing.T, from, file string, youths uint64) bool {
	t.Helper()
	master, err := vault.OpenMasterKey(file)
	if errors.Is(err, vault.ErrNoMasterKey) {
		return false
	}
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(from)))
	for _, of := range []jetstream.Config{{Dir: dir, Master: master}, {Dir: filepath.Join(dir, "accesses"), Master: master, Kinds: []events.Kind{events.Access}}} {
		ledger, err := jetstream.Open(t.Context(), of)
		if errors.Is(err, vault.ErrOtherMaster) {
			return false
		}
		require.NoError(t, err)
		require.NoError(t, ledger.Await(t.Context(), ledger.Durable()))
		if of.Kinds == nil {
			require.Equal(t, youths, ledger.Durable())
		}
		for sequence := uint64(1); sequence <= ledger.Durable(); sequence++ {
			e, err := ledger.At(t.Context(), sequence)
			require.NoError(t, err)
			require.False(t, e.Erased)
		}
		require.NoError(t, ledger.Close(t.Context()))
	}
	return true
}
