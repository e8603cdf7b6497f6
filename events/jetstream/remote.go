package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events"
)

var (
	// ErrSyncUnseen: whether the servers sync each message before they acknowledge it is not known.
	ErrSyncUnseen = errors.New("it cannot be seen whether the servers sync each message before they acknowledge it: give a way into their system account, or the operator's word")
	// ErrNotSynced: a server acknowledges messages that are not on disk.
	ErrNotSynced = errors.New("a server of the ledger acknowledges what is not on disk; set its jetstream sync_interval to always")
	// ErrDenied: the ledger's user lacks a permission on the servers.
	ErrDenied = errors.New("the ledger's user may not do all that it has to; give it the permissions that docs/operations.md lists")
	// ErrOneAccount: the service's user is in the ledger's account, where its clients could write to the stream.
	ErrOneAccount = errors.New("the service and the ledger must be in different accounts")
)

const (
	leaseTerm  = 15 * time.Second
	leaderWait = 100 * time.Millisecond // before servers that had no leader are asked again
)

// Remote is a JetStream that others run: one server, or a cluster. Its servers must sync always: a barrier of ours does
// not reach their disks.
type Remote struct {
	Ledger     Access        // into the account of the ledger's own
	Service    Access        // into the account where clients' requests arrive; none for no door there
	Monitor    Access        // into the system account, to see that the servers sync always; none with SyncAlways
	SyncAlways bool          // the operator's word that they do
	Replicas   int           // of the stream; 0 for three on a cluster and one on a single server
	Lease      time.Duration // how long others wait for this writer when it falls silent; 0 for 15 seconds

	Name   string // of the stream, when another ledger is in the account; "" for LEDGER
	Behind bool   // only who holds that ledger's lease opens this one: its own is taken over without a wait
}

// connectRemote enters the ledger's account and finds out what the servers are.
func (l *Ledger) connectRemote() (err error) {
	r := l.config.Remote
	if l.config.Listen != "" {
		return errors.New("a remote ledger has no port of its own")
	}
	if l.lock, err = LockDir(l.config.Dir); err != nil {
		return err
	}
	warnOfOthers(ServerConfig{Dir: l.config.Dir, Log: l.config.Log})
	if l.identity, err = l.recallIdentity(); err != nil {
		return err
	}
	if l.conn, err = r.Ledger.connect("ledger", l.config.Log); err != nil {
		return err
	}
	if most := l.conn.MaxPayload(); most < maxMessage {
		return fmt.Errorf("the servers take messages of %d bytes only: set their max_payload to %d", most, maxMessage)
	}
	if err = l.connectMonitor(); err != nil {
		return err
	}
	l.replicas = r.Replicas
	if l.replicas == 0 {
		l.replicas = 1
		if l.conn.ConnectedClusterName() != "" {
			l.replicas = 3
		}
	}
	if l.config.Barrier == nil {
		l.config.Barrier = func() error { return nil }
	}
	l.names = namesOf(r.Name)
	l.get = fromLeader(l.names.entries)
	return nil
}

// denied is why a remote ledger could not be opened, with the permission that was missing: servers do not answer what they forbid, and
// what is seen of it is that time ran out.
func (l *Ledger) denied(err error) error {
	if l.config.Remote == nil || l.conn == nil || !errors.Is(l.conn.LastError(), nats.ErrPermissionViolation) {
		return err
	}
	return fmt.Errorf("%w: %w: %w", ErrDenied, l.conn.LastError(), err)
}

// takeLease makes this process the ledger's one writer, and recalls what the last one knew of the stream.
func (l *Ledger) takeLease(ctx context.Context) error {
	if l.config.Remote == nil {
		return nil
	}
	term := l.config.Remote.Lease
	if term == 0 {
		term = leaseTerm
	}
	held, known, err := acquire(ctx, l.js, l.replicas, &lease{key: l.names.lease, behind: l.config.Remote.Behind, term: term}, l.config.Log)
	if err != nil {
		return err
	}
	l.lease, l.claimed, l.least = held, known, known.Sequence
	l.keysUntil.Store(int32(known.KeysUntil))
	if l.tree != nil { // what servers of others have acknowledged is on their disks: it is there, whether it was confirmed or not
		l.least = max(l.least, l.tree.head.now.sequence)
	}
	switch {
	case !l.identity.known():
		l.identity = known.Ledger
	case known.Ledger.known() && !l.identity.is(known.Ledger):
		return fmt.Errorf("%w: this directory is of ledger %s, made at %s; the servers tell of %s, made at %s", ErrLoosened,
			l.identity.ID, l.identity.Created.Format(time.RFC3339Nano), known.Ledger.ID, known.Ledger.Created.Format(time.RFC3339Nano))
	}
	return nil
}

// claim is what the lease says of this ledger now. What only the directory tells is no part of it before it was found to be so.
func (l *Ledger) claim() claim {
	c := l.claimed
	c.Sequence = max(l.Durable(), c.Sequence)
	c.KeysUntil = events.Date(l.keysUntil.Load())
	return c
}

// proveLease shows that this process is the ledger's writer still, by renewing the lease. An embedded ledger needs none.
func (l *Ledger) proveLease(ctx context.Context) error {
	if l.lease == nil {
		return nil
	}
	err := l.lease.renew(ctx, l.claim())
	if errors.Is(err, ErrLeaseTaken) {
		l.fail(err)
	}
	return err
}

