package jetstream_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

// rewrapped is a closed ledger of 200 youths whose keys two masters have wrapped, and on which sequences each has its sheets.
func rewrapped(t *testing.T, old, fresh vault.Master) (dir string, sheets map[string][]uint64) {
	t.Helper()
	dir = t.TempDir()
	sealedLedger(t, dir, old, 200)
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: old})
	require.NoError(t, err)
	require.NoError(t, ledger.Rewrap(t.Context(), fresh))
	require.NoError(t, ledger.Close(t.Context()))
	sheets = map[string][]uint64{}
	for sequence, sheet := range sheetsIn(t, dir) {
		sheets[sheet.Master] = append(sheets[sheet.Master], sequence)
	}
	require.Len(t, sheets, 2)
	require.Len(t, sheets[fresh.ID()], len(sheets[old.ID()]))
	require.Greater(t, len(sheets[old.ID()]), 2)
	return dir, sheets
}

// sheetsIn is the sheets of a closed ledger, by their sequences.
func sheetsIn(t *testing.T, dir string) map[uint64]vault.Sheet {
	t.Helper()
	all := map[uint64]vault.Sheet{}
	inStore(t, dir, func(js natsjs.JetStream) {
		keys, err := js.Stream(t.Context(), "KEYS")
		require.NoError(t, err)
		for sequence := uint64(1); sequence <= keys.CachedInfo().State.LastSeq; sequence++ {
			m, err := keys.GetMsg(t.Context(), sequence)
			if err != nil {
				require.ErrorIs(t, err, natsjs.ErrMsgNotFound)
				continue
			}
			all[sequence], err = vault.DecodeSheet(m.Data)
			require.NoError(t, err)
		}
	})
	return all
}

// without is a copy of a ledger that lacks some sheets: so a crash leaves it that came before they were written, or after they
// were destroyed.
func without(t *testing.T, dir string, sequences []uint64) string {
	t.Helper()
	crashed := t.TempDir()
	require.NoError(t, os.CopyFS(crashed, os.DirFS(dir)))
	inStore(t, crashed, func(js natsjs.JetStream) {
		keys, err := js.Stream(t.Context(), "KEYS")
		require.NoError(t, err)
		for _, sequence := range sequences {
			require.NoError(t, keys.SecureDeleteMsg(t.Context(), sequence))
		}
	})
	return crashed
}

// requireOnly demands that the ledger opens with one master, whole, and that from then on nothing that the other has wrapped
// is there.
func requireOnly(t *testing.T, dir string, master, other vault.Master) {
	t.Helper()
	var gone []string
	for _, sheet := range sheetsIn(t, dir) {
		for _, w := range sheet.Keys {
			if sheet.Master == other.ID() {
				gone = append(gone, base64.StdEncoding.EncodeToString(w.Wrapped))
			}
		}
	}
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: master})
	require.NoError(t, err)
	require.NoError(t, ledger.Await(t.Context(), ledger.Durable()))
	all := ledgertest.CheckInvariants(t, ledger)
	require.Len(t, all, 200)
	for _, e := range all {
		require.False(t, e.Erased)
	}
	_, err = ledger.Append(t.Context(), marked(youth(5000), 1, "later"), 0)
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	require.Empty(t, holds(t, filepath.Join(dir, jetstream.KeysDir), append(gone, other.ID())...))
	_, err = jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: other})
	require.ErrorIs(t, err, vault.ErrOtherMaster)
}

// However far a change of the master key came before a crash, one of the two keys opens everything.
func TestAChangeOfTheMasterKeyThatIsBrokenOff(t *testing.T) {
	old, fresh := vault.NewMasterKey(), vault.NewMasterKey()
	dir, sheets := rewrapped(t, old, fresh)
	byOld, byFresh := sheets[old.ID()], sheets[fresh.ID()]
	for n := range byFresh {
		t.Run(fmt.Sprintf("%d of %d wrapped anew", n, len(byFresh)), func(t *testing.T) {
			crashed := without(t, dir, byFresh[n:])
			_, err := jetstream.Open(t.Context(), jetstream.Config{Dir: crashed, Master: fresh})
			require.ErrorIs(t, err, vault.ErrOtherMaster)
			requireOnly(t, crashed, old, fresh)
		})
		t.Run(fmt.Sprintf("%d of %d destroyed", n+1, len(byOld)), func(t *testing.T) {
			crashed := without(t, dir, byOld[:n+1])
			_, err := jetstream.Open(t.Context(), jetstream.Config{Dir: crashed, Master: old})
			require.ErrorIs(t, err, vault.ErrOtherMaster)
			requireOnly(t, crashed, fresh, old)
		})
	}
	t.Run("between the two either opens it", func(t *testing.T) {
		requireOnly(t, without(t, dir, nil), old, fresh)
		requireOnly(t, without(t, dir, nil), fresh, old)
	})
}

// Who is erased while both have wrapped the keys is not on the sheets of either.
func TestAnErasureDestroysTheKeyThatTwoMastersHaveWrapped(t *testing.T) {
	e := openErasable(t)
	fresh := vault.NewMasterKey()
	require.NoError(t, e.ledger.Rewrap(t.Context(), fresh))
	e.erase(t)
	e.close(t)
	for _, sheet := range sheetsIn(t, e.dir) {
		for _, w := range sheet.Keys {
			require.NotEqual(t, e.doomed.ID, w.ID)
		}
	}
	e.master = fresh
	e.open(t)
	e.requireErased(t, e.ledger)
}

func TestOnlyASealedLedgerHasAMasterKeyToChange(t *testing.T) {
	plain := ledgertest.Open(t)
	require.ErrorIs(t, plain.Rewrap(t.Context(), vault.NewMasterKey()), jetstream.ErrPlain)
}
