package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/accesslog"
	"ettervern/cmd/ettervern/query"
	"ettervern/events"
	ledger "ettervern/events/jetstream"
	"ettervern/events/vault"
	"ettervern/projections"
	"ettervern/projections/bundle"
)

// bundling measures making and checking the audit bundle of a youth with 40 entries, under a checkpoint that is signed
// already: one is signed once a second. That somebody has looked is recorded each time, on disk.
func (b *bench) bundling() error {
	return inDir(func(dir string) error {
		youths, units, looked := projections.NewYouths(), projections.NewUnits(), accesslog.New(time.Now)
		youths.Routines = units.Routines
		l, err := openSealed(filepath.Join(dir, "ledger"), units, youths)
		if err != nil {
			return err
		}
		defer func() { _ = l.Close(context.Background()) }()
		accesses, err := openSealed(filepath.Join(dir, "accesses"), looked)
		if err != nil {
			return err
		}
		defer func() { _ = accesses.Close(context.Background()) }()
		looked.Start(accesses)
		defer looked.Close()
		if err := fillForty(l); err != nil {
			return err
		}
		return b.bundles(query.New(query.Config{Ledger: l, Youths: youths, Units: units, Prover: l, Accesses: looked}), l.VerifierKey())
	})
}

// openSealed opens a ledger; one whose view is a log of accesses is about those.
func openSealed(dir string, views ...ledger.View) (*ledger.Ledger, error) {
	config := ledger.Config{Dir: dir, Master: vault.NewMasterKey(), Views: views}
	if _, is := views[0].(*accesslog.Log); is {
		config.Kinds = []events.Kind{events.Access}
	}
	return ledger.Open(context.Background(), config)
}

// fillForty records 40 entries of one youth among those of others.
func fillForty(l *ledger.Ledger) error {
	ctx, after := context.Background(), uint64(0)
	for i := range 40 {
		for n := range 10 {
			other := events.Entry{Entity: events.YouthEntity(youthID(1000 + 10*i + n)), Number: 1, Actor: "emitter", Events: []events.Occurrence{occurrence(10*i+n, 0)}}
			if _, err := l.Append(ctx, other, 0); err != nil {
				return err
			}
		}
		own := events.Entry{Entity: events.YouthEntity(youthID(1)), Number: uint64(i) + 1, Actor: "emitter", Events: []events.Occurrence{occurrence(1, i)}}
		stored, err := l.Append(ctx, own, after)
		if err != nil {
			return err
		}
		after = stored.Sequence
	}
	return l.Await(ctx, after)
}

func (b *bench) bundles(core *query.Core, key string) error {
	const times = 50
	ctx := access.With(context.Background(), access.Open("bench"))
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	archive, err := core.Bundle(ctx, youthID(1), nil) // signs the checkpoint
	if err != nil {
		return err
	}
	began := time.Now()
	for range times {
		if archive, err = core.Bundle(ctx, youthID(1), nil); err != nil {
			return err
		}
	}
	made := time.Since(began) / times
	began = time.Now()
	for range times {
		if r := (bundle.Auditor{Key: verifier}).Check(archive); !r.Holds() {
			return fmt.Errorf("the bundle does not hold: %s", r.Text("en"))
		}
	}
	checked := time.Since(began) / times
	b.bundled("made", made)
	b.bundled("checked", checked)
	return nil
}

func (b *bench) bundled(how string, took time.Duration) {
	b.rows = append(b.rows, row{figure: "(j) audit bundle of 40 entries, " + how, ours: fmt.Sprintf("%.1f ms", float64(took.Microseconds())/1000), demanded: "100 ms"})
}
