package projections

import (
	"time"

	"ettervern/events"
)

// asOf is what an answer is computed from.
type asOf struct {
	validAt  events.Date
	knownAt  time.Time
	sequence uint64 // the last that counts
}

// seen is how far a view has come in the ledger, and when each entry was recorded. Its view's lock guards it.
type seen struct {
	times times
	last  uint64
}

// take notes an entry; false for one that was taken in before.
func (s *seen) take(e *events.Entry) bool {
	if e.Sequence <= s.last {
		return false
	}
	s.last = e.Sequence
	s.times.add(e.Sequence, e.Recorded)
	return true
}

// asOf settles what an answer is to be computed from. Its only error is a *BadQuery: a sequence that is still to come.
func (s *seen) asOf(now time.Time, validAt events.Date, k KnownAt) (asOf, error) {
	m := asOf{validAt: validAt, knownAt: now.UTC(), sequence: s.last}
	if validAt == 0 {
		m.validAt = events.DateOf(now)
	}
	switch {
	case k.Sequence > s.last:
		return m, &BadQuery{"knownAt", "at most seq:" + utoa(s.last) + ", the last one taken in"}
	case k.Sequence > 0:
		m.sequence = k.Sequence
		m.knownAt, _ = s.times.of(k.Sequence)
	case !k.Time.IsZero():
		m.knownAt, m.sequence = k.Time.UTC(), s.times.upTo(k.Time)
	}
	return m, nil
}
