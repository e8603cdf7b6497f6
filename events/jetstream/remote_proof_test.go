package jetstream_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/proof"
)

// anotherMachineProves: the key is carried, everything else is found on the servers. What the first machine was told still holds
// when it comes back.
func anotherMachineProves(t *testing.T, _ *ledgertest.Servers, config jetstream.Config) {
	config.Remote.Lease = time.Hour
	config.SignInterval = time.Nanosecond
	first, err := jetstream.Open(t.Context(), config)
	require.NoError(t, err)
	record(t, first, youthID, 5)
	early, err := first.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, uint64(5), early.Size)
	require.NoError(t, first.Close(t.Context()))

	other := elsewhere(t, config)
	second, err := jetstream.Open(t.Context(), other)
	require.NoError(t, err)
	require.Equal(t, first.VerifierKey(), second.VerifierKey())
	kept, err := second.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, string(early.Note), string(kept.Note), "it begins with what was signed last")
	record(t, second, youthID, 4)
	requireProven(t, second, youthID, 9)
	grown, err := second.Consistency(t.Context(), 5)
	require.NoError(t, err)
	late, err := proof.CheckConsistency(grown, early.Checkpoint, verifier(t, second))
	require.NoError(t, err)
	require.Equal(t, uint64(9), late.Size)
	require.NoError(t, second.Close(t.Context()))

	back := openAt(t, config)
	record(t, back, youthID, 1)
	requireProven(t, back, youthID, 10)
	ledgertest.CheckInvariants(t, back)
}

// requireProven demands that so many entries of a youth are proven, and that there are no more.
func requireProven(t *testing.T, ledger *jetstream.Ledger, youth string, n int) {
	t.Helper()
	entity := events.YouthEntity(youth)
	signed, all, err := ledger.Standings(t.Context(), entity)
	require.NoError(t, err)
	require.Len(t, all[0].Entries, n)
	for i, p := range all[0].Entries {
		index, c, err := proof.CheckInclusion(p.Proof, proof.Leaf(p.Stored), verifier(t, ledger))
		require.NoError(t, err)
		require.Equal(t, signed.Checkpoint, c)
		require.Equal(t, p.Sequence-1, index)
		require.Equal(t, uint64(i)+1, p.Number)
	}
	require.NotEqual(t, proof.Hash{}, signed.Directory)
}

// signsNothingWithoutLease: neither when it knows that its lease has run out, nor when it does not.
func signsNothingWithoutLease(t *testing.T, _ *ledgertest.Servers, config jetstream.Config) {
	config.SignInterval = time.Nanosecond
	former := openAt(t, config)
	appendOne(t, former, 1)
	resume := former.Suspend()
	t.Cleanup(resume)
	next := openAt(t, elsewhere(t, config))
	appendOne(t, next, 2)
	signed, err := next.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, uint64(2), signed.Size)

	refused := make(chan error, 1)
	go func() {
		_, err := former.Checkpoint(t.Context())
		refused <- err
	}()
	time.AfterFunc(50*time.Millisecond, resume) // whichever comes first
	err = <-refused
	require.ErrorIs(t, err, events.ErrUnavailable)
	_, err = former.Checkpoint(t.Context())
	require.ErrorIs(t, err, events.ErrUnavailable)
	kept, err := js(t, config).Stream(t.Context(), "CHECKPOINTS")
	require.NoError(t, err)
	last, err := kept.GetLastMsgForSubject(t.Context(), "checkpoints.ledger")
	require.NoError(t, err)
	require.Equal(t, string(signed.Note), string(last.Data), "it is still the last")
}

// An operator of the servers who puts back what lay on their disks some days ago, all of it, finds nobody who notices on the
// servers. The ledger's own directory knows better.
func TestServersThatWereRewoundAreFoundOut(t *testing.T) {
	servers, config := single(t)
	rewind(t, servers, config)
	config.AckWait = time.Second
	refused(t, config, jetstream.ErrLoosened, "from sequence 3 on entries are lost: of 3 the stream holds the first 2")

	// A machine that has nothing but the key sees what the servers show it. A witness has seen more.
	ledgertest.CheckInvariants(t, openAt(t, elsewhere(t, config)))
}

// rewind records two entries, then a third, and puts back what lay on the server's disk before that.
func rewind(t *testing.T, servers *ledgertest.Servers, config jetstream.Config) {
	t.Helper()
	before := t.TempDir()
	openOnce(t, config)
	servers.Stop(0)
	require.NoError(t, os.CopyFS(before, os.DirFS(servers.Store(0))))
	servers.Start(0)
	servers.AwaitReady()
	ledger, err := jetstream.Open(t.Context(), config)
	require.NoError(t, err)
	appendOne(t, ledger, 3)
	require.NoError(t, ledger.Close(t.Context()))
	servers.Stop(0)
	require.NoError(t, os.RemoveAll(servers.Store(0)))
	require.NoError(t, os.CopyFS(servers.Store(0), os.DirFS(before)))
	servers.Start(0)
	servers.AwaitReady()
}

func TestAWitnessKnowsThatServersWereRewound(t *testing.T) {
	servers, config := single(t)
	config.Witnesses = []jetstream.Witness{&onlooker{}}
	rewind(t, servers, config)
	require.ErrorIs(t, refusesAt(t, elsewhere(t, config)), proof.ErrRewritten)
}

// onlooker is a witness that remembers how much it has seen, and signs nothing.
type onlooker struct{ size uint64 }

