package ledgertest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"
)

// Servers are NATS servers in this process, as others would run them: one alone, or a cluster.
type Servers struct {
	t       testing.TB
	clients []string // addresses
	configs []string // files
	running []*server.Server
}

// StartServers starts so many servers on loopback, three and more as a cluster, with the configuration beside what
// they need to find each other. It returns when they have JetStream ready; they stop with the test.
func StartServers(t testing.TB, size int, config string) *Servers {
	t.Helper()
	free := freePorts(t, 2*size)
	routes := free[size:]
	s := &Servers{t: t, clients: free[:size], running: make([]*server.Server, size)}
	for i := range size {
		dir := t.TempDir()
		own := fmt.Sprintf("server_name: s%d\nlisten: %q\njetstream { store_dir: %q, sync_interval: always }\n", i+1, s.clients[i], dir)
		if size > 1 {
			own += fmt.Sprintf("cluster { name: test, listen: %q, routes: [%s] }\n", routes[i], `"nats://`+strings.Join(routes, `", "nats://`)+`"`)
		}
		file := filepath.Join(dir, "server.conf")
		require.NoError(t, os.WriteFile(file, []byte(own+config), 0o600))
		s.configs = append(s.configs, file)
		s.Start(i)
	}
	t.Cleanup(s.stop)
	s.AwaitReady()
	return s
}

// Start starts server i, which does not run.
func (s *Servers) Start(i int) {
	s.t.Helper()
	options, err := server.ProcessConfigFile(s.configs[i])
	require.NoError(s.t, err)
	options.NoSigs, options.NoLog = true, true
	s.running[i], err = server.NewServer(options)
	require.NoError(s.t, err)
	go s.running[i].Start()
}

// Reconfigure changes the configuration that all servers start with next.
func (s *Servers) Reconfigure(from, to string) {
	s.t.Helper()
	for _, file := range s.configs {
		old, err := os.ReadFile(file)
		require.NoError(s.t, err)
		require.Contains(s.t, string(old), from)
		require.NoError(s.t, os.WriteFile(file, []byte(strings.ReplaceAll(string(old), from, to)), 0o600))
	}
}

// Store is the directory in which server i keeps its streams.
func (s *Servers) Store(i int) string { return filepath.Join(filepath.Dir(s.configs[i]), "jetstream") }

// Stop stops server i in good order.
func (s *Servers) Stop(i int) {
	s.running[i].Shutdown()
	s.running[i].WaitForShutdown()
}

func (s *Servers) stop() {
	for i := range s.running {
		s.Stop(i)
	}
}

// AwaitReady returns when all servers run and have JetStream.
func (s *Servers) AwaitReady() {
	s.t.Helper()
	for _, one := range s.running {
		require.True(s.t, one.ReadyForConnections(10*time.Second))
	}
	require.Eventually(s.t, func() bool {
		for _, one := range s.running {
			if one.Healthz(nil).Status != "ok" {
				return false
			}
		}
		return len(s.running) == 1 || s.metaLeader()
	}, 20*time.Second, 5*time.Millisecond)
}

func (s *Servers) metaLeader() bool {
	for _, one := range s.running {
		if one.JetStreamIsLeader() && len(one.JetStreamClusterPeers()) == len(s.running) {
			return true
		}
	}
	return false
}

// URL is where the servers are, with this user and password.
func (s *Servers) URL(user, password string) string {
	var urls []string
	for _, address := range s.clients {
		urls = append(urls, fmt.Sprintf("nats://%s:%s@%s", user, password, address))
	}
	return strings.Join(urls, ",")
}

// Leader is which server leads a stream of an account, or -1.
func (s *Servers) Leader(account, stream string) int {
	for i, one := range s.running {
		if one.JetStreamIsStreamLeader(account, stream) {
			return i
		}
	}
	return -1
}

// StepDown makes the stream's leader leave its place to another.
func (s *Servers) StepDown(account, stream string) {
	s.t.Helper()
	if i := s.Leader(account, stream); i >= 0 {
		require.NoError(s.t, s.running[i].JetStreamStepdownStream(account, stream))
	}
}

// freePorts are loopback addresses that nobody listens at now.
func freePorts(t testing.TB, n int) []string {
	t.Helper()
	addresses := make([]string, n)
	for i := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		addresses[i] = l.Addr().String()
	}
	return addresses
}
