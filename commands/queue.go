package commands

import (
	"context"
	"sync"

	"ettervern/events"
)

// queue lets one decision about an entity be made at a time, in the order they were asked for.
type queue struct {
	mu   sync.Mutex
	last map[events.Entity]*turn // the last in line
}

// turn is a place in line for one entity.
type turn struct {
	queue  *queue
	entity events.Entity
	before chan struct{} // closed when the one before is done; nil for the first
	done   chan struct{} // made by the next in line, if there is one; guarded by queue.mu
}

// join takes a place in line; call wait, and then leave whatever came of it.
func (q *queue) join(entity events.Entity) *turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := &turn{queue: q, entity: entity}
	if last := q.last[entity]; last != nil {
		last.done = make(chan struct{})
		t.before = last.done
	}
	q.last[entity] = t
	return t
}

// wait returns when those before have left, or with the context's error when it ends first.
func (t *turn) wait(ctx context.Context) error {
	if t.before == nil {
		return nil
	}
	select {
	case <-t.before:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave lets the next one go; one that gave up waiting still leaves in its order.
func (t *turn) leave() {
	if t.before != nil {
		select {
		case <-t.before:
		default:
			go func() { <-t.before; t.pass() }()
			return
		}
	}
	t.pass()
}

func (t *turn) pass() {
	t.queue.mu.Lock()
	defer t.queue.mu.Unlock()
	if t.queue.last[t.entity] == t {
		delete(t.queue.last, t.entity)
	} else {
		close(t.done)
	}
}
