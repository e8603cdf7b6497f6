package main

import (
	"context"
	"iter"
	"path/filepath"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"ettervern/commands"
	"ettervern/events/vault"
)

func (b *bench) perYouth() int { return b.events / b.youths }

// importing measures a bulk import from NDJSON, youth by youth, against one raw asynchronous publish of each event.
// Each round takes its share of the youths. The lines, and the entries that raw publishes, are made before the clock runs.
func (b *bench) importing() error {
	return inDir(func(dir string) error {
		p, err := openProgram(filepath.Join(dir, "ours"), nil)
		if err != nil {
			return err
		}
		defer p.close()
		r, err := openRaw(filepath.Join(dir, "raw"), false)
		if err != nil {
			return err
		}
		defer r.close()
		served, err := openProgram(filepath.Join(dir, "served"), vault.NewMasterKey())
		if err != nil {
			return err
		}
		defer served.close()
		ours, raw, sealed := b.importOurs("import-ours", p), b.importRaw(r), b.importOurs("import-sealed", served)
		if err := b.contest(ours, raw, sealed); err != nil {
			return err
		}
		b.compare("(b) import, events | raw async publish of each", ours, raw, "1.50")
		b.compare("(b) import sealed and proven | bare", sealed, ours, "")
		return nil
	})
}

func (b *bench) importOurs(name string, p *program) *contender {
	var lines [][]byte
	return &contender{
		name: name,
		prepare: func(round int) error {
			lines = lines[:0]
			for at := range b.share(round) {
				lines = append(lines, cloudEvent(at/b.perYouth(), at%b.perYouth()))
			}
			return nil
		},
		round: func(int) (int, error) { return len(lines), p.importAll(lines) },
	}
}

// importAll is done when everything is durable and the views show it.
func (p *program) importAll(lines [][]byte) error {
	all := func(yield func([]byte, error) bool) {
		for _, line := range lines {
			if !yield(line, nil) {
				return
			}
		}
	}
	err := p.handler.RecordAll(context.Background(), all, "emitter", func(r commands.Receipt) error { return r.Err })
	if err != nil {
		return err
	}
	return p.ledger.Await(context.Background(), p.ledger.Durable())
}

func (b *bench) importRaw(r *raw) *contender {
	var messages []*nats.Msg
	return &contender{
		name: "import-raw",
		prepare: func(round int) error {
			messages = b.messages(messages[:0], b.share(round))
			return nil
		},
		round: func(int) (int, error) { return len(messages), r.publishEach(messages) },
	}
}

// share are the numbers of the events of one round, whole youths.
func (b *bench) share(round int) iter.Seq[int] {
	first, next := round*b.youths/b.rounds, (round+1)*b.youths/b.rounds
	return func(yield func(int) bool) {
		for at := first * b.perYouth(); at < next*b.perYouth() && yield(at); at++ {
		}
	}
}

// messages are events as entries of one event.
func (b *bench) messages(into []*nats.Msg, events iter.Seq[int]) []*nats.Msg {
	for at := range events {
		youth, i := at/b.perYouth(), at%b.perYouth()
		into = append(into, &nats.Msg{Subject: "ledger.youth." + youthID(youth), Data: entryBody(youth, i)})
	}
	return into
}

// publishEach publishes each message by itself, a thousand on the way at a time, and makes one barrier at the end.
func (r *raw) publishEach(messages []*nats.Msg) error {
	const window = 1000
	acks := make([]jetstream.PubAckFuture, 0, window)
	for i, m := range messages {
		ack, err := r.js.PublishMsgAsync(m)
		if err != nil {
			return err
		}
		if acks = append(acks, ack); len(acks) == window || i == len(messages)-1 {
			if err := await(acks); err != nil {
				return err
			}
			acks = acks[:0]
		}
	}
	return r.barrier()
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
