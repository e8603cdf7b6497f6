package projections

import (
	"slices"
	"sync"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// Within bounds a question to what its asker may see; a nil Within is no bound. It is part of the question, not a filter
// on its answer: pages, cursors and limits are those of a ledger that holds nothing else.
type Within struct {
	Municipalities map[uint16]bool // only verdicts that belong to these; nil: any
	Youths         []string        // only these; nil: any
	Protected      bool            // also youths whose address is protected
}

// MunicipalitiesOf is every number, of today and before, that an office supervises or took over. It is not to be changed.
func MunicipalitiesOf(office string) map[uint16]bool { return numbersOfOffices()[office] }

var numbersOfOffices = sync.OnceValue(func() map[string]map[uint16]bool {
	numbers := map[string]map[uint16]bool{OfficeUnknown: {}}
	for _, office := range Offices {
		numbers[office] = map[uint16]bool{}
	}
	for n := uint16(1); n < 10_000; n++ {
		numbers[OfficeOf(requirements.FormatMunicipality(n))][n] = true
	}
	return numbers
})

// holds tells whether a verdict of the municipality is within.
func (w *Within) holds(municipality uint16) bool {
	return w == nil || w.Municipalities == nil || w.Municipalities[municipality]
}

// hides tells whether the youth is not to be seen at all. The caller holds the lock of its Youths.
func (w *Within) hides(one *youth) bool { return w != nil && !w.Protected && one.protected }

// narrow is the youths asked for that are within, not nil where not all are.
func (w *Within) narrow(asked []requirements.UUID) []requirements.UUID {
	if w == nil || w.Youths == nil {
		return asked
	}
	both := []requirements.UUID{}
	for _, id := range w.Youths {
		if u, ok := requirements.ParseUUID(id); ok && (asked == nil || slices.Contains(asked, u)) {
			both = append(both, u)
		}
	}
	return both
}

// Home is the municipality responsible for a youth today, by all that is known, 0 for none; and whether the youth's address
// is protected. It settles whose youth this is, whatever day a question is about.
func (y *Youths) Home(id string) (municipality uint16, protected bool) {
	u, ok := requirements.ParseUUID(id)
	if !ok {
		return 0, false
	}
	y.mu.RLock()
	i, known := y.byID[u]
	var facts requirements.Facts
	if i = y.final(i); known {
		facts, protected = *y.all[i].known(), y.all[i].protected
	}
	last := y.last
	y.mu.RUnlock()
	return homeOf(&facts, events.DateOf(y.Now()), last), protected
}

// shield keeps, of the few youths whose address was ever protected, what was told of that.
type shield map[uint32]chronicle

// take notes what an entry tells of a youth's address, and whether it is protected now: by the last of what stands, by its date.
func (s shield) take(i uint32, e *events.Entry) (protected, changed bool) {
	for k := range e.Events {
		switch e.Events[k].Event.(type) {
		case *events.AddressProtected, *events.AddressProtectionLifted:
			changed = true
		case *events.EventCorrected, *events.EventRetracted:
			changed = changed || s[i] != nil
		default:
			continue
		}
		if changed {
			s[i] = append(s[i], told{e.Events[k], e.Sequence, e.Recorded})
		}
	}
	return changed && s.protects(i, e.Sequence), changed
}

// protects tells whether the address is protected, as known at a sequence.
func (s shield) protects(i uint32, sequence uint64) (protected bool) {
	var latest events.Date
	for _, t := range s[i].known(sequence) {
		if t.Date() < latest {
			continue
		}
		switch t.Event.(type) {
		case *events.AddressProtected:
			protected, latest = true, t.Date()
		case *events.AddressProtectionLifted:
			protected, latest = false, t.Date()
		default:
		}
	}
	return protected
}
