// Package jetstream keeps the ledger in a stream of NATS JetStream, embedded in this process or on a cluster.
//
// Words used throughout: an entry is published when the server has acknowledged it, durable when a barrier after that
// has returned, and applied when the views have folded it. Nothing is told to anyone before it is durable.
package jetstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events"
	"ettervern/events/vault"
)

var (
	// ErrClosed: the ledger has been closed.
	ErrClosed = fmt.Errorf("%w: it is closed", events.ErrUnavailable)
	// ErrClock: the machine's clock is behind the ledger's last entry.
	ErrClock = errors.New("the clock is more than five minutes behind the ledger's last entry; set it right")
	// ErrFull: the server has no room for more entries. What is stored can be asked for.
	ErrFull = errors.New("there is no room for more entries; make room for the store, then start again")
	// ErrBroken: the stream has a break that JetStream did not report: an entry is missing, or cannot be read.
	ErrBroken = errors.New("the ledger has a break")
)

const (
	maxClockLag   = 5 * time.Minute
	checkInterval = time.Minute
	ackWait       = 10 * time.Second
	backupDays    = 90
)

// View is folded from the ledger, entry by entry in order. Apply must not block.
type View interface{ Apply(events.Entry) }

// Config says where the ledger is and what is folded from it.
type Config struct {
	Dir      string           // of the ledger; of a remote one, for its key and what this machine knows of it
	Remote   *Remote          // the servers of others that hold the ledger's streams, instead of an embedded one
	MaxStore int64            // bytes the stream may take; 0 for three quarters of what is free on the disk at the start
	Origin   string           // names the ledger in its checkpoints; "" for the one it has, at first one made of its id
	Listen   string           // where NATS clients may connect, beyond loopback only with Clients and TLS; "" for nowhere
	Clients  Clients          // who may connect there; nil for everyone
	TLS      *tls.Config      // spoken there; nil for none
	Views    []View           // folded from the first entry on; they belong to the ledger's reader
	Barrier  func() error     // makes what was published durable; nil for the file system's own
	Now      func() time.Time // nil for time.Now
	Log      *slog.Logger     // nil for none
	Master   vault.Master     // seals a new ledger, and opens one that is sealed; nil makes a new one plain, without NewMaster
	Sealed   bool             // refuse a plain ledger
	Kinds    []events.Kind    // of entities that it is about; nil for youths, units and supervisions. Fixed when it is made

	NewMaster func() (vault.Master, error) // makes the key when there is no ledger yet, and no Master; nil for none

	BackupDays int // how long backups of the keys are kept; 0 for 90

	AckWait  time.Duration // how long the server may take to acknowledge; 0 for ten seconds
	Interval time.Duration // how often the stream is looked at; 0 for a minute

	Witnesses []Witness // that cosign checkpoints
	Quorum    int       // how many of them must

	SignInterval time.Duration // the least time between two signed checkpoints; 0 for a second

	Unproven bool // keeps no Merkle tree, and so checks and proves less: only for measuring what that costs
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.BackupDays == 0 {
		c.BackupDays = backupDays
	}
	if c.AckWait == 0 {
		c.AckWait = ackWait
	}
	if c.Interval == 0 {
		c.Interval = checkInterval
	}
	if c.SignInterval == 0 {
		c.SignInterval = signInterval
	}
	return c
}

// Ledger is an open ledger. It is safe for concurrent use.
//
// Consistency: Append returns after the entry is durable; History, At, Follow and the views never show more than what
// is durable. Await gives read-your-writes.
type Ledger struct {
	config   Config
	server   *Server
	conn     *nats.Conn
	js       jetstream.JetStream
	stream   jetstream.Stream
	names    names
	replicas int
	identity Identity // zero before it is known
	opened   uint64   // the last sequence when the ledger was opened
	get      getter

	sealed bool  // ledger.format 2
	keys   *keys // of a sealed ledger; nil for a plain one

	lock      *os.File     // on the directory of a remote ledger; that of an embedded one is its server's
	lease     *lease       // of a remote ledger; nil for an embedded one
	claimed   claim        // what the lease says, but for what changes
	keysUntil atomic.Int32 // an events.Date: how long backups of the keys are good, by the lease
	least     uint64       // where the stream of a remote ledger ended at the least, by the lease and the head file
	monitor   *nats.Conn   // into the system account of a remote ledger; nil for none

	durable *gate // up to which sequence a barrier has returned
	applied *gate // up to which sequence index and views have folded
	index   index
	writer  *writer
	full    atomic.Bool // the server had no room for the last entry
	commits chan commit // from the writer to fold; the writer closes it

	tree     *tree                    // fold's until the stream is compared, then the writer's
	notary   *notary                  // signs checkpoints
	cosigned atomic.Pointer[cosigned] // nil before a witness was asked
	compared *gate                    // 1 when the stream was found to be what was recorded of it
	recorded time.Time                // of the last entry applied; fold's
	checked  uint64                   // how far entries were compared with the tree again; of the checks

	stop    context.CancelFunc // ends fold and checks
	running sync.WaitGroup
	release func() error // of the barrier
	close   sync.Once
}

