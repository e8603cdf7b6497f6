package commands

import (
	"sync"

	"ettervern/events"
)

// States keeps every entity's State in memory, and where in the ledger each source's ids lie. It is a view: it folds
// the stream when the ledger opens, and what the Handler records itself before the stream has brought it.
//
// It is safe for concurrent use; an entry applied twice changes nothing.
type States struct {
	mu       sync.RWMutex
	states   map[events.Entity]*State // it owns them; Of lends them out
	sequence map[uint64]uint64        // hash of source and id → the entry's sequence
	claims   map[uint64]*claim        // ids of events that are being decided; guarded by mu
}

// NewStates is the empty ledger.
func NewStates() *States {
	return &States{
		states: map[events.Entity]*State{}, sequence: map[uint64]uint64{}, claims: map[uint64]*claim{},
	}
}

// Apply folds one entry.
func (s *States) Apply(e events.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.states[e.Entity]
	if state == nil {
		state = &State{}
		s.states[e.Entity] = state
	}
	if e.Number <= state.Number {
		return
	}
	state.fold(e)
	for i := range e.Events {
		id := key(e.Events[i])
		s.sequence[id] = e.Sequence
		if c := s.claims[id]; c != nil && c.unsure { // now it is known
			delete(s.claims, id)
		}
	}
}

// Of is the State of an entity; the zero State for one the ledger does not know.
func (s *States) Of(entity events.Entity) State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if state := s.states[entity]; state != nil {
		return state.shared()
	}
	return State{}
}

// Find is the sequence of the entry that holds the event with this source and id; 0 when there is none. The caller
// looks at the entry: it is found by a hash.
func (s *States) Find(source, id string) uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sequence[keyOf(source, id)]
}

// claim is one decision's hold on the ids of its events: the same source and id must not be recorded on two entities.
type claim struct {
	entity events.Entity
	over   chan struct{} // closed when it was decided
	unsure bool          // set before that: it is not known whether the events were stored; guarded by mu until then
}

// claim takes hold of the ids of all, or, where another entity's decision holds one of them, of none, and gives that
// claim instead.
func (s *States) claim(entity events.Entity, all []events.Submission) (mine, others *claim) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range all {
		if held := s.claims[key(all[i].Occurrence)]; held != nil && held.entity != entity {
			return nil, held
		}
	}
	mine = &claim{entity: entity, over: make(chan struct{})}
	for i := range all {
		s.claims[key(all[i].Occurrence)] = mine
	}
	return mine, nil
}

// release ends a claim. Ids of events that may have been stored stay held until the ledger shows them, or the same
// entity claims them again.
func (s *States) release(c *claim, all []events.Submission, unsure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.unsure = unsure
	for i := range all {
		if !unsure {
			delete(s.claims, key(all[i].Occurrence))
		}
	}
	close(c.over)
}

func key(o events.Occurrence) uint64 { return keyOf(o.Source, o.ID) }

func keyOf(source, id string) uint64 { return hash(source) ^ hash(id)*0x9e3779b97f4a7c15 }
