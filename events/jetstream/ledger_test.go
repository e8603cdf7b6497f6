package jetstream_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
)

const youthID = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"

func entry(youth string, number uint64, id string) events.Entry {
	return events.Entry{Entity: events.YouthEntity(youth), Number: number, Actor: "emitter", Events: []events.Occurrence{{
		ID: id, Source: "/test", Time: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC),
		Event: &events.ResidenceChanged{Municipality: "0301"},
	}}}
}

func youth(n int) string { return fmt.Sprintf("7b0c8f5e-5a43-4c6e-9a55-%012d", n) }

func TestAnAppendedEntryReadsBackAsStored(t *testing.T) {
	ledger := ledgertest.Open(t)
	stored, err := ledger.Append(t.Context(), entry(youthID, 1, "a"), 0)
	require.NoError(t, err)
	require.Equal(t, uint64(1), stored.Sequence)
	history, err := ledger.History(t.Context(), events.YouthEntity(youthID))
	require.NoError(t, err)
	require.Equal(t, []events.Entry{stored}, history)
	at, err := ledger.At(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, stored, at)
}

func TestAnEntryAfterAnotherThanTheLastIsAConflict(t *testing.T) {
	ledger := ledgertest.Open(t)
	_, err := ledger.Append(t.Context(), entry(youthID, 1, "a"), 0)
	require.NoError(t, err)
	for range 2 { // the second time the writer looks first
		_, err = ledger.Append(t.Context(), entry(youthID, 1, "b"), 0)
		require.ErrorIs(t, err, events.ErrConflict)
	}
	_, err = ledger.Append(t.Context(), entry(youthID, 2, "b"), 1)
	require.NoError(t, err)
	ledgertest.CheckInvariants(t, ledger)
}

func TestTheLedgerIsTheSameAfterClosingAndOpening(t *testing.T) {
	dir := t.TempDir()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	for i := range 20 {
		_, err := ledger.Append(t.Context(), entry(youth(i), 1, fmt.Sprint(i)), 0)
		require.NoError(t, err)
	}
	before := ledgertest.CheckInvariants(t, ledger)
	require.NoError(t, ledger.Close(t.Context()))
	again := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = dir })
	require.Equal(t, before, ledgertest.CheckInvariants(t, again))
}

func TestRecordedTimeNeverGoesBack(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Now = func() time.Time { return now } })
	first, err := ledger.Append(t.Context(), entry(youth(1), 1, "a"), 0)
	require.NoError(t, err)
	now = now.Add(-time.Hour)
	second, err := ledger.Append(t.Context(), entry(youth(2), 1, "b"), 0)
	require.NoError(t, err)
	require.Equal(t, first.Recorded, second.Recorded)
}

func TestAStartWithAClockFarBehindIsRefused(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Now: func() time.Time { return now }})
	require.NoError(t, err)
	_, err = ledger.Append(t.Context(), entry(youthID, 1, "a"), 0)
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	_, err = jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Now: func() time.Time { return now.Add(-6 * time.Minute) }})
	require.ErrorIs(t, err, jetstream.ErrClock)
}

// gated is a barrier that waits for the test; what it is asked for is counted.
type gated struct {
	asked chan struct{}
	let   chan error
}

func (g gated) barrier() error {
	g.asked <- struct{}{}
	return <-g.let
}

func openGated(t *testing.T) (*jetstream.Ledger, gated) {
	g := gated{make(chan struct{}, 1), make(chan error, 1)}
	g.let <- nil // the barrier of opening
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Barrier = g.barrier })
	<-g.asked
	return ledger, g
}

func TestNothingIsVisibleBeforeTheBarrierReturns(t *testing.T) {
	ledger, g := openGated(t)
	followed := make(chan uint64, 1)
	go func() {
		_ = ledger.Follow(t.Context(), 0, func(e events.Entry) error { followed <- e.Sequence; return nil })
	}()
	answered := make(chan error, 1)
	go func() {
		_, err := ledger.Append(context.Background(), entry(youthID, 1, "a"), 0)
		answered <- err
	}()
	<-g.asked // published and acknowledged; the barrier has not returned
	require.Empty(t, answered)
	require.Empty(t, followed)
	require.Zero(t, ledger.Durable())
	_, err := ledger.At(t.Context(), 1)
	require.ErrorIs(t, err, events.ErrNotFound)
	history, err := ledger.History(t.Context(), events.YouthEntity(youthID))
	require.NoError(t, err)
	require.Empty(t, history)
	g.let <- nil
	require.NoError(t, <-answered)
	require.Equal(t, uint64(1), <-followed)
}

