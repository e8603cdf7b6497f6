package jetstream_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

// sealedOnACluster: what one machine has sealed another opens, with the same master key. An erased youth's key is gone from the
// stream of keys.
func sealedOnACluster(t *testing.T, servers *ledgertest.Servers, config jetstream.Config) {
	config.Master = vault.NewMasterKey()
	first := openAt(t, config)
	require.True(t, first.Sealed())
	recordMarked(t, first, 0, 100)
	first.Kill()

	next := elsewhere(t, config)
	next.Master = vault.NewMasterKey()
	_, err := jetstream.Open(t.Context(), next)
	require.ErrorIs(t, err, vault.ErrOtherMaster)
	next.Master = nil
	_, err = jetstream.Open(t.Context(), next)
	require.ErrorIs(t, err, jetstream.ErrNoMaster)
	next.Master = config.Master
	second := openAt(t, next)
	recordMarked(t, second, 100, 200)
	all := ledgertest.CheckInvariants(t, second)
	require.Len(t, all, 200)
	requireProven(t, second, youth(doomed), 1)

	key := keyOf(t, second, config, doomed)
	eraseAt(t, second, doomed)
	for _, sheet := range sheetsAt(t, config) {
		require.NotContains(t, string(sheet.Encode()), base64.StdEncoding.EncodeToString(key.Wrapped))
	}
	for i := range 3 { // each replica overwrites it in the stream's files, and keeps it in its log for a while: docs/operations.md
		files := filepath.Join(servers.Store(i), "L10")
		require.Eventually(t, func() bool { return len(holds(t, files, base64.StdEncoding.EncodeToString(key.Wrapped))) == 0 }, soon, time.Millisecond)
	}
	requireErasedAt(t, second, doomed)
	require.NoError(t, second.Close(t.Context()))
	third := openAt(t, next)
	requireErasedAt(t, third, doomed)
	require.Len(t, ledgertest.CheckInvariants(t, third), 201)
}

// recordMarked records one entry for each of some youths.
func recordMarked(t *testing.T, ledger *jetstream.Ledger, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		_, err := ledger.Append(t.Context(), marked(youth(n), 1, fmt.Sprint(n)), 0)
		require.NoError(t, err)
	}
	require.NoError(t, ledger.Await(t.Context(), ledger.Durable()))
}

// sheetsAt is the sheets of keys that the servers keep.
func sheetsAt(t *testing.T, config jetstream.Config) (sheets []vault.Sheet) {
	t.Helper()
	stream, err := js(t, config).Stream(t.Context(), "KEYS")
	require.NoError(t, err)
	for sequence := uint64(1); sequence <= stream.CachedInfo().State.LastSeq; sequence++ {
		m, err := stream.GetMsg(t.Context(), sequence)
		if errors.Is(err, natsjs.ErrMsgNotFound) {
			continue
		}
		require.NoError(t, err)
		sheet, err := vault.DecodeSheet(m.Data)
		require.NoError(t, err)
		sheets = append(sheets, sheet)
	}
	return sheets
}

// keyOf is a youth's key as the servers keep it.
func keyOf(t *testing.T, ledger *jetstream.Ledger, config jetstream.Config, n int) vault.WrappedKey {
	t.Helper()
	_, proven, err := ledger.Proofs(t.Context(), events.YouthEntity(youth(n)))
	require.NoError(t, err)
	c, _, err := vault.Parse(proven[0].Stored)
	require.NoError(t, err)
	for _, sheet := range sheetsAt(t, config) {
		for _, w := range sheet.Keys {
			if w.ID == c.Key {
				return w
			}
		}
	}
	t.Fatal("the youth's key is nowhere")
	return vault.WrappedKey{}
}

// eraseAt erases a youth of whom there is one entry.
func eraseAt(t *testing.T, ledger *jetstream.Ledger, n int) {
	t.Helper()
	history, err := ledger.History(t.Context(), events.YouthEntity(youth(n)))
	require.NoError(t, err)
	_, err = ledger.Append(t.Context(), erasure(youth(n), 2), history[0].Sequence)
	require.NoError(t, err)
	require.NoError(t, ledger.Destroy(t.Context(), events.YouthEntity(youth(n))))
}

func requireErasedAt(t *testing.T, ledger *jetstream.Ledger, n int) {
	t.Helper()
	history, err := ledger.History(t.Context(), events.YouthEntity(youth(n)))
	require.NoError(t, err)
	require.Len(t, history, 2)
	require.True(t, history[0].Erased)
	require.False(t, history[1].Erased)
	requireProven(t, ledger, youth(n), 2)
}

