package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"ettervern/events/jetstream"
	"ettervern/events/vault"
)

type serveCommand struct {
	HTTP       string  `name:"http" help:"Where to serve HTTP; empty for nowhere." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	NatsListen *string `help:"Where NATS clients may connect; empty for nowhere. By default 127.0.0.1:4222, and nowhere with --nats." placeholder:"HOST:PORT"`
	natsFlags
	secureFlags
	witnessFlags
	Origin    string `help:"The name under which the ledger signs checkpoints, such as kommune.example/ettervern; fixed at the first start." placeholder:"NAME"`
	Backups   string `help:"Where backups are made when an administrator asks for one; each gets a directory of its own in it." placeholder:"DIR" type:"path"`
	Synthetic bool   `help:"Take synthetic identity numbers too, for trying out."`
	Insecure  bool   `help:"Ask nobody for credentials: whoever reaches this machine can record and read everything. Loopback only."`
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
	https, err := s.certificate()
	if err != nil {
		return err
	}
	if err := s.makeBackups(); err != nil {
		return err
	}
	listen := s.listen()
	of := config{
		dir: c.Data, origin: s.Origin, remote: remote, http: s.HTTP, nats: listen, metrics: s.Metrics, tls: https,
		log: slog.New(slog.NewTextHandler(c.errs, nil)), municipalities: table,
		accesses: s.Accesses, keep: s.KeepAccesses, secret: c.Secret, master: c.MasterKey, backups: c.BackupDays, copies: s.Backups, sealed: !s.Insecure, numbers: numbersOf(s.Synthetic),
	}
	if err := errors.Join(s.lock(c, &of), s.into(&of)); err != nil {
		return err
	}
	p, err := open(ctx, of)
	if err == nil {
		err = c.first(of.tokens)
	}
	if err != nil {
		return closeWith(ctx, p, err)
	}
	if p.listener != nil {
		fmt.Fprintf(c.out, "%s://%s\n", s.scheme(), p.listener.Addr())
	}
	if listen != "" {
		fmt.Fprintln(c.out, p.ledger.Server().ClientURL())
	}
	return closeWith(ctx, p, p.wait(ctx))
}

func closeWith(ctx context.Context, p *program, err error) error {
	if p == nil {
		return err
	}
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
	case remote != nil && c.Data == "":
		return nil, usageError("--nats needs --data DIR, where this machine keeps the ledger's keys and what it knows of it")
	case c.Data == "":
		return nil, usageError("serve needs --data DIR, where the ledger is kept, or --nats, the servers that keep it")
	case remote != nil && s.NatsListen != nil:
		return nil, usageError("--nats-listen and --nats exclude each other: clients come to the servers that keep the ledger")
	case c.BackupDays < 1:
		return nil, usageError("--backup-days must be at least 1")
	case s.HTTP == "" && s.listen() == "" && (remote == nil || remote.Service == jetstream.Access{}):
		return nil, usageError("serve needs a door: --http HOST:PORT, --nats-listen HOST:PORT or --service-nats with --nats")
	}
	if err := errors.Join(s.secureFlags.check(s, remote), loopback(s.Metrics, "--metrics asks for no credentials. It must be")); err != nil {
		return nil, err
	}
	return remote, nil
}

// makeBackups makes the directory for backups, so that a wrong one is found at once.
func (s *serveCommand) makeBackups() error {
	if s.Backups == "" {
		return nil
	}
	if err := os.MkdirAll(s.Backups, 0o700); err != nil {
		return usageError("--backups: " + err.Error())
	}
	return nil
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

// loopback refuses an address that other machines could reach, and says why.
func loopback(address, why string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return usageError(fmt.Sprintf("%q is not an address such as 127.0.0.1:8080", address))
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usageError(fmt.Sprintf("%s can be reached from other machines; %s loopback, such as 127.0.0.1", address, why))
	}
	return nil
}
