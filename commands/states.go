package commands

import (
	"sync"
	"sync/atomic"

	"ettervern/events"
)

// States keeps every entity's State in memory, and where in the ledger each source's ids lie. It is a view: it folds
// the stream when the ledger opens, and what the Handler records itself before the stream has brought it.
//
// It is safe for concurrent use; an entry applied twice changes nothing.
type States struct {
	mu     sync.Mutex
	states map[events.Entity]*State // it owns them; Of lends them out
	ids    map[uint64]uint64        // hash of source and id → the entry's sequence, or the number of a claim
	claims map[uint64]*claim        // by number: decisions under way, and those of which nobody knows what came
	unsure int                      // how many of the latter
	last   uint64                   // the number of the last claim

	folded atomic.Uint64 // up to which sequence every entry was applied; written under mu
}

// claimed is below the numbers of claims and above all sequences.
const claimed = 1 << 63

// NewStates is the empty ledger.
func NewStates() *States {
	return &States{states: map[events.Entity]*State{}, ids: map[uint64]uint64{}, claims: map[uint64]*claim{}, last: claimed}
}

// Apply folds one entry.
func (s *States) Apply(e events.Entry) {
	if e.Sequence <= s.folded.Load() { // most often the stream was quicker than the Handler
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Sequence == s.folded.Load()+1 {
		s.folded.Store(e.Sequence)
	}
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
		s.put(key(e.Events[i]), e.Sequence)
	}
}

// put says where an id is. Where it was in the hands of a decision of which nobody knew what came, that is known now.
func (s *States) put(id, at uint64) {
	if s.unsure > 0 {
		if c := s.claims[s.ids[id]]; c != nil && c.unsure {
			s.drop(c)
		}
	}
	s.ids[id] = at
}

// Of is the State of an entity; the zero State for one the ledger does not know.
func (s *States) Of(entity events.Entity) State {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state := s.states[entity]; state != nil {
		return state.shared()
	}
	return State{}
}

// Find is the sequence of the entry that holds the event with this source and id; 0 when there is none. The caller
// looks at the entry: it is found by a hash.
func (s *States) Find(source, id string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.ids[keyOf(source, id)]; at < claimed {
		return at
	}
	return 0
}

// Holds tells whether any history holds an event of the type. It looks at every event: ask it once.
func (s *States) Holds(of events.Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, state := range s.states {
		for i := range state.records {
			if state.records[i].is == place(of) {
				return true
			}
		}
	}
	return false
}

func key(o events.Occurrence) uint64 { return keyOf(o.Source, o.ID) }

func keyOf(source, id string) uint64 { return hash(source) ^ hash(id)*0x9e3779b97f4a7c15 }
