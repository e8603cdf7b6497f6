package jetstream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

// sealedIn opens a sealed ledger in dir.
func sealedIn(dir string, master vault.Master) func(*jetstream.Config) {
	return func(c *jetstream.Config) { c.Dir, c.Master = dir, master }
}

// marked is an entry with words that are easily found.
func marked(youth string, number uint64, id string) events.Entry {
	e := entry(youth, number, "marker-"+id)
	e.Actor, e.Events[0].Source = "marker-actor", "/marker-source"
	return e
}

// holds is the files under dir that hold the words.
func holds(t *testing.T, dir string, words ...string) (files []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, word := range words {
			if bytes.Contains(data, []byte(word)) {
				files = append(files, path+": "+word)
			}
		}
		return err
	}))
	return files
}

func TestASealedLedgerIsTheSameAfterClosingAndOpening(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: master})
	require.NoError(t, err)
	after := map[string]uint64{}
	for i := range 300 { // more youths than a sheet has keys
		id := youth(i % 150)
		stored, err := ledger.Append(t.Context(), marked(id, uint64(i/150)+1, fmt.Sprint(i)), after[id])
		require.NoError(t, err)
		after[id] = stored.Sequence
	}
	before := ledgertest.CheckInvariants(t, ledger)
	require.NoError(t, ledger.Close(t.Context()))
	require.Empty(t, holds(t, dir, "marker", "ettervern.ResidenceChanged"), "nothing of an entry's content is on disk")

	again := ledgertest.Open(t, sealedIn(dir, master))
	require.Equal(t, before, ledgertest.CheckInvariants(t, again))
	for i := range 150 {
		history, err := again.History(t.Context(), events.YouthEntity(youth(i)))
		require.NoError(t, err)
		require.Equal(t, []events.Entry{before[i], before[i+150]}, history)
	}
	require.Len(t, keyIDs(t, again), 150, "each youth has one key, and no two the same")
}

// keyIDs is the youths that each key has sealed entries of, by what the stored bytes say.
func keyIDs(t *testing.T, ledger *jetstream.Ledger) map[vault.KeyID]map[string]bool {
	t.Helper()
	all := map[vault.KeyID]map[string]bool{}
	for i := range 150 {
		_, proven, err := ledger.Proofs(t.Context(), events.YouthEntity(youth(i)))
		require.NoError(t, err)
		require.NotEmpty(t, proven)
		for _, p := range proven {
			c, _, err := vault.Parse(p.Stored)
			require.NoError(t, err)
			require.Equal(t, youth(i), c.Entity.ID)
			if all[c.Key] == nil {
				all[c.Key] = map[string]bool{}
			}
			all[c.Key][youth(i)] = true
		}
	}
	for _, youths := range all {
		require.Len(t, youths, 1)
	}
	return all
}

func TestUnitsAndSupervisionsAreSealedToo(t *testing.T) {
	dir := t.TempDir()
	ledger := ledgertest.Open(t, sealedIn(dir, vault.NewMasterKey()))
	e := events.Entry{Entity: events.Entity{Kind: events.Unit, ID: "0301-child_welfare"}, Number: 1, Actor: "marker", Events: []events.Occurrence{{
		ID: "marker", Source: "/marker", Time: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC), Event: &events.TrainingHeld{Topic: "marker", Services: []events.Service{"nav"}},
	}}}
	stored, err := ledger.Append(t.Context(), e, 0)
	require.NoError(t, err)
	history, err := ledger.History(t.Context(), e.Entity)
	require.NoError(t, err)
	require.Equal(t, []events.Entry{stored}, history)
	require.Empty(t, holds(t, dir, "marker"))
}

func TestASealedLedgerOpensWithItsMasterKeyOnly(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	sealedLedger(t, dir, master, 3)
	_, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.ErrorIs(t, err, jetstream.ErrNoMaster)
	_, err = jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: vault.NewMasterKey()})
	require.ErrorIs(t, err, vault.ErrOtherMaster)
	ledgertest.CheckInvariants(t, ledgertest.Open(t, sealedIn(dir, master)))
}

func TestAPlainLedgerStaysPlain(t *testing.T) {
	dir := t.TempDir()
	closedLedger(t, dir, 3)
	_, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: vault.NewMasterKey(), Sealed: true})
	require.ErrorIs(t, err, jetstream.ErrPlain)
	_, err = jetstream.Open(t.Context(), jetstream.Config{Dir: t.TempDir(), Sealed: true})
	require.ErrorIs(t, err, jetstream.ErrNoMaster, "a new one is not made in plain where sealed is asked for")
	ledger := ledgertest.Open(t, sealedIn(dir, vault.NewMasterKey()))
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 3)
}

