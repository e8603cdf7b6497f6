package jetstream

import (
	"sync"
	"time"
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
