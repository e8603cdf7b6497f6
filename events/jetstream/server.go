package jetstream

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// The accounts of an embedded server. Nothing is exported from the ledger's account, so that no request of a client,
// whatever its reply subject, reaches a responder that could write to the stream. The service has an account without
// JetStream; clients import it, and each anonymous connection has an account to itself.
const (
	ledgerAccount  = "LEDGER"
	serviceAccount = "SERVICE"
	systemAccount  = "SYS" // the server's own, which nobody enters
)

const (
	// maxPayload leaves room for subject and headers above a stream message of 1 MiB.
	maxPayload     = 1<<20 + 64<<10
	maxConnections = 1024
	tlsTimeout     = 5 * time.Second  // of a client's handshake
	startTimeout   = 60 * time.Second // recovery of a large store without its index
)

var (
	// ErrLocked: another process has this data directory open.
	ErrLocked = errors.New("the data directory is in use by another ettervern process; stop it, or ask it with --server")
	// ErrNotLoopback: the listen address could be reached from other machines, though nobody is asked for credentials there or
	// they would be read on the way.
	ErrNotLoopback = errors.New("without credentials and TLS the NATS port may only be opened on a loopback address such as 127.0.0.1:4222")
)

// ServerConfig says where an embedded server keeps its store and whether it has a port.
type ServerConfig struct {
	Dir     string       // made with mode 0700 when it is missing
	Listen  string       // host:port, port 0 for any free one; "" for no port. Beyond loopback only with Clients and TLS
	Clients Clients      // who may connect there; nil for everyone
	TLS     *tls.Config  // spoken there; nil for none
	Log     *slog.Logger // the server's own warnings; nil for none

	MaxStore   int64 // bytes the streams may take; 0 for three quarters of what is free on the disk at the start
	SyncAlways bool  // sync each message before its acknowledgement: where there is no barrier, and to compare with
}

// Server is a NATS server in this process with a store directory of its own. It may be used concurrently.
//
// It acknowledges a message when it is in the page cache, not on disk: whoever answers for durability makes the barrier.
type Server struct {
	nats *server.Server
	lock *os.File
	door *door
}

// StartServer locks the directory and starts the server; when it returns, the stored streams are recovered and
// connections are taken. It fails with ErrLocked or ErrNotLoopback, and then leaves nothing behind but the directory.
func StartServer(config ServerConfig) (*Server, error) {
	options, err := serverOptions(config)
	if err != nil {
		return nil, err
	}
	lock, err := LockDir(config.Dir)
	if err != nil {
		return nil, err
	}
	warnOfOthers(config)
	s := &Server{lock: lock, door: newDoor(config.Clients)}
	options.CustomClientAuthentication = s.door
	if err := s.start(options, config.Log); err != nil {
		return nil, errors.Join(fmt.Errorf("start NATS server: %w", err), s.Close())
	}
	return s, nil
}

func (s *Server) start(options *server.Options, log *slog.Logger) (err error) {
	if s.nats, err = server.NewServer(options); err != nil {
		return err
	}
	if log != nil {
		s.nats.SetLogger(serverLog{log}, false, false)
	}
	// The door must know its accounts before the port opens; the port opens in Start.
	if err := s.door.open(s.nats); err != nil {
		return err
	}
	s.nats.Start()
	if !s.nats.ReadyForConnections(startTimeout) {
		return errors.New("it did not become ready")
	}
	if !s.nats.JetStreamEnabled() {
		return errors.New("its store could not be opened")
	}
	return nil
}

// Connect enters the ledger's account, in process. It is the only way into it; the caller closes the connection
// before the server.
func (s *Server) Connect(options ...nats.Option) (*nats.Conn, error) {
	return s.enter(ledgerAccount, options)
}

// ServiceConn enters the account where the service answers clients, in process. It reaches no stream.
func (s *Server) ServiceConn(options ...nats.Option) (*nats.Conn, error) {
	return s.enter(serviceAccount, options)
}

func (s *Server) enter(account string, options []nats.Option) (*nats.Conn, error) {
	all := append([]nats.Option{
		nats.Name("ettervern " + account), nats.InProcessServer(s.nats), nats.UserInfo(account, s.door.secrets[account]),
	}, options...)
	conn, err := nats.Connect("", all...)
	if err != nil {
		return nil, fmt.Errorf("enter account %s: %w", account, err)
	}
	return conn, nil
}

// health is what the server itself finds wrong with its streams, or nil.
func (s *Server) health() error {
	if h := s.nats.Healthz(nil); h.Error != "" {
		return fmt.Errorf("the stream is not healthy: %s", h.Error)
	}
	return nil
}

// ClientURL is where clients connect, or "" when the server has no port.
func (s *Server) ClientURL() string {
	if s.nats.Addr() == nil {
		return ""
	}
	return s.nats.ClientURL()
}

