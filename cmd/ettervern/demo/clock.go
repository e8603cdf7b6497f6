package demo

import (
	"sync"
	"time"

	"ettervern/events"
)

// Clock is the county's clock: its ledger was filled in the course of years, and asked about past days it must know
// what was known then. It stands still until it is set or let run, and is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	at  time.Time // guarded by mu
	run time.Time // since when it runs; zero while it stands; guarded by mu
}

// NewClock stands at the first recording.
func NewClock(county []Told) *Clock {
	c := &Clock{}
	if len(county) > 0 {
		c.Set(EndOfWork(county[0].Recorded))
	}
	return c
}

// EndOfWork is when a day's events have happened and are recorded.
func EndOfWork(day events.Date) time.Time { return day.Time().Add(16 * time.Hour) }

// Now is the time in the county.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.run.IsZero() {
		return c.at
	}
	return c.at.Add(time.Since(c.run))
}

// Set sets the clock, and it stands.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.run = at, time.Time{}
}

// Run lets the clock run on.
func (c *Clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.run = time.Now()
}
