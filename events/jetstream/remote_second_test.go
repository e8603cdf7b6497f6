package jetstream_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

// second is a ledger of who has looked, in the account of another and behind its lease.
func second(t *testing.T, config jetstream.Config) jetstream.Config {
	t.Helper()
	there := *config.Remote
	there.Name, there.Behind = "ACCESSES", true
	config.Dir, config.Remote, config.Kinds = t.TempDir(), &there, []events.Kind{events.Access}
	return config
}

func looked(t *testing.T, ledger *jetstream.Ledger, number, after uint64) (uint64, error) {
	t.Helper()
	e := entry("2026", number, fmt.Sprint(number))
	e.Entity = events.Entity{Kind: events.Access, ID: "2026"}
	e.Events[0].Event = &events.ContentsShown{Who: "kari", Role: "caseworker", Purpose: "casework", What: events.ShownHistory, Youth: youthID, Within: "nation", Count: 1}
	stored, err := ledger.Append(t.Context(), e, after)
	return stored.Sequence, err
}

// Two ledgers lie in one account, each with its streams, keys and checkpoints. The second one's lease is taken over at once by
// whoever holds the first one's, while the former writer still renews it; that one then writes nothing more.
func TestASecondLedgerIsTakenOverWithTheFirst(t *testing.T) {
	_, config := single(t)
	config.Master = vault.NewMasterKey()
	config.SignInterval = time.Nanosecond
	first := openAt(t, config)
	behind := second(t, config)
	behind.Remote.Lease = time.Hour
	log := openAt(t, behind)
	require.True(t, log.Sealed())
	appendOne(t, first, 1)
	at, err := looked(t, log, 1, 0)
	require.NoError(t, err)
	require.Equal(t, uint64(1), at, "they do not share a stream")
	signed, err := log.Checkpoint(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, first.VerifierKey(), log.VerifierKey())

	resume := first.Suspend()
	t.Cleanup(resume)
	next := openAt(t, elsewhere(t, config))
	over := openAt(t, elsewhere(t, behind))
	at, err = looked(t, over, 2, at)
	require.NoError(t, err)
	require.Equal(t, uint64(2), at)
	_, err = looked(t, log, 3, at)
	require.ErrorIs(t, err, events.ErrConflict, "it believes in its lease; the servers do not take its entry")
	_, err = looked(t, log, 3, at)
	require.ErrorIs(t, err, jetstream.ErrLeaseTaken)
	_, err = over.Consistency(t.Context(), signed.Size)
	require.NoError(t, err)
	require.Len(t, ledgertest.CheckInvariants(t, over), 2)
	appendOne(t, next, 2)
	require.Len(t, ledgertest.CheckInvariants(t, next), 2)
}