// On one server, whose files a test can look through, a deleted key is overwritten, and nothing of an entry was ever there in
// plain. (Replicas keep a log of their own besides, see docs/operations.md.)
func TestOneServerOfOthersHoldsNoPlaintextAndNoDestroyedKey(t *testing.T) {
	servers, config := single(t)
	config.Master = vault.NewMasterKey()
	ledger := openAt(t, config)
	recordMarked(t, ledger, 0, 30)
	key := keyOf(t, ledger, config, doomed)
	text := base64.StdEncoding.EncodeToString(key.Wrapped)
	require.Eventually(t, func() bool { return len(holds(t, servers.Store(0), text)) > 0 }, soon, time.Millisecond)
	eraseAt(t, ledger, doomed)
	require.Empty(t, holds(t, servers.Store(0), text, string(key.Wrapped), "marker", "ettervern.ResidenceChanged"))
	require.Empty(t, holds(t, config.Dir, text, "marker"))
}

// A machine makes a master key only where the servers say that there is no ledger yet.
func TestAMasterKeyIsMadeForANewRemoteLedgerOnly(t *testing.T) {
	_, config := single(t)
	master, made := vault.NewMasterKey(), 0
	config.NewMaster = func() (vault.Master, error) { made++; return master, nil }
	config.Sealed = true
	openOnce(t, config)
	require.Equal(t, 1, made)
	refused(t, elsewhere(t, config), jetstream.ErrNoMaster, "master key")
	require.Equal(t, 1, made)
}

func TestAPlainRemoteLedgerIsRefusedWhereASealedOneIsAskedFor(t *testing.T) {
	_, config := single(t)
	openOnce(t, config)
	config.Master, config.Sealed = vault.NewMasterKey(), true
	refused(t, config, jetstream.ErrPlain, "ledger.format 1")
}

func TestRemoteKeysThatAreLostAreTold(t *testing.T) {
	_, config := single(t)
	config.AckWait, config.Interval = time.Second, 20*time.Millisecond
	config.Master = vault.NewMasterKey()
	ledger, err := jetstream.Open(t.Context(), config)
	require.NoError(t, err)
	recordMarked(t, ledger, 0, 3)
	operator := js(t, config)
	require.NoError(t, operator.DeleteStream(t.Context(), "KEYS"))
	require.Eventually(t, func() bool { return ledger.Stopped() != nil }, soon, time.Millisecond)
	require.ErrorIs(t, ledger.Stopped(), jetstream.ErrLoosened)
	require.ErrorContains(t, ledger.Stopped(), "its stream KEYS is gone")
	require.NoError(t, ledger.Close(t.Context()))
	refused(t, config, jetstream.ErrKeysLost, "keys are lost")
}

// A writer that was followed by another, and has not noticed, brings no destroyed key back.
func TestAFollowedWriterBringsNoKeyBack(t *testing.T) {
	_, config := single(t)
	config.Master = vault.NewMasterKey()
	former := openAt(t, config)
	recordMarked(t, former, 0, 10)
	key, other := keyOf(t, former, config, doomed), keyOf(t, former, config, kept)
	history, err := former.History(t.Context(), events.YouthEntity(youth(doomed)))
	require.NoError(t, err)
	stored, err := former.Append(t.Context(), erasure(youth(doomed), 2), history[0].Sequence)
	require.NoError(t, err)
	require.NoError(t, former.Await(t.Context(), stored.Sequence))
	resume := former.Suspend()
	t.Cleanup(resume)
	next := openAt(t, elsewhere(t, config)) // which destroys the first one's key
	require.NoError(t, next.Await(t.Context(), next.Durable()))
	eraseAt(t, next, kept)
	require.NoError(t, former.Destroy(t.Context(), events.YouthEntity(youth(doomed))), "there is nothing left to do")
	for _, sheet := range sheetsAt(t, config) {
		for _, w := range sheet.Keys {
			require.NotContains(t, []vault.KeyID{key.ID, other.ID}, w.ID)
		}
	}
	resume()
	require.ErrorIs(t, former.Destroy(t.Context(), events.YouthEntity(youth(doomed))), events.ErrUnavailable)
	requireErasedAt(t, next, doomed)
	requireErasedAt(t, next, kept)
}
