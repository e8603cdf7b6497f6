package jetstream_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

const soon = 20 * time.Second

// single is one server, and the configuration of a ledger there.
func single(t *testing.T) (*ledgertest.Servers, jetstream.Config) {
	t.Helper()
	servers := ledgertest.StartServers(t, 1, accounts(t, 1))
	return servers, at(t, servers, 1)
}

func openOnce(t *testing.T, config jetstream.Config) {
	t.Helper()
	ledger, err := jetstream.Open(t.Context(), config)
	require.NoError(t, err)
	appendOne(t, ledger, 1)
	appendOne(t, ledger, 2)
	require.NoError(t, ledger.Close(t.Context()))
}

func refused(t *testing.T, config jetstream.Config, want error, words string) {
	t.Helper()
	_, err := jetstream.Open(t.Context(), config)
	require.ErrorIs(t, err, want)
	require.ErrorContains(t, err, words)
}

func TestServersThatDoNotSyncAlwaysAreRefused(t *testing.T) {
	servers, config := single(t)
	openOnce(t, config)
	servers.Stop(0)
	servers.Reconfigure("sync_interval: always", "sync_interval: 2m")
	servers.Start(0)
	servers.AwaitReady()
	refused(t, config, jetstream.ErrNotSynced, "s1")
}

func TestWhetherServersSyncMustBeSeenOrSaid(t *testing.T) {
	_, config := single(t)
	monitor := config.Remote.Monitor
	config.Remote.Monitor = jetstream.Access{}
	refused(t, config, jetstream.ErrSyncUnseen, "the operator's word")
	config.Remote.Monitor = config.Remote.Ledger // a user outside the system account sees nothing
	refused(t, config, jetstream.ErrSyncUnseen, "s1")
	config.Remote.Monitor, config.Remote.SyncAlways = jetstream.Access{}, true
	said := openAt(t, config)
	require.Equal(t, "the servers sync always, by the operator's word", said.Durability())
	require.NoError(t, said.Close(t.Context()))
	config.Remote.Monitor, config.Remote.SyncAlways = monitor, false
	require.Equal(t, "the servers sync always, as they say", openAt(t, config).Durability())
}

// As the accounts of a ledger that had no keys and checkpoints yet.
func TestAMissingPermissionIsNamed(t *testing.T) {
	for _, missing := range []string{"$JS.API.STREAM.INFO.CHECKPOINTS", "$JS.API.STREAM.CREATE.KEYS", "$KV.LEDGER_LEASE.writer"} {
		servers := ledgertest.StartServers(t, 1, strings.Replace(accounts(t, 1), `"`+missing+`"`, `"nothing"`, 1))
		config := at(t, servers, 1)
		config.Master, config.AckWait = vault.NewMasterKey(), 300*time.Millisecond
		refused(t, config, jetstream.ErrDenied, missing)
	}
}

func TestAServerThatNoLongerSyncsStopsTheLedger(t *testing.T) {
	servers, config := single(t)
	config.AckWait, config.Interval = 2*time.Second, 20*time.Millisecond // a question that the server takes with it is not waited for long
	ledger := openAt(t, config)
	servers.Stop(0)
	servers.Reconfigure("sync_interval: always", "sync_interval: 2m")
	servers.Start(0)
	require.Eventually(t, func() bool { return errors.Is(ledger.Health(), jetstream.ErrNotSynced) }, soon, time.Millisecond)
}

func TestARemoteLedgerOutlastsItsServers(t *testing.T) {
	servers, config := single(t)
	config.AckWait = time.Second
	ledger := openAt(t, config)
	first := appendOne(t, ledger, 1)
	servers.Stop(0)
	require.Eventually(t, func() bool {
		_, err := ledger.Append(t.Context(), entry(youth(2), 1, "2"), 0)
		require.Error(t, err)
		return errors.Is(err, events.ErrUnavailable)
	}, soon, time.Millisecond, "surely not recorded, once the servers are known to be gone")
	require.Eventually(t, func() bool { return errors.Is(ledger.Health(), jetstream.ErrLapsed) }, soon, time.Millisecond)
	servers.Start(0)
	require.Eventually(t, func() bool { return ledger.Health() == nil }, soon, time.Millisecond)
	require.Eventually(t, func() bool {
		_, err := ledger.Append(t.Context(), entry(youth(2), 1, "2"), 0)
		return err == nil || errors.Is(err, events.ErrConflict) // an earlier try had come through
	}, soon, time.Millisecond)
	all := ledgertest.CheckInvariants(t, ledger)
	require.Len(t, all, 2)
	require.Equal(t, first, all[0])
}