// Open opens the ledger in config.Dir or at config.Remote, making it when there is none. It returns when entries can be
// appended; the views catch up meanwhile (Await). It fails with ErrLocked, ErrElsewhere, ErrLoosened, ErrBroken, ErrClock,
// ErrNoMaster, ErrPlain, ErrKeysLost or vault.ErrOtherMaster; a remote one also with ErrHeld, ErrDenied, ErrForeignKey,
// ErrSyncUnseen, ErrNotSynced or ErrContext.
func Open(ctx context.Context, config Config) (*Ledger, error) {
	l := &Ledger{config: config.withDefaults(), durable: newGate(), applied: newGate(), compared: newGate(), index: newIndex(), commits: make(chan commit, 16)}
	if err := l.open(ctx); err != nil {
		return nil, errors.Join(l.denied(err), l.shutdown())
	}
	return l, nil
}

func (l *Ledger) open(ctx context.Context) (err error) {
	if err = l.connect(); err != nil {
		return err
	}
	if l.js, err = jetstream.New(l.conn, jetstream.WithDefaultTimeout(l.config.AckWait)); err != nil {
		return err
	}
	if err = l.openTree(); err != nil {
		return err
	}
	if err = l.takeLease(ctx); err != nil {
		return err
	}
	if err = l.openStream(ctx); err != nil {
		return err
	}
	if err = l.openBarrier(); err != nil {
		return err
	}
	if err = l.openKeys(ctx); err != nil {
		return err
	}
	if err = l.openLog(ctx); err != nil {
		return err
	}
	last, err := l.lastRecorded(ctx)
	if err != nil {
		return err
	}
	return l.start(last)
}

// connect enters the ledger's account, of remote servers or of one that it starts.
func (l *Ledger) connect() (err error) {
	if l.config.Remote != nil {
		return l.connectRemote()
	}
	if l.identity, err = l.recallIdentity(); err != nil {
		return err
	}
	l.replicas, l.names, l.get = 1, usual, direct(usual.entries)
	if l.server, err = StartServer(ServerConfig{Dir: l.config.Dir, Listen: l.config.Listen, Clients: l.config.Clients, TLS: l.config.TLS, Log: l.config.Log, MaxStore: l.config.MaxStore}); err != nil {
		return err
	}
	l.conn, err = l.server.Connect()
	return err
}

// openBarrier makes durable what a killed process may have left in the page cache, before the first answer rests on it.
func (l *Ledger) openBarrier() (err error) {
	if l.config.Barrier == nil {
		if l.config.Barrier, l.release, err = syncBarrier(l.server.StoreDir()); err != nil {
			return err
		}
	}
	if err := l.config.Barrier(); err != nil {
		return fmt.Errorf("make the store durable: %w", err)
	}
	l.durable.advance(l.opened)
	return nil
}

// lastRecorded is the recorded time of the last entry, which no later one may precede.
func (l *Ledger) lastRecorded(ctx context.Context) (time.Time, error) {
	if l.opened == 0 {
		return time.Time{}, nil
	}
	last, err := l.read(ctx, l.opened)
	if err != nil {
		return time.Time{}, err
	}
	if last.Recorded.After(l.config.Now().Add(maxClockLag)) {
		return time.Time{}, ErrClock
	}
	return last.Recorded, nil
}

// start sets the writer, the reader and the checks going; Close ends them in the reverse order.
func (l *Ledger) start(last time.Time) (err error) {
	if l.writer, err = newWriter(l, last); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.stop = cancel
	l.running.Go(func() {
		if err := l.fold(ctx); err != nil && ctx.Err() == nil {
			l.fail(err)
		}
		for c := range l.commits { // what is durable is told, even when it cannot be shown
			c.answer()
		}
	})
	l.running.Go(func() { l.keepChecking(ctx) })
	l.running.Go(func() { l.keepLease(ctx) })
	if l.keys != nil {
		l.running.Go(func() { l.keys.keepMaking(ctx) })
	}
	return nil
}

