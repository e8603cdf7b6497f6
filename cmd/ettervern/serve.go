package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"ettervern/events/jetstream"
	"ettervern/events/vault"
)

type serveCommand struct {
	HTTP       string  `name:"http" help:"Where to serve HTTP; empty for nowhere." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	NatsListen *string `help:"Where NATS clients may connect; empty for nowhere. By default 127.0.0.1:4222, and nowhere with --nats." placeholder:"HOST:PORT"`
	natsFlags
	Origin    string `help:"The name under which the ledger signs checkpoints, such as kommune.example/ettervern; fixed at the first start." placeholder:"NAME"`
	Synthetic bool   `help:"Take synthetic identity numbers too, for trying out."`
	Insecure  bool   `help:"Ask nobody for credentials. The only way to run until the doors can be locked; loopback only."`
}

const insecureWarning = `
  ****************************************************************************
  *  INSECURE: nobody is asked for credentials. Whoever reaches this machine  *
  *  can record and read everything. Never put real youths into this ledger.  *
  ****************************************************************************
`

// Run serves until interrupted.
func (s *serveCommand) Run(ctx context.Context, c *cli) error {
	remote, err := s.check(c)
	if err != nil {
		return err
	}
	table, err := c.municipalities()
	if err != nil {
		return err
	}
	listen := s.listen()
	fmt.Fprint(c.errs, insecureWarning)
	log := slog.New(slog.NewTextHandler(c.errs, nil))
	p, err := open(ctx, config{
		dir: c.Data, origin: s.Origin, remote: remote, http: s.HTTP, nats: listen, actor: "unauthenticated", log: log, municipalities: table,
		secret: c.Secret, master: c.MasterKey, sealed: remote == nil && !s.Insecure, numbers: numbersOf(s.Synthetic),
	})
	if err != nil {
		return err
	}
	if p.listener != nil {
		fmt.Fprintf(c.out, "http://%s\n", p.listener.Addr())
	}
	if listen != "" {
		fmt.Fprintln(c.out, p.ledger.Server().ClientURL())
	}
	err = p.wait(ctx)
	if closed := p.Close(ctx); err == nil {
		err = closed
	}
	return err
}

// check refuses what cannot be meant, and is the servers that hold the ledger, nil when it lies in --data.
func (s *serveCommand) check(c *cli) (*jetstream.Remote, error) {
	remote, err := s.remote()
	switch {
	case err != nil:
		return nil, err
	case remote != nil && c.Data != "":
		return nil, usageError("--data and --nats exclude each other: a ledger on other servers has no directory here")
	case remote == nil && c.Data == "":
		return nil, usageError("serve needs --data DIR, where the ledger is kept, or --nats, the servers that keep it")
	case remote != nil && s.NatsListen != nil:
		return nil, usageError("--nats-listen and --nats exclude each other: clients come to the servers that keep the ledger")
	case remote != nil && c.MasterKey != "":
		return nil, usageError("--master-key and --nats exclude each other: a ledger on other servers is not sealed yet")
	case remote != nil && s.Origin != "":
		return nil, usageError("--origin and --nats exclude each other: a ledger on other servers has no checkpoints yet")
	case s.HTTP == "" && s.listen() == "" && (remote == nil || remote.Service == jetstream.Access{}):
		return nil, usageError("serve needs a door: --http HOST:PORT, --nats-listen HOST:PORT or --service-nats with --nats")
	case !s.Insecure:
		return nil, usageError("the doors cannot be locked yet: serve runs only with --insecure, which asks nobody for credentials, and only on this machine")
	}
	return remote, errors.Join(loopback(s.HTTP), loopback(s.listen()))
}

// listen is the address for NATS clients; "" for nowhere.
func (s *serveCommand) listen() string {
	switch {
	case s.NatsListen != nil:
		return *s.NatsListen
	case s.NATS != "":
		return ""
	}
	return "127.0.0.1:4222"
}

func numbersOf(synthetic bool) vault.Rules {
	if synthetic {
		return vault.AlsoSynthetic
	}
	return vault.RealOnly
}

// loopback refuses an address that other machines could reach.
func loopback(address string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return usageError(fmt.Sprintf("%q is not an address such as 127.0.0.1:8080", address))
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usageError(fmt.Sprintf("%s can be reached from other machines; --insecure runs on loopback only, such as 127.0.0.1", address))
	}
	return nil
}
