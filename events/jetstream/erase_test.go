package jetstream_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/proof"
	"ettervern/events/vault"
)

// erasure is the event by which a youth is erased.
func erasure(youth string, number uint64) events.Entry {
	e := entry(youth, number, "erasure")
	e.Events[0].Event = &events.YouthErased{Reason: "unlawful", Clearance: "Arkivverket 2026/1234", KeyGoneFrom: events.MustDate("2027-02-23")}
	return e
}

// erasable is a sealed ledger with three entries for each of some youths, and the key of the youth that is to be erased.
type erasable struct {
	dir    string
	master vault.Master
	ledger *jetstream.Ledger
	last   uint64 // sequence of the youth's last entry
	doomed vault.WrappedKey
	id     string // of the ledger
}

const (
	doomed = 7 // the youth who is erased
	kept   = 8
)

func openErasable(t *testing.T) *erasable {
	e := &erasable{dir: t.TempDir(), master: vault.NewMasterKey()}
	e.open(t)
	after := map[int]uint64{}
	for i := range 300 {
		n := i % 100
		stored, err := e.ledger.Append(t.Context(), marked(youth(n), uint64(i/100)+1, fmt.Sprint(i)), after[n])
		require.NoError(t, err)
		after[n] = stored.Sequence
	}
	e.last, e.id = after[doomed], e.ledger.Identity().ID
	e.close(t)
	e.doomed = e.wrapped(t)
	e.open(t)
	return e
}

func (e *erasable) open(t *testing.T) {
	t.Helper()
	var err error
	e.ledger, err = jetstream.Open(t.Context(), jetstream.Config{Dir: e.dir, Master: e.master})
	require.NoError(t, err)
	require.NoError(t, e.ledger.Await(t.Context(), e.ledger.Durable()))
	t.Cleanup(func() { require.NoError(t, e.ledger.Close(context.Background())) })
}

func (e *erasable) close(t *testing.T) {
	t.Helper()
	require.NoError(t, e.ledger.Close(context.Background()))
}

// wrapped is the doomed youth's key as it is kept.
func (e *erasable) wrapped(t *testing.T) (found vault.WrappedKey) {
	t.Helper()
	inStore(t, e.dir, func(js natsjs.JetStream) {
		ledger, err := js.Stream(t.Context(), "LEDGER")
		require.NoError(t, err)
		m, err := ledger.GetMsg(t.Context(), e.last)
		require.NoError(t, err)
		c, _, err := vault.Parse(m.Data)
		require.NoError(t, err)
		keys, err := js.Stream(t.Context(), "KEYS")
		require.NoError(t, err)
		for sequence := uint64(1); found.Wrapped == nil; sequence++ {
			m, err := keys.GetMsg(t.Context(), sequence)
			require.NoError(t, err)
			sheet, err := vault.DecodeSheet(m.Data)
			require.NoError(t, err)
			for _, w := range sheet.Keys {
				if w.ID == c.Key {
					found = w
				}
			}
		}
	})
	return found
}

// erase erases the doomed youth, as the command does.
func (e *erasable) erase(t *testing.T) {
	t.Helper()
	_, err := e.ledger.Append(t.Context(), erasure(youth(doomed), 4), e.last)
	require.NoError(t, err)
	require.NoError(t, e.ledger.Destroy(t.Context(), events.YouthEntity(youth(doomed))))
}

// requireGone demands that nothing under dir, taken together, opens the youth's entries: nowhere are the wrapped key's bytes,
// nowhere 32 bytes that are the key, and nothing of the right length that the master key unwraps to it.
func (e *erasable) requireGone(t *testing.T, dir string) {
	t.Helper()
	text := base64.StdEncoding.EncodeToString(e.doomed.Wrapped)
	require.Empty(t, holds(t, dir, text, string(e.doomed.Wrapped), "marker"))
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for at := range data {
			if e.opensWith(data[at:], len(text)) {
				return fmt.Errorf("%s: the key is at %d", path, at)
			}
		}
		return err
	}))
}

// opensWith tells whether data begins with the youth's key, in plain, wrapped, or wrapped as text of that length.
func (e *erasable) opensWith(data []byte, text int) bool {
	if len(data) >= 32 && vault.KeyID(sha256.Sum256(append([]byte("ettervern key id 1\x00"), data[:32]...))) == e.doomed.ID {
		return true
	}
	tries := [][]byte{data[:min(len(data), len(e.doomed.Wrapped))]}
	if len(data) >= text {
		if raw, err := base64.StdEncoding.DecodeString(string(data[:text])); err == nil {
			tries = append(tries, raw)
		}
	}
	for _, raw := range tries {
		if _, err := (vault.WrappedKey{ID: e.doomed.ID, Wrapped: raw}).Unwrap(e.master, e.id); err == nil {
			return true
		}
	}
	return false
}

