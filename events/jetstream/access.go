package jetstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/synadia-io/orbit.go/natscontext"
)

// ErrContext: a NATS context says something that the ledger cannot heed.
var ErrContext = errors.New("this NATS context cannot be used")

// Access is a way into one account of NATS servers that others run. The zero Access is none.
type Access struct {
	Server string // a URL, several with commas between, or the name (or absolute path) of a NATS context
	Creds  string // a credentials file, with a URL; a context names its own
}

// connect enters the account. On another machine's servers it demands TLS. What cannot be sent now is an error now: a
// message kept back and sent after a reconnection would belong to another time.
func (a Access) connect(name string, log *slog.Logger) (conn *nats.Conn, err error) {
	options := []nats.Option{
		nats.Name("ettervern " + name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond), nats.ReconnectBufSize(-1), private,
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { log.Warn("disconnected from NATS", "account", name, "error", err) }),
		nats.ReconnectHandler(func(c *nats.Conn) {
			log.Info("connected to NATS again", "account", name, "server", c.ConnectedServerName())
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("NATS", "account", name, "error", err) }),
	}
	if strings.Contains(a.Server, "://") {
		if a.Creds != "" {
			options = append(options, nats.UserCredentials(a.Creds))
		}
		conn, err = nats.Connect(a.Server, options...)
	} else {
		conn, err = a.connectContext(options)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to NATS as %s: %w", name, err)
	}
	return conn, nil
}

func (a Access) connectContext(options []nats.Option) (*nats.Conn, error) {
	if a.Creds != "" {
		return nil, fmt.Errorf("%w: its credentials belong in the context %q, and a URL begins with nats:// or tls://", ErrContext, a.Server)
	}
	conn, settings, err := natscontext.Connect(a.Server, options...)
	if err != nil {
		return nil, fmt.Errorf("context %q: %w", a.Server, err)
	}
	for setting, value := range map[string]string{
		"jetstream_domain": settings.JSDomain, "jetstream_api_prefix": settings.JSAPIPrefix, "user_jwt": settings.UserJwt, "nsc": settings.NSCLookup,
	} {
		if value != "" {
			conn.Close()
			return nil, fmt.Errorf("%w: %q sets %s", ErrContext, a.Server, setting)
		}
	}
	return conn, nil
}

// private demands TLS unless every server is on this machine, and then knows no others.
func private(o *nats.Options) error {
	for _, server := range o.Servers {
		u, err := url.Parse(server)
		if err != nil {
			return errors.New("not a NATS URL") // the reason would repeat the password
		}
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nats.Secure()(o)
		}
	}
	o.IgnoreDiscoveredServers = true
	return nil
}

// accountOf is the name of the account that a connection is in, as the server sees it.
func accountOf(conn *nats.Conn) (string, error) {
	answer, err := conn.Request("$SYS.REQ.USER.INFO", nil, ackWait)
	if err != nil {
		return "", fmt.Errorf("which account is this? The user must be allowed to publish $SYS.REQ.USER.INFO: %w", err)
	}
	var info struct{ Data struct{ Account string } }
	if err := json.Unmarshal(answer.Data, &info); err != nil || info.Data.Account == "" {
		return "", errors.New("the server does not say which account this is")
	}
	return info.Data.Account, nil
}
