package jetstream_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

func TestAPlainLedgerIsCarriedOverAsItWas(t *testing.T) {
	now := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	plain := ledgertest.Open(t, func(c *jetstream.Config) { c.Now = func() time.Time { return now } })
	after := map[string]uint64{}
	for i := range 2500 { // more than a batch
		now = now.Add(time.Duration(i%3) * time.Hour)
		id := youth(i % 70)
		stored, err := plain.Append(t.Context(), marked(id, uint64(i/70)+1, fmt.Sprint(i)), after[id])
		require.NoError(t, err)
		after[id] = stored.Sequence
	}
	before := ledgertest.CheckInvariants(t, plain)

	dir, master := t.TempDir(), vault.NewMasterKey()
	sealed, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: master})
	require.NoError(t, err)
	var told []uint64
	require.NoError(t, sealed.CarryOver(t.Context(), plain, func(n uint64) { told = append(told, n) }))
	require.Equal(t, []uint64{1024, 2048, 2500}, told)
	require.Empty(t, holds(t, dir, "marker"))

	ledger := ledgertest.Open(t, sealedIn(dir, master))
	require.Equal(t, before, ledgertest.CheckInvariants(t, ledger), "sequences, numbers, recorded times and actors are the same")
	signed, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, uint64(2500), signed.Size)
	stored, err := ledger.Append(t.Context(), marked(youth(0), before[len(before)-1].Number+1, "later"), after[youth(0)])
	require.NoError(t, err, "it goes on where the other stopped")
	require.False(t, stored.Recorded.Before(before[len(before)-1].Recorded))
	require.Equal(t, before, ledgertest.CheckInvariants(t, plain), "the other is left as it is")
}

func TestOnlyPlainIsCarriedOverAndOnlyIntoWhatIsNew(t *testing.T) {
	plain, another := ledgertest.Open(t), ledgertest.Open(t)
	master := vault.NewMasterKey()
	full := ledgertest.Open(t, sealedIn(t.TempDir(), master))
	_, err := full.Append(t.Context(), marked(youth(1), 1, "a"), 0)
	require.NoError(t, err)
	require.ErrorIs(t, another.CarryOver(t.Context(), plain, nil), jetstream.ErrNotCarried, "into plain")
	require.ErrorIs(t, ledgertest.Open(t, sealedIn(t.TempDir(), master)).CarryOver(t.Context(), full, nil), jetstream.ErrNotCarried, "from sealed")
	require.NoError(t, full.Close(t.Context()))
	again := t.TempDir()
	sealedLedger(t, again, master, 1)
	require.ErrorIs(t, ledgertest.Open(t, sealedIn(again, master)).CarryOver(t.Context(), plain, nil), jetstream.ErrNotCarried, "into one that holds something")
	empty := ledgertest.Open(t, sealedIn(t.TempDir(), master))
	require.NoError(t, empty.CarryOver(t.Context(), plain, nil), "an empty one")
}
