package jetstream_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/proof"
	"ettervern/events/vault"
)

// copied is a copy of a remote ledger with its keys, which opens in its directory.
func copied(t *testing.T, ledger *jetstream.Ledger, master vault.Master, kinds []events.Kind) *jetstream.Ledger {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	size, err := ledger.Copy(t.Context(), dir)
	require.NoError(t, err)
	keys, err := ledger.KeyBackup(t.Context())
	require.NoError(t, err)
	_, err = jetstream.RestoreKeys(t.Context(), dir, keys, keys.Until)
	require.NoError(t, err)
	again := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir, c.Master, c.Kinds = dir, master, kinds })
	require.NoError(t, again.Await(t.Context(), size))
	return again
}

// A remote ledger is copied while it goes on into one that lies in a directory, whatever becomes of the servers: with its tree, its
// checkpoints and its keys.
func TestARemoteLedgerIsCopiedIntoADirectory(t *testing.T) {
	_, config := single(t)
	config.Master, config.SignInterval = vault.NewMasterKey(), time.Nanosecond
	ledger := openAt(t, config)
	recordMarked(t, ledger, 0, 30)
	eraseAt(t, ledger, doomed)
	again := copied(t, ledger, config.Master, nil)
	require.Equal(t, ledgertest.CheckInvariants(t, ledger), ledgertest.CheckInvariants(t, again))
	requireErasedAt(t, again, doomed)
	require.Equal(t, ledger.VerifierKey(), again.VerifierKey())
	signed, err := again.Checkpoint(t.Context())
	require.NoError(t, err)
	recordMarked(t, ledger, 50, 52)
	growth, err := ledger.Consistency(t.Context(), signed.Size)
	require.NoError(t, err)
	_, err = proof.CheckConsistency(growth, signed.Checkpoint, verifier(t, ledger))
	require.NoError(t, err)
	appendOne(t, again, 1000)

	behind := second(t, config)
	log := openAt(t, behind)
	_, err = looked(t, log, 1, 0)
	require.NoError(t, err)
	require.Equal(t, ledgertest.CheckInvariants(t, log), ledgertest.CheckInvariants(t, copied(t, log, config.Master, behind.Kinds)))
}

// How long a backup of the keys is good the next machine knows as well.
func TestTheNextMachineKnowsHowLongBackupsAreGood(t *testing.T) {
	_, config := single(t)
	config.Master, config.BackupDays = vault.NewMasterKey(), 300
	ledger, err := jetstream.Open(t.Context(), config)
	require.NoError(t, err)
	appendOne(t, ledger, 1)
	keys, err := ledger.KeyBackup(t.Context())
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	config.BackupDays = 30
	goneFrom, _ := openAt(t, elsewhere(t, config)).GoneFrom()
	require.Equal(t, keys.Until.AddDays(1), goneFrom)
}
