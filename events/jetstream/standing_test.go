package jetstream_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/proof"
)

// requireComplete demands that the standing's path shows exactly its entries.
func requireComplete(t *testing.T, ledger *jetstream.Ledger, name string, signed proof.Signed, s proof.Standing) {
	t.Helper()
	value, held, c, err := proof.CheckPath(s.Path.Text(signed), proof.Key(name), verifier(t, ledger))
	require.NoError(t, err)
	require.Equal(t, signed.Checkpoint, c)
	require.Equal(t, len(s.Entries) > 0, held)
	if held {
		last := s.Entries[len(s.Entries)-1]
		require.Equal(t, proof.Value(last.Number, proof.Leaf(last.Stored)), value)
	}
}

func TestAHistoryIsProvedCompleteAndAnotherAbsent(t *testing.T) {
	ledger := ledgertest.Open(t)
	record(t, ledger, youth(1), 3)
	record(t, ledger, youthID, 5)
	signed, all, err := ledger.Standings(t.Context(), events.YouthEntity(youthID), events.YouthEntity(youth(2)))
	require.NoError(t, err)
	require.Len(t, all[0].Entries, 5)
	require.Empty(t, all[1].Entries)
	requireComplete(t, ledger, "youth/"+youthID, signed, all[0])
	requireComplete(t, ledger, "youth/"+youth(2), signed, all[1])
}

// The directory is derived: a start makes it anew from the stream, and the checkpoint that was signed before must fit it.
func TestADirectoryIsTheSameAfterAStart(t *testing.T) {
	dir := t.TempDir()
	closedLedger(t, dir, 9)
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = dir })
	before, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	var byHand proof.Directory
	for _, e := range ledgertest.CheckInvariants(t, ledger) {
		byHand.Set(proof.Key(e.Entity.String()), proof.Value(e.Number, proof.Leaf(events.Encode(e))))
	}
	require.Equal(t, byHand.Root(), before.Directory)
	record(t, ledger, youth(4), 2)
	signed, all, err := ledger.Standings(t.Context(), events.YouthEntity(youth(4)))
	require.NoError(t, err)
	requireComplete(t, ledger, "youth/"+youth(4), signed, all[0])
}

// However much is recorded meanwhile, what is shown is all there is under the checkpoint.
func TestAHistoryIsCompleteWhileOthersRecord(t *testing.T) {
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.SignInterval = time.Nanosecond })
	var clients sync.WaitGroup
	for c := range 4 {
		clients.Go(func() {
			last := uint64(0)
			for n := uint64(1); n <= 50; n++ {
				stored, err := ledger.Append(t.Context(), entry(youth(c), n, fmt.Sprint(c, "-", n)), last)
				if err != nil {
					t.Error(err)
					return
				}
				last = stored.Sequence
			}
		})
	}
	for complete := false; !complete; {
		signed, all, err := ledger.Standings(t.Context(), events.YouthEntity(youth(0)), events.YouthEntity(youth(3)))
		require.NoError(t, err)
		requireComplete(t, ledger, "youth/"+youth(0), signed, all[0])
		requireComplete(t, ledger, "youth/"+youth(3), signed, all[1])
		complete = t.Failed() || len(all[0].Entries)+len(all[1].Entries) == 100
	}
	clients.Wait()
}
