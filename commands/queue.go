package commands

import (
	"context"
	"sync"

	"ettervern/events"
)

// queue lets one decision about an entity be made at a time, in the order they were asked for.
type queue struct {
	mu   sync.Mutex
	last map[events.Entity]chan struct{} // closed when the last in line is done
}

// place is a turn in line for one entity.
type turn struct {
	queue  *queue
	entity events.Entity
	before chan struct{} // nil for the first
	done   chan struct{}
}

// join takes a place in line; call wait, and then leave whatever came of it. Lines are by id: of a retraction the kind
// of its entity is known only when its turn has come.
func (q *queue) join(entity events.Entity) turn {
	entity.Kind = ""
	q.mu.Lock()
	defer q.mu.Unlock()
	t := turn{q, entity, q.last[entity], make(chan struct{})}
	q.last[entity] = t.done
	return t
}

// wait returns when those before have left, or with the context's error when it ends first.
func (t turn) wait(ctx context.Context) error {
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
func (t turn) leave() {
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

func (t turn) pass() {
	t.queue.mu.Lock()
	if t.queue.last[t.entity] == t.done {
		delete(t.queue.last, t.entity)
	}
	t.queue.mu.Unlock()
	close(t.done)
}
