//go:build unix

package jetstream_test

import (
	"os/signal"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
)

// large is an entry of some 40 kB.
func large(youth string) events.Entry {
	e := entry(youth, 1, "0")
	for len(e.Events) < events.MaxEntryEvents {
		e.Events = append(e.Events, e.Events[0])
	}
	return e
}

// appendUntilRefused is how many large entries were stored, and why the next was not.
func appendUntilRefused(t *testing.T, ledger *jetstream.Ledger) (uint64, error) {
	t.Helper()
	for n := range 1000 {
		if _, err := ledger.Append(t.Context(), large(youth(n)), 0); err != nil {
			return uint64(n), err
		}
	}
	t.Fatal("the store never filled up")
	return 0, nil
}

func TestAFullStoreTakesNothingMoreAndSaysSo(t *testing.T) {
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.MaxStore = 1 << 20 })
	stored, err := appendUntilRefused(t, ledger)
	require.ErrorIs(t, err, events.ErrUnavailable)
	require.ErrorIs(t, err, jetstream.ErrFull)
	require.NotErrorIs(t, err, events.ErrOutcomeUnknown, "the server looks before it stores")
	require.ErrorIs(t, ledger.Health(), jetstream.ErrFull)
	require.NoError(t, ledger.Stopped(), "what is there can be asked for")
	require.Equal(t, stored, ledger.Durable())
	history, err := ledger.History(t.Context(), events.YouthEntity(youth(0)))
	require.NoError(t, err)
	require.Len(t, history, 1)
}

// A disk that fills up, as the kernel tells it: here by a limit on the size of a file.
func TestAStoreThatCannotBeWrittenStopsTheLedger(t *testing.T) {
	dir := t.TempDir()
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir, c.AckWait = dir, time.Second })
	signal.Ignore(unix.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(unix.SIGXFSZ) })
	var before unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_FSIZE, &before))
	lift := func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &before)) }
	t.Cleanup(lift)
	const limit = 3 << 20 // above what go test itself writes down of the files that tests open, below a block of the store
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: before.Max}))

	stored, err := appendUntilRefused(t, ledger)
	require.ErrorIs(t, err, events.ErrOutcomeUnknown)
	require.Error(t, ledger.Stopped())
	require.Error(t, ledger.Health())
	_, err = ledger.Append(t.Context(), entry(youthID, 1, "z"), 0)
	require.ErrorIs(t, err, events.ErrUnavailable)
	require.NoError(t, ledger.Close(t.Context()))
	lift()

	again := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = dir })
	require.NoError(t, again.Await(t.Context(), again.Durable()))
	require.GreaterOrEqual(t, again.Durable(), stored, "everything acknowledged is there")
	for n := range stored {
		history, err := again.History(t.Context(), events.YouthEntity(youth(int(n))))
		require.NoError(t, err)
		require.Len(t, history, 1)
	}
}
