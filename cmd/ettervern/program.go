package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"ettervern/cmd/ettervern/accesslog"
	"ettervern/cmd/ettervern/api"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/cmd/ettervern/intake"
	"ettervern/cmd/ettervern/query"
	"ettervern/cmd/ettervern/register"
	"ettervern/cmd/ettervern/warrant"
	"ettervern/commands"
	"ettervern/events/jetstream"
	"ettervern/events/vault"
	"ettervern/projections"
)

// config is what a program is made of.
type config struct {
	dir      string              // of the ledger; of a remote one, for its keys and what this machine knows of it
	master   string              // the file of the key that seals the ledger; "" for the one in dir
	accesses string              // the directory of the log of accesses; "" for the one in dir
	keep     int                 // for how many years after its own a year of that log is kept; 0 for ever
	backups  int                 // for how many days they are kept; 0 for 90
	copies   string              // the directory where backups are made when asked for; "" for nowhere
	sealed   bool                // refuse a ledger that holds its entries in plain
	origin   string              // under which it signs checkpoints; "" for the one it has
	remote   *jetstream.Remote   // the servers that hold the ledger's streams; nil for dir
	http     string              // where to serve HTTP; "" for nowhere
	metrics  string              // where to serve metrics to anyone; "" for nowhere
	nats     string              // where NATS clients may connect; "" for nowhere
	gate     api.Gate            // who is asking over HTTP
	users    *credentials.Users  // of NATS, whom accounts of others vouch for; nil for none
	callers  intake.Gate         // who is asking over NATS; nil for whom the tokens tell
	tokens   *credentials.Tokens // that are handed out here; nil for none
	people   *credentials.People // who log in; nil for none
	tls      *tls.Config         // of HTTP; nil for none
	log      *slog.Logger        // nil for none
	now      func() time.Time    // nil for time.Now

	municipalities *projections.Municipalities // nil for no table

	secret  string      // the file of the secret for pseudonyms; "" for the one in dir
	numbers vault.Rules // which identity numbers are taken

	witnesses []jetstream.Witness // that cosign checkpoints
	quorum    int                 // how many of them must
}

// program is an open ledger with its doors. Close it to finish what is under way and close the store.
type program struct {
	ledger   *jetstream.Ledger
	accesses *jetstream.Ledger // keeps log
	log      *accesslog.Log
	ends     context.CancelFunc // what goes on beside
	beside   sync.WaitGroup
	handler  http.Handler
	listener net.Listener
	servers  []*http.Server
	conn     *nats.Conn
	secret   *secretKeeper
	intake   *intake.Service
	served   chan error
}

