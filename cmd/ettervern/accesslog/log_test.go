package accesslog_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ettervern/cmd/ettervern/accesslog"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	anna = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"
	bo   = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c02"
)

var today = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var secret = vault.Ephemeral()

// open is a log in a ledger of its own, whose day the test may change before it is asked.
func open(t *testing.T, now func() time.Time, changes ...func(*jetstream.Config)) (*accesslog.Log, *jetstream.Ledger) {
	t.Helper()
	log := accesslog.New(now)
	log.Pseudonym = func(name string) (string, error) { return "person:" + secret.OfName(name), nil }
	ledger := ledgertest.Open(t, append(changes, func(c *jetstream.Config) {
		c.Kinds, c.Views, c.Now = []events.Kind{events.Access}, []jetstream.View{log}, now
	})...)
	require.NoError(t, ledger.Await(t.Context(), ledger.Durable()))
	log.Start(ledger)
	t.Cleanup(log.Close)
	return log, ledger
}

func at(day time.Time) func() time.Time { return func() time.Time { return day } }

func history(youth, who string) events.ContentsShown {
	return events.ContentsShown{Who: who, Role: "caseworker", Purpose: events.ForCasework, What: events.ShownHistory, Youth: youth, Sequence: 1, Count: 3}
}

func whoLooked(t *testing.T, log *accesslog.Log, youth string) (who []string) {
	t.Helper()
	lines, err := log.Of(t.Context(), youth)
	require.NoError(t, err)
	for _, l := range lines {
		who = append(who, l.Who)
	}
	return who
}

func TestWhoHasLookedIsKept(t *testing.T) {
	dir := t.TempDir()
	log, ledger := open(t, at(today), func(c *jetstream.Config) { c.Dir = dir })
	require.NoError(t, log.Record(t.Context(), history(anna, "kari")))
	require.NoError(t, log.Record(t.Context(), history(bo, "ola")))
	require.NoError(t, log.Record(t.Context(), events.ContentsShown{Who: "sf", Role: "supervisor", Purpose: events.ForOversight, What: events.ShownList, Filter: "status=overdue", Sequence: 1, Count: 7}))
	require.NoError(t, log.Record(t.Context(), history(anna, "ola")))
	demand := func(log *accesslog.Log) {
		require.Equal(t, []string{"kari", "ola"}, whoLooked(t, log, anna))
		require.Equal(t, []string{"ola"}, whoLooked(t, log, bo))
		require.Empty(t, whoLooked(t, log, "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c09"))
		require.Len(t, log.Lists(), 1)
		require.Equal(t, uint64(7), log.Lists()[0].Count)
		require.True(t, log.Lists()[0].Time.Equal(today))
	}
	demand(log)
	for _, e := range ledgertest.CheckInvariants(t, ledger) {
		require.Equal(t, events.Entity{Kind: events.Access, ID: "2026"}, e.Entity)
	}
	log.Close()
	require.NoError(t, ledger.Close(t.Context()))

	again := accesslog.New(at(today))
	reopened, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Kinds: []events.Kind{events.Access}, Views: []jetstream.View{again}, Now: at(today)})
	require.NoError(t, err)
	defer func() { require.NoError(t, reopened.Close(t.Context())) }()
	require.NoError(t, reopened.Await(t.Context(), reopened.Durable()))
	again.Start(reopened)
	defer again.Close()
	demand(again)
	require.NoError(t, again.Record(t.Context(), history(bo, "kari")))
	require.Equal(t, []string{"ola", "kari"}, whoLooked(t, again, bo))
}

// TestManyWhoAskAtOnceShareEntries: each has a line of its own, and none is answered before it is on disk.
func TestManyWhoAskAtOnceShareEntries(t *testing.T) {
	asked, let := make(chan struct{}, 1000), make(chan error, 1000)
	let <- nil // the barrier of opening
	log, ledger := open(t, at(today), func(c *jetstream.Config) {
		c.Barrier = func() error { asked <- struct{}{}; return <-let }
	})
	<-asked
	first := make(chan error, 1)
	go func() { first <- log.Record(context.Background(), history(anna, "first")) }()
	<-asked
	require.Empty(t, whoLooked(t, log, anna))
	require.Empty(t, first, "it is not on disk")
	const askers = 500
	var all sync.WaitGroup
	for n := range askers {
		all.Go(func() {
			if err := log.Record(context.Background(), history(bo, fmt.Sprint("asker ", n))); err != nil {
				t.Error(err)
			}
		})
	}
	for range 999 {
		let <- nil
	}
	require.NoError(t, <-first)
	all.Wait()
	require.Len(t, whoLooked(t, log, bo), askers)
	require.Less(t, ledger.Durable(), uint64(askers/2), "entries")
}

// TestWhatCannotBeRecordedIsNotShown: a barrier that fails fails the access, and every one after it.
func TestWhatCannotBeRecordedIsNotShown(t *testing.T) {
	let := make(chan error, 10)
	let <- nil
	log, _ := open(t, at(today), func(c *jetstream.Config) { c.Barrier = func() error { return <-let } })
	let <- nil
	require.NoError(t, log.Record(t.Context(), history(anna, "kari")))
	let <- errors.New("input/output error")
	require.ErrorIs(t, log.Record(t.Context(), history(anna, "ola")), events.ErrUnavailable)
	let <- nil
	require.ErrorIs(t, log.Record(t.Context(), history(anna, "ola")), events.ErrUnavailable)
	require.Equal(t, []string{"kari"}, whoLooked(t, log, anna))
}

