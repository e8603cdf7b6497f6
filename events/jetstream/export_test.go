package jetstream

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Suspend makes the ledger's process look suspended just after it looked at its lease: it renews no more, and believes
// for ever that it may write. The function lets it go on; it may be called twice.
func (l *Ledger) Suspend() (resume func()) {
	l.lease.mu.Lock()
	forever := time.Now().Add(time.Hour)
	l.lease.until.Store(&forever)
	return sync.OnceFunc(func() {
		l.lease.until.Store(new(time.Time))
		l.lease.mu.Unlock()
	})
}

// Kill makes the ledger's process look killed: it is not heard of again.
func (l *Ledger) Kill() {
	l.stop()
	l.lease.until.Store(new(time.Time))
	l.conn.Close()
}

// Holder is who the lease says writes the ledger.
func (l *Ledger) Holder() string { return l.lease.holder }

// Check looks at the stream as the timer does.
func (l *Ledger) Check(ctx context.Context) error { return l.check(ctx) }

// Garble makes an entry look changed in the stream to who reads it alone. Nobody else may be reading.
func (l *Ledger) Garble(sequence uint64) {
	open := l.get.open
	l.get.open = func(answer *nats.Msg, at uint64) (stored, error) {
		m, err := open(answer, at)
		if at == sequence && err == nil {
			m.body[len(m.body)-1] ^= 1
		}
		return m, err
	}
}

// AnswerForAnother makes the ledger remember another root than the one that its stream has.
func (l *Ledger) AnswerForAnother() {
	now := *l.tree.durable.Load()
	now.root[0] ^= 1
	l.tree.durable.Store(&now)
}