// sealedLedger makes a ledger of so many youths with one entry each, and closes it.
func sealedLedger(t *testing.T, dir string, master vault.Master, n int) {
	t.Helper()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: master})
	require.NoError(t, err)
	for i := range n {
		_, err := ledger.Append(t.Context(), marked(youth(i), 1, fmt.Sprint(i)), 0)
		require.NoError(t, err)
	}
	require.NoError(t, ledger.Close(t.Context()))
}

// TestAnEntryMovedToAnotherYouthIsFound: someone with the run of the store puts a youth's sealed entry into another's
// history.
func TestAnEntryMovedToAnotherYouthIsFound(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	sealedLedger(t, dir, master, 3)
	inStore(t, dir, func(js natsjs.JetStream) {
		stream, err := js.Stream(t.Context(), "LEDGER")
		require.NoError(t, err)
		m, err := stream.GetMsg(t.Context(), 3)
		require.NoError(t, err)
		_, err = js.Publish(t.Context(), "ledger.youth."+youth(7), m.Data)
		require.NoError(t, err)
	})
	require.ErrorContains(t, refusesSealed(t, dir, master), "sequence 4: it belongs to another entity")
}

// TestARewrittenEntryIsFound: likewise, with clear lines that fit the other youth.
func TestARewrittenEntryIsFound(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	sealedLedger(t, dir, master, 3)
	inStore(t, dir, func(js natsjs.JetStream) {
		stream, err := js.Stream(t.Context(), "LEDGER")
		require.NoError(t, err)
		m, err := stream.GetMsg(t.Context(), 3)
		require.NoError(t, err)
		_, err = js.Publish(t.Context(), "ledger.youth."+youth(7), bytes.Replace(m.Data, []byte(youth(2)), []byte(youth(7)), 1))
		require.NoError(t, err)
	})
	require.ErrorContains(t, refusesSealed(t, dir, master), "sequence 4: the sealed entry was changed, or belongs elsewhere")
}

// inStore does something in the ledger's account, without the ledger.
func inStore(t *testing.T, dir string, do func(natsjs.JetStream)) {
	t.Helper()
	js, _, done := stream(t, dir)
	defer done()
	do(js)
}

// refusesSealed is why the ledger does not go on.
func refusesSealed(t *testing.T, dir string, master vault.Master) error {
	t.Helper()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: master})
	if err != nil {
		return err
	}
	defer func() { require.NoError(t, ledger.Close(context.Background())) }()
	_, refusal := ledger.Append(t.Context(), marked(youth(99), 1, "later"), 0)
	require.Error(t, refusal)
	return ledger.Stopped()
}

func TestLostKeysStopTheLedger(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	sealedLedger(t, dir, master, 3)
	whole := t.TempDir()
	require.NoError(t, os.CopyFS(whole, os.DirFS(dir)))
	inStore(t, dir, func(js natsjs.JetStream) {
		keys, err := js.Stream(t.Context(), "KEYS")
		require.NoError(t, err)
		require.NoError(t, keys.SecureDeleteMsg(t.Context(), 1))
	})
	err := refusesSealed(t, dir, master)
	require.ErrorIs(t, err, jetstream.ErrKeysLost)
	require.ErrorContains(t, err, "from sequence")

	inStore(t, whole, func(js natsjs.JetStream) { require.NoError(t, js.DeleteStream(t.Context(), "KEYS")) })
	require.ErrorIs(t, refusesSealed(t, whole, master), jetstream.ErrKeysLost)
}

func TestALoosenedStreamOfKeysIsRefused(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	sealedLedger(t, dir, master, 1)
	inStore(t, dir, func(js natsjs.JetStream) {
		keys, err := js.Stream(t.Context(), "KEYS")
		require.NoError(t, err)
		config := keys.CachedInfo().Config
		config.MaxMsgs = 1
		_, err = js.UpdateStream(t.Context(), config)
		require.NoError(t, err)
	})
	require.ErrorIs(t, refusesSealed(t, dir, master), jetstream.ErrLoosened)
}

func TestKeysThatAreTakenAwayWhileItRunsStopTheLedger(t *testing.T) {
	ledger := ledgertest.Open(t, sealedIn(t.TempDir(), vault.NewMasterKey()), func(c *jetstream.Config) { c.Interval = time.Millisecond })
	_, err := ledger.Append(t.Context(), marked(youth(1), 1, "a"), 0)
	require.NoError(t, err)
	conn, err := ledger.Server().Connect()
	require.NoError(t, err)
	defer conn.Close()
	js, err := natsjs.New(conn)
	require.NoError(t, err)
	require.NoError(t, js.DeleteStream(t.Context(), "KEYS"))
	require.Eventually(t, func() bool { return errors.Is(ledger.Stopped(), jetstream.ErrLoosened) }, patience, time.Millisecond)
}

