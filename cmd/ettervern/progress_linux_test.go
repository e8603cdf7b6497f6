package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal: what a program writes to the one is read from the other.
func terminal(t *testing.T) (program, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = screen.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	program, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	return program, screen
}

func TestTheProgressBarIsForTerminalsOnly(t *testing.T) {
	events := strings.NewReader(tour(t))
	program, screen := terminal(t)
	var receipts bytes.Buffer
	require.Equal(t, exitDone, run(t.Context(), []string{"record", "--data", t.TempDir(), "-"}, events, &receipts, program))
	require.NoError(t, program.Close())
	shown := make([]byte, 4096)
	n, err := screen.Read(shown)
	require.NoError(t, err)
	require.Contains(t, string(shown[:n]), "recording")
	require.NotContains(t, receipts.String(), "recording", "nothing of it among the receipts")

	file, err := os.Create(t.TempDir() + "/errors")
	require.NoError(t, err)
	defer file.Close()
	require.Equal(t, exitDone, run(t.Context(), []string{"record", "--data", t.TempDir(), "-"}, strings.NewReader(tour(t)), &receipts, file))
	require.Equal(t, exitDone, run(t.Context(), []string{"import", "register", "--synthetic", "--data", t.TempDir(), "register/testdata/samples/sak-005.xml"}, nil, &receipts, file))
	size, err := file.Seek(0, 1)
	require.NoError(t, err)
	require.Zero(t, size)

	program, screen = terminal(t) // the same for an import
	require.Equal(t, exitDone, run(t.Context(), []string{"import", "register", "--synthetic", "--data", t.TempDir(), "register/testdata/samples/sak-005.xml"}, nil, &receipts, program))
	require.NoError(t, program.Close())
	n, err = screen.Read(shown)
	require.NoError(t, err)
	require.Contains(t, string(shown[:n]), "importing")
	require.NotContains(t, receipts.String(), "importing")

	var sheet bytes.Buffer // and a terminal is not for sheets
	program, _ = terminal(t)
	defer program.Close()
	c := &cli{out: program, errs: &sheet}
	_, err = c.printAs("xlsx", verdictColumns)
	require.ErrorContains(t, err, "send it to a file")
}