func (*onlooker) Name() string { return "onlooker.example" }

func (o *onlooker) Cosign(_ context.Context, signed proof.Signed, _ func(uint64) ([]byte, error)) ([]byte, error) {
	if signed.Size < o.size {
		return nil, proof.ErrRewritten
	}
	o.size = signed.Size
	return nil, nil
}

// An operator who knows how the store is built changes an entry and makes its checksum right.
func TestAnEntryChangedByItsServersOperatorIsFoundOut(t *testing.T) {
	servers, config := single(t)
	openOnce(t, config)
	servers.Stop(0)
	rewrite(t, servers.Store(0), 1, `"municipality":"0301"`, `"municipality":"4601"`)
	servers.Start(0)
	servers.AwaitReady()
	err := refusesAt(t, config)
	require.ErrorIs(t, err, jetstream.ErrBroken)
	require.ErrorContains(t, err, "from sequence 1 on the stream is not what")
	require.ErrorContains(t, refusesAt(t, elsewhere(t, config)), "the signed checkpoint in its stream", "by the key alone, too")
}

// refusesAt opens a remote ledger and is what it says, having refused to take anything.
func refusesAt(t *testing.T, config jetstream.Config) error {
	t.Helper()
	ledger, err := jetstream.Open(t.Context(), config)
	if err != nil {
		return err
	}
	defer func() { require.NoError(t, ledger.Close(t.Context())) }()
	_, err = ledger.Append(t.Context(), entry(youth(99), 1, "later"), 0)
	require.Error(t, err)
	return ledger.Stopped()
}

func TestOnlyTheLedgersOwnKeySigns(t *testing.T) {
	_, config := single(t)
	config.Origin = "kommune.example/ettervern"
	openOnce(t, config)
	config.Origin = ""
	own := config.Dir

	config.Dir = t.TempDir()
	refused(t, config, jetstream.ErrForeignKey, "put its checkpoint.key here")
	refused(t, config, jetstream.ErrForeignKey, "kommune.example/ettervern+")
	refused(t, config, jetstream.ErrForeignKey, "here is none")
	require.NoFileExists(t, filepath.Join(config.Dir, "checkpoint.key"), "none is made")
	ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = filepath.Join(config.Dir, "foreign") })
	carryKey(t, filepath.Join(config.Dir, "foreign"), config.Dir)
	refused(t, config, jetstream.ErrForeignKey, "here is ettervern.invalid/")
	carryKey(t, own, config.Dir)
	ledger := openAt(t, config)
	appendOne(t, ledger, 3)
}

// The lease is the servers' word. A key that somebody has put there does not sign what another has signed.
func TestAKeyThatTheServersNameIsHeldAgainstTheCheckpoints(t *testing.T) {
	_, config := single(t)
	openOnce(t, config)
	bucket, err := js(t, config).KeyValue(t.Context(), "LEDGER_LEASE")
	require.NoError(t, err)
	said, err := bucket.Get(t.Context(), "writer")
	require.NoError(t, err)
	require.Contains(t, string(said.Value()), `"key":"ettervern.invalid/`)
	at := strings.Index(string(said.Value()), `"key":`)
	_, err = bucket.Put(t.Context(), "writer", []byte(string(said.Value())[:at]+`"key":""}`))
	require.NoError(t, err)

	config.Dir = t.TempDir()
	refused(t, config, jetstream.ErrForeignKey, "here is none")
	require.NoFileExists(t, filepath.Join(config.Dir, "checkpoint.key"))
	ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = filepath.Join(config.Dir, "foreign") })
	carryKey(t, filepath.Join(config.Dir, "foreign"), config.Dir)
	refused(t, config, jetstream.ErrBroken, "the signed checkpoint in its stream")
}

func TestTheStreamOfCheckpointsIsWatched(t *testing.T) {
	_, config := single(t)
	config.AckWait = time.Second
	openOnce(t, config)
	config.Interval = 20 * time.Millisecond
	ledger, err := jetstream.Open(t.Context(), config)
	require.NoError(t, err)
	js := js(t, config)
	require.NoError(t, js.DeleteStream(t.Context(), "CHECKPOINTS"))
	require.Eventually(t, func() bool { return ledger.Stopped() != nil }, soon, time.Millisecond)
	require.ErrorIs(t, ledger.Stopped(), jetstream.ErrLoosened)
	require.ErrorContains(t, ledger.Stopped(), "its stream CHECKPOINTS is gone")
	require.NoError(t, ledger.Close(t.Context()))
	refused(t, config, jetstream.ErrLoosened, "its stream CHECKPOINTS is gone") // it is not made again
}

func TestADirectoryIsOfOneLedgerInOnePlace(t *testing.T) {
	servers := ledgertest.StartServers(t, 1, accounts(t, 2))
	one, other := at(t, servers, 1), at(t, servers, 2)
	openOnce(t, one)
	openOnce(t, other)
	swapped := other
	swapped.Dir = one.Dir
	refused(t, swapped, jetstream.ErrLoosened, "this directory is of ledger")
	ledgertest.CheckInvariants(t, openAt(t, other)) // the lease says what it said
	refused(t, jetstream.Config{Dir: one.Dir}, jetstream.ErrElsewhere, "--nats")
	require.NoDirExists(t, filepath.Join(one.Dir, "store"), "no store is made there")

	embedded := t.TempDir()
	closedLedger(t, embedded, 1)
	one.Dir = embedded
	refused(t, one, jetstream.ErrElsewhere, "the directory itself holds it")
}
