package jetstream_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/proof"
	"ettervern/events/vault"
)

// A copy is made while others record. It opens as the ledger that it was at its checkpoint, and goes on.
func TestACopyIsTheLedgerAtOneCheckpointWhileOthersRecord(t *testing.T) {
	e := openErasable(t)
	recording, enough := context.WithCancel(t.Context())
	var emitters sync.WaitGroup
	for n := range 8 {
		emitters.Go(func() {
			after := uint64(0)
			for number := uint64(1); recording.Err() == nil; number++ {
				stored, err := e.ledger.Append(context.Background(), marked(youth(2000+n), number, fmt.Sprint("beside-", n, "-", number)), after)
				if err != nil {
					t.Error(err)
					return
				}
				after = stored.Sequence
			}
		})
	}
	require.Eventually(t, func() bool { return e.ledger.Durable() > 2500 }, patience, time.Millisecond)
	copied := filepath.Join(t.TempDir(), "copy")
	size, err := e.ledger.Copy(t.Context(), copied)
	require.NoError(t, err)
	keys, err := e.ledger.KeyBackup(t.Context())
	require.NoError(t, err)
	enough()
	emitters.Wait()
	require.Greater(t, size, uint64(2500))
	require.Empty(t, holds(t, copied, "marker"), "what is copied is sealed")

	_, err = jetstream.RestoreKeys(t.Context(), copied, keys, keys.Until)
	require.NoError(t, err)
	again := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir, c.Master = copied, e.master })
	require.NoError(t, again.Await(t.Context(), size))
	require.Equal(t, size, again.Durable())
	all := ledgertest.CheckInvariants(t, again)
	was, err := e.ledger.At(t.Context(), size)
	require.NoError(t, err)
	require.Equal(t, was, all[size-1])
	signed, err := again.Checkpoint(t.Context())
	require.NoError(t, err)
	growth, err := e.ledger.Consistency(t.Context(), size)
	require.NoError(t, err)
	_, err = proof.CheckConsistency(growth, signed.Checkpoint, verifier(t, e.ledger))
	require.NoError(t, err, "the ledger goes on from the copy's checkpoint")
	_, err = again.Append(t.Context(), marked(youth(5000), 1, "later"), 0)
	require.NoError(t, err)
}

// Who is erased between the copying of entries and of keys is erased in the copy.
func TestACopyForgetsWhoIsErasedWhileItIsMade(t *testing.T) {
	e := openErasable(t)
	copied := filepath.Join(t.TempDir(), "copy")
	_, err := e.ledger.Copy(t.Context(), copied)
	require.NoError(t, err)
	e.erase(t)
	keys, err := e.ledger.KeyBackup(t.Context())
	require.NoError(t, err)
	again, err := jetstream.RestoreKeys(t.Context(), copied, keys, keys.Until)
	require.NoError(t, err)
	require.Equal(t, 1, again)
	e.dir = copied
	e.open(t)
	e.requireErased(t, e.ledger)
	e.requireGone(t, copied)
}

func TestACopyOfAnEmptyLedgerAndOfOneInPlain(t *testing.T) {
	for name, master := range map[string]vault.Master{"plain": nil, "sealed": vault.NewMasterKey()} {
		for entries := range 2 {
			ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Master = master })
			if entries > 0 {
				_, err := ledger.Append(t.Context(), marked(youth(1), 1, "a"), 0)
				require.NoError(t, err)
			}
			copied := filepath.Join(t.TempDir(), "copy")
			size, err := ledger.Copy(t.Context(), copied)
			require.NoError(t, err)
			require.EqualValues(t, entries, size)
			if master != nil {
				keys, err := ledger.KeyBackup(t.Context())
				require.NoError(t, err)
				_, err = jetstream.RestoreKeys(t.Context(), copied, keys, keys.Until)
				require.NoError(t, err)
			}
			again := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir, c.Master = copied, master })
			require.NoError(t, again.Await(t.Context(), size), name)
			require.Equal(t, ledger.VerifierKey(), again.VerifierKey())
		}
	}
}

// What is no more the ledger that was signed is no backup of it, and the ledger stops as if a check had found it.
func TestACopyOfAChangedLedgerIsRefused(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir, c.Master = dir, master })
	var after uint64
	for number := uint64(1); number <= 3; number++ {
		stored, err := ledger.Append(t.Context(), marked(youth(1), number, fmt.Sprint(number)), after)
		require.NoError(t, err)
		after = stored.Sequence
	}
	js := byTheBackDoor(t, ledger)
	stream, err := js.Stream(t.Context(), "LEDGER")
	require.NoError(t, err)
	second, err := stream.GetMsg(t.Context(), 2)
	require.NoError(t, err)
	require.NoError(t, js.DeleteStream(t.Context(), "LEDGER"))
	_, err = js.CreateStream(t.Context(), stream.CachedInfo().Config)
	require.NoError(t, err)
	for range 3 {
		_, err = js.Publish(t.Context(), second.Subject, second.Data)
		require.NoError(t, err)
	}
	_, err = ledger.Copy(t.Context(), filepath.Join(t.TempDir(), "copy"))
	require.ErrorIs(t, err, jetstream.ErrBroken)
	require.ErrorIs(t, ledger.Stopped(), jetstream.ErrBroken)
}

func TestACopyThatIsBrokenOffStopsNothing(t *testing.T) {
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Master = vault.NewMasterKey() })
	_, err := ledger.Append(t.Context(), marked(youth(1), 1, "a"), 0)
	require.NoError(t, err)
	_, err = ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = ledger.Copy(ctx, filepath.Join(t.TempDir(), "copy"))
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, ledger.Stopped())
	taken := t.TempDir()
	busy := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = taken })
	_, err = ledger.Copy(t.Context(), taken)
	require.ErrorIs(t, err, jetstream.ErrLocked)
	require.NoError(t, errors.Join(ledger.Stopped(), busy.Stopped()))
}
