package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events"
)

const (
	leaseBucket = "LEDGER_LEASE"
	leaseKey    = "writer"
)

var (
	// ErrHeld: another process writes this ledger.
	ErrHeld = errors.New("another ettervern process writes this ledger")
	// ErrLapsed: the lease could not be renewed in time. Nothing is written until it is, if nobody else took it.
	ErrLapsed = errors.New("the right to write this ledger has run out and could not be renewed yet")
	// ErrLeaseTaken: another process took the lease when this one had been silent for its whole term.
	ErrLeaseTaken = errors.New("another process has taken over as the ledger's writer")
)

// claim is what the lease says, for everyone who would write: it is stored as JSON, and fields are only added.
type claim struct {
	Holder   string        `json:"holder"`   // who writes; "" for nobody
	Term     time.Duration `json:"term"`     // how long the holder may be silent, in nanoseconds
	Ledger   Identity      `json:"ledger"`   // of the stream; zero before it was first seen
	Sequence uint64        `json:"sequence"` // which was durable then: the stream must never end before
	Key      string        `json:"key"`      // the public one of its checkpoints; "" before there was any

	KeysUntil events.Date `json:"keysUntil,omitzero"` // how long backups of its keys are good; 0 before there was any

	revision uint64 // of the key, where it was read
}

// lease is the right to be the one writer of a remote ledger. It is one key in a bucket of its own, changed only by
// compare-and-set on its revision; who holds it changes it three times a term. Who wants it waits until it has seen the
// same revision for a whole term, by its own clock, so that no two machines' clocks are ever compared.
//
// The holder counts its term from before it asked for the renewal, and nine tenths of it, so that it has stopped when
// another may begin. A process that was suspended, or a message that was late, can outlive the term all the same:
// against these stands the fence.
type lease struct {
	bucket jetstream.KeyValue
	key    string
	behind bool // another lease guards this one
	holder string
	term   time.Duration
	until  atomic.Pointer[time.Time] // when it runs out, if it is not renewed

	mu       sync.Mutex // held through each change
	revision uint64     // of the last change that was ours; guarded by mu
}

// acquire takes the lease and is what it said before. It fails with ErrHeld when its holder is alive, and takes as long
// as its holder's term when that died without letting go. One that is behind another is taken at once: whoever holds it has lost
// the other, and has to stop.
func acquire(ctx context.Context, js jetstream.JetStream, replicas int, l *lease, log *slog.Logger) (*lease, claim, error) {
	bucket, err := openBucket(ctx, js, replicas)
	if err != nil {
		return nil, claim{}, fmt.Errorf("open the bucket of the ledger's lease: %w", err)
	}
	host, _ := os.Hostname() // for people only
	l.bucket, l.holder = bucket, fmt.Sprintf("%s/%d/%s", host, os.Getpid(), uuid.NewString())
	l.until.Store(new(time.Time))
	known, err := l.awaitSilence(ctx, log)
	if err != nil {
		return nil, claim{}, err
	}
	l.revision = known.revision
	for deadline := time.Now().Add(ackWait); ; {
		err := l.renew(ctx, known)
		switch {
		case err == nil:
			return l, known, nil
		case errors.Is(err, ErrLeaseTaken) && l.behind && time.Now().Before(deadline): // renewed while it was being taken
			if known, err = l.look(ctx); err != nil {
				return nil, claim{}, err
			}
			l.revision = known.revision
		case errors.Is(err, ErrLeaseTaken):
			return nil, claim{}, fmt.Errorf("%w: it was faster", ErrHeld)
		case !errors.Is(err, jetstream.ErrNoStreamResponse) || time.Now().After(deadline) || pause(ctx) != nil:
			return nil, claim{}, err // else the bucket has just been made
		}
	}
}

