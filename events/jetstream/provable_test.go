package jetstream_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/proof"
)

func verifier(t *testing.T, ledger *jetstream.Ledger) note.Verifier {
	v, err := note.NewVerifier(ledger.VerifierKey())
	require.NoError(t, err)
	return v
}

// record appends n entries of one youth after what there is, and is the last sequence.
func record(t *testing.T, ledger *jetstream.Ledger, id string, n int) (last uint64) {
	history, err := ledger.History(t.Context(), events.YouthEntity(id))
	require.NoError(t, err)
	number := uint64(len(history))
	if number > 0 {
		last = history[number-1].Sequence
	}
	for range n {
		number++
		stored, err := ledger.Append(t.Context(), entry(id, number, fmt.Sprint(id, "-", number)), last)
		require.NoError(t, err)
		last = stored.Sequence
	}
	require.NoError(t, ledger.Await(t.Context(), last))
	return last
}

// closed makes a ledger with entries in dir and closes it in order.
func closedLedger(t *testing.T, dir string, entries int) {
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	record(t, ledger, youthID, entries)
	require.NoError(t, ledger.Close(context.Background()))
}

func TestEveryEntryOfAYouthIsProvableWhenItIsAcknowledged(t *testing.T) {
	ledger := ledgertest.Open(t)
	record(t, ledger, youth(1), 5)
	record(t, ledger, youthID, 7)
	signed, proven, err := ledger.Proofs(t.Context(), events.YouthEntity(youthID))
	require.NoError(t, err)
	require.Equal(t, uint64(12), signed.Size)
	require.Len(t, proven, 7)
	for i, p := range proven {
		index, c, err := proof.CheckInclusion(p.Proof, proof.Leaf(p.Stored), verifier(t, ledger))
		require.NoError(t, err)
		require.Equal(t, signed.Checkpoint, c)
		require.Equal(t, p.Sequence-1, index)
		e, err := events.Decode(events.YouthEntity(youthID), p.Sequence, p.Stored)
		require.NoError(t, err)
		require.Equal(t, uint64(i)+1, e.Number)
		require.Equal(t, p.Number, e.Number)
	}
	_, none, err := ledger.Proofs(t.Context(), events.YouthEntity(youth(2)))
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestTheCheckpointOfToday(t *testing.T) {
	dir := t.TempDir()
	closedLedger(t, dir, 9)
	onDisk, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	require.NoError(t, err, "one was signed at closing")
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = dir })
	first, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, string(onDisk), string(first.Note), "nothing has changed")
	old, err := proof.OpenCheckpoint(onDisk, verifier(t, ledger))
	require.NoError(t, err)
	require.Equal(t, uint64(9), old.Size)

	record(t, ledger, youthID, 8)
	p, err := ledger.Consistency(t.Context(), 9)
	require.NoError(t, err)
	today, err := proof.CheckConsistency(p, old, verifier(t, ledger))
	require.NoError(t, err)
	require.Equal(t, uint64(17), today.Size)
	_, err = ledger.Consistency(t.Context(), 18)
	require.ErrorIs(t, err, proof.ErrNotThatLong)
}

func TestAnEmptyLedgerHasACheckpointToo(t *testing.T) {
	ledger := ledgertest.Open(t)
	signed, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Zero(t, signed.Size)
	record(t, ledger, youthID, 1)
	p, err := ledger.Consistency(t.Context(), 0)
	require.NoError(t, err)
	_, err = proof.CheckConsistency(p, signed.Checkpoint, verifier(t, ledger))
	require.NoError(t, err)
}

func TestACheckpointIsNotSignedAgainTooSoon(t *testing.T) {
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.SignInterval = time.Hour })
	record(t, ledger, youthID, 1)
	first, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	again, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, first, again)
	record(t, ledger, youthID, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = ledger.Checkpoint(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded, "who asks waits for the next")
}

func TestCheckpointsAreKeptInAStreamOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	closedLedger(t, dir, 3)
	closedLedger(t, dir, 3) // the same youth's next entries
	closedLedger(t, dir, 0)
	js, _, done := stream(t, dir)
	defer done()
	kept, err := js.Stream(t.Context(), "CHECKPOINTS")
	require.NoError(t, err)
	require.Equal(t, uint64(2), kept.CachedInfo().State.Msgs, "one at each closing with change")
	last, err := kept.GetMsg(t.Context(), 2)
	require.NoError(t, err)
	onDisk, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	require.NoError(t, err)
	require.Equal(t, string(onDisk), string(last.Data))
}

