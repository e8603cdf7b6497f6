package jetstream_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

const secret = "secret" // of every user of the servers below

// accounts is so many accounts for a ledger each. In each are the ledger's user, with the permissions that docs/operations.md
// tells operators to give, and one who may do everything; and there is the system's.
func accounts(t *testing.T, n int) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	found := regexp.MustCompile(`(?s)user: ledger, password: \$LEDGER_PASSWORD, (permissions: \{.*?\n    \}) \}`).FindSubmatch(page)
	require.NotNil(t, found, "operations.md has no user of the ledger")
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "L%d { jetstream: enabled, users: [{ user: l%d, password: secret, %s }, { user: operator%d, password: secret }] }\n", i+1, i+1, found[1], i+1)
	}
	return "accounts {\n" + b.String() + "SERVICE { users: [{ user: service, password: secret }] }\n" +
		"SYS { users: [{ user: monitor, password: secret }] }\n}\nsystem_account: SYS\n"
}

// at is the configuration of a ledger in account number n of the servers, with a directory of its own.
func at(t *testing.T, servers *ledgertest.Servers, n int) jetstream.Config {
	t.Helper()
	return jetstream.Config{
		Dir: t.TempDir(),
		Remote: &jetstream.Remote{
			Ledger:  jetstream.Access{Server: servers.URL(fmt.Sprintf("l%d", n), secret)},
			Monitor: jetstream.Access{Server: servers.URL("monitor", secret)},
			Lease:   600 * time.Millisecond,
		},
	}
}

// openAt opens a ledger; it is closed with the test.
func openAt(t *testing.T, config jetstream.Config) *jetstream.Ledger {
	t.Helper()
	return ledgertest.Open(t, func(c *jetstream.Config) { *c = config })
}

// js is the account of a ledger as its operator enters it.
func js(t *testing.T, config jetstream.Config) natsjs.JetStream {
	t.Helper()
	conn, err := nats.Connect(strings.ReplaceAll(config.Remote.Ledger.Server, "//l", "//operator"))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	js, err := natsjs.New(conn)
	require.NoError(t, err)
	return js
}

// elsewhere is the ledger as another machine would serve it: in an empty directory, into which its keys were carried.
func elsewhere(t *testing.T, config jetstream.Config) jetstream.Config {
	t.Helper()
	from := config.Dir
	config.Dir = t.TempDir()
	carryKey(t, from, config.Dir)
	return config
}

func carryKey(t *testing.T, from, to string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(from, "checkpoint.key"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(to, "checkpoint.key"), key, 0o600))
}

func appendOne(t *testing.T, ledger *jetstream.Ledger, n int) events.Entry {
	t.Helper()
	stored, err := ledger.Append(t.Context(), entry(youth(n), 1, fmt.Sprint(n)), 0)
	require.NoError(t, err)
	return stored
}

// TestOnACluster runs every scenario on the same three servers, each in an account of its own.
func TestOnACluster(t *testing.T) {
	scenarios := []struct {
		name string
		run  func(*testing.T, *ledgertest.Servers, jetstream.Config)
	}{
		{"entries read back as stored, and conflict", readsBackAndConflicts},
		{"three replicas, seen to sync always", threeReplicas},
		{"it is the same after closing and opening", sameAfterOpening},
		{"a second writer is refused", secondWriterIsRefused},
		{"a killed writer is followed by another after its term", killedWriterIsFollowed},
		{"a writer without its lease writes nothing on top of the next one's entries", fencedOut},
		{"an entry of the former writer that came in time is taken over", lateEntryIsTakenOver},
		{"another machine goes on with the same checkpoints", anotherMachineProves},
		{"a writer without its lease signs nothing", signsNothingWithoutLease},
		{"sealed, and carried on by another machine with its keys", sealedOnACluster},
		{"each acknowledged event once, while the leader steps down and servers stop", leadersStepDown},
	}
	servers := ledgertest.StartServers(t, 3, accounts(t, len(scenarios)))
	for i, s := range scenarios {
		t.Run(s.name, func(t *testing.T) { s.run(t, servers, at(t, servers, i+1)) })
	}
}