// requireErased demands what holds of the youth ever after, and that all others are as they were.
func (e *erasable) requireErased(t *testing.T, ledger *jetstream.Ledger) {
	t.Helper()
	history, err := ledger.History(t.Context(), events.YouthEntity(youth(doomed)))
	require.NoError(t, err)
	require.Len(t, history, 4, "that there were entries is still known")
	for i, one := range history[:3] {
		require.True(t, one.Erased)
		require.Empty(t, one.Events)
		require.Empty(t, one.Actor)
		require.Equal(t, uint64(i)+1, one.Number)
		require.WithinDuration(t, time.Now(), one.Recorded, time.Hour)
	}
	require.False(t, history[3].Erased)
	require.Equal(t, "Arkivverket 2026/1234", history[3].Events[0].Event.(*events.YouthErased).Clearance)
	others, err := ledger.History(t.Context(), events.YouthEntity(youth(kept)))
	require.NoError(t, err)
	require.Len(t, others, 3)
	require.Equal(t, "marker-208", others[2].Events[0].ID)

	signed, proven, err := ledger.Proofs(t.Context(), events.YouthEntity(youth(doomed)))
	require.NoError(t, err)
	require.Len(t, proven, 4)
	require.Equal(t, uint64(301), signed.Size)
	for _, p := range proven {
		_, _, err := proof.CheckInclusion(p.Proof, proof.Leaf(p.Stored), verifier(t, ledger))
		require.NoError(t, err, "proofs still verify")
	}
	_, err = ledger.Append(t.Context(), marked(youth(doomed), 5, "later"), history[3].Sequence)
	require.ErrorIs(t, err, events.ErrUnavailable, "nothing is sealed for the youth any more")
	ledgertest.CheckInvariants(t, ledger)
}

func TestAnErasedYouthCannotBeReadByAnyone(t *testing.T) {
	e := openErasable(t)
	e.erase(t)
	e.requireErased(t, e.ledger)
	e.requireGone(t, e.dir)
	keys, err := e.ledger.KeyBackup(t.Context())
	require.NoError(t, err)
	backup := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(backup, "keys"), keys.Encode(), 0o600))
	require.Empty(t, holds(t, backup, e.doomed.ID.String()))
	e.requireGone(t, backup)

	fresh := t.TempDir() // a backup made afterwards
	e.close(t)
	require.NoError(t, os.CopyFS(fresh, os.DirFS(e.dir)))
	e.requireGone(t, fresh)
	e.dir = fresh
	e.open(t)
	e.requireErased(t, e.ledger)
	_, err = e.ledger.Append(t.Context(), marked(youth(1000), 1, "later"), 0)
	require.NoError(t, err, "it goes on for all others")
	require.NoError(t, e.ledger.Destroy(t.Context(), events.YouthEntity(youth(doomed))), "again, there is nothing left to do")
}

func TestACrashBeforeTheKeyIsDestroyedIsMadeGoodByTheNextStart(t *testing.T) {
	e := openErasable(t)
	_, err := e.ledger.Append(t.Context(), erasure(youth(doomed), 4), e.last)
	require.NoError(t, err)
	e.close(t)
	require.NotEmpty(t, holds(t, e.dir, base64.StdEncoding.EncodeToString(e.doomed.Wrapped)))
	e.open(t)
	e.requireErased(t, e.ledger)
	e.requireGone(t, e.dir)
}

// A copy of the keys that was made before brings the key back, until the next start.
func TestAKeyThatComesBackIsDestroyedAgain(t *testing.T) {
	e := openErasable(t)
	e.close(t)
	before := t.TempDir()
	keys := filepath.Join("store", "jetstream", "LEDGER", "streams", "KEYS")
	require.NoError(t, os.CopyFS(before, os.DirFS(filepath.Join(e.dir, keys))))
	e.open(t)
	e.erase(t)
	e.close(t)
	require.NoError(t, os.RemoveAll(filepath.Join(e.dir, keys)))
	require.NoError(t, os.CopyFS(filepath.Join(e.dir, keys), os.DirFS(before)))
	e.open(t)
	e.requireErased(t, e.ledger)
	e.requireGone(t, e.dir)
}

