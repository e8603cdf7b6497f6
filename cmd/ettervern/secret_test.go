package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/vault"
)

func keeperIn(dir string) *secretKeeper {
	k := config{dir: dir}.secretKeeper(commands.NewStates())
	k.folded.Store(true)
	return k
}

// TestASecretIsMadeWhenItIsNeededAndNotBefore: not for a dry run, and once.
func TestASecretIsMadeWhenItIsNeededAndNotBefore(t *testing.T) {
	dir := t.TempDir()
	k := keeperIn(dir)
	_, err := k.get(true)
	require.NoError(t, err)
	require.NoFileExists(t, filepath.Join(dir, secretName))
	made, err := k.get(false)
	require.NoError(t, err)
	again, err := keeperIn(dir).get(false)
	require.NoError(t, err)
	require.Equal(t, made.ID(), again.ID())
}

// TestNoSecretIsMadeBeforeTheLedgerIsRead: only then is it known whether it ever had one.
func TestNoSecretIsMadeBeforeTheLedgerIsRead(t *testing.T) {
	dir := t.TempDir()
	k := config{dir: dir}.secretKeeper(commands.NewStates())
	_, err := k.get(false)
	require.ErrorIs(t, err, events.ErrUnavailable)
	require.NoFileExists(t, filepath.Join(dir, secretName))
}

// TestASharedLedgerMakesNoSecret: each of its servers would make its own.
func TestASharedLedgerMakesNoSecret(t *testing.T) {
	k := keeperIn("")
	k.file, k.shared = "", true
	_, err := k.get(false)
	require.ErrorContains(t, err, "--pseudonym-secret")
	k.file = filepath.Join(t.TempDir(), "secret")
	_, err = k.get(false)
	require.ErrorContains(t, err, "--pseudonym-secret", "nor where it is told to look")
	_, err = vault.Create(k.file)
	require.NoError(t, err)
	_, err = k.get(false)
	require.NoError(t, err)
	require.NoError(t, os.Chmod(k.file, 0o644))
	other := keeperIn("")
	other.file, other.shared = k.file, true
	_, err = other.get(false)
	require.ErrorContains(t, err, "can be read by others")
}

func TestTheDemoTakesNobodysNumbers(t *testing.T) {
	require.Equal(t, vault.SyntheticNumbers, (&demoCommand{}).config(t.TempDir(), nil, nil).numbers)
}