// What an administrator of the ledger's account could do between two starts, or while it runs.
var damages = map[string]func(*testing.T, natsjs.JetStream, natsjs.Stream){
	"MaxMsgs": func(t *testing.T, js natsjs.JetStream, s natsjs.Stream) {
		config := s.CachedInfo().Config
		config.MaxMsgs = 1
		_, err := js.UpdateStream(t.Context(), config)
		require.NoError(t, err)
	},
	"it is gone": func(t *testing.T, js natsjs.JetStream, _ natsjs.Stream) {
		require.NoError(t, js.DeleteStream(t.Context(), "LEDGER"))
	},
	"the first 0": func(t *testing.T, js natsjs.JetStream, s natsjs.Stream) { // what is left after a damaged replica led
		require.NoError(t, js.DeleteStream(t.Context(), "LEDGER"))
		remake(t, js, s.CachedInfo().Config)
	},
	"made anew": func(t *testing.T, js natsjs.JetStream, s natsjs.Stream) {
		require.NoError(t, js.DeleteStream(t.Context(), "LEDGER"))
		remake(t, js, s.CachedInfo().Config)
		for n := range 2 {
			_, err := js.Publish(t.Context(), fmt.Sprint("ledger.youth.", n), []byte("forged"))
			require.NoError(t, err)
		}
	},
}

// remake makes a stream of the same configuration; the server may still be clearing away the deleted one.
func remake(t *testing.T, js natsjs.JetStream, config natsjs.StreamConfig) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, err := js.CreateStream(t.Context(), config)
		return err == nil
	}, soon, time.Millisecond)
}

func TestADamagedRemoteStreamIsRefused(t *testing.T) {
	for words, damage := range damages {
		t.Run(words, func(t *testing.T) {
			_, config := single(t)
			config.AckWait = time.Second
			openOnce(t, config)
			js := js(t, config)
			stream, err := js.Stream(t.Context(), "LEDGER")
			require.NoError(t, err)
			damage(t, js, stream)
			refused(t, config, jetstream.ErrLoosened, words)
		})
	}
}

func TestADamagedRemoteStreamStopsTheLedger(t *testing.T) {
	for words, damage := range damages {
		t.Run(words, func(t *testing.T) {
			_, config := single(t)
			config.AckWait, config.Interval = time.Second, 20*time.Millisecond
			ledger := openAt(t, config)
			appendOne(t, ledger, 1)
			appendOne(t, ledger, 2)
			js := js(t, config)
			stream, err := js.Stream(t.Context(), "LEDGER")
			require.NoError(t, err)
			damage(t, js, stream)
			require.Eventually(t, func() bool { return errors.Is(ledger.Health(), jetstream.ErrLoosened) }, soon, time.Millisecond)
			_, err = ledger.Append(t.Context(), entry(youth(3), 1, "3"), 0)
			require.ErrorIs(t, err, jetstream.ErrLoosened)
		})
	}
}

func TestARemoteStartWithAClockFarBehindIsRefused(t *testing.T) {
	_, config := single(t)
	openOnce(t, config)
	config.Now = func() time.Time { return time.Now().Add(-6 * time.Minute) }
	refused(t, config, jetstream.ErrClock, "set it right")
	config.Now = nil
	appendOne(t, openAt(t, config), 3) // the refused start let go of the lease
}

func TestTheServiceIsNeverInTheLedgersAccount(t *testing.T) {
	servers, config := single(t)
	config.Remote.Service = config.Remote.Ledger
	ledger := openAt(t, config)
	_, err := ledger.ServiceConn()
	require.ErrorIs(t, err, jetstream.ErrOneAccount)
	config.Remote.Service = jetstream.Access{Server: servers.URL("service", secret)}
	conn, err := ledger.ServiceConn()
	require.NoError(t, err)
	conn.Close()
}

func TestARemoteLedgerIsEnteredByAContext(t *testing.T) {
	_, config := single(t)
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	contexts := filepath.Join(home, "nats", "context")
	require.NoError(t, os.MkdirAll(contexts, 0o700))
	write := func(name, more string) {
		text := fmt.Sprintf(`{"url": %q%s}`, config.Remote.Ledger.Server, more)
		require.NoError(t, os.WriteFile(filepath.Join(contexts, name+".json"), []byte(text), 0o600))
	}
	write("ledger", "")
	write("far", `, "jetstream_domain": "hub"`)
	config.Remote.Ledger = jetstream.Access{Server: "ledger"}
	openOnce(t, config)
	config.Remote.Ledger = jetstream.Access{Server: "far"}
	refused(t, config, jetstream.ErrContext, "jetstream_domain")
	config.Remote.Ledger = jetstream.Access{Server: "ledger", Creds: "user.creds"}
	refused(t, config, jetstream.ErrContext, "belong in the context")
}