func TestTheKeyIsForTheLedgersUserOnlyAndKeepsItsName(t *testing.T) {
	dir := t.TempDir()
	open := func(origin string) (*jetstream.Ledger, error) {
		return jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Origin: origin})
	}
	_, err := open("two words")
	require.ErrorIs(t, err, jetstream.ErrOrigin)
	ledger, err := open("kommune.example/ettervern")
	require.NoError(t, err)
	key := ledger.VerifierKey()
	require.True(t, strings.HasPrefix(key, "kommune.example/ettervern+"), key)
	require.NoError(t, ledger.Close(t.Context()))
	info, err := os.Stat(filepath.Join(dir, "checkpoint.key"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	_, err = open("another.example")
	require.ErrorIs(t, err, jetstream.ErrOrigin)
	ledger, err = open("")
	require.NoError(t, err)
	require.Equal(t, key, ledger.VerifierKey())
	require.NoError(t, ledger.Close(t.Context()))
}

// refuses opens the ledger and is what it says, having refused to take anything.
func refuses(t *testing.T, dir string) error {
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	if err != nil {
		return err
	}
	defer func() { require.NoError(t, ledger.Close(context.Background())) }()
	_, err = ledger.Append(t.Context(), entry(youth(99), 1, "later"), 0)
	require.Error(t, err)
	return ledger.Stopped()
}

func TestWhatTheLedgerWroteDownOfItselfCannotBeChangedUnseen(t *testing.T) {
	whole := t.TempDir()
	closedLedger(t, whole, 6)
	for _, name := range []string{"head", "checkpoint", "checkpoint.key"} {
		content, err := os.ReadFile(filepath.Join(whole, name))
		require.NoError(t, err)
		for i := range 12 {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
			damaged := append([]byte{}, content...)
			damaged[i*len(damaged)/12] ^= 4
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), damaged, 0o600))
			require.Error(t, refuses(t, dir), "%s, byte %d", name, i*len(damaged)/12)
		}
	}
	for _, name := range []string{"head", "checkpoint.key"} {
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
		err := refuses(t, dir)
		require.ErrorIs(t, err, jetstream.ErrBroken, "%s is gone", name)
		require.ErrorContains(t, err, "is gone")
	}
}

// A ledger of before there were checkpoints begins to have them.
func TestALedgerWithoutAHeadGetsOne(t *testing.T) {
	dir := t.TempDir()
	closedLedger(t, dir, 4)
	for _, name := range []string{"head", "tiles", "checkpoint", "checkpoint.key"} {
		require.NoError(t, os.RemoveAll(filepath.Join(dir, name)))
	}
	js, _, done := stream(t, dir)
	require.NoError(t, js.DeleteStream(t.Context(), "CHECKPOINTS"))
	done()
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = dir })
	signed, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, uint64(4), signed.Size)
}

// editHead changes the head file as the ledger would have written it.
func editHead(t *testing.T, dir string, edit func(string) string) {
	path := filepath.Join(dir, "head")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	body := edit(string(text[:len(text)-65]))
	sum := sha256.Sum256([]byte(body))
	require.NoError(t, os.WriteFile(path, []byte(body+hex.EncodeToString(sum[:])+"\n"), 0o600))
}

// A power cut between writing the head and the end of the barrier: the head is on disk, the last entry is not, and
// nobody was told of it. The ledger goes on. Had the barrier returned, it must not.
func TestAHeadAheadOfTheStreamIsALossOnlyIfItWasConfirmed(t *testing.T) {
	for _, confirmed := range []bool{false, true} {
		dir, shorter := t.TempDir(), t.TempDir()
		ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
		require.NoError(t, err)
		record(t, ledger, youthID, 5)
		require.NoError(t, os.CopyFS(shorter, os.DirFS(dir)))
		record(t, ledger, youthID, 1)
		ahead, err := os.ReadFile(filepath.Join(dir, "head"))
		require.NoError(t, err)
		require.NoError(t, ledger.Close(t.Context()))

		require.NoError(t, os.WriteFile(filepath.Join(shorter, "head"), ahead, 0o600))
		if confirmed {
			require.ErrorContains(t, refuses(t, shorter), "from sequence 6 on entries are lost")
			continue
		}
		editHead(t, shorter, func(s string) string { return strings.Replace(s, "confirmed", "published", 1) })
		ledger = ledgertest.Open(t, func(c *jetstream.Config) { c.Dir = shorter })
		record(t, ledger, youthID, 2)
		ledgertest.CheckInvariants(t, ledger)
	}
}