// stay renews the lease when half of it has passed: at a start that takes its time, while nothing else renews it.
func (l *Ledger) stay(ctx context.Context) error {
	if l.lease == nil || time.Until(*l.lease.until.Load()) > l.lease.term/2 {
		return nil
	}
	return l.lease.renew(ctx, l.claim())
}

// mayWrite is ErrLapsed when another could have become the ledger's writer.
func (l *Ledger) mayWrite() error {
	if l.lease != nil && !l.lease.valid() {
		return fmt.Errorf("%w: %w", events.ErrUnavailable, ErrLapsed)
	}
	return nil
}

// rememberKey notes in the lease by which key the ledger's checkpoints are signed, before any is. It fails with
// ErrForeignKey when they are signed by another than this directory's.
func (l *Ledger) rememberKey(ctx context.Context) error {
	switch {
	case l.lease == nil || l.claimed.Key == l.notary.public:
		return nil
	case l.claimed.Key != "":
		return fmt.Errorf("%w: they are signed by %s, here is %s", ErrForeignKey, keyID(l.claimed.Key), keyID(l.notary.public))
	}
	l.claimed.Key = l.notary.public
	return l.lease.renew(ctx, l.claim())
}

// keepLease renews the lease until the context ends. Without a lease there is nothing to do.
func (l *Ledger) keepLease(ctx context.Context) {
	if l.lease == nil {
		return
	}
	ticks := time.NewTicker(l.lease.term / 3)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
		switch err := l.lease.renew(ctx, l.claim()); {
		case errors.Is(err, ErrLeaseTaken):
			l.fail(err)
			return
		case err != nil && ctx.Err() == nil:
			l.config.Log.Warn("the ledger's lease was not renewed", "error", err)
		}
	}
}

// ServiceConn enters the account where clients' requests arrive, which is never the ledger's. It is nil when there is
// none: an embedded server without a port, or a remote one without Service.
func (l *Ledger) ServiceConn() (*nats.Conn, error) {
	switch {
	case l.config.Remote == nil && l.config.Listen == "":
		return nil, nil
	case l.config.Remote == nil:
		return l.server.ServiceConn()
	case l.config.Remote.Service == Access{}:
		return nil, nil
	}
	conn, err := l.config.Remote.Service.connect("service", l.config.Log)
	if err != nil {
		return nil, err
	}
	ours, err := accountOf(l.conn)
	theirs, err2 := accountOf(conn)
	if err = errors.Join(err, err2); err == nil && ours == theirs {
		err = ErrOneAccount
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// pause gives servers time to choose a leader, or ends with the context.
func pause(ctx context.Context) error {
	select {
	case <-time.After(leaderWait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// passes tells an error of servers that may be about to choose a leader from one that stays.
func (l *Ledger) passes(err error) bool {
	_, stopped := l.durable.now()
	return l.config.Remote != nil && stopped == nil && !errors.Is(err, ErrBroken) && !errors.Is(err, context.Canceled)
}

// getter is how single messages are asked for by sequence.
type getter struct {
	subject string
	open    func(answer *nats.Msg, sequence uint64) (stored, error)
}

// direct asks whoever has the stream: right when there is one server, and late on a replica.
func direct(stream string) getter { return getter{"$JS.API.DIRECT.GET." + stream, openAnswer} }

// fromLeader asks the stream's leader, who has everything that was acknowledged.
func fromLeader(stream string) getter {
	return getter{"$JS.API.STREAM.MSG.GET." + stream, openLeader}
}

// leaderAnswer is the answer of the stream's leader to a request for one message.
type leaderAnswer struct {
	Error   *jetstream.APIError
	Message struct {
		Subject string
		Seq     uint64
		Data    []byte
	}
}

func parseLeader(answer *nats.Msg) (a leaderAnswer, err error) {
	if answer.Header.Get("Status") == "503" {
		return a, fmt.Errorf("%w: the stream has no leader", events.ErrUnavailable)
	}
	if err := json.Unmarshal(answer.Data, &a); err != nil {
		return a, fmt.Errorf("%w: read the leader's answer: %w", events.ErrUnavailable, err)
	}
	if a.Error != nil && a.Error.ErrorCode != jetstream.JSErrCodeMessageNotFound {
		return a, fmt.Errorf("%w: %w", events.ErrUnavailable, a.Error)
	}
	return a, nil
}

func openLeader(answer *nats.Msg, sequence uint64) (stored, error) {
	a, err := parseLeader(answer)
	if err != nil {
		return stored{}, err
	}
	if a.Message.Seq != sequence {
		return stored{}, fmt.Errorf("%w: there is no entry at sequence %d", ErrBroken, sequence)
	}
	return stored{a.Message.Subject, a.Message.Data}, nil
}

// lastOf is the sequence of an entity's last message as the stream's leader has it, 0 for none.
func (l *Ledger) lastOf(ctx context.Context, entity events.Entity) (uint64, error) {
	request, err := json.Marshal(map[string]string{"last_by_subj": subjectOf(entity)})
	if err != nil {
		return 0, err
	}
	answer, err := l.conn.RequestWithContext(ctx, fromLeader(l.names.entries).subject, request)
	if err != nil {
		return 0, err
	}
	a, err := parseLeader(answer)
	return a.Message.Seq, err
}
