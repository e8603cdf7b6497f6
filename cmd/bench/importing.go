package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"ettervern/commands"
)

func (b *bench) perYouth() int { return b.events / b.youths }

// importing measures a bulk import from NDJSON, youth by youth, against one raw asynchronous publish of each event.
func (b *bench) importing() error {
	var raw, ours float64
	if err := inDir(func(dir string) (err error) {
		raw, err = b.rawAsync(dir)
		return err
	}); err != nil {
		return err
	}
	if err := inDir(func(dir string) (err error) {
		ours, err = b.importInto(filepath.Join(dir, "ours"))
		return err
	}); err != nil {
		return err
	}
	b.rates("(b) import, events | raw async publish of each", ours, raw, "1.50")
	return nil
}

func (b *bench) rawAsync(dir string) (float64, error) {
	r, err := openRaw(filepath.Join(dir, "raw"), false)
	if err != nil {
		return 0, err
	}
	defer r.close()
	start := time.Now()
	if err := r.publishEach(b.events, b.perYouth()); err != nil {
		return 0, err
	}
	return float64(b.events) / time.Since(start).Seconds(), r.barrier()
}

// publishEach publishes each event as an entry of its own, a thousand on the way at a time.
func (r *raw) publishEach(n, perYouth int) error {
	const window = 1000
	acks := make([]jetstream.PubAckFuture, 0, window)
	for at := range n {
		youth, i := at/perYouth, at%perYouth
		ack, err := r.js.PublishMsgAsync(&nats.Msg{Subject: "ledger.youth." + youthID(youth), Data: entryBody(youth, i)})
		if err != nil {
			return err
		}
		if acks = append(acks, ack); len(acks) == window || at == n-1 {
			if err := await(acks); err != nil {
				return err
			}
			acks = acks[:0]
		}
	}
	return nil
}

func await(acks []jetstream.PubAckFuture) error {
	for _, ack := range acks {
		select {
		case <-ack.Ok():
		case err := <-ack.Err():
			return err
		}
	}
	return nil
}

func (b *bench) importInto(dir string) (float64, error) {
	p, err := openProgram(dir)
	if err != nil {
		return 0, err
	}
	defer p.close()
	lines := b.lines()
	start := time.Now()
	err = p.handler.RecordAll(context.Background(), lines, "emitter", func(r commands.Receipt) error { return r.Err })
	if err != nil {
		return 0, err
	}
	if err := p.ledger.Await(context.Background(), p.ledger.Durable()); err != nil {
		return 0, err
	}
	return float64(b.events) / time.Since(start).Seconds(), nil
}

// lines are the events as NDJSON has them, made as they are asked for, as a file would be read.
func (b *bench) lines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for at := range b.events {
			if !yield(cloudEvent(at/b.perYouth(), at%b.perYouth()), nil) {
				return
			}
		}
	}
}

// rebuilding measures how fast all views are folded from nothing, against a raw ordered consumer that only counts.
func (b *bench) rebuilding() error {
	if err := inDir(func(dir string) error {
		r, err := openRaw(dir, false)
		if err != nil {
			return err
		}
		err = r.publishEach(b.events, b.perYouth())
		r.close()
		if err != nil {
			return err
		}
		raw, err := countAll(dir, b.events)
		if err != nil {
			return err
		}
		ours, err := rebuild(dir)
		b.rates("(c) rebuild, one-event entries | raw consumer", ours*float64(b.events), raw*float64(b.events), "0.70")
		return err
	}); err != nil {
		return err
	}
	return inDir(func(dir string) error {
		if _, err := b.importInto(dir); err != nil {
			return err
		}
		ours, err := rebuild(dir)
		b.rows = append(b.rows, row{"(c) rebuild, imported entries", rate(ours*float64(b.events)) + " events", "", "", "200000/s"})
		return err
	})
}

// countAll is how many times in a second a raw ordered consumer could read the stream.
func countAll(dir string, n int) (float64, error) {
	r, err := openRaw(dir, false)
	if err != nil {
		return 0, err
	}
	defer r.close()
	start := time.Now()
	consumer, err := r.js.OrderedConsumer(context.Background(), "LEDGER", jetstream.OrderedConsumerConfig{})
	if err != nil {
		return 0, err
	}
	seen, done := 0, make(chan struct{})
	reading, err := consumer.Consume(func(jetstream.Msg) {
		if seen++; seen == n {
			close(done)
		}
	}, jetstream.PullMaxMessages(5000))
	if err != nil {
		return 0, err
	}
	defer reading.Stop()
	select {
	case <-done:
	case <-time.After(10 * time.Minute):
		return 0, errors.New("the raw consumer did not read everything")
	}
	return 1 / time.Since(start).Seconds(), nil
}

func rebuild(dir string) (float64, error) {
	start := time.Now()
	p, err := openProgram(dir)
	if err != nil {
		return 0, fmt.Errorf("rebuild: %w", err)
	}
	defer p.close()
	return 1 / time.Since(start).Seconds(), nil
}
