// Package ledgertest opens a real ledger on an in-process server for tests, in milliseconds.
package ledgertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
)

// Open opens a ledger in a temporary directory, with the changes to its configuration; it is closed with the test.
func Open(t testing.TB, changes ...func(*jetstream.Config)) *jetstream.Ledger {
	t.Helper()
	config := jetstream.Config{Dir: t.TempDir()}
	for _, change := range changes {
		change(&config)
	}
	ledger, err := jetstream.Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, ledger.Close(context.Background())) })
	return ledger
}

// RequireHealthy demands that the ledger takes entries and shows what is durable. The server says so of a stream that it has
// just made a moment later.
func RequireHealthy(t testing.TB, ledger *jetstream.Ledger) {
	t.Helper()
	require.Eventually(t, func() bool { return ledger.Health() == nil }, 30*time.Second, time.Millisecond)
}

// CheckInvariants reads the whole ledger and demands what always holds: gapless sequences, gapless numbers in every
// entity, recorded times that never go back, and each source's id once. It returns the entries.
func CheckInvariants(t testing.TB, ledger *jetstream.Ledger) []events.Entry {
	t.Helper()
	var all []events.Entry
	last := ledger.Durable()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if last > 0 {
		err := ledger.Follow(ctx, 0, func(e events.Entry) error {
			all = append(all, e)
			if e.Sequence == last {
				cancel()
			}
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
	}
	require.Len(t, all, int(last))
	check(t, all)
	return all
}

func check(t testing.TB, all []events.Entry) {
	t.Helper()
	numbers := map[events.Entity]uint64{}
	ids := map[string]uint64{}
	recorded := time.Time{}
	for i, e := range all {
		require.Equal(t, uint64(i+1), e.Sequence, "sequences are gapless")
		require.Equal(t, numbers[e.Entity]+1, e.Number, "numbers of %s are gapless", e.Entity)
		require.False(t, e.Recorded.Before(recorded), "recorded times never go back")
		numbers[e.Entity], recorded = e.Number, e.Recorded
		for _, o := range e.Events {
			key := fmt.Sprint(o.Source, " ", o.ID)
			require.Zero(t, ids[key], "%s is recorded once", key)
			ids[key] = e.Sequence
		}
	}
}
