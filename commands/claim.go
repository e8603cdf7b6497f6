package commands

import (
	"slices"

	"ettervern/events"
)

// claim is one decision's hold on the ids of its events that are not in the ledger: the same source and id must not be
// recorded on two entities. Its fields are guarded by the mutex of States.
type claim struct {
	entity events.Entity
	number uint64
	ids    []uint64      // hashes of source and id, each once
	over   chan struct{} // closed when it was decided; made by the first that waits for it
	fresh  bool          // the ledger had none of the ids, and no two events share one; the owner's
	unsure bool          // decided, and it is not known whether the events were stored; set before over is closed
	holds  int           // of an unsure one: how many of the ids
}

// claim takes hold of the ids of all, or, where another entity's decision holds one of them, of none, and gives that
// claim instead.
func (s *States) claim(entity events.Entity, all []events.Submission) (mine, others *claim) {
	mine = &claim{entity: entity, ids: make([]uint64, len(all))}
	for i := range all {
		mine.ids[i] = key(all[i].Occurrence)
	}
	slices.Sort(mine.ids)
	mine.ids = slices.Compact(mine.ids) // events that came twice
	mine.fresh = len(mine.ids) == len(all)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range mine.ids {
		at := s.ids[id]
		if at > claimed && s.claims[at].entity != entity {
			return nil, s.claims[at].expected()
		}
		mine.fresh = mine.fresh && at == 0
	}
	s.last++
	mine.number = s.last
	s.claims[mine.number] = mine
	for _, id := range mine.ids {
		if mine.fresh {
			s.ids[id] = mine.number
		} else if at := s.ids[id]; at == 0 || at > claimed { // the latter is the entity's own, of which nobody knew what came
			s.put(id, mine.number)
		}
	}
	return mine, nil
}

// expected is the claim with a channel for one who waits.
func (c *claim) expected() *claim {
	if c.over == nil {
		if c.over = make(chan struct{}); c.unsure {
			close(c.over)
		}
	}
	return c
}

// release ends a claim. Ids of events that may have been stored stay held until the ledger shows them, or the same
// entity claims them again.
func (s *States) release(c *claim, unsure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range c.ids {
		switch {
		case s.ids[id] != c.number:
		case unsure:
			c.holds++
		default:
			delete(s.ids, id)
		}
	}
	if c.unsure = unsure; c.holds > 0 {
		s.unsure++
	} else {
		delete(s.claims, c.number)
	}
	if c.over != nil {
		close(c.over)
	}
}

// drop takes one id out of the hands of an unsure claim.
func (s *States) drop(c *claim) {
	if c.holds--; c.holds == 0 {
		delete(s.claims, c.number)
		s.unsure--
	}
}
