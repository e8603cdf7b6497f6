package jetstream

import (
	"bytes"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func startServer(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := StartServer(ServerConfig{Dir: dir, Listen: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func connect(t *testing.T, s *Server, options ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(s.ClientURL(), options...)
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	return nc
}

func makeStream(t *testing.T, s *Server) natsjs.JetStream {
	t.Helper()
	nc, err := s.Connect()
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	js, err := natsjs.New(nc)
	require.NoError(t, err)
	_, err = js.CreateOrUpdateStream(t.Context(), natsjs.StreamConfig{
		Name: "LEDGER", Subjects: []string{"ledger.youth.*"}, MaxMsgSize: 1 << 20,
	})
	require.NoError(t, err)
	return js
}

func TestOneProcessPerDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first := startServer(t, dir)
	_, err := StartServer(ServerConfig{Dir: dir})
	require.ErrorIs(t, err, ErrLocked)

	info, err := os.Stat(filepath.Join(dir, "lock"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	info, err = os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())

	require.NoError(t, first.Close())
	second, err := StartServer(ServerConfig{Dir: dir})
	require.NoError(t, err)
	require.Empty(t, second.ClientURL(), "no port was asked for")
	require.NoError(t, second.Close())
}

func TestADirectoryThatOthersCanEnterIsWarnedOf(t *testing.T) {
	for mode, warned := range map[os.FileMode]bool{0o700: false, 0o750: true, 0o701: true} {
		dir := filepath.Join(t.TempDir(), "data")
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.NoError(t, os.Chmod(dir, mode))
		var log bytes.Buffer
		s, err := StartServer(ServerConfig{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
		require.NoError(t, err)
		require.NoError(t, s.Close())
		require.Equal(t, warned, strings.Contains(log.String(), "others can enter"), "%s", mode)
	}
}

func TestStreamOutlivesTheServer(t *testing.T) {
	dir := t.TempDir()
	first := startServer(t, dir)
	js := makeStream(t, first)
	_, err := js.Publish(t.Context(), "ledger.youth.a", make([]byte, 1<<20-100))
	require.NoError(t, err, "a stream message of 1 MiB passes")
	require.DirExists(t, filepath.Join(first.StoreDir(), "LEDGER", "streams", "LEDGER"))
	js.Conn().Close()
	require.NoError(t, first.Close())

	stream, err := makeStream(t, startServer(t, dir)).Stream(t.Context(), "LEDGER")
	require.NoError(t, err)
	require.Equal(t, uint64(1), stream.CachedInfo().State.LastSeq)
}

func TestOnlyLoopback(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:4222", "example.org:4222", "[::]:0"} {
		_, err := StartServer(ServerConfig{Dir: t.TempDir(), Listen: address})
		require.ErrorIs(t, err, ErrNotLoopback, address)
	}
}

func TestAPortInUseIsToldAtOnce(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	dir := t.TempDir()
	_, err = StartServer(ServerConfig{Dir: dir, Listen: taken.Addr().String()})
	require.ErrorIs(t, err, unix.EADDRINUSE)
	startServer(t, dir) // and nothing is left locked
}

func TestClientReachesTheServiceOnly(t *testing.T) {
	s := startServer(t, t.TempDir())
	service, err := s.ServiceConn()
	require.NoError(t, err)
	defer service.Close()
	_, err = service.Subscribe("ettervern.v1.record", func(m *nats.Msg) { _ = m.Respond([]byte("receipt")) })
	require.NoError(t, err)
	require.NoError(t, service.Flush())

	answer, err := connect(t, s).Request("ettervern.v1.record", nil, 5*time.Second)
	require.NoError(t, err)
	require.Equal(t, "receipt", string(answer.Data))

	_, err = nats.Connect(s.ClientURL(), nats.UserInfo(ledgerAccount, s.door.secrets[ledgerAccount]))
	require.ErrorIs(t, err, nats.ErrAuthorization, "not even the secret opens the ledger's account from the port")
}

func rooms(s *Server) []*server.Account {
	s.door.mu.Lock()
	defer s.door.mu.Unlock()
	return slices.Clone(s.door.rooms)
}

// A client that inherits another's account must not hear what the other still waited for.
func TestAnswersDieWithTheirClient(t *testing.T) {
	s := startServer(t, t.TempDir())
	s.door.spare = 0
	service, err := s.ServiceConn()
	require.NoError(t, err)
	defer service.Close()
	waiting, err := service.SubscribeSync("ettervern.v1.record")
	require.NoError(t, err)
	require.NoError(t, service.Flush())

	first := connect(t, s)
	inbox := nats.NewInbox()
	_, err = first.SubscribeSync(inbox)
	require.NoError(t, err)
	require.NoError(t, first.PublishRequest("ettervern.v1.record", inbox, nil))
	request, err := waiting.NextMsg(5 * time.Second)
	require.NoError(t, err)
	first.Close()
	require.Eventually(t, func() bool { return rooms(s)[0].NumConnections() == 0 }, 5*time.Second, time.Millisecond)

	second := connect(t, s)
	heard, err := second.SubscribeSync("_INBOX.>")
	require.NoError(t, err)
	require.NoError(t, second.Flush())
	require.Len(t, rooms(s), 1, "the second client is in the first one's account")
	require.NoError(t, request.Respond([]byte("for the first alone")))
	require.NoError(t, service.Flush())
	require.NoError(t, second.Flush())
	_, err = heard.NextMsg(0)
	require.ErrorIs(t, err, nats.ErrTimeout)
}
