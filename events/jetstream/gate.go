package jetstream

import (
	"context"
	"sync"
)

// gate is a sequence that only grows, and that others wait for. A failed gate lets nobody past where it stands.
type gate struct {
	mu      sync.Mutex
	at      uint64
	failed  error
	changed chan struct{} // closed and replaced at each change
}

func newGate() *gate { return &gate{changed: make(chan struct{})} }

func (g *gate) advance(to uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if to > g.at && g.failed == nil {
		g.at = to
		g.wake()
	}
}

func (g *gate) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed == nil {
		g.failed = err
		g.wake()
	}
}

func (g *gate) wake() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// now is where the gate stands, and why it will go no further.
func (g *gate) now() (uint64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at, g.failed
}

// wait returns when the gate has reached sequence, or why it will not.
func (g *gate) wait(ctx context.Context, sequence uint64) error {
	for {
		g.mu.Lock()
		at, failed, changed := g.at, g.failed, g.changed
		g.mu.Unlock()
		switch {
		case at >= sequence:
			return nil
		case failed != nil:
			return failed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