func TestOnlyTheErasedLoseTheirKey(t *testing.T) {
	e := openErasable(t)
	require.ErrorIs(t, e.ledger.Destroy(t.Context(), events.YouthEntity(youth(doomed))), jetstream.ErrNotErased)
	plain := ledgertest.Open(t)
	require.ErrorIs(t, plain.Destroy(t.Context(), events.YouthEntity(youth(doomed))), jetstream.ErrPlain)
	_, sealed := plain.GoneFrom()
	require.False(t, sealed)
	day, sealed := e.ledger.GoneFrom()
	require.True(t, sealed)
	require.Equal(t, events.DateOf(time.Now()).AddDays(90), day)
}

// What is not sealed, and is no erasure, was put there by someone else.
func TestAPlainEntryInASealedLedgerIsRefused(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	sealedLedger(t, dir, master, 3)
	e := entry(youth(9), 1, "injected")
	e.Recorded = time.Now().UTC().Truncate(time.Microsecond)
	inStore(t, dir, func(js natsjs.JetStream) {
		_, err := js.Publish(t.Context(), "ledger.youth."+youth(9),
			vault.Plain(nil, vault.Clear{Entity: e.Entity, Number: 1, Recorded: e.Recorded}, events.Encode(e)))
		require.NoError(t, err)
	})
	require.ErrorContains(t, refusesSealed(t, dir, master), "sequence 4: it is not sealed")
}

// An older copy of the entries opens with later keys: who was erased between the two, or came and was erased, is erased in it
// too, and at the time when that was done.
func TestLaterKeysEraseInOlderEntriesWhoWasErased(t *testing.T) {
	e := openErasable(t)
	e.close(t)
	older := t.TempDir()
	require.NoError(t, os.CopyFS(older, os.DirFS(e.dir)))
	require.NoError(t, os.RemoveAll(filepath.Join(older, jetstream.KeysDir)))
	e.open(t)
	stored, err := e.ledger.Append(t.Context(), marked(youth(1000), 1, "later"), 0)
	require.NoError(t, err)
	other := erasure(youth(1000), 2)
	other.Events[0].ID = "another"
	_, err = e.ledger.Append(t.Context(), other, stored.Sequence)
	require.NoError(t, err)
	require.NoError(t, e.ledger.Destroy(t.Context(), events.YouthEntity(youth(1000))))
	e.erase(t)
	when, err := e.ledger.At(t.Context(), e.ledger.Durable())
	require.NoError(t, err)
	keys, err := e.ledger.KeyBackup(t.Context())
	require.NoError(t, err)
	require.Len(t, keys.Erasures, 2)
	keys, err = vault.DecodeBackup(keys.Encode())
	require.NoError(t, err)
	e.close(t)

	free := map[vault.KeyID]bool{} // to the older entries
	for _, sheet := range keys.Sheets {
		for _, w := range sheet.Keys {
			free[w.ID] = true
		}
	}
	before := len(free)
	again, err := jetstream.RestoreKeys(t.Context(), older, keys, keys.Until)
	require.NoError(t, err)
	require.Equal(t, 2, again)
	for _, sheet := range sheetsIn(t, older) {
		for _, w := range sheet.Keys {
			delete(free, w.ID)
		}
	}
	require.Len(t, free, before-99, "keys that may open what was recorded after the copy are not in it")
	e.dir = older
	e.open(t)
	history, err := e.ledger.History(t.Context(), events.YouthEntity(youth(1000)))
	require.NoError(t, err)
	require.Len(t, history, 1, "what came after the copy is not there, and not taken again")
	history, err = e.ledger.History(t.Context(), events.YouthEntity(youth(doomed)))
	require.NoError(t, err)
	require.Len(t, history, 4)
	require.True(t, history[2].Erased)
	require.Equal(t, when.Recorded, history[3].Recorded)
	require.Equal(t, when.Events, history[3].Events)
	for _, n := range []int{doomed, 1000} {
		_, err = e.ledger.Append(t.Context(), marked(youth(n), 9, "again"), 302)
		require.ErrorIs(t, err, events.ErrUnavailable, "nothing is sealed for them any more")
	}
	e.requireGone(t, older)
	ledgertest.CheckInvariants(t, e.ledger)
	_, err = e.ledger.Append(t.Context(), marked(youth(3000), 1, "new"), 0)
	require.NoError(t, err)
	second, err := e.ledger.KeyBackup(t.Context())
	require.NoError(t, err)
	require.Len(t, second.Erasures, 2, "backups of the restored ledger tell as well")
	goneFrom, _ := e.ledger.GoneFrom()
	require.Equal(t, keys.Until.AddDays(1), goneFrom)
}
