package intake

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
)

// What an ordinary client may publish. Everything else must be met with a permission violation.
var allowed = []string{
	"ettervern.v1.record", "ettervern.v1.overdue", "ettervern.v1.verdicts", "ettervern.v1.history", "ettervern.v1.receipts",
	"$SRV.PING", "$SRV.INFO", "$SRV.STATS", "$SRV.PING.ettervern", "$SRV.INFO.ettervern", "$SRV.STATS.ettervern",
}

// What would change or reveal the stream, with the body that would do it.
var forbidden = map[string]string{
	"ledger.youth.x": "forged",
	"ledger.youth." + "00000000-0000-4000-8000": "forged",
	"$JS.API.INFO":                                      "",
	"$JS.API.STREAM.INFO.LEDGER":                        "",
	"$JS.API.STREAM.NAMES":                              "",
	"$JS.API.STREAM.DELETE.LEDGER":                      "",
	"$JS.API.STREAM.PURGE.LEDGER":                       "",
	"$JS.API.STREAM.UPDATE.LEDGER":                      `{"name":"LEDGER","subjects":["ledger.youth.*"],"max_msgs":5}`,
	"$JS.API.STREAM.CREATE.COPY":                        `{"name":"COPY","mirror":{"name":"LEDGER"}}`,
	"$JS.API.STREAM.MSG.DELETE.LEDGER":                  `{"seq":1}`,
	"$JS.API.STREAM.MSG.GET.LEDGER":                     `{"seq":1}`,
	"$JS.API.STREAM.SNAPSHOT.LEDGER":                    `{"deliver_subject":"_INBOX.stolen"}`,
	"$JS.API.STREAM.RESTORE.LEDGER":                     `{}`,
	"$JS.API.STREAM.LEADER.STEPDOWN.LEDGER":             "",
	"$JS.API.DIRECT.GET.LEDGER":                         `{"seq":1}`,
	"$JS.API.CONSUMER.CREATE.LEDGER":                    `{"stream_name":"LEDGER","config":{"deliver_subject":"ettervern.v1.record","ack_policy":"none"}}`,
	"$JS.API.CONSUMER.DURABLE.CREATE.LEDGER.spy":        `{"stream_name":"LEDGER","config":{"durable_name":"spy","deliver_subject":"ledger.youth.y","ack_policy":"none"}}`,
	"$JS.API.CONSUMER.CREATE.LEDGER.spy.ledger.youth.y": `{"stream_name":"LEDGER","config":{"name":"spy","deliver_subject":"ettervern.v1.record","ack_policy":"none"}}`,
	"$JS.API.CONSUMER.MSG.NEXT.LEDGER.spy":              "1",
	"$JS.API.CONSUMER.DELETE.LEDGER.spy":                "",
	"$JS.API.STREAM.PEER.REMOVE.LEDGER":                 `{"peer":"ettervern"}`,
	"$JS.API.ACCOUNT.PURGE.LEDGER":                      "",
	"$JS.API.SERVER.REMOVE":                             `{"peer":"ettervern"}`,
	"$JS.ettervern.API.STREAM.DELETE.LEDGER":            "",
	"$JSC.R.guess":                                      "forged",
	"$KV.LEDGER.x":                                      "forged",
	"$SYS.REQ.CLAIMS.UPDATE":                            "forged",
	"$SYS.REQ.SERVER.ettervern.KICK":                    `{"cid":1}`,
	"$SYS.ACCOUNT.LEDGER.CONNECT":                       "forged",
	"$JS.ACK.LEDGER.spy.1.1.1.1.1":                      "+NXT",
	"$SYS.REQ.SERVER.PING":                              "",
	"$SYS.REQ.ACCOUNT.LEDGER.CONNZ":                     "",
	"_R_.guess.1":                                       "forged",
	"_INBOX.guess.1":                                    "forged",
	"ettervern":                                         "",
}

// Where an answer would do harm.
var replies = []string{
	"ledger.youth.x", "$JS.API.STREAM.DELETE.LEDGER", "$JS.API.STREAM.PURGE.LEDGER", "$JS.ACK.LEDGER.spy.1.1.1.1.1",
	"ettervern.v1.record", "$SRV.INFO", "_R_.guess.1", "",
}

