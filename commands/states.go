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
	mu     sync.RWMutex
	states map[events.Entity]*State // it owns them; Of lends them out
	ids    map[uint64]uint64        // hash of source and id → the entry's sequence, or the number of a claim
	claims map[uint64]*claim        // by number: decisions under way, and those of which nobody knows what came
	last   uint64                   // the number of the last claim
}

// claimed is below the numbers of claims and above all sequences.
const claimed = 1 << 63

// NewStates is the empty ledger.
func NewStates() *States {
	return &States{states: map[events.Entity]*State{}, ids: map[uint64]uint64{}, claims: map[uint64]*claim{}, last: claimed}
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
		s.put(key(e.Events[i]), e.Sequence)
	}
}

// put says where an id is, and takes it out of the hands of a claim.
func (s *States) put(id, at uint64) {
	if len(s.claims) > 0 {
		if c := s.claims[s.ids[id]]; c != nil {
			if c.holds--; c.holds == 0 {
				delete(s.claims, c.number)
			}
		}
	}
	s.ids[id] = at
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
	if at := s.ids[keyOf(source, id)]; at < claimed {
		return at
	}
	return 0
}

// claim is one decision's hold on the ids of its events that are not in the ledger: the same source and id must not be
// recorded on two entities.
type claim struct {
	entity events.Entity
	number uint64
	holds  int           // how many ids; guarded by mu
	over   chan struct{} // closed when it was decided; made by the first that waits for it, guarded by mu
	unsure bool          // set before that: it is not known whether the events were stored; guarded by mu until then
}

// expect makes the channel for one who waits.
func (c *claim) expect() {
	if c.over == nil {
		if c.over = make(chan struct{}); c.unsure {
			close(c.over)
		}
	}
}

// claim takes hold of the ids of all, or, where another entity's decision holds one of them, of none, and gives that
// claim instead.
func (s *States) claim(entity events.Entity, all []events.Submission) (mine, others *claim) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range all {
		if held := s.claims[s.ids[key(all[i].Occurrence)]]; held != nil && held.entity != entity {
			held.expect()
			return nil, held
		}
	}
	s.last++
	mine = &claim{entity: entity, number: s.last}
	s.claims[mine.number] = mine
	for i := range all {
		id := key(all[i].Occurrence)
		if at := s.ids[id]; at == 0 || at > claimed && at != mine.number { // the entity's own, of which nothing came
			s.put(id, mine.number)
			mine.holds++
		}
	}
	return mine, nil
}

// release ends a claim. Ids of events that may have been stored stay held until the ledger shows them, or the same
// entity claims them again.
func (s *States) release(c *claim, all []events.Submission, unsure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.unsure = unsure; !unsure {
		s.letGo(c, all)
	}
	if c.holds == 0 || !unsure {
		delete(s.claims, c.number)
	}
	if c.over != nil {
		close(c.over)
	}
}

func (s *States) letGo(c *claim, all []events.Submission) {
	for i := 0; i < len(all) && c.holds > 0; i++ {
		if id := key(all[i].Occurrence); s.ids[id] == c.number {
			delete(s.ids, id)
			c.holds--
		}
	}
}

func key(o events.Occurrence) uint64 { return keyOf(o.Source, o.ID) }

func keyOf(source, id string) uint64 { return hash(source) ^ hash(id)*0x9e3779b97f4a7c15 }