func TestAnAskerWhoDoesNotWaitIsShownNothing(t *testing.T) {
	log, _ := open(t, at(today))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		if err := log.Record(ctx, history(anna, "kari")); err != nil {
			require.ErrorIs(t, err, events.ErrUnavailable)
		}
	}
}

// TestEachYearIsAHistoryOfItsOwn: by the day in Norway.
func TestEachYearIsAHistoryOfItsOwn(t *testing.T) {
	now := time.Date(2026, 12, 31, 22, 30, 0, 0, time.UTC)
	log, ledger := open(t, func() time.Time { return now })
	require.NoError(t, log.Record(t.Context(), history(anna, "kari")))
	now = now.Add(time.Hour)
	require.NoError(t, log.Record(t.Context(), history(anna, "ola")))
	require.NoError(t, log.Record(t.Context(), history(anna, "per")))
	require.Equal(t, []string{"kari", "ola", "per"}, whoLooked(t, log, anna))
	entries := ledgertest.CheckInvariants(t, ledger)
	require.Equal(t, []string{"2026", "2027", "2027"}, []string{entries[0].Entity.ID, entries[1].Entity.ID, entries[2].Entity.ID})
	require.Equal(t, uint64(2), entries[2].Number)
}

// ledger is one that loses the first race.
type racing struct {
	accesslog.Ledger
	lost int
}

func (r *racing) Append(ctx context.Context, e events.Entry, after uint64) (events.Entry, error) {
	if r.lost > 0 {
		r.lost--
		return e, events.ErrConflict
	}
	return r.Ledger.Append(ctx, e, after)
}

func TestALostRaceIsRunAgain(t *testing.T) {
	log := accesslog.New(at(today))
	ledger := ledgertest.Open(t, func(c *jetstream.Config) {
		c.Kinds, c.Views, c.Now = []events.Kind{events.Access}, []jetstream.View{log}, at(today)
	})
	log.Start(&racing{ledger, 2})
	defer log.Close()
	require.NoError(t, log.Record(t.Context(), history(anna, "kari")))
	require.Equal(t, []string{"kari"}, whoLooked(t, log, anna))
}

// TestNamesOfAskersAreKeptWithoutIdentityNumbers, which some issuers know people by.
func TestNamesOfAskersAreKeptWithoutIdentityNumbers(t *testing.T) {
	log, _ := open(t, at(today))
	for _, name := range []string{"13097248022 (barnevern)", "Kari Øst", "evil\n\"line", "", strings.Repeat("å", 1000)} {
		require.NoError(t, log.Record(t.Context(), history(anna, name)))
	}
	who := whoLooked(t, log, anna)
	require.Equal(t, "person:"+secret.OfName("13097248022 (barnevern)"), who[0])
	require.Equal(t, []string{"Kari Øst", "evil__line", "_", strings.Repeat("å", 160)}, who[1:])
}

// TestAYearIsForgottenWhenItHasBeenKept: nothing opens its lines any more, nothing of them is in the files, and the ledger says why.
func TestAYearIsForgottenWhenItHasBeenKept(t *testing.T) {
	dir := t.TempDir()
	now := today
	master, err := vault.CreateMasterKey(filepath.Join(dir, "master.key"))
	require.NoError(t, err)
	log, ledger := open(t, func() time.Time { return now }, func(c *jetstream.Config) { c.Dir, c.Master = dir, master })
	require.NoError(t, log.Record(t.Context(), history(anna, "kari")))
	require.NoError(t, log.Record(t.Context(), events.ContentsShown{Who: "sf", Role: "supervisor", Purpose: events.ForOversight, What: events.ShownList, Sequence: 1}))
	now = now.AddDate(5, 0, 0)
	require.NoError(t, log.Record(t.Context(), history(anna, "ola")))
	require.NoError(t, log.Forget(t.Context(), 5))
	require.Equal(t, []string{"kari", "ola"}, whoLooked(t, log, anna), "it is to be kept for five years after it ended")
	now = now.AddDate(1, 0, 0)
	demand := func(log *accesslog.Log) {
		require.Equal(t, []string{"ola"}, whoLooked(t, log, anna))
		require.Empty(t, log.Lists())
	}
	require.NoError(t, log.Forget(t.Context(), 5))
	demand(log)
	length := ledger.Durable()
	require.NoError(t, log.Forget(t.Context(), 5), "again")
	require.Equal(t, length, ledger.Durable())
	log.Close()
	require.NoError(t, ledger.Close(t.Context()))

	again := accesslog.New(func() time.Time { return now })
	reopened, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: master, Kinds: []events.Kind{events.Access}, Views: []jetstream.View{again}, Now: func() time.Time { return now }})
	require.NoError(t, err)
	defer func() { require.NoError(t, reopened.Close(t.Context())) }()
	require.NoError(t, reopened.Await(t.Context(), reopened.Durable()))
	again.Start(reopened)
	defer again.Close()
	demand(again)
	require.NoError(t, again.Forget(t.Context(), 5))
	require.Equal(t, length, reopened.Durable())
}

// TestAPlainLogForgetsNothing, and says so.
func TestAPlainLogForgetsNothing(t *testing.T) {
	now := today
	log, ledger := open(t, func() time.Time { return now })
	require.NoError(t, log.Record(t.Context(), history(anna, "kari")))
	now = now.AddDate(10, 0, 0)
	require.ErrorIs(t, log.Forget(t.Context(), 5), accesslog.ErrPlain)
	require.Equal(t, uint64(1), ledger.Durable(), "nothing is said to be forgotten that is not")
}
