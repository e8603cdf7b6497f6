package jetstream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	nats "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
)

const patience = 10 * time.Second

// byTheBackDoor writes to the stream past the ledger, as only this process can.
func byTheBackDoor(t *testing.T, ledger *jetstream.Ledger) nats.JetStream {
	t.Helper()
	conn, err := ledger.Server().Connect()
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	js, err := nats.New(conn)
	require.NoError(t, err)
	return js
}

func subject(youth string) string { return "ledger.youth." + youth }

// requireStopped demands that the ledger stops for this reason, takes nothing more and says so.
func requireStopped(t *testing.T, ledger *jetstream.Ledger, why error) {
	t.Helper()
	require.Eventually(t, func() bool { return errors.Is(ledger.Health(), why) }, patience, time.Millisecond)
	require.ErrorIs(t, ledger.Stopped(), why)
	_, err := ledger.Append(t.Context(), entry(youth(77), 1, "after"), 0)
	require.ErrorIs(t, err, events.ErrUnavailable)
	require.ErrorIs(t, err, why)
	require.ErrorIs(t, ledger.Await(t.Context(), 1<<40), why)
}

func TestAStreamLoosenedOrDeletedMeanwhileStopsTheLedger(t *testing.T) {
	for name, change := range map[string]func(nats.JetStream, nats.StreamConfig) error{
		"with a limit": func(js nats.JetStream, config nats.StreamConfig) error {
			config.MaxMsgs = 5
			_, err := js.UpdateStream(t.Context(), config)
			return err
		},
		"other subjects": func(js nats.JetStream, config nats.StreamConfig) error {
			config.Subjects = append(config.Subjects, "more.>")
			_, err := js.UpdateStream(t.Context(), config)
			return err
		},
		"deleted": func(js nats.JetStream, config nats.StreamConfig) error {
			return js.DeleteStream(t.Context(), config.Name)
		},
		"made anew": func(js nats.JetStream, config nats.StreamConfig) error {
			err := js.DeleteStream(t.Context(), config.Name)
			require.Eventually(t, func() bool { // the server takes the old files away when it has time
				_, err := js.CreateStream(t.Context(), config)
				return err == nil
			}, patience, time.Millisecond)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Interval = time.Millisecond })
			js := byTheBackDoor(t, ledger)
			stream, err := js.Stream(t.Context(), "LEDGER")
			require.NoError(t, err)
			ledgertest.RequireHealthy(t, ledger)
			require.NoError(t, change(js, stream.CachedInfo().Config))
			requireStopped(t, ledger, jetstream.ErrLoosened)
		})
	}
}

// What another writer put into the stream is read with the next entry, and at the next start.
func TestABreakInNumbersStopsTheReader(t *testing.T) {
	for name, body := range map[string][]byte{
		"a number left out":     events.Encode(stored(entry(youth(1), 2, "second"))),
		"bytes that say little": []byte("[]"),
		"another youth's":       events.Encode(stored(entry(youth(2), 1, "first"))),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = dir })
			_, err := byTheBackDoor(t, ledger).Publish(t.Context(), subject(youth(1)), body)
			require.NoError(t, err)
			ledgertest.RequireHealthy(t, ledger) // nobody has looked yet
			_, _ = ledger.Append(t.Context(), entry(youth(3), 1, "next"), 0)
			requireStopped(t, ledger, jetstream.ErrBroken)
			require.Zero(t, ledger.Applied(), "nothing from the break on is shown")
			require.NoError(t, ledger.Close(t.Context()))

			again := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = dir })
			requireStopped(t, again, jetstream.ErrBroken)
		})
	}
}

func stored(e events.Entry) events.Entry {
	e.Recorded = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return e
}

// JetStream leaves a damaged record out without a word. The reader must not.
func TestAFlippedBitStopsTheReader(t *testing.T) {
	dir := t.TempDir()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	for n := range 5 {
		_, err := ledger.Append(t.Context(), entry(youth(n), 1, fmt.Sprint("event-", n)), 0)
		require.NoError(t, err)
	}
	require.NoError(t, ledger.Close(t.Context()))
	blocks, err := filepath.Glob(filepath.Join(dir, "store/jetstream/LEDGER/streams/LEDGER/msgs/*.blk"))
	require.NoError(t, err)
	require.Len(t, blocks, 1)
	block, err := os.ReadFile(blocks[0])
	require.NoError(t, err)
	at := bytes.Index(block, []byte("event-2"))
	require.Positive(t, at)
	block[at] ^= 1
	require.NoError(t, os.WriteFile(blocks[0], block, 0o600))

	again, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	if err != nil {
		require.ErrorIs(t, err, jetstream.ErrBroken)
		return
	}
	t.Cleanup(func() { require.NoError(t, again.Close(context.Background())) })
	requireStopped(t, again, jetstream.ErrBroken)
	require.Less(t, again.Applied(), uint64(3))
}

// A barrier that fails while the writer looks an entity up says as much as one that fails after a group: the kernel
// tells of a write error once, and the next barrier would hide it. The rest of the group is not sent.
func TestAFailedBarrierIsFinalForTheWholeGroup(t *testing.T) {
	ledger, g := openGated(t)
	js := byTheBackDoor(t, ledger)
	_, err := js.Publish(t.Context(), subject(youth(1)), events.Encode(stored(entry(youth(1), 1, "other"))))
	require.NoError(t, err)
	_, err = ledger.Append(t.Context(), entry(youth(1), 1, "a"), 0)
	require.ErrorIs(t, err, events.ErrConflict, "the next time the writer will look")

	answers := make(chan error, 3)
	send := func(n int) {
		go func() {
			_, err := ledger.Append(context.Background(), entry(youth(n), 1, fmt.Sprint(n)), 0)
			answers <- err
		}()
	}
	send(5)
	<-g.asked // a group is at its barrier; the next gathers meanwhile
	_, err = js.Publish(t.Context(), subject(youth(1)), events.Encode(stored(entry(youth(1), 2, "another"))))
	require.NoError(t, err)
	for i, n := range []int{2, 1} {
		send(n)
		require.Eventually(t, func() bool { return ledger.Waiting() == i+2 }, patience, time.Millisecond)
	}
	g.let <- nil
	require.NoError(t, <-answers)
	<-g.asked // looking youth 1 up
	g.let <- errors.New("input/output error")
	unknown := 0
	for range 2 {
		select {
		case err := <-answers:
			if errors.Is(err, events.ErrOutcomeUnknown) {
				unknown++
				continue
			}
			require.ErrorIs(t, err, events.ErrUnavailable, "it was not sent: it is certain that it is not stored")
		case <-g.asked:
			g.let <- nil
			t.Fatal("another barrier was made after one had failed")
		}
	}
	require.Equal(t, 1, unknown, "of the entity that was looked up nobody knows what is on disk")
	stream, err := js.Stream(t.Context(), "LEDGER")
	require.NoError(t, err)
	require.EqualValues(t, 3, stream.CachedInfo().State.LastSeq)
}
