package main

import (
	"context"
	"os"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sys/unix"

	ledger "ettervern/events/jetstream"
)

// raw is the same stream without the ledger.
type raw struct {
	server *ledger.Server
	conn   *nats.Conn
	js     jetstream.JetStream
	dir    *os.File
}

func openRaw(dir string, sync bool) (*raw, error) {
	server, err := ledger.StartServer(ledger.ServerConfig{Dir: dir, SyncAlways: sync})
	if err != nil {
		return nil, err
	}
	conn, err := server.Connect()
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(conn, jetstream.WithPublishAsyncMaxPending(4096))
	if err != nil {
		return nil, err
	}
	if _, err = js.Stream(context.Background(), "LEDGER"); err != nil { // another's stays as it is
		_, err = js.CreateStream(context.Background(), ledger.StreamConfig("00000000-0000-0000-0000-000000000000", 1))
	}
	if err != nil {
		return nil, err
	}
	store, err := os.Open(server.StoreDir())
	return &raw{server, conn, js, store}, err
}

func (r *raw) close() {
	_ = r.dir.Close()
	r.conn.Close()
	_ = r.server.Close()
}

func (r *raw) barrier() error { return unix.Syncfs(int(r.dir.Fd())) }

// grouped publishes what clients send as nats.md's barrier does: all that waits, every acknowledgement, one barrier.
type grouped struct {
	raw   *raw
	queue chan sent
}

type sent struct {
	subject string
	body    []byte
	done    chan error
}

func (r *raw) group() *grouped {
	g := &grouped{r, make(chan sent, 1024)}
	go g.run()
	return g
}

func (g *grouped) send(subject string, body []byte) error {
	s := sent{subject, body, make(chan error, 1)}
	g.queue <- s
	return <-s.done
}

func (g *grouped) run() {
	for first := range g.queue {
		all := append(make([]sent, 0, 1024), first)
		for more := true; more && len(all) < 1024; {
			select {
			case s, open := <-g.queue:
				if more = open; open {
					all = append(all, s)
				}
			default:
				more = false
			}
		}
		err := g.publish(all)
		for _, s := range all {
			s.done <- err
		}
	}
}

func (g *grouped) publish(all []sent) error {
	acks := make([]jetstream.PubAckFuture, len(all))
	for i, s := range all {
		var err error
		if acks[i], err = g.raw.js.PublishMsgAsync(&nats.Msg{Subject: s.subject, Data: s.body}, jetstream.WithExpectLastSequencePerSubject(0)); err != nil {
			return err
		}
	}
	for _, ack := range acks {
		select {
		case <-ack.Ok():
		case err := <-ack.Err():
			return err
		}
	}
	return g.raw.barrier()
}
