package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
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
	require.NoFileExists(t, filepath.Join(dir, secretMark))
	made, err := k.get(false)
	require.NoError(t, err)
	again, err := keeperIn(dir).get(false)
	require.NoError(t, err)
	require.Equal(t, made.ID(), again.ID())
}

// TestASecretThatIsLostOrAnothersIsRefused: emitters that were told pseudonyms would be told others, with or without an import.
func TestASecretThatIsLostOrAnothersIsRefused(t *testing.T) {
	dir := t.TempDir()
	_, err := keeperIn(dir).get(false)
	require.NoError(t, err)
	kept := filepath.Join(t.TempDir(), "kept")
	require.NoError(t, os.Rename(filepath.Join(dir, secretName), kept))
	for _, dry := range []bool{true, false} {
		_, err = keeperIn(dir).get(dry)
		require.ErrorContains(t, err, "a secret that is not here")
	}
	_, err = vault.Create(filepath.Join(dir, secretName))
	require.NoError(t, err)
	_, err = keeperIn(dir).get(false)
	require.ErrorContains(t, err, "another secret")
	require.NoError(t, os.Rename(kept, filepath.Join(dir, secretName)))
	_, err = keeperIn(dir).get(false)
	require.NoError(t, err)
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
	dir := t.TempDir()
	shared := func(file string) *secretKeeper {
		k := config{dir: dir, remote: &jetstream.Remote{}, secret: file}.secretKeeper(commands.NewStates())
		k.folded.Store(true)
		return k
	}
	_, err := shared("").get(false)
	require.ErrorContains(t, err, "--pseudonym-secret")
	file := filepath.Join(t.TempDir(), "secret")
	_, err = shared(file).get(false)
	require.ErrorContains(t, err, "--pseudonym-secret", "nor where it is told to look")
	_, err = vault.Create(file)
	require.NoError(t, err)
	_, err = shared(file).get(false)
	require.NoError(t, err)
	require.NoError(t, os.Chmod(file, 0o644))
	_, err = shared(file).get(false)
	require.ErrorContains(t, err, "can be read by others")
	require.NoFileExists(t, filepath.Join(dir, secretName))
}

func TestTheDemoTakesNobodysNumbers(t *testing.T) {
	require.Equal(t, vault.SyntheticNumbers, (&demoCommand{}).config(t.TempDir(), nil, nil).numbers)
}
