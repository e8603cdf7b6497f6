package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events/ledgertest"
)

// TestAKilledImportIsCompletedByTheNext kills the real binary half-way through an import, imports again, and finds the
// same verdicts as after an import that nobody killed.
func TestAKilledImportIsCompletedByTheNext(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "ettervern")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	files, killed, whole := writeCases(t, 700), t.TempDir(), t.TempDir()

	first := exec.Command(binary, "--data", killed, "--format", "ndjson", "import", "register", files)
	stdout, err := first.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, first.Start())
	_, err = bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, "it has told of the first file, and is not done")
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait(), "killed")

	secret := filepath.Join(killed, "pseudonym.secret")
	for _, dir := range []string{killed, whole} {
		out, err := exec.Command(binary, "--data", dir, "--pseudonym-secret", secret, "import", "register", files).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	require.Equal(t, verdictsIn(t, binary, whole), verdictsIn(t, binary, killed))
	ledgertest.CheckInvariants(t, openIn(t, killed))
}

// writeCases writes n cases of as many children, who have no number yet.
func writeCases(t *testing.T, n int) (dir string) {
	dir = t.TempDir()
	text, err := os.ReadFile(filepath.Join("register", "testdata", "samples", "sak-005.xml"))
	require.NoError(t, err)
	nameless := strings.ReplaceAll(string(text), "12870764322", "12070700100")
	for i := range n {
		one := strings.ReplaceAll(nameless, "27e9e06f-59b4-4e92-affd-deeaa842bc19", fmt.Sprintf("27e9e06f-59b4-4e92-affd-%012d", i))
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d.xml", i)), []byte(one), 0o600))
	}
	return dir
}

// verdictsIn are all verdicts of a ledger, sorted, without where in it they were found.
func verdictsIn(t *testing.T, binary, dir string) (all []string) {
	out, err := exec.Command(binary, "--data", dir, "--format", "ndjson", "verdicts", "--valid-at", "2026-11-25").Output()
	require.NoError(t, err)
	for line := range bytes.Lines(out) {
		var verdict map[string]any
		require.NoError(t, json.Unmarshal(line, &verdict))
		delete(verdict, "sequence")
		delete(verdict, "knownAt")
		delete(verdict, "explanation") // it tells when the import was
		text, err := json.Marshal(verdict)
		require.NoError(t, err)
		all = append(all, string(text))
	}
	slices.Sort(all)
	require.NotEmpty(t, all)
	return all
}