// violations counts what the server forbade a client.
type violations struct{ count atomic.Int64 }

func (v *violations) option() nats.Option {
	return nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		if strings.Contains(strings.ToLower(err.Error()), "permissions violation") {
			v.count.Add(1)
		}
	})
}

func (v *violations) await(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return v.count.Load() >= int64(n) }, wait, time.Millisecond)
	require.Equal(t, int64(n), v.count.Load())
}

// picture is what must not change: the streams, their configuration, and what they hold.
func picture(t *testing.T, ledger *jetstream.Ledger) string {
	t.Helper()
	conn, err := ledger.Server().Connect()
	require.NoError(t, err)
	defer conn.Close()
	js, err := natsjs.New(conn)
	require.NoError(t, err)
	var b strings.Builder
	for info := range js.ListStreams(t.Context()).Info() {
		s := info.State
		fmt.Fprintln(&b, info.Config, info.Created, s.FirstSeq, s.LastSeq, s.Msgs, s.Bytes, s.NumDeleted, s.NumSubjects)
	}
	stream, err := js.Stream(t.Context(), "LEDGER")
	require.NoError(t, err)
	for name := range stream.ConsumerNames(t.Context()).Name() {
		require.NotEqual(t, "spy", name)
	}
	return b.String()
}

// settle returns when the service has dealt with everything that the client sent before: each subject keeps its order.
func settle(t *testing.T, conn *nats.Conn, service *Service) {
	t.Helper()
	for _, subject := range allowed {
		_, err := conn.Request(subject, nil, wait)
		require.NoError(t, err, subject)
	}
	require.NoError(t, service.Close())
}

func TestNoRequestOfAClientReachesTheStream(t *testing.T) {
	ledger, service := start(t)
	ask(t, client(t, ledger), "record", registration(1))
	before := picture(t, ledger)

	var seen violations
	attacker := client(t, ledger, seen.option())
	tries := attack(t, attacker)
	settle(t, attacker, service)
	seen.await(t, tries)
	require.Equal(t, before, picture(t, ledger))
	ledgertest.RequireHealthy(t, ledger)
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 1)
}

// attack sends everything that could do harm, and is how often the server must forbid it.
func attack(t *testing.T, attacker *nats.Conn) (tries int) {
	t.Helper()
	for subject, body := range forbidden {
		for _, reply := range replies {
			require.NoError(t, attacker.PublishMsg(withTricks(subject, reply, body)))
			tries++
		}
	}
	for _, subject := range allowed {
		for _, reply := range replies {
			require.NoError(t, attacker.PublishMsg(&nats.Msg{Subject: subject, Reply: reply, Data: []byte("{}")}))
			require.NoError(t, attacker.PublishMsg(withTricks(subject, reply, "{}")))
			tries++ // a trace may not be sent to the ledger
			if strings.HasPrefix(reply, "$JS.ACK.") || strings.HasPrefix(reply, "_R_.") {
				tries++ // the server keeps these replies to itself
			}
		}
	}
	return tries
}

// withTricks adds the headers by which a message steers the server.
func withTricks(subject, reply, body string) *nats.Msg {
	m := &nats.Msg{Subject: subject, Reply: reply, Data: []byte(body), Header: nats.Header{}}
	m.Header.Set("Nats-Trace-Dest", "ledger.youth.x")
	m.Header.Set("Nats-Expected-Stream", "LEDGER")
	m.Header.Set("Nats-Request-Info", `{"acc":"LEDGER","user":"LEDGER"}`)
	return m
}

func TestAnEventThatCannotBeAnsweredIsNotRecorded(t *testing.T) {
	ledger, service := start(t)
	attacker := client(t, ledger)
	for i, reply := range []string{"", "$JS.ACK.LEDGER.spy.1.1.1.1.1"} { // these reach the service as they are
		m := &nats.Msg{Subject: "ettervern.v1.record", Reply: reply, Data: []byte(registration(i))}
		require.NoError(t, attacker.PublishMsg(m))
	}
	settle(t, attacker, service)
	require.Empty(t, ledgertest.CheckInvariants(t, ledger))
}

