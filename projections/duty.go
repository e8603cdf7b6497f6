package projections

import (
	"runtime"
	"sync"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// span is a stretch of days at a moment, by which what was last worked out of it is kept.
type span struct {
	from, to, validAt events.Date
	known             uint64
	withholdings      int // until then: another may be hidden
}

// openDuties is for which municipalities a duty was open on some day of a span.
type openDuties struct {
	mu    sync.Mutex
	of    span
	found map[uint16]bool
}

// DutyOpen tells whether some youth for whom the municipality was responsible had a duty open on a day from from to to, as
// seen on validAt by what was known: brought about by then, and not fulfilled, excused or ended before. Everyone is judged
// once for all municipalities, and the last answer is kept.
func (y *Youths) DutyOpen(municipality string, from, to, validAt events.Date, known uint64) bool {
	number, ok := requirements.ParseMunicipality(municipality)
	if !ok {
		return false
	}
	y.mu.RLock()
	of := span{from, to, validAt, min(known, y.last), y.withholdings}
	y.mu.RUnlock()
	y.open.mu.Lock()
	defer y.open.mu.Unlock()
	if y.open.found == nil || y.open.of != of {
		y.open.of, y.open.found = of, y.openIn(of)
	}
	return y.open.found[number]
}

// openIn judges everyone.
func (y *Youths) openIn(of span) map[uint16]bool {
	m := requirements.Moment{ValidAt: of.validAt, Known: of.known, Routines: y.routines(of.validAt, of.known)}
	y.mu.RLock()
	everyone := y.all[:len(y.all):len(y.all)]
	y.mu.RUnlock()
	parts := make([]map[uint16]bool, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for w := range parts {
		parts[w] = map[uint16]bool{}
		workers.Go(func() {
			var c requirements.Case
			for i := w; i < len(everyone); i += len(parts) {
				y.mu.RLock()
				facts := everyone[i].facts
				y.mu.RUnlock()
				if c.Open(facts, m) {
					noteOpen(&c, of, parts[w])
				}
			}
		})
	}
	workers.Wait()
	for _, part := range parts[1:] {
		for municipality := range part {
			parts[0][municipality] = true
		}
	}
	return parts[0]
}

func noteOpen(c *requirements.Case, of span, into map[uint16]bool) {
	for r := range requirements.Requirements {
		for _, j := range c.Judge(r) {
			if c.OpenBetween(j, of.from, of.to) {
				into[c.Municipality(j.Limit)] = true
			}
		}
	}
}