func (l *Ledger) keepChecking(ctx context.Context) {
	ticks := time.NewTicker(l.config.Interval)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
		switch err := l.check(ctx); {
		case errors.Is(err, ErrLoosened), errors.Is(err, ErrBroken), errors.Is(err, ErrNotSynced):
			l.fail(err)
			return
		case err != nil && ctx.Err() == nil:
			l.config.Log.Warn("the ledger could not look at its streams", "error", err)
		}
	}
}

// fail stops writing and reading for good: only a new start, which looks at everything again, may go on.
func (l *Ledger) fail(err error) {
	l.config.Log.Error("the ledger has stopped", "error", err)
	err = fmt.Errorf("%w: it has stopped: %w", events.ErrUnavailable, err)
	l.durable.fail(err) // first: nothing more may be taken when it is seen that nothing more will be shown
	l.compared.fail(err)
	l.applied.fail(err)
}

// Durable is the sequence up to which every entry is durable.
func (l *Ledger) Durable() uint64 { return l.durable.at.Load() }

// Applied is the sequence up to which the views have folded.
func (l *Ledger) Applied() uint64 { return l.applied.at.Load() }

// Identity tells which ledger this is.
func (l *Ledger) Identity() Identity { return l.identity }

// Sealed tells whether the ledger's entries are sealed: ledger.format 2.
func (l *Ledger) Sealed() bool { return l.sealed }

// Server is the embedded server, for the doors of clients; nil for a remote ledger.
func (l *Ledger) Server() *Server { return l.server }

// Await returns when the views have folded the entry at sequence, or the context's error, or why they never will.
func (l *Ledger) Await(ctx context.Context, sequence uint64) error {
	return l.applied.wait(ctx, sequence)
}

// Stopped is why the ledger takes and shows nothing more, or nil. Only a new start, which looks at everything again,
// can help.
func (l *Ledger) Stopped() error {
	_, err := l.durable.now()
	return err
}

// Health is nil when the ledger takes entries, its server finds its store well, and its views show everything durable. A
// remote ledger whose lease has run out is ErrLapsed.
func (l *Ledger) Health() error {
	durable, err := l.durable.now()
	if err != nil {
		return err
	}
	if l.full.Load() {
		return ErrFull
	}
	if err := l.storeHealth(); err != nil {
		return err
	}
	if l.lease != nil && !l.lease.valid() {
		return ErrLapsed
	}
	applied, err := l.applied.now()
	if err != nil {
		return err
	}
	if applied < durable {
		return fmt.Errorf("the views are catching up: %d of %d entries", applied, durable)
	}
	return nil
}

// storeHealth is what the embedded server finds wrong with its store, or nil. Remote servers do not tell.
func (l *Ledger) storeHealth() error {
	if l.server == nil {
		return nil
	}
	return l.server.health()
}

// Close takes no more entries, finishes those it has taken, answers them, and closes the store. Closing twice is harmless.
func (l *Ledger) Close(context.Context) (err error) {
	l.close.Do(func() { err = l.shutdown() })
	return err
}

func (l *Ledger) shutdown() (err error) {
	if l.writer != nil {
		l.writer.close()
		err = l.signLast()
		l.stop()
	}
	l.compared.fail(ErrClosed)
	l.applied.fail(ErrClosed)
	l.durable.fail(ErrClosed)
	l.running.Wait()
	l.leave()
	if l.tree != nil {
		err = errors.Join(err, l.tree.close())
	}
	if l.server != nil {
		err = errors.Join(err, l.server.Close())
	}
	if l.lock != nil {
		err = errors.Join(err, l.lock.Close())
	}
	if l.release != nil {
		err = errors.Join(err, l.release())
	}
	return err
}

// leave lets go of the lease and closes the connections. A lease that cannot be let go of runs out.
func (l *Ledger) leave() {
	if l.lease != nil {
		ctx, cancel := context.WithTimeout(context.Background(), l.config.AckWait)
		defer cancel()
		if err := l.lease.release(ctx, l.claim()); err != nil {
			l.config.Log.Warn("the ledger's lease was not let go of; the next writer has to wait", "error", err)
		}
	}
	for _, conn := range []*nats.Conn{l.conn, l.monitor} {
		if conn != nil {
			conn.Close()
		}
	}
}