func TestAnAnswerIsReadByItsClientAloneWhateverTheReply(t *testing.T) {
	ledger, service := start(t)
	attacker := client(t, ledger)
	require.NoError(t, attacker.PublishRequest("ettervern.v1.record", "ledger.youth.x", []byte(registration(1))))
	settle(t, attacker, service)
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 1, "the event by the front door, and no answer beside it")
}

func TestClientsNeitherHearNorAnswerEachOther(t *testing.T) {
	ledger, _ := start(t)
	var seen violations
	attacker := client(t, ledger, seen.option())
	var heard atomic.Int64
	lie := func(m *nats.Msg) {
		heard.Add(1)
		_ = m.Respond([]byte(`{"id":"r1","source":"/test","status":"recorded","sequence":999}`))
	}
	denied := []string{">", "ettervern.>", "ettervern.v1.record", "$SRV.>", "$JS.>", "ledger.>", "_R_.>", "*.>", "*.youth.*", "$SYS.>"}
	for _, subject := range denied {
		_, err := attacker.Subscribe(subject, lie)
		require.NoError(t, err)
		_, err = attacker.QueueSubscribe(subject, "q", lie)
		require.NoError(t, err)
	}
	_, err := attacker.Subscribe("_INBOX.>", lie)
	require.NoError(t, err)
	require.NoError(t, attacker.Flush())
	seen.await(t, 2*len(denied))

	victim := client(t, ledger)
	for i := range 50 {
		var receipt commands.Receipt
		require.NoError(t, receipt.UnmarshalJSON(ask(t, victim, "record", registration(i)).Data))
		require.Equal(t, commands.Recorded, receipt.Status)
		require.Equal(t, uint64(i+1), receipt.Sequence)
	}
	_, err = victim.Request("$SRV.INFO.ettervern", nil, wait)
	require.NoError(t, err)
	require.NoError(t, attacker.Flush())
	require.Zero(t, heard.Load())
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 50)
}

// A client aims its answers at the inbox of another, whose name it has somehow learnt.
func TestAClientCannotWriteIntoAnothersInbox(t *testing.T) {
	ledger, service := start(t)
	victim, attacker := client(t, ledger), client(t, ledger)
	inbox, err := victim.SubscribeSync("_INBOX.known")
	require.NoError(t, err)
	require.NoError(t, victim.Flush())
	for _, subject := range allowed {
		require.NoError(t, attacker.PublishRequest(subject, "_INBOX.known", []byte(registration(1))))
	}
	settle(t, attacker, service)
	require.NoError(t, victim.Flush())
	pending, _, err := inbox.Pending()
	require.NoError(t, err)
	require.Zero(t, pending)
}

func TestNobodyEntersAnotherAccountByGuessing(t *testing.T) {
	ledger, _ := start(t)
	key, err := nkeys.CreateUser()
	require.NoError(t, err)
	public, err := key.PublicKey()
	require.NoError(t, err)
	_, err = nats.Connect(ledger.Server().ClientURL(), nats.Nkey(public, key.Sign))
	require.Error(t, err)
	guesses := []nats.Option{nats.Token("LEDGER")}
	for _, user := range []string{"LEDGER", "SERVICE", "$SYS", "SYS", "$G", "CLIENT_1", "admin"} {
		for _, password := range []string{"", user, "secret", strings.Repeat("A", 52)} {
			guesses = append(guesses, nats.UserInfo(user, password))
		}
	}
	for _, guess := range guesses {
		_, err := nats.Connect(ledger.Server().ClientURL(), guess)
		require.ErrorIs(t, err, nats.ErrAuthorization)
	}
}

func TestAClientHasNoStreamsOfItsOwn(t *testing.T) {
	ledger, _ := start(t)
	var seen violations
	js, err := natsjs.New(client(t, ledger, seen.option()))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = js.CreateStream(ctx, natsjs.StreamConfig{Name: "LEDGER", Subjects: []string{"ledger.youth.*"}})
	require.Error(t, err)
	seen.await(t, 1)
}
