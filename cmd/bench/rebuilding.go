package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	ledger "ettervern/events/jetstream"
	"ettervern/events/vault"
)

// rebuilding measures how fast all views are folded from nothing, against a raw ordered consumer that only counts.
func (b *bench) rebuilding() error {
	if err := inDir(b.rebuildingSingles); err != nil {
		return err
	}
	return inDir(b.rebuildingImported)
}

func (b *bench) rebuildingSingles(dir string) error {
	if err := b.fillSingles(dir); err != nil {
		return err
	}
	sealedDir, master := filepath.Join(dir, "sealed"), vault.NewMasterKey()
	if err := carryOver(dir, sealedDir, master); err != nil {
		return err
	}
	ours, raw := b.rebuild("rebuild-singles-ours", dir, nil), b.count("rebuild-singles-raw", dir)
	sealed, rawSealed := b.rebuild("rebuild-sealed-ours", sealedDir, master), b.count("rebuild-sealed-raw", sealedDir)
	if err := b.contest(ours, raw, sealed, rawSealed); err != nil {
		return err
	}
	b.compare("(c) rebuild, one-event entries | raw consumer", ours, raw, "0.70")
	b.compare("(c) rebuild sealed and proven, one-event entries | raw consumer", sealed, rawSealed, "0.40")
	return nil
}

// carryOver makes a sealed ledger of one in plain.
func carryOver(from, to string, master vault.Master) error {
	plain, err := ledger.Open(context.Background(), ledger.Config{Dir: from})
	if err != nil {
		return err
	}
	sealed, err := ledger.Open(context.Background(), ledger.Config{Dir: to, Master: master})
	if err != nil {
		return err
	}
	return errors.Join(sealed.CarryOver(context.Background(), plain, nil), plain.Close(context.Background()))
}

func (b *bench) fillSingles(dir string) error {
	r, err := openRaw(dir, false)
	if err != nil {
		return err
	}
	defer r.close()
	for round := range b.rounds {
		if err := r.publishEach(b.messages(nil, b.share(round))); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) rebuildingImported(dir string) error {
	p, err := openProgram(filepath.Join(dir, "ours"), nil)
	if err != nil {
		return err
	}
	ours := b.importOurs("import-again", p)
	err = b.contest(ours)
	p.close()
	if err != nil {
		return err
	}
	again := b.rebuild("rebuild-imported-ours", filepath.Join(dir, "ours"), nil)
	if err := b.contest(again); err != nil {
		return err
	}
	b.alone("(c) rebuild, imported entries, events", again, "200000/s")
	return nil
}

// rebuild opens the ledger in dir and folds everything.
func (b *bench) rebuild(name, dir string, master vault.Master) *contender {
	var p *program
	return &contender{
		name: name,
		round: func(int) (_ int, err error) {
			p, err = openProgram(dir, master)
			return b.events, err
		},
		finish: func(int) error { p.close(); return nil },
	}
}

// count reads the stream with a raw ordered consumer.
func (b *bench) count(name, dir string) *contender {
	var r *raw
	return &contender{
		name:    name,
		prepare: func(int) (err error) { r, err = openRaw(dir, false); return err },
		round:   func(int) (int, error) { return b.events, r.count(b.events) },
		finish:  func(int) error { r.close(); return nil },
	}
}

func (r *raw) count(n int) error {
	consumer, err := r.js.OrderedConsumer(context.Background(), "LEDGER", jetstream.OrderedConsumerConfig{})
	if err != nil {
		return err
	}
	seen, done := 0, make(chan struct{})
	reading, err := consumer.Consume(func(jetstream.Msg) {
		if seen++; seen == n {
			close(done)
		}
	}, jetstream.PullMaxMessages(5000))
	if err != nil {
		return err
	}
	defer reading.Stop()
	select {
	case <-done:
		return nil
	case <-time.After(10 * time.Minute):
		return errors.New("the raw consumer did not read everything")
	}
}