// openBucket finds the bucket or makes it: that of a key-value store, but read at its leader only.
func openBucket(ctx context.Context, js jetstream.JetStream, replicas int) (jetstream.KeyValue, error) {
	bucket, err := js.KeyValue(ctx, leaseBucket)
	if !errors.Is(err, jetstream.ErrBucketNotFound) {
		return bucket, err
	}
	_, err = create(ctx, js, jetstream.StreamConfig{
		Name: "KV_" + leaseBucket, Subjects: []string{"$KV." + leaseBucket + ".>"},
		Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew, Replicas: replicas,
		MaxMsgsPerSubject: 1, AllowRollup: true, DenyDelete: true,
	})
	if err != nil {
		return nil, err
	}
	return js.KeyValue(ctx, leaseBucket)
}

// awaitSilence is the lease's claim when nobody holds it: let go of, not renewed for its whole term, or behind one that is ours.
func (l *lease) awaitSilence(ctx context.Context, log *slog.Logger) (claim, error) {
	seen, err := l.look(ctx)
	if err != nil || seen.Holder == "" || l.behind {
		return seen, err
	}
	log.Info("waiting whether the ledger's writer is alive", "writer", seen.Holder, "term", seen.Term)
	began, revision := time.Now(), seen.revision
	looks := time.NewTicker(max(seen.Term/16, time.Millisecond))
	defer looks.Stop()
	for seen.Holder != "" && time.Since(began) < seen.Term {
		select {
		case <-looks.C:
		case <-ctx.Done():
			return claim{}, fmt.Errorf("%w: %s: %w", ErrHeld, seen.Holder, ctx.Err())
		}
		if seen, err = l.look(ctx); err != nil {
			return claim{}, err
		}
		if seen.revision != revision && seen.Holder != "" {
			return claim{}, fmt.Errorf("%w: %s", ErrHeld, seen.Holder)
		}
	}
	return seen, nil
}

// look reads the claim; the zero claim when there never was one.
func (l *lease) look(ctx context.Context) (claim, error) {
	entry, err := l.bucket.Get(ctx, l.key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return claim{}, nil
	}
	if err != nil {
		return claim{}, fmt.Errorf("read the ledger's lease: %w", err)
	}
	var c claim
	if err := json.Unmarshal(entry.Value(), &c); err != nil {
		return claim{}, fmt.Errorf("read the ledger's lease: %w", err)
	}
	c.revision = entry.Revision()
	return c, nil
}

// renew changes the lease if nobody else did since we last knew: the lease is then ours for another term. When it
// returns ErrLeaseTaken it is another's; with any other error it may or may not have been renewed.
func (l *lease) renew(ctx context.Context, c claim) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.Holder, c.Term = l.holder, l.term
	err := l.change(ctx, c)
	if !conflicts(err) {
		return err
	}
	// Another's change, or one of ours whose acknowledgement was lost.
	seen, err := l.look(ctx)
	if err != nil {
		return err
	}
	if seen.revision < l.revision {
		return errors.New("the bucket's leader has not caught up")
	}
	if seen.Holder != l.holder {
		l.until.Store(new(time.Time))
		return fmt.Errorf("%w: %s", ErrLeaseTaken, seen.Holder)
	}
	l.revision = seen.revision
	return l.change(ctx, c)
}

// conflicts tells whether the lease had another revision than the one to be replaced.
func conflicts(err error) bool {
	return errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch)
}

// change stores the claim in place of the revision we know.
func (l *lease) change(ctx context.Context, c claim) error {
	ctx, cancel := context.WithTimeout(ctx, max(l.term/3, time.Second))
	defer cancel()
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	asked := time.Now()
	var revision uint64
	if l.revision == 0 {
		revision, err = l.bucket.Create(ctx, l.key, data)
	} else {
		revision, err = l.bucket.Update(ctx, l.key, data, l.revision)
	}
	if err != nil {
		return fmt.Errorf("renew the ledger's lease: %w", err)
	}
	until := asked.Add(l.term / 10 * 9)
	l.revision = revision
	l.until.Store(&until)
	return nil
}

// valid tells whether we may write now.
func (l *lease) valid() bool { return time.Now().Before(*l.until.Load()) }

// release lets go, so that the next writer need not wait.
func (l *lease) release(ctx context.Context, c claim) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.Holder, c.Term = "", l.term
	err := l.change(ctx, c)
	l.until.Store(new(time.Time))
	if conflicts(err) {
		return nil // it is another's
	}
	return err
}
