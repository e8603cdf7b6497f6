package jetstream_test

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

const (
	seeds      = 50
	recorded   = 60
	willItOpen = 30 * time.Second
)

// TestDamageOnDiskNeverPassesSilently stops a ledger, in order or by a crash, flips bits in the store's block files or
// cuts them off, at random, starts again and demands: either every acknowledged event is as it was, or the ledger says
// which are not and takes no more.
func TestDamageOnDiskNeverPassesSilently(t *testing.T) {
	master := vault.NewMasterKey()
	before, crashed, closed := storedLedgers(t, master)
	intact, refused := 0, 0
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 5))
			dir := t.TempDir()
			from := closed
			if seed%2 == 1 {
				from = crashed
			}
			require.NoError(t, os.CopyFS(dir, os.DirFS(from)))
			what := damage(t, dir, random)
			if err := reopened(t, dir, master, before); err != nil {
				t.Logf("%s: %v", what, err)
				refused++
				return
			}
			t.Logf("%s: nothing was lost", what)
			intact++
		})
	}
	require.NotZero(t, refused)
	t.Logf("%d of %d refused, the others intact", refused, intact+refused)
}

// storedLedgers is what a ledger acknowledged, a copy of it as a crash leaves it, and it closed in order.
func storedLedgers(t *testing.T, master vault.Master) (before []events.Entry, crashed, closed string) {
	crashed, closed = t.TempDir(), t.TempDir()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: closed, Master: master, Barrier: func() error { return nil }, SignInterval: time.Nanosecond})
	require.NoError(t, err)
	after := map[string]uint64{}
	for i := range recorded {
		id := youth(i % 7)
		stored, err := ledger.Append(t.Context(), entry(id, uint64(i/7)+1, fmt.Sprint(i)), after[id])
		require.NoError(t, err)
		after[id] = stored.Sequence
		if i == recorded/2 {
			_, err := ledger.Checkpoint(t.Context())
			require.NoError(t, err)
		}
	}
	before = ledgertest.CheckInvariants(t, ledger)
	require.NoError(t, os.CopyFS(crashed, os.DirFS(closed)))
	require.NoError(t, ledger.Close(t.Context()))
	return before, crashed, closed
}

// damage does one to three wrongs to block files, and says what. Half the time the server's index is gone as well.
func damage(t *testing.T, dir string, random *rand.Rand) string {
	var blocks, indexes []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case strings.HasSuffix(path, ".blk"):
			blocks = append(blocks, path)
		case strings.HasSuffix(path, "index.db"):
			indexes = append(indexes, path)
		}
		return err
	}))
	require.NotEmpty(t, blocks)
	var done []string
	if random.IntN(2) == 0 {
		for _, index := range indexes {
			require.NoError(t, os.Remove(index))
		}
		done = append(done, "no index")
	}
	for range 1 + random.IntN(3) {
		path := blocks[random.IntN(len(blocks))]
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		if len(data) == 0 {
			continue
		}
		at := random.IntN(len(data))
		if random.IntN(3) == 0 {
			data = data[:at]
			done = append(done, fmt.Sprint("cut at ", at))
		} else {
			data[at] ^= 1 << random.IntN(8)
			done = append(done, fmt.Sprint("flipped at ", at))
		}
		require.NoError(t, os.WriteFile(path, data, 0o600))
	}
	return strings.Join(done, ", ")
}

// reopened is nil when the ledger opens, holds what it held and goes on; else what it says, having refused to go on.
func reopened(t *testing.T, dir string, master vault.Master, before []events.Entry) error {
	ctx, cancel := context.WithTimeout(t.Context(), willItOpen)
	defer cancel()
	ledger, err := jetstream.Open(ctx, jetstream.Config{Dir: dir, Master: master, Barrier: func() error { return nil }})
	if err != nil {
		require.NoError(t, ctx.Err(), "it does not hang")
		return explained(t, err)
	}
	defer func() { require.NoError(t, ledger.Close(context.Background())) }()
	_, refusal := ledger.Append(ctx, entry(youth(99), 1, "later"), 0)
	require.NoError(t, ctx.Err(), "it does not hang")
	if stopped := ledger.Stopped(); stopped != nil {
		require.Error(t, refusal)
		require.Error(t, ledger.Health())
		return explained(t, stopped)
	}
	require.NoError(t, refusal)
	require.Equal(t, before, ledgertest.CheckInvariants(t, ledger)[:len(before)])
	return nil
}

func explained(t *testing.T, err error) error {
	require.ErrorIs(t, err, jetstream.ErrBroken)
	require.ErrorContains(t, err, "sequence")
	return err
}
