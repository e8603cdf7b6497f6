package jetstream

import (
	"context"
	"sync"
	"sync/atomic"
)

// gate is a sequence that only grows, and that others wait for. A failed gate lets nobody past where it stands.
type gate struct {
	at      atomic.Uint64 // changed under mu, read without: readers pass it entry by entry
	mu      sync.Mutex
	failed  error
	changed chan struct{} // closed when at reaches nearest, or the gate fails; nil while nobody waits
	nearest uint64        // the least sequence that somebody waits for
}

func newGate() *gate { return &gate{} }

func (g *gate) advance(to uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if to > g.at.Load() && g.failed == nil {
		if g.at.Store(to); to >= g.nearest {
			g.wake()
		}
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
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// now is where the gate stands, and why it will go no further.
func (g *gate) now() (uint64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at.Load(), g.failed
}

// wait returns when the gate has reached sequence, or why it will not.
func (g *gate) wait(ctx context.Context, sequence uint64) error {
	for g.at.Load() < sequence {
		changed, err := g.look(sequence)
		if changed == nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// look is what to wait for, or nothing with the answer.
func (g *gate) look(sequence uint64) (chan struct{}, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.at.Load() >= sequence:
		return nil, nil
	case g.failed != nil:
		return nil, g.failed
	case g.changed == nil:
		g.changed, g.nearest = make(chan struct{}), sequence
	}
	g.nearest = min(g.nearest, sequence)
	return g.changed, nil
}
