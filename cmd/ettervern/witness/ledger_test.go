package witness_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"ettervern/cmd/ettervern/witness"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/proof"
)

// watched is a witness of a ledger, on a server that can be taken away.
type watched struct {
	url, key string
	verifier note.Verifier
	down     atomic.Bool
	asked    atomic.Int64
}

// watch opens a witness for the ledger in a directory, which is opened once for that.
func watch(t *testing.T, dir, name string) *watched {
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Origin: origin})
	require.NoError(t, err)
	key, err := note.NewVerifier(ledger.VerifierKey())
	require.NoError(t, err)
	require.NoError(t, ledger.Close(context.Background()))
	one, err := witness.Open(witness.Config{Dir: t.TempDir(), Name: name, Ledgers: []note.Verifier{key}})
	require.NoError(t, err)
	w := &watched{key: one.VerifierKey()}
	handler := one.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if w.asked.Add(1); w.down.Load() {
			out.WriteHeader(http.StatusBadGateway)
			return
		}
		handler.ServeHTTP(out, r)
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	w.verifier, err = proof.NewCosignatureVerifier(w.key)
	require.NoError(t, err)
	return w
}

// with has the ledger ask these witnesses.
func with(t *testing.T, dir string, quorum int, all ...*watched) func(*jetstream.Config) {
	return func(c *jetstream.Config) {
		c.Dir, c.Quorum, c.SignInterval = dir, quorum, time.Nanosecond
		for _, w := range all {
			client, err := witness.NewClient(w.url + "," + w.key)
			require.NoError(t, err)
			c.Witnesses = append(c.Witnesses, client)
		}
	}
}

func record(t *testing.T, ledger *jetstream.Ledger, from, n int) {
	for i := range n {
		_, err := ledger.Append(t.Context(), registration(from+i), 0)
		require.NoError(t, err)
	}
}

func registration(n int) events.Entry {
	youth := fmt.Sprintf("7b0c8f5e-5a43-4c6e-9a55-%012d", n)
	return events.Entry{Entity: events.YouthEntity(youth), Number: 1, Actor: "emitter", Events: []events.Occurrence{{
		ID: youth, Source: "/test", Time: time.Date(2024, 1, 10, 12, 0, 0, 0, time.UTC),
		Event: &events.YouthRegistered{BirthDate: events.MustDate("2008-02-03"), Municipality: "3403"},
	}}}
}

// requireStopped demands that the ledger takes nothing more, and says that a witness has seen another.
func requireStopped(t *testing.T, ledger *jetstream.Ledger, why string) {
	require.Eventually(t, func() bool { return ledger.Stopped() != nil }, 20*time.Second, time.Millisecond)
	require.ErrorIs(t, ledger.Stopped(), jetstream.ErrBroken)
	require.ErrorIs(t, ledger.Stopped(), proof.ErrRewritten)
	require.ErrorContains(t, ledger.Stopped(), why)
	_, err := ledger.Append(t.Context(), events.Entry{Entity: events.YouthEntity("7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"), Number: 1, Actor: "emitter", Events: []events.Occurrence{{
		ID: "after", Source: "/test", Time: time.Now(), Event: &events.YouthRegistered{BirthDate: events.MustDate("2008-02-03"), Municipality: "3403"},
	}}}, 0)
	require.ErrorIs(t, err, events.ErrUnavailable)
}

func TestCheckpointsAreCosigned(t *testing.T) {
	dir := t.TempDir()
	first, second := watch(t, dir, "first.example"), watch(t, dir, "second.example")
	ledger := ledgertest.Open(t, with(t, dir, 2, first, second))
	for size := range 5 {
		record(t, ledger, size, 1)
		signed, err := ledger.Checkpoint(t.Context())
		require.NoError(t, err)
		require.Len(t, proof.Cosignatures(signed.Note, []note.Verifier{first.verifier, second.verifier}), 2)
		require.Equal(t, 3, strings.Count(string(signed.Note), "\n— "), "the ledger's own, and one of each")
	}
	told, enough := ledger.Witnesses()
	require.True(t, enough)
	require.Equal(t, "2 of 2 have cosigned the checkpoint of 5 entries; 2 must", told)
	require.NoError(t, ledger.Close(context.Background()))

	again := ledgertest.Open(t, with(t, dir, 2, first, second))
	signed, err := again.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(string(signed.Note), "\n— "), "cosigned anew, and each once")
}