func readsBackAndConflicts(t *testing.T, _ *ledgertest.Servers, config jetstream.Config) {
	ledger := openAt(t, config)
	first := appendOne(t, ledger, 1)
	for range 2 { // the second time the writer looks first
		_, err := ledger.Append(t.Context(), entry(youth(1), 1, "b"), 0)
		require.ErrorIs(t, err, events.ErrConflict)
	}
	second, err := ledger.Append(t.Context(), entry(youth(1), 2, "b"), first.Sequence)
	require.NoError(t, err)
	for n := range 20 {
		appendOne(t, ledger, 100+n)
	}
	history, err := ledger.History(t.Context(), events.YouthEntity(youth(1)))
	require.NoError(t, err)
	require.Equal(t, []events.Entry{first, second}, history)
	at, err := ledger.At(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, second, at)
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 22)
}

func threeReplicas(t *testing.T, _ *ledgertest.Servers, config jetstream.Config) {
	ledger := openAt(t, config)
	stream, err := js(t, config).Stream(t.Context(), "LEDGER")
	require.NoError(t, err)
	require.Equal(t, 3, stream.CachedInfo().Config.Replicas)
	require.Equal(t, "the servers sync always, as they say", ledger.Durability())
	ledgertest.RequireHealthy(t, ledger)
}

func sameAfterOpening(t *testing.T, _ *ledgertest.Servers, config jetstream.Config) {
	config.Remote.Lease = time.Hour // nobody has to wait for a writer that let go
	ledger, err := jetstream.Open(t.Context(), config)
	require.NoError(t, err)
	for n := range 20 {
		appendOne(t, ledger, n)
	}
	before := ledgertest.CheckInvariants(t, ledger)
	require.NoError(t, ledger.Close(t.Context()))
	again := openAt(t, config)
	require.Equal(t, before, ledgertest.CheckInvariants(t, again))
	require.Equal(t, ledger.Identity(), again.Identity())
}

func secondWriterIsRefused(t *testing.T, _ *ledgertest.Servers, config jetstream.Config) {
	ledger := openAt(t, config)
	_, err := jetstream.Open(t.Context(), config)
	require.ErrorIs(t, err, jetstream.ErrLocked, "on the same machine")
	_, err = jetstream.Open(t.Context(), elsewhere(t, config))
	require.ErrorIs(t, err, jetstream.ErrHeld)
	require.ErrorContains(t, err, ledger.Holder(), "the operator is told who it is")
	appendOne(t, ledger, 1)
}

func killedWriterIsFollowed(t *testing.T, _ *ledgertest.Servers, config jetstream.Config) {
	killed, err := jetstream.Open(t.Context(), config)
	require.NoError(t, err)
	appendOne(t, killed, 1)
	killed.Kill()
	next := openAt(t, elsewhere(t, config))
	appendOne(t, next, 2)
	require.Len(t, ledgertest.CheckInvariants(t, next), 2)
	require.NoError(t, killed.Close(t.Context()))
}

func fencedOut(t *testing.T, _ *ledgertest.Servers, config jetstream.Config) {
	former := openAt(t, config)
	resume := former.Suspend()
	t.Cleanup(resume)
	next := openAt(t, elsewhere(t, config))
	appendOne(t, next, 1)
	_, err := former.Append(t.Context(), entry(youth(2), 1, "2"), 0)
	require.ErrorIs(t, err, events.ErrConflict, "it believes in its lease; the servers do not take its entry")
	resume()
	_, err = former.Append(t.Context(), entry(youth(2), 1, "2"), 0)
	require.ErrorIs(t, err, events.ErrUnavailable)
	require.ErrorIs(t, err, jetstream.ErrLeaseTaken)
	require.ErrorIs(t, former.Health(), jetstream.ErrLeaseTaken)
	require.Len(t, ledgertest.CheckInvariants(t, next), 1)
	require.NoError(t, next.Health())
}

