package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
)

type serveCommand struct {
	HTTP       string `name:"http" help:"Where to serve HTTP; empty for nowhere." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	NatsListen string `help:"Where NATS clients may connect; empty for nowhere." default:"127.0.0.1:4222" placeholder:"HOST:PORT"`
	Insecure   bool   `help:"Ask nobody for credentials. The only way to run until the doors can be locked; loopback only."`
}

const insecureWarning = `
  ****************************************************************************
  *  INSECURE: nobody is asked for credentials. Whoever reaches this machine  *
  *  can record and read everything. Never put real youths into this ledger.  *
  ****************************************************************************
`

// Run serves until interrupted.
func (s *serveCommand) Run(ctx context.Context, c *cli) error {
	if c.Data == "" {
		return usageError("serve needs --data DIR, where the ledger is kept")
	}
	if s.HTTP == "" && s.NatsListen == "" {
		return usageError("serve needs a door: --http HOST:PORT, --nats-listen HOST:PORT, or both")
	}
	if !s.Insecure {
		return usageError("the doors cannot be locked yet: serve runs only with --insecure, which asks nobody for credentials, and only on this machine")
	}
	for _, address := range []string{s.HTTP, s.NatsListen} {
		if err := loopback(address); err != nil {
			return err
		}
	}
	fmt.Fprint(c.errs, insecureWarning)
	log := slog.New(slog.NewTextHandler(c.errs, nil))
	p, err := open(ctx, config{dir: c.Data, http: s.HTTP, nats: s.NatsListen, actor: "unauthenticated", log: log})
	if err != nil {
		return err
	}
	if p.listener != nil {
		fmt.Fprintf(c.out, "http://%s\n", p.listener.Addr())
	}
	if url := p.ledger.Server().ClientURL(); url != "" {
		fmt.Fprintln(c.out, url)
	}
	err = p.wait(ctx)
	if closed := p.Close(ctx); err == nil {
		err = closed
	}
	return err
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