// TestAKeyIsDurableBeforeAnEntryNamesIt copies the directory as a crash would leave it at each barrier, before and after,
// and demands that whatever entries are there can be opened.
func TestAKeyIsDurableBeforeAnEntryNamesIt(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	var mu sync.Mutex
	var crashes []string
	snapshot := func() {
		mu.Lock()
		defer mu.Unlock()
		crash := t.TempDir()
		if os.CopyFS(crash, os.DirFS(dir)) == nil { // else the server was just renaming a file
			crashes = append(crashes, crash)
		}
	}
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Master: master, Barrier: func() error { snapshot(); return nil }})
	require.NoError(t, err)
	var all sync.WaitGroup
	for c := range 4 {
		all.Go(func() {
			for i := range 25 {
				if _, err := ledger.Append(context.Background(), marked(youth(c*100+i), 1, fmt.Sprint(c, "-", i)), 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.NoError(t, ledger.Close(t.Context()))
	require.NotEmpty(t, crashes)
	most := 0
	for i, crash := range crashes {
		if i%5 > 0 {
			continue
		}
		again, err := jetstream.Open(t.Context(), jetstream.Config{Dir: crash, Master: master, Barrier: func() error { return nil }})
		require.NoError(t, err)
		stored, err := again.Append(t.Context(), marked(youth(9999), 1, "later"), 0)
		require.NoError(t, err)
		for _, e := range ledgertest.CheckInvariants(t, again) {
			require.False(t, e.Erased)
		}
		most = max(most, int(stored.Sequence))
		require.NoError(t, again.Close(t.Context()))
	}
	require.Greater(t, most, 20)
}

// TestKeysThatCannotBeMadeDurableStopTheLedger: the kernel tells of a write error once, to whoever syncs next.
func TestKeysThatCannotBeMadeDurableStopTheLedger(t *testing.T) {
	calls := 0
	ledger := ledgertest.Open(t, sealedIn(t.TempDir(), vault.NewMasterKey()), func(c *jetstream.Config) {
		c.Barrier = func() error {
			if calls++; calls > 1 { // after the one at opening
				return os.ErrInvalid
			}
			return nil
		}
	})
	_, err := ledger.Append(t.Context(), marked(youth(1), 1, "a"), 0)
	require.ErrorIs(t, err, events.ErrUnavailable)
	require.Error(t, ledger.Stopped())
	require.Zero(t, ledger.Durable(), "the entry was not offered to the server")
}

// TestDamageToKeysNeverPassesSilently: whatever is done to the file of keys, either everything opens or the ledger says why not.
func TestDamageToKeysNeverPassesSilently(t *testing.T) {
	from, master := t.TempDir(), vault.NewMasterKey()
	sealedLedger(t, from, master, 70)
	refused := 0
	for at := 0; at < 100; at += 5 { // in per cent of the file
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, os.DirFS(from)))
		blocks, err := filepath.Glob(dir + "/store/jetstream/LEDGER/streams/KEYS/msgs/*.blk")
		require.NoError(t, err)
		require.NotEmpty(t, blocks)
		data, err := os.ReadFile(blocks[0])
		require.NoError(t, err)
		data[len(data)*at/100] ^= 1
		require.NoError(t, os.WriteFile(blocks[0], data, 0o600))
		ctx, cancel := context.WithTimeout(t.Context(), willItOpen)
		ledger, err := jetstream.Open(ctx, jetstream.Config{Dir: dir, Master: master, Barrier: func() error { return nil }})
		require.NoError(t, ctx.Err(), "it does not hang")
		cancel()
		if err != nil {
			refused++
			continue
		}
		if err := ledger.Await(t.Context(), 70); err != nil {
			require.ErrorIs(t, err, jetstream.ErrKeysLost)
			refused++
		} else {
			require.Len(t, ledgertest.CheckInvariants(t, ledger), 70)
		}
		require.NoError(t, ledger.Close(t.Context()))
	}
	require.NotZero(t, refused)
}

func TestTheMasterKeyIsNotInTheStore(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "master.key")
	master, err := vault.CreateMasterKey(file)
	require.NoError(t, err)
	sealedLedger(t, dir, master, 2)
	secret, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Empty(t, holds(t, dir, strings.TrimSpace(string(secret))))
}
