package projections

import (
	"slices"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// merger is a youth whose history goes on under another pseudonym. What was told and will be told here counts there, from
// when the merger was recorded; until then, and when it is taken back, here.
type merger struct {
	into   uint32
	event  string
	at     []int32 // where the facts lie there
	parted bool    // it was taken back, or another came after it: nothing more is passed on

	shielded int // how much of what was told of the address counts there
}

// merges notes what an entry tells of mergers.
func (y *Youths) merges(i uint32, e *events.Entry) {
	for k := range e.Events {
		o := &e.Events[k]
		switch told := o.Event.(type) {
		case *events.YouthMerged:
			y.merge(i, told.Into, o.ID)
		case *events.EventCorrected:
			if now, is := told.Replacement.Event.(*events.YouthMerged); is && y.merger(i).of(told.EventID) {
				y.merge(i, now.Into, told.EventID)
			}
		case *events.EventRetracted:
			if y.merger(i).of(told.EventID) {
				y.part(i)
			}
		default:
		}
	}
}

// merger is the one that counts, nil for none.
func (y *Youths) merger(i uint32) *merger {
	if all := y.mergers[i]; len(all) > 0 && !all[len(all)-1].parted {
		return all[len(all)-1]
	}
	return nil
}

// of tells whether it was told by that event.
func (m *merger) of(event string) bool { return m != nil && m.event == event }

// merge lets the last one told count, and none that would lead back.
func (y *Youths) merge(i uint32, into, event string) {
	id, ok := requirements.ParseUUID(into)
	if !ok {
		return
	}
	to := y.place(id)
	if m := y.merger(i); m != nil && m.into == to || y.leads(to, i) {
		return
	}
	y.part(i)
	y.mergers[i] = append(y.mergers[i], &merger{into: to, event: event})
}

// leads tells whether a history goes on, in the end or on the way, under the other pseudonym.
func (y *Youths) leads(from, to uint32) bool {
	for m := y.merger(from); from != to && m != nil; m = y.merger(from) {
		from = m.into
	}
	return from == to
}

// final is where the youth's history goes on now.
func (y *Youths) final(i uint32) uint32 {
	for m := y.merger(i); m != nil; m = y.merger(i) {
		i = m.into
	}
	return i
}

// Formers are the other pseudonyms of a youth of which something counts, or counted, under this one; sorted.
func (y *Youths) Formers(id string) (all []string) {
	u, ok := requirements.ParseUUID(id)
	y.mu.RLock()
	defer y.mu.RUnlock()
	i, known := y.byID[u]
	if !ok || !known {
		return nil
	}
	found := []uint32{i}
	for n := 0; n < len(found); n++ {
		for from, mergers := range y.mergers {
			passedOn := slices.ContainsFunc(mergers, func(m *merger) bool { return m.into == found[n] && len(m.at) > 0 })
			if passedOn && !slices.Contains(found, from) {
				found, all = append(found, from), append(all, y.all[from].id.String())
			}
		}
	}
	slices.Sort(all)
	return all
}

// part takes a merger back. That an address is protected stays: who took back the merger says whose it is.
func (y *Youths) part(i uint32) {
	m := y.merger(i)
	if m == nil {
		return
	}
	m.parted = true
	y.all[m.into].known().Part(m.at, y.last)
	y.changed(m.into)
	y.passOn(m.into, y.last)
}

// changed brings the index of today up to what is known of a youth.
func (y *Youths) changed(i uint32) {
	if y.today != nil {
		y.today.rejudge(y, i)
	}
}

// passOn lets what was told of a youth count under the pseudonym that counts now. What is not shown is not passed on.
func (y *Youths) passOn(i uint32, sequence uint64) {
	for m := y.merger(i); m != nil && y.all[i].showing == shown; m = y.merger(i) {
		to := y.all[m.into]
		if to.showing == erased {
			return
		}
		m.at = to.known().Join(&y.all[i].facts, m.at, sequence)
		if passed := y.shield.passOn(i, m.into, m.shielded, sequence); passed > m.shielded {
			m.shielded, to.protected = passed, y.shield.protects(m.into, sequence)
		}
		y.changed(m.into)
		i = m.into
	}
}

// withdraw takes what was told of a youth out of every other's facts, as if it had never been known there. An address that is
// protected stays so.
func (y *Youths) withdraw(i uint32) {
	for _, m := range y.mergers[i] {
		at := m.at
		m.at = nil
		y.drop(m.into, at)
	}
}

// unshield takes what was told of one youth's address out of what was told of another's, and of those it was passed on to.
func (y *Youths) unshield(of, from uint32) {
	if !y.shield.withdraw(of, from) {
		return
	}
	for _, m := range y.mergers[from] {
		m.shielded = min(m.shielded, len(y.shield[from])) // all is passed on, or nothing
		y.unshield(of, m.into)
	}
}

// forget is withdraw for good; and what others passed on to the youth, who is forgotten too, comes no more.
func (y *Youths) forget(i uint32) {
	y.withdraw(i)
	for _, m := range y.mergers[i] {
		y.unshield(i, m.into)
	}
	delete(y.mergers, i)
	for _, all := range y.mergers {
		for _, m := range all {
			if m.into == i {
				m.at, m.shielded = nil, 0
			}
		}
	}
}

// drop forgets some facts of a youth, and those that come of them under further pseudonyms.
func (y *Youths) drop(i uint32, at []int32) {
	now := y.all[i].known().Drop(at)
	for _, all := range y.mergers {
		for _, m := range all {
			if m.into == i {
				for k := range m.at {
					m.at[k] = now[m.at[k]]
				}
			}
		}
	}
	for _, m := range y.mergers[i] {
		var there, kept []int32
		for k, to := range m.at {
			if now[k] < 0 {
				there = append(there, to)
			} else {
				kept = append(kept, to)
			}
		}
		if m.at = kept; len(there) > 0 {
			y.drop(m.into, there)
		}
	}
	y.changed(i)
}

// passOn adds what was told of one youth's address to what was told of another's, but for the first ones, and is how many it is
// in all.
func (s shield) passOn(from, to uint32, first int, sequence uint64) int {
	for _, t := range s[from][first:] {
		t.sequence = sequence
		s[to] = append(s[to], t)
	}
	return len(s[from])
}

// withdraw takes out of what was told of one youth's address what was passed on from another's, if anything was.
func (s shield) withdraw(from, to uint32) bool {
	before := len(s[to])
	s[to] = slices.DeleteFunc(s[to], func(t told) bool {
		return slices.ContainsFunc(s[from], func(o told) bool { return o.ID == t.ID && o.Source == t.Source })
	})
	return len(s[to]) < before
}
