package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"ettervern/commands"
	"ettervern/events"
	ledger "ettervern/events/jetstream"
	"ettervern/projections"
)

// program is the ledger with all that serve folds from it.
type program struct {
	ledger  *ledger.Ledger
	handler *commands.Handler
	youths  *projections.Youths
}

func openProgram(dir string) (*program, error) {
	states, youths := commands.NewStates(), projections.NewYouths()
	l, err := ledger.Open(context.Background(), ledger.Config{Dir: dir, Views: []ledger.View{states, youths}})
	if err != nil {
		return nil, err
	}
	if err := l.Await(context.Background(), l.Durable()); err != nil {
		return nil, err
	}
	return &program{l, commands.NewHandler(l, states, time.Now), youths}, nil
}

func (p *program) close() { _ = p.ledger.Close(context.Background()) }

// recording measures single events over the command path against raw publishes of entries of the same size.
func (b *bench) recording() error {
	for _, n := range []int{1, 64, 512} {
		// Each is measured twice, in turn: a noisy machine shows in the difference.
		raw, err := b.rawGroups(n)
		if err != nil {
			return err
		}
		ours, err := b.ours(n)
		if err != nil {
			return err
		}
		if n == 1 {
			b.rates("(a) record, 1 client | raw publish + barrier", ours, raw, "0.80")
			continue
		}
		always, err := b.rawAlways(n)
		if err != nil {
			return err
		}
		b.rates(fmt.Sprintf("(a) record, %d clients | raw sync always", n), ours, always, "5.00")
		b.rates(fmt.Sprintf("(a) record, %d clients | raw group commit", n), ours, raw, "0.80")
	}
	return nil
}

// body is an entry of the size that recording stores.
var body = entryBody(0, 0)

func entryBody(n, i int) []byte {
	return events.Encode(events.Entry{
		Entity: events.YouthEntity(youthID(n)), Number: uint64(i) + 1, Recorded: began, Actor: "emitter",
		Events: []events.Occurrence{occurrence(n, i)},
	})
}

func (b *bench) rawGroups(n int) (speed float64, err error) {
	return speed, inDir(func(dir string) error {
		r, err := openRaw(filepath.Join(dir, "raw"), false)
		if err != nil {
			return err
		}
		defer r.close()
		g := r.group()
		defer close(g.queue)
		var next atomic.Int64
		speed, err = clients(n, b.span, func(int, int) error {
			i := int(next.Add(1))
			return g.send("ledger.youth."+youthID(i), body)
		})
		return err
	})
}

func (b *bench) rawAlways(n int) (speed float64, err error) {
	return speed, inDir(func(dir string) error {
		r, err := openRaw(filepath.Join(dir, "raw"), true)
		if err != nil {
			return err
		}
		defer r.close()
		var next atomic.Int64
		speed, err = clients(n, b.span, func(int, int) error {
			i := int(next.Add(1))
			_, err := r.js.Publish(context.Background(), "ledger.youth."+youthID(i), body)
			return err
		})
		return err
	})
}

func (b *bench) ours(n int) (speed float64, err error) {
	return speed, inDir(func(dir string) error {
		p, err := openProgram(filepath.Join(dir, "ours"))
		if err != nil {
			return err
		}
		defer p.close()
		// The events are made beforehand: it is not the emitter that is measured.
		sent := make([][]byte, 60_000*int(b.span/time.Second+1))
		for i := range sent {
			sent[i] = cloudEvent(i, 0)
		}
		var next atomic.Int64
		speed, err = clients(n, b.span, func(int, int) error {
			return p.handler.Record(context.Background(), sent[next.Add(1)], "emitter").Err
		})
		return err
	})
}
