package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/query"
	"ettervern/events"
	ledger "ettervern/events/jetstream"
	"ettervern/events/vault"
	"ettervern/projections"
	"ettervern/projections/bundle"
)

// bundling measures making and checking the audit bundle of a youth with 40 entries, under a checkpoint that is signed
// already: one is signed once a second.
func (b *bench) bundling() error {
	return inDir(func(dir string) error {
		youths, units := projections.NewYouths(), projections.NewUnits()
		youths.Routines = units.Routines
		l, err := ledger.Open(context.Background(), ledger.Config{Dir: dir, Master: vault.NewMasterKey(), Views: []ledger.View{units, youths}})
		if err != nil {
			return err
		}
		defer func() { _ = l.Close(context.Background()) }()
		if err := fillForty(l); err != nil {
			return err
		}
		return b.bundles(query.New(query.Config{Ledger: l, Youths: youths, Units: units, Prover: l}), l.VerifierKey())
	})
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
