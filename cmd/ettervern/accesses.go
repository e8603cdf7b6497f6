package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"time"

	"ettervern/cmd/ettervern/accesslog"
	"ettervern/cmd/ettervern/query"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/vault"
)

// accessesDir is where in the ledger's directory the log of who has looked lies.
const accessesDir = "accesses"

// accessesName is what its stream is called on servers of others.
const accessesName = "ACCESSES"

// openAccesses opens the log of who has looked: a ledger of its own beside the ledger, on the same servers and sealed by the same master key.
// All lines of a year are sealed under one key.
func openAccesses(ctx context.Context, c config, master vault.Master, pseudonym func(string) (string, error)) (*jetstream.Ledger, *accesslog.Log, error) {
	dir := c.accesses
	if dir == "" {
		dir = filepath.Join(c.dir, accessesDir)
	}
	log := accesslog.New(c.now)
	log.Pseudonym = pseudonym
	ledger, err := jetstream.Open(ctx, jetstream.Config{
		Dir: dir, Remote: c.accessesAt(), Master: master, Sealed: c.sealed, BackupDays: c.backups, Kinds: []events.Kind{events.Access}, Views: []jetstream.View{log}, Log: c.log, Now: c.now,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open the log of accesses: %w", err)
	}
	if err := ledger.Await(ctx, ledger.Durable()); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("fold the log of accesses: %w", err), ledger.Close(ctx))
	}
	log.Start(ledger)
	return ledger, log, nil
}

// accessesAt is the servers that keep the log, which are the ledger's: another machine that takes over has to know who has looked. nil for none.
func (c config) accessesAt() *jetstream.Remote {
	if c.remote == nil {
		return nil
	}
	there := *c.remote
	there.Name, there.Behind, there.Service = accessesName, true, jetstream.Access{}
	return &there
}

// forget destroys the key of each year of the log that has been kept long enough, now and each day, until the program closes.
func (p *program) forget(ctx context.Context, c config) {
	if c.keep == 0 {
		return
	}
	p.beside.Go(func() {
		for day := time.NewTicker(24 * time.Hour); ; {
			if err := p.log.Forget(ctx, c.keep); err != nil && ctx.Err() == nil {
				c.log.Error("accesses are kept longer than they should be", "error", err)
			}
			select {
			case <-day.C:
			case <-ctx.Done():
				day.Stop()
				return
			}
		}
	})
}

// ledgers is the ledger and the log of accesses, without which nothing is shown.
type ledgers struct {
	*jetstream.Ledger
	accesses *jetstream.Ledger
}

// Stopped is why one of them takes nothing more, or nil.
func (b ledgers) Stopped() error {
	if err := b.accesses.Stopped(); err != nil {
		return fmt.Errorf("the log of accesses: %w", err)
	}
	return b.Ledger.Stopped()
}

// Health is what is wrong with one of them, or nil.
func (b ledgers) Health() error {
	if err := b.accesses.Stopped(); err != nil {
		return fmt.Errorf("the log of accesses: %w", err)
	}
	return b.Ledger.Health()
}

type accessesCommand struct {
	Purpose string `help:"Why you ask; it is recorded." placeholder:"PURPOSE"`
	Proof   string `help:"Write the whole answer to this file too, with the log's entries as stored and proofs that they are there." placeholder:"FILE.json" type:"path"`
	Force   bool   `help:"Write over a file that is there already."`
	Youth   string `arg:"" help:"The youth's pseudonym, a UUID." placeholder:"YOUTH"`
}

var accessColumns = []string{"time", "who", "role", "purpose", "what", "filter", "within", "valid at", "sequence", "count"}

// Run prints who has looked at a youth.
func (a *accessesCommand) Run(ctx context.Context, c *cli) error {
	if a.Proof != "" && !a.Force && isThere(a.Proof) { // before anyone is asked: to ask is a look
		return usageError("there is a " + a.Proof + " already; --force writes over it")
	}
	return c.ask(ctx, func(ledger *client) error {
		params := url.Values{}
		set(params, "purpose", a.Purpose)
		if a.Proof != "" {
			params.Set("proofs", "true")
		}
		body, _, err := ledger.get(ctx, "/v1/youths/"+url.PathEscape(a.Youth)+"/accesses", params)
		if err != nil {
			return err
		}
		defer body.Close()
		text, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		var answer query.YouthAccesses
		if err := json.Unmarshal(text, &answer); err != nil {
			return err
		}
		if a.Proof != "" {
			if err := save(a.Proof, func(out io.Writer) error { _, err := out.Write(text); return err }); err != nil {
				return err
			}
		}
		p := c.printer()
		for _, r := range answer.Rows {
			p.row(r, accessColumns, []string{
				r.Time.In(events.Norway).Format("2006-01-02 15:04:05"), r.Who, r.Role, r.Purpose, r.What, r.Filter, r.Within, day(r.ValidAt),
				fmt.Sprint(r.Sequence), fmt.Sprint(r.Count),
			})
		}
		return p.close(nil)
	})
}
