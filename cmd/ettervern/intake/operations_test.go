package intake

import (
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/commands"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
)

var accountsBlock = regexp.MustCompile("(?s)```accounts\n(.*?)```")

// startAsDocumented serves a ledger on a server with the accounts that docs/operations.md tells operators to make.
func startAsDocumented(t *testing.T) (*ledgertest.Servers, *jetstream.Ledger, *Service) {
	t.Helper()
	page, err := os.ReadFile("../../../docs/operations.md")
	require.NoError(t, err)
	accounts := accountsBlock.FindSubmatch(page)
	require.NotNil(t, accounts, "operations.md has no block of accounts")
	for _, user := range []string{"LEDGER", "SERVICE", "CASEWORK", "MONITOR"} {
		t.Setenv(user+"_PASSWORD", "secret-of-"+strings.ToLower(user))
	}
	servers := ledgertest.StartServers(t, 1, string(accounts[1]))
	states := commands.NewStates()
	ledger := ledgertest.Open(t, func(c *jetstream.Config) {
		c.Views, c.Remote = []jetstream.View{states}, &jetstream.Remote{
			Ledger: enter(servers, "ledger"), Service: enter(servers, "service"), Monitor: enter(servers, "monitor"),
		}
	})
	conn, err := ledger.ServiceConn()
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	handler := commands.NewHandler(ledger, states, time.Now)
	service, err := Start(Config{
		Conn: conn, Recorder: handler, Asker: echo{handler}, Gate: credentials.Everyone{Principal: access.Open("emitter")}, Warrant: anyone{}, Version: "0.1.0", Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, service.Close()) })
	return servers, ledger, service
}

func enter(servers *ledgertest.Servers, user string) jetstream.Access {
	return jetstream.Access{Server: servers.URL(user, "secret-of-"+user)}
}

func connectAs(t *testing.T, servers *ledgertest.Servers, user string, options ...nats.Option) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(enter(servers, user).Server, options...)
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

// The page's accounts let the ledger work, and its clients reach the service.
func TestTheDocumentedAccountsServe(t *testing.T) {
	servers, ledger, _ := startAsDocumented(t)
	conn := connectAs(t, servers, "casework")
	for i := range 3 {
		var receipt commands.Receipt
		require.NoError(t, receipt.UnmarshalJSON(ask(t, conn, "record", registration(i)).Data))
		require.Equal(t, commands.Recorded, receipt.Status)
	}
	_, err := conn.Request("$SRV.PING.ettervern", nil, wait)
	require.NoError(t, err)
	ledgertest.RequireHealthy(t, ledger)
	require.Equal(t, "the servers sync always, as they say", ledger.Durability())
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 3)
}

// Nobody but the ledger's own user changes the stream, by any of the attacks that an embedded ledger withstands; and that
// user cannot loosen it either.
func TestTheDocumentedAccountsWithstandAttack(t *testing.T) {
	servers, ledger, service := startAsDocumented(t)
	operator := connectAs(t, servers, "ledger")
	ask(t, connectAs(t, servers, "casework"), "record", registration(1))
	before := streams(t, operator)
	for _, user := range []string{"service", "monitor"} {
		var denied violations
		conn := connectAs(t, servers, user, denied.option())
		for subject, body := range forbidden {
			for _, reply := range replies {
				require.NoError(t, conn.PublishMsg(withTricks(subject, reply, body)))
			}
		}
		require.NoError(t, conn.Flush())
	}
	var seen violations
	attacker := connectAs(t, servers, "casework", seen.option())
	tries := attack(t, attacker)
	settle(t, attacker, service)
	seen.await(t, tries)

	var refused violations
	own := connectAs(t, servers, "ledger", refused.option())
	tries = 0
	for _, stream := range []string{"LEDGER", "CHECKPOINTS", "KEYS", "ACCESSES", "ACCESSES_CHECKPOINTS", "ACCESSES_KEYS"} {
		for _, request := range []string{"UPDATE", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE"} {
			if strings.HasSuffix(stream, "KEYS") && request == "MSG.DELETE" { // keys are destroyed
				continue
			}
			require.NoError(t, own.PublishRequest("$JS.API.STREAM."+request+"."+stream, own.NewInbox(), []byte(`{"name":"`+stream+`","max_msgs":5,"seq":1}`)))
			tries++
			refused.await(t, tries)
		}
	}
	require.Equal(t, before, streams(t, operator))
	ledgertest.RequireHealthy(t, ledger)
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 1)
}

// A client of one system neither hears nor answers requests, even those of its own account.
func TestTheDocumentedAccountsKeepClientsApart(t *testing.T) {
	servers, _, _ := startAsDocumented(t)
	var seen violations
	attacker := connectAs(t, servers, "casework", seen.option())
	denied := []string{">", "ettervern.>", "ettervern.v1.record", "$SRV.>", "$JS.>", "ledger.>", "_R_.>", "*.>", "$SYS.>"}
	for _, subject := range denied {
		_, err := attacker.SubscribeSync(subject)
		require.NoError(t, err)
	}
	require.NoError(t, attacker.Flush())
	seen.await(t, len(denied))
}

// streams is what must not change: the stream's configuration, when it was made, and what it holds.
func streams(t *testing.T, conn *nats.Conn) string {
	t.Helper()
	js, err := natsjs.New(conn)
	require.NoError(t, err)
	stream, err := js.Stream(t.Context(), "LEDGER")
	require.NoError(t, err)
	info := stream.CachedInfo()
	require.Zero(t, info.State.Consumers)
	return fmt.Sprint(info.Config, info.Created, info.State.FirstSeq, info.State.LastSeq, info.State.Msgs, info.State.Bytes, info.State.NumDeleted)
}