func lateEntryIsTakenOver(t *testing.T, _ *ledgertest.Servers, config jetstream.Config) {
	former := openAt(t, config)
	resume := former.Suspend()
	t.Cleanup(resume)
	behind := elsewhere(t, config)
	behind.Now = func() time.Time { return time.Now().Add(-time.Minute) }
	next := openAt(t, behind)
	late := appendOne(t, former, 1) // before the next one's first: true, and answered so
	for range 2 {                   // refused by the servers, and then because it was decided without knowing what is found now
		_, err := next.Append(t.Context(), entry(youth(2), 1, "2"), 0)
		require.ErrorIs(t, err, events.ErrConflict)
	}
	first := appendOne(t, next, 2)
	require.Equal(t, late.Recorded, first.Recorded, "recorded times do not go back")
	require.Equal(t, uint64(2), first.Sequence)
	history, err := next.History(t.Context(), events.YouthEntity(youth(1)))
	require.NoError(t, err)
	require.Equal(t, []events.Entry{late}, history)
	resume()
	require.Eventually(t, func() bool { return errors.Is(former.Health(), jetstream.ErrLeaseTaken) }, soon, time.Millisecond)
	require.Len(t, ledgertest.CheckInvariants(t, next), 2)
}

func leadersStepDown(t *testing.T, servers *ledgertest.Servers, config jetstream.Config) {
	const clients, each = 8, 40
	config.AckWait, config.Interval, config.SignInterval = time.Second, 20*time.Millisecond, time.Nanosecond // it checks itself and signs all the while
	config.Master = vault.NewMasterKey()
	ledger := openAt(t, config)
	account := "L11"
	var acknowledged atomic.Int64
	reached := func(n int64) {
		require.Eventually(t, func() bool { return acknowledged.Load() >= n }, 20*time.Second, time.Millisecond)
	}
	stored := make([][]events.Entry, clients)
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() { stored[c] = recordAll(ledger, c, each, &acknowledged) })
	}
	for n := int64(20); n <= 100; n += 20 {
		reached(n)
		for _, stream := range []string{"LEDGER", "KV_LEDGER_LEASE", "CHECKPOINTS", "KEYS"} {
			servers.StepDown(account, stream)
		}
	}
	reached(150)
	gone := servers.Leader(account, "LEDGER")
	servers.Stop(gone)
	reached(250)
	servers.Start(gone)
	all.Wait()
	servers.AwaitReady()
	require.Eventually(t, func() bool { return ledger.Health() == nil }, soon, time.Millisecond)
	require.Equal(t, slices.SortedFunc(slices.Values(slices.Concat(stored...)), func(a, b events.Entry) int {
		return int(a.Sequence) - int(b.Sequence)
	}), ledgertest.CheckInvariants(t, ledger))
	for c := range clients {
		requireProven(t, ledger, youth(c), each)
	}
}

// recordAll appends entries of one youth as a client does: when the outcome is unknown it looks before it tries again.
// It is the entries as acknowledged or found.
func recordAll(ledger *jetstream.Ledger, client, each int, acknowledged *atomic.Int64) (stored []events.Entry) {
	after := uint64(0)
	for len(stored) < each {
		e := entry(youth(client), uint64(len(stored)+1), fmt.Sprint(client, "-", len(stored)))
		one, err := ledger.Append(context.Background(), e, after)
		if err != nil {
			history, err := ledger.History(context.Background(), e.Entity)
			if err != nil || len(history) == len(stored) {
				continue
			}
			one = history[len(history)-1]
		}
		stored, after = append(stored, one), one.Sequence
		acknowledged.Add(1)
	}
	return stored
}