// StoreDir is the directory of the stream's files, on the file system that a barrier must sync.
func (s *Server) StoreDir() string { return s.nats.StoreDir() }

// Close stops the server, waits until its files are closed, and only then lets another process in. Closing twice is harmless.
func (s *Server) Close() error {
	if s.nats != nil {
		s.nats.Shutdown()
		s.nats.WaitForShutdown()
	}
	if err := s.lock.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("unlock the data directory: %w", err)
	}
	return nil
}

// LockDir makes the directory, with mode 0700, and locks it by a file that is never removed: a removed one could be locked twice.
// Close the file to unlock. It fails with ErrLocked.
func LockDir(dir string) (*os.File, error) {
	if dir == "" {
		return nil, errors.New("the ledger needs a data directory")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the data directory: %w", err)
	}
	if err := flock(f); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", dir, err), f.Close())
	}
	return f, nil
}

// warnOfOthers tells when others than the owner can enter the directory: what is in it is not encrypted.
func warnOfOthers(config ServerConfig) {
	info, err := os.Stat(config.Dir)
	if err == nil && config.Log != nil && info.Mode().Perm()&0o077 != 0 {
		config.Log.Warn("others can enter the data directory; chmod 700 keeps them out", "directory", config.Dir, "mode", info.Mode().Perm())
	}
}

func serverOptions(config ServerConfig) (*server.Options, error) {
	options := &server.Options{}
	accounts := "accounts { " + ledgerAccount + " { jetstream: enabled }, " + serviceAccount + " {}, " + systemAccount + " {} }\nsystem_account: " + systemAccount
	if err := options.ProcessConfigString(accounts); err != nil {
		return nil, fmt.Errorf("configure accounts: %w", err)
	}
	options.ServerName = "ettervern"
	options.NoSigs = true
	options.NoLog = config.Log == nil
	options.JetStream = true
	options.StoreDir = filepath.Join(config.Dir, "store") // the server adds /jetstream
	options.JetStreamMaxStore = config.MaxStore
	options.MaxPayload = maxPayload
	options.MaxConn = maxConnections
	options.SyncAlways = syncsItself || config.SyncAlways
	options.AlwaysEnableNonce = config.Clients != nil
	if config.Clients != nil {
		if err := takeJWTs(options); err != nil {
			return nil, err
		}
	}
	if config.TLS != nil {
		options.TLSConfig, options.TLS, options.TLSTimeout = config.TLS, true, tlsTimeout.Seconds()
	}
	return options, listen(options, config.Listen, config.Clients != nil && config.TLS != nil)
}

// takeJWTs has the server keep the JWTs that clients show, for the door to look at: it throws them away unless it trusts an operator. This
// one's key is forgotten at once, so that it signs nothing; the accounts count as its own. Who enters is settled by the door alone.
func takeJWTs(options *server.Options) error {
	pair, err := nkeys.CreateOperator()
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	defer pair.Wipe()
	key, err := pair.PublicKey()
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	options.TrustedKeys = []string{key}
	for _, account := range options.Accounts {
		account.Issuer = key
	}
	return nil
}

func listen(options *server.Options, address string, locked bool) error {
	if address == "" {
		options.DontListen = true
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen address: %w", err)
	}
	if host == "localhost" || host == "" && !locked {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); !locked && (ip == nil || !ip.IsLoopback()) {
		return ErrNotLoopback
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("listen port: %w", err)
	}
	options.Host, options.Port = host, int(number)
	if number == 0 {
		options.Port = server.RANDOM_PORT
		return nil
	}
	return free(net.JoinHostPort(host, port))
}

// free tells at once that a port is in use: the server itself would be waited for in vain.
func free(address string) error {
	port, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("open the NATS port: %w", err)
	}
	return port.Close()
}

// secret is a password for one start of the server.
func secret() string { return rand.Text() + rand.Text() }

// serverLog gives the server's notices to slog. Debug and trace could hold messages, and are dropped.
type serverLog struct{ log *slog.Logger }

// Noticef tells of the server's ordinary life, which is of use to who looks for a fault in it.
func (l serverLog) Noticef(format string, v ...any) {
	l.log.Debug("nats: " + fmt.Sprintf(format, v...))
}

// Warnf passes a warning on.
func (l serverLog) Warnf(format string, v ...any) { l.log.Warn("nats: " + fmt.Sprintf(format, v...)) }

// Errorf passes an error on.
func (l serverLog) Errorf(format string, v ...any) { l.log.Error("nats: " + fmt.Sprintf(format, v...)) }

// Fatalf is an error too: the process is not the server's to end.
func (l serverLog) Fatalf(format string, v ...any) { l.log.Error("nats: " + fmt.Sprintf(format, v...)) }

// Debugf drops what could hold messages.
func (serverLog) Debugf(string, ...any) {}

// Tracef drops what could hold messages.
func (serverLog) Tracef(string, ...any) {}
