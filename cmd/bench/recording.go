package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"ettervern/commands"
	"ettervern/events"
	ledger "ettervern/events/jetstream"
	"ettervern/events/vault"
	"ettervern/projections"
)

// program is the ledger with all that serve folds from it.
type program struct {
	ledger  *ledger.Ledger
	handler *commands.Handler
	youths  *projections.Youths
}

// openProgram opens the ledger in dir as it is served: sealed by the master key, and proven. Without a key it is bare, with
// neither: what both cost is measured beside it.
func openProgram(dir string, master vault.Master) (*program, error) {
	states, youths := commands.NewStates(), projections.NewYouths()
	l, err := ledger.Open(context.Background(), ledger.Config{Dir: dir, Master: master, Unproven: master == nil, Views: []ledger.View{states, youths}})
	if err != nil {
		return nil, err
	}
	if err := l.Await(context.Background(), l.Durable()); err != nil {
		return nil, err
	}
	return &program{l, commands.NewHandler(l, states, time.Now), youths}, nil
}

func (p *program) close() { _ = p.ledger.Close(context.Background()) }

// recording measures single events over the command path against raw publishes of entries of the same size, each to
// the subject of a youth of its own. What is sent is made before the clock runs: the emitter is not measured.
func (b *bench) recording() error {
	for _, n := range []int{1, 64, 512} {
		if err := inDir(func(dir string) error { return b.recordingBy(n, dir) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) recordingBy(n int, dir string) error {
	ours, closeOurs, err := b.recordOurs(n, filepath.Join(dir, "ours"), nil)
	if err != nil {
		return err
	}
	defer closeOurs()
	sealed, closeSealed, err := b.recordOurs(n, filepath.Join(dir, "sealed"), vault.NewMasterKey())
	if err != nil {
		return err
	}
	defer closeSealed()
	groups, closeGroups, err := b.recordGroups(n, filepath.Join(dir, "groups"))
	if err != nil {
		return err
	}
	defer closeGroups()
	if n == 1 {
		if err := b.contest(ours, groups, sealed); err != nil {
			return err
		}
		b.compare("(a) record, 1 client | raw publish + barrier", ours, groups, "0.80")
		b.compare("(a) record sealed and proven, 1 client | bare", sealed, ours, "0.80")
		return nil
	}
	always, closeAlways, err := b.recordAlways(n, filepath.Join(dir, "always"))
	if err != nil {
		return err
	}
	defer closeAlways()
	if err := b.contest(ours, groups, always, sealed); err != nil {
		return err
	}
	b.compare(fmt.Sprintf("(a) record, %d clients | raw sync always", n), ours, always, "5.00")
	b.compare(fmt.Sprintf("(a) record, %d clients | raw group commit", n), ours, groups, "0.80")
	b.compare(fmt.Sprintf("(a) record sealed and proven, %d clients | bare", n), sealed, ours, "0.80")
	return nil
}

// perRound is more than any round can record.
func (b *bench) perRound() int { return int(100_000 * b.span.Seconds()) }

func (b *bench) recordOurs(n int, dir string, master vault.Master) (*contender, func(), error) {
	p, err := openProgram(dir, master)
	if err != nil {
		return nil, nil, err
	}
	sent := make([][]byte, b.perRound())
	return &contender{
		name: fmt.Sprintf("record-%d-%s", n, filepath.Base(dir)),
		prepare: func(round int) error {
			for i := range sent {
				sent[i] = cloudEvent(round*len(sent)+i, 0)
			}
			return nil
		},
		round: func(int) (int, error) {
			return clients(n, b.span, len(sent), func(i int) error {
				return p.handler.Record(context.Background(), sent[i], "emitter").Err
			})
		},
	}, p.close, nil
}

func (b *bench) recordGroups(n int, dir string) (*contender, func(), error) {
	r, err := openRaw(dir, false)
	if err != nil {
		return nil, nil, err
	}
	g := r.group()
	c := b.recordRaw(fmt.Sprintf("record-%d-groups", n), n, g.send)
	return c, func() { close(g.queue); r.close() }, nil
}

func (b *bench) recordAlways(n int, dir string) (*contender, func(), error) {
	r, err := openRaw(dir, true)
	if err != nil {
		return nil, nil, err
	}
	c := b.recordRaw(fmt.Sprintf("record-%d-always", n), n, func(subject string, body []byte) error {
		_, err := r.js.Publish(context.Background(), subject, body)
		return err
	})
	return c, r.close, nil
}

func (b *bench) recordRaw(name string, n int, send func(subject string, body []byte) error) *contender {
	subjects, body := make([]string, b.perRound()), entryBody(0, 0)
	return &contender{
		name: name,
		prepare: func(round int) error {
			for i := range subjects {
				subjects[i] = "ledger.youth." + youthID(round*len(subjects)+i)
			}
			return nil
		},
		round: func(int) (int, error) {
			return clients(n, b.span, len(subjects), func(i int) error { return send(subjects[i], body) })
		},
	}
}

// entryBody is an entry of the size that recording stores.
func entryBody(n, i int) []byte {
	return events.Encode(events.Entry{
		Entity: events.YouthEntity(youthID(n)), Number: uint64(i) + 1, Recorded: began, Actor: "emitter",
		Events: []events.Occurrence{occurrence(n, i)},
	})
}

// clients lets n clients do things, numbered below limit, for a while, and is how many they did.
func clients(n int, span time.Duration, limit int, do func(i int) error) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), span)
	defer cancel()
	var next, done atomic.Int64
	var all sync.WaitGroup
	failed := make(chan error, n)
	for range n {
		all.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= limit {
					failed <- errors.New("there was too little to do")
					return
				}
				if err := do(i); err != nil {
					failed <- err
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	close(failed)
	return int(done.Load()), <-failed
}
