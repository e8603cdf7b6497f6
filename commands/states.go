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
	states   map[events.Entity]State
	sequence map[uint64]uint64        // hash of source and id → the entry's sequence
	inFlight map[uint64]events.Entity // ids of entries that are being appended
}

// NewStates is the empty ledger.
func NewStates() *States {
	return &States{
		states: map[events.Entity]State{}, sequence: map[uint64]uint64{}, inFlight: map[uint64]events.Entity{},
	}
}

// Apply folds one entry.
func (s *States) Apply(e events.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.states[e.Entity]
	if e.Number <= old.Number {
		return
	}
	s.states[e.Entity] = Fold(old, e)
	for i := range e.Events {
		s.sequence[key(e.Events[i])] = e.Sequence
	}
}

// Of is the State of an entity; the zero State for one the ledger does not know.
func (s *States) Of(entity events.Entity) State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.states[entity]
}

// Find is the sequence of the entry that holds the event with this source and id; 0 when there is none. The caller
// looks at the entry: it is found by a hash.
func (s *States) Find(source, id string) uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sequence[keyOf(source, id)]
}

// claim reserves the ids of events that are about to be appended, so that the same source and id cannot be recorded
// on two entities at once. It tells whether all could be had.
func (s *States) claim(entity events.Entity, all []events.Occurrence) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range all {
		if holder, taken := s.inFlight[key(all[i])]; taken && holder != entity {
			return false
		}
	}
	for i := range all {
		s.inFlight[key(all[i])] = entity
	}
	return true
}

func (s *States) release(all []events.Occurrence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range all {
		delete(s.inFlight, key(all[i]))
	}
}

func key(o events.Occurrence) uint64 { return keyOf(o.Source, o.ID) }

func keyOf(source, id string) uint64 { return hash(source) ^ hash(id)*0x9e3779b97f4a7c15 }