// A ledger goes on without its witnesses, says so, and asks them again, though nothing new is recorded.
func TestTooFewWitnessesAreToldOf(t *testing.T) {
	dir := t.TempDir()
	first, second := watch(t, dir, "first.example"), watch(t, dir, "second.example")
	second.down.Store(true)
	ledger := ledgertest.Open(t, with(t, dir, 2, first, second))
	record(t, ledger, 0, 3)
	signed, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Len(t, proof.Cosignatures(signed.Note, []note.Verifier{first.verifier, second.verifier}), 1)
	told, enough := ledger.Witnesses()
	require.False(t, enough)
	require.Equal(t, "1 of 2 have cosigned the checkpoint of 3 entries; 2 must", told)
	require.NoError(t, ledger.Stopped())
	ledgertest.RequireHealthy(t, ledger)

	second.down.Store(false)
	signed, err = ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Len(t, proof.Cosignatures(signed.Note, []note.Verifier{first.verifier, second.verifier}), 2)
	_, enough = ledger.Witnesses()
	require.True(t, enough)
}

// Nobody is asked again before its time is over.
func TestAWitnessThatIsAwayIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	w := watch(t, dir, "first.example")
	w.down.Store(true)
	ledger := ledgertest.Open(t, with(t, dir, 1, w), func(c *jetstream.Config) { c.SignInterval = time.Hour })
	require.NoError(t, ledger.Await(t.Context(), 0))
	require.Eventually(t, func() bool { return w.asked.Load() == 1 }, 20*time.Second, time.Millisecond)
	for range 3 {
		_, err := ledger.Checkpoint(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, int64(1), w.asked.Load())
}

// A copy of the directory from before is started: the ledger's own files fit one another. The witness knows of more.
func TestARewoundLedgerIsFoundAtTheStart(t *testing.T) {
	dir, before := t.TempDir(), t.TempDir()
	w := watch(t, dir, name)
	ledger, err := jetstream.Open(t.Context(), config(with(t, dir, 1, w)))
	require.NoError(t, err)
	record(t, ledger, 0, 5)
	require.NoError(t, ledger.Close(context.Background()))
	require.NoError(t, os.CopyFS(before, os.DirFS(dir)))
	ledger, err = jetstream.Open(t.Context(), config(with(t, dir, 1, w)))
	require.NoError(t, err)
	record(t, ledger, 5, 4)
	require.NoError(t, ledger.Close(context.Background()))

	rewound := ledgertest.Open(t, with(t, before, 1, w))
	requireStopped(t, rewound, name+" has seen 9 entries, here are 5")
}

func config(change func(*jetstream.Config)) (c jetstream.Config) {
	change(&c)
	return c
}

// Two ledgers grow from one copy under the same key: only the first to come is cosigned, the other is found.
func TestASplitViewIsRefused(t *testing.T) {
	for name, more := range map[string]int{"of the same size": 2, "that is longer": 6} {
		t.Run(name, func(t *testing.T) {
			dir, copied := t.TempDir(), t.TempDir()
			w := watch(t, dir, "vitne.example")
			ledger, err := jetstream.Open(t.Context(), config(with(t, dir, 1, w)))
			require.NoError(t, err)
			record(t, ledger, 0, 3)
			require.NoError(t, ledger.Close(context.Background()))
			require.NoError(t, os.CopyFS(copied, os.DirFS(dir)))

			one := ledgertest.Open(t, with(t, dir, 1, w))
			other := ledgertest.Open(t, with(t, copied, 1, w))
			record(t, one, 10, 2)
			_, err = one.Checkpoint(t.Context())
			require.NoError(t, err)
			for n := range more { // it may have found out by itself, and stopped
				_, err = other.Append(t.Context(), registration(20+n), 0)
				if err != nil {
					require.ErrorIs(t, err, proof.ErrRewritten)
				}
			}
			_, err = other.Checkpoint(t.Context())
			require.ErrorIs(t, err, proof.ErrRewritten)
			requireStopped(t, other, "a witness has seen another ledger under this key")
			require.NoError(t, one.Stopped())
		})
	}
}

// A ledger whose key the witness does not know goes on, and is not cosigned.
func TestAWitnessThatDoesNotKnowTheLedger(t *testing.T) {
	w := watch(t, t.TempDir(), name)
	ledger := ledgertest.Open(t, with(t, t.TempDir(), 1, w))
	record(t, ledger, 0, 1)
	signed, err := ledger.Checkpoint(t.Context())
	require.NoError(t, err)
	require.Empty(t, proof.Cosignatures(signed.Note, []note.Verifier{w.verifier}))
	_, enough := ledger.Witnesses()
	require.False(t, enough)
	require.NoError(t, ledger.Stopped())
}

func TestAnAddressOfAWitness(t *testing.T) {
	const key = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
	client, err := witness.NewClient("https://vitne.example/prefix/," + key)
	require.NoError(t, err)
	require.Equal(t, "remora.n621.de", client.Name())
	for _, wrong := range []string{"", key, "https://vitne.example", "vitne.example," + key, "ftp://vitne.example," + key, "https://u:p@vitne.example," + key, "https://vitne.example,key"} {
		_, err := witness.NewClient(wrong)
		require.ErrorIs(t, err, witness.ErrAddress, wrong)
	}
}