func TestAFailedBarrierStopsTheWriterAndLeavesTheOutcomeUnknown(t *testing.T) {
	ledger, g := openGated(t)
	g.let <- errors.New("input/output error")
	_, err := ledger.Append(t.Context(), entry(youthID, 1, "a"), 0)
	require.ErrorIs(t, err, events.ErrOutcomeUnknown)
	_, err = ledger.Append(t.Context(), entry(youth(2), 1, "b"), 0)
	require.Error(t, err)
	require.Error(t, ledger.Health())
	require.Zero(t, ledger.Durable())
}

// sendMeanwhile lets fifty entries come while a first one is at its barrier.
func sendMeanwhile(t *testing.T) (*jetstream.Ledger, gated, chan error) {
	ledger, g := openGated(t)
	answers := make(chan error, 51)
	send := func(n int) {
		go func() {
			_, err := ledger.Append(context.Background(), entry(youth(n), 1, fmt.Sprint(n)), 0)
			answers <- err
		}()
	}
	send(0)
	<-g.asked
	for n := 1; n <= 50; n++ {
		send(n)
	}
	require.Eventually(t, func() bool { return ledger.Waiting() == 51 }, patience, time.Millisecond)
	require.Empty(t, answers)
	require.Zero(t, ledger.Durable())
	return ledger, g, answers
}

func TestOneBarrierServesAGroup(t *testing.T) {
	ledger, g, answers := sendMeanwhile(t)
	g.let <- nil
	require.NoError(t, <-answers)
	<-g.asked
	require.Empty(t, answers)
	require.Equal(t, uint64(1), ledger.Durable())
	g.let <- nil
	for range 50 {
		require.NoError(t, <-answers)
	}
	require.Empty(t, g.asked, "fifty entries shared one barrier")
	ledgertest.CheckInvariants(t, ledger)
}

func TestAfterAFailedBarrierNothingMoreIsSent(t *testing.T) {
	ledger, g, answers := sendMeanwhile(t)
	g.let <- errors.New("input/output error")
	unknown := 0
	for range 51 {
		err := <-answers
		if errors.Is(err, events.ErrOutcomeUnknown) {
			unknown++
			continue
		}
		require.ErrorIs(t, err, events.ErrUnavailable, "it was not sent: it is certain that it is not stored")
	}
	require.Equal(t, 1, unknown)
	stream, err := byTheBackDoor(t, ledger).Stream(t.Context(), "LEDGER")
	require.NoError(t, err)
	require.EqualValues(t, 1, stream.CachedInfo().State.LastSeq)
	require.Empty(t, g.asked, "no other barrier is made")
	require.Zero(t, ledger.Durable())
}

func TestCloseAnswersWhatItHasTaken(t *testing.T) {
	ledger := ledgertest.Open(t)
	errs := make(chan error, 100)
	for n := range 100 {
		go func() {
			_, err := ledger.Append(context.Background(), entry(youth(n), 1, fmt.Sprint(n)), 0)
			errs <- err
		}()
	}
	require.NoError(t, ledger.Close(t.Context()))
	for range 100 {
		if err := <-errs; err != nil {
			require.ErrorIs(t, err, jetstream.ErrClosed)
		}
	}
	_, err := ledger.Append(t.Context(), entry(youthID, 1, "z"), 0)
	require.ErrorIs(t, err, jetstream.ErrClosed)
}

func TestALoosenedStreamIsRefused(t *testing.T) {
	dir := t.TempDir()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	loosen(t, dir)
	_, err = jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.ErrorIs(t, err, jetstream.ErrLoosened)
	require.ErrorContains(t, err, "MaxMsgs")
}
