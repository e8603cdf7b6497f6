package projections

import (
	"sort"
	"time"

	"ettervern/events"
)

// told is one occurrence as it was recorded, or as the correction that counts says it.
type told struct {
	events.Occurrence           // a correction keeps the id and source of its original
	sequence          uint64    // of the entry that says it so
	recorded          time.Time // when that was
}

// chronicle is all that was recorded about one entity, in order: for units and supervisions, which have few events.
// It only grows, so a copy made under its owner's lock can be read without it.
type chronicle []told

// add takes in the entity's next entry.
func (c *chronicle) add(e *events.Entry) {
	for _, o := range e.Events {
		*c = append(*c, told{o, e.Sequence, e.Recorded})
	}
}

// known is what stands of what was recorded up to a sequence, whatever its date, in the order it was first told:
// each event as its last standing correction says it, without those taken back. Corrections and retractions count
// from when they were recorded, not from their own date (domain § 5, § 6), and are not themselves listed.
//
// A reference to something that nothing in here names is to an event taken back: flag it refers_to_retracted.
func (c chronicle) known(sequence uint64) []told {
	c = c[:sort.Search(len(c), func(i int) bool { return c[i].sequence > sequence })]
	gone := c.retracted()
	now := c.corrected(gone)
	standing := make([]told, 0, len(c))
	for _, t := range c {
		switch t.Event.(type) {
		case *events.EventCorrected, *events.EventRetracted:
			continue
		default:
		}
		if gone[t.ID] {
			continue
		}
		if corrected, is := now[t.ID]; is {
			t = corrected
		}
		standing = append(standing, t)
	}
	return standing
}

// standing is what of known had happened by a day, that day included.
func (c chronicle) standing(validAt events.Date, sequence uint64) []told {
	var by []told
	for _, t := range c.known(sequence) {
		if t.Date() <= validAt {
			by = append(by, t)
		}
	}
	return by
}

// retracted is the ids of the events taken back, corrections among them.
func (c chronicle) retracted() map[string]bool {
	gone := map[string]bool{}
	for _, t := range c {
		if e, is := t.Event.(*events.EventRetracted); is {
			gone[e.EventID] = true
		}
	}
	return gone
}

// corrected is what the last correction that stands says, by the id of its original.
func (c chronicle) corrected(gone map[string]bool) map[string]told {
	now := map[string]told{}
	for _, t := range c {
		if e, is := t.Event.(*events.EventCorrected); is && !gone[t.ID] {
			now[e.EventID] = told{e.Replacement.Occurrence, t.sequence, t.recorded}
		}
	}
	return now
}
