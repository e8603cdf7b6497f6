//go:build strace

package jetstream_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events/ledgertest"
)

const traced = "ETTERVERN_TRACED"

// TestStraceCountsOneSyncfsForEachGroup runs the test below under strace(1) and counts what the kernel was asked. It has
// a build tag, for strace is not on every machine; .ci/run installs it and runs this.
func TestStraceCountsOneSyncfsForEachGroup(t *testing.T) {
	const groups = 25
	trace := t.TempDir() + "/trace"
	run := exec.Command("strace", "-f", "-e", "trace=syncfs,fsync,fdatasync", "-o", trace, os.Args[0], "-test.run", "^TestTracedGroups$")
	run.Env = append(os.Environ(), fmt.Sprint(traced, "=", groups))
	out, err := run.CombinedOutput()
	require.NoError(t, err, string(out))
	calls, err := os.ReadFile(trace)
	require.NoError(t, err)
	require.Equal(t, groups+1, bytes.Count(calls, []byte("syncfs(")), "one for each group, and one at the opening")
}

// TestTracedGroups appends entries one after the other, so that each is a group of its own; 3 when nobody traces it.
func TestTracedGroups(t *testing.T) {
	groups := 3
	if n := os.Getenv(traced); n != "" {
		_, err := fmt.Sscan(n, &groups)
		require.NoError(t, err)
	}
	ledger := ledgertest.Open(t)
	for n := range groups {
		_, err := ledger.Append(t.Context(), entry(youth(n), 1, fmt.Sprint(n)), 0)
		require.NoError(t, err)
	}
	ledgertest.CheckInvariants(t, ledger)
}