// open opens the ledger and the doors that are asked for. Questions and events are taken when the views have caught up.
func open(ctx context.Context, c config) (*program, error) {
	if c.now == nil {
		c.now = time.Now
	}
	states, youths, units, supervisions := commands.NewStates(), projections.NewYouths(), projections.NewUnits(), projections.NewSupervisions()
	youths.Now, supervisions.Now = c.now, c.now
	youths.Routines, units.Cases, units.Municipalities = units.Routines, youths, c.municipalities
	file := masterFile(c.dir, c.master)
	master, newMaster, err := c.openMaster(file)
	if err != nil {
		return nil, err
	}
	// Units fold an entry before youths: limits rest on routines, and answers about units on how far the youths have come.
	ledger, err := jetstream.Open(ctx, jetstream.Config{
		Dir: c.dir, Master: master, NewMaster: newMaster, Sealed: c.sealed, BackupDays: c.backups, Origin: c.origin, Remote: c.remote, Listen: c.nats, Clients: c.clients(), TLS: c.tls, Views: []jetstream.View{states, units, youths, supervisions}, Log: c.log, Now: c.now,
		Witnesses: c.witnesses, Quorum: c.quorum,
	})
	if errors.Is(err, jetstream.ErrNoMaster) {
		return nil, fmt.Errorf("%w: %s is not there", err, file)
	}
	if err != nil {
		return nil, err
	}
	if master == nil && ledger.Sealed() { // the key was made just now
		made, err := vault.OpenMasterKey(file)
		if err != nil {
			return nil, errors.Join(err, ledger.Close(ctx))
		}
		master = made
	}
	if !ledger.Sealed() && c.log != nil {
		c.log.Warn("the ledger holds its entries in plain: whoever reads the disk reads everything, and nobody can be erased")
	}
	p := &program{ledger: ledger, served: make(chan error, 2), secret: c.secretKeeper(states)}
	lifetime, ends := context.WithCancel(context.Background())
	p.ends = ends
	if p.accesses, p.log, err = openAccesses(ctx, c, master, p.secret.person); err != nil {
		return nil, errors.Join(err, p.Close(ctx))
	}
	metrics := api.NewMetrics()
	handler := commands.NewHandler(metrics.Log(ledger), states, c.now)
	recorder := metrics.Recorder(handler)
	core := query.New(query.Config{Ledger: ledger, Youths: youths, Units: units, Supervisions: supervisions, Receipts: handler, Prover: ledger, Accesses: p.log, AccessProver: p.accesses})
	importer := register.New(register.Config{Ledger: metrics.CountRefusals(handler), Pseudonyms: p.secret.get, Numbers: c.numbers, Now: c.now, Log: c.log})
	leave := warrant.Config{Youths: youths, Supervisions: supervisions, Await: ledger.Await}
	door := api.Config{Gate: c.gate, Warrant: leave, Recorder: recorder, Core: core, Ledger: ledgers{ledger, p.accesses}, Youths: youths, Register: importer, Privacy: &commands.Privacy{Handler: handler, Keys: ledger}, Version: version, Log: c.log, Metrics: metrics}
	if c.tokens != nil {
		door.Tokens = c.tokens
	}
	if c.people != nil {
		door.Login = c.people.Paths()
	}
	if c.copies != "" {
		door.Backups = &backups{program: p, dir: c.dir, into: c.copies, log: c.log, lifetime: lifetime}
	}
	p.handler = api.New(door)
	if c.callers == nil {
		c.callers = callers{c.tokens, c.users, ledger.Server()}
	}
	service := intake.Config{Gate: c.callers, Warrant: leave, Recorder: recorder, Asker: query.Asker{Core: core}, Pseudonyms: importer, Version: "0.1.0", Log: c.log}
	if err := p.openDoors(ctx, c, metrics, service); err != nil {
		return nil, errors.Join(err, p.Close(ctx))
	}
	p.forget(lifetime, c)
	youths.Today() // else the first question of the day would pay for the index
	return p, nil
}

// clients is who may connect to the NATS port; nil for everyone.
func (c *config) clients() jetstream.Clients {
	if c.callers != nil {
		return nil
	}
	return natsClients{c.tokens, c.users}
}

func (p *program) openDoors(ctx context.Context, c config, metrics *api.Metrics, service intake.Config) (err error) {
	if c.http != "" { // health is answered while the views catch up
		if p.listener, err = p.serve(c.http, p.handler, c.tls); err != nil {
			return fmt.Errorf("open the HTTP port: %w", err)
		}
	}
	if c.metrics != "" {
		if _, err = p.serve(c.metrics, metrics.Handler(), nil); err != nil {
			return fmt.Errorf("open the port of metrics: %w", err)
		}
	}
	if err := p.ledger.Await(ctx, p.ledger.Durable()); err != nil {
		if p.listener != nil && c.remote == nil && p.ledger.Stopped() != nil {
			return nil // a start again and again could damage the store more: readiness and metrics tell what is wrong
		}
		return fmt.Errorf("fold the ledger: %w", err)
	}
	p.secret.folded.Store(true)
	if p.conn, err = p.ledger.ServiceConn(); err != nil || p.conn == nil {
		return err
	}
	service.Conn = p.conn
	p.intake, err = intake.Start(service)
	return err
}

// serve answers at an address until Close, over TLS where there is a certificate.
func (p *program) serve(address string, handler http.Handler, https *tls.Config) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	server := api.NewServer(handler)
	server.TLSConfig = https
	p.servers = append(p.servers, server)
	go func() {
		if https == nil {
			p.served <- server.Serve(listener)
			return
		}
		p.served <- server.ServeTLS(listener, "", "")
	}()
	return listener, nil
}

// wait returns when the context ends, or a door has failed.
func (p *program) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.served:
		return err
	}
}

// Close stops taking, finishes what is under way, and closes the store: in this order, so that every answer given is true.
func (p *program) Close(ctx context.Context) error {
	var errs []error
	shutting, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	for _, server := range p.servers {
		errs = append(errs, server.Shutdown(shutting))
	}
	if p.intake != nil {
		errs = append(errs, p.intake.Close())
	}
	if p.conn != nil {
		p.conn.Close()
	}
	p.ends()
	p.beside.Wait()
	if p.log != nil {
		p.log.Close()
		errs = append(errs, p.accesses.Close(ctx))
	}
	return errors.Join(append(errs, p.ledger.Close(ctx))...)
}
