package credentials

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often one credential may ask.
const RequestsPerSecond, RequestsAtOnce = 200, 1000

// Limits holds each of many askers to a rate. It is safe for concurrent use.
type Limits struct {
	rate  rate.Limit
	burst int

	mu sync.Mutex
	by map[string]*rate.Limiter // guarded by mu
}

// maxAskers is how many are remembered before those who have been quiet are forgotten.
const maxAskers = 10_000

// NewLimits lets each asker ask so often.
func NewLimits(perSecond rate.Limit, atOnce int) *Limits {
	return &Limits{rate: perSecond, burst: atOnce, by: map[string]*rate.Limiter{}}
}

// Allow tells whether the asker may ask now.
func (l *Limits) Allow(asker string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter := l.by[asker]
	if limiter == nil {
		l.forget()
		limiter = rate.NewLimiter(l.rate, l.burst)
		l.by[asker] = limiter
	}
	return limiter.Allow()
}

// forget makes room: who has all of their burst again needs no remembering. If all are busy, all are forgotten.
func (l *Limits) forget() {
	if len(l.by) < maxAskers {
		return
	}
	now := time.Now()
	for asker, limiter := range l.by {
		if limiter.TokensAt(now) >= float64(l.burst) {
			delete(l.by, asker)
		}
	}
	if len(l.by) >= maxAskers {
		clear(l.by)
	}
}
