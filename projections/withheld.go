package projections

import (
	"slices"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// Withheld is how many youths an answer says nothing of, whatever the day it is about: of those asked for, or of all.
type Withheld struct {
	Erased     int `json:"erased" doc:"Youths who were erased from the ledger: nothing is known of them any more."`
	Restricted int `json:"restricted" doc:"Youths whose history is kept and not shown."`
}

// showing is whether a youth's history is shown.
type showing uint8

const (
	shown showing = iota
	restricted
	erased
)

// withhold follows the acts of the ledger's operator; it is false for any other event. What is hidden is out of every
// answer at once, for nothing else has it.
func (y *Youths) withhold(i uint32, o *events.Occurrence) bool {
	one := y.all[i]
	switch o.Event.(type) {
	case *events.YouthErased:
		y.forget(i)
		one.showing, one.facts, one.hidden, one.protected = erased, requirements.Facts{}, nil, false
		delete(y.shield, i)
	case *events.YouthRestricted:
		if one.showing == shown {
			y.withdraw(i)
			hidden := one.facts
			one.showing, one.facts, one.hidden = restricted, requirements.Facts{}, &hidden
		}
	case *events.RestrictionLifted:
		if one.showing == restricted {
			one.showing, one.facts, one.hidden = shown, *one.hidden, nil
		}
	default:
		return false
	}
	y.withholdings++
	delete(y.withheld, one.id)
	if one.showing != shown {
		y.withheld[one.id] = one.showing
	}
	return true
}

// known is what is known of the youth, shown or not.
func (one *youth) known() *requirements.Facts {
	if one.hidden != nil {
		return one.hidden
	}
	return &one.facts
}

// withheldOf counts who of those asked for, or of all, is not shown to whoever asks. Of the erased it is not known where they
// belonged. The caller holds the lock.
func (y *Youths) withheldOf(q *Query, today events.Date) (w Withheld) {
	for id, s := range y.withheld {
		one := y.all[y.byID[id]]
		switch {
		case q.Youths != nil && !slices.Contains(q.Youths, id.String()), q.Within.excludes(id), q.Within.hides(one):
		case s == erased:
			w.Erased++
		case q.Within.holds(homeOf(one.known(), today, y.last)):
			w.Restricted++
		}
	}
	return w
}

// homeOf is the municipality responsible on a day, 0 for none.
func homeOf(facts *requirements.Facts, day events.Date, known uint64) uint16 {
	var c requirements.Case
	if !c.Open(*facts, requirements.Moment{ValidAt: day, Known: known}) {
		return 0
	}
	return c.Municipality(day)
}

// excludes tells whether the youth is not one of those named.
func (w *Within) excludes(id requirements.UUID) bool {
	return w != nil && w.Youths != nil && !slices.Contains(w.Youths, id.String())
}

// Restricted tells whether the youth's history is kept and not shown.
func (y *Youths) Restricted(id string) bool {
	u, ok := requirements.ParseUUID(id)
	y.mu.RLock()
	defer y.mu.RUnlock()
	return ok && y.withheld[u] == restricted
}

// Others are the other pseudonyms of the same person that the ledger has histories of, before this one or after it; sorted.
// Each of them is hidden and erased by itself.
func (y *Youths) Others(id string) []string {
	all := y.Formers(id)
	u, ok := requirements.ParseUUID(id)
	y.mu.RLock()
	defer y.mu.RUnlock()
	if i, known := y.byID[u]; ok && known {
		for m := y.merger(i); m != nil; m = y.merger(m.into) {
			all = append(all, y.all[m.into].id.String())
		}
	}
	slices.Sort(all)
	return all
}

// Hide is a restricted history as it may be shown: that there are entries, and why what is in them is not told.
func Hide(entries []events.Entry) []events.Entry {
	hidden := slices.Clone(entries)
	for i := range hidden {
		hidden[i].Events = slices.DeleteFunc(slices.Clone(hidden[i].Events), func(o events.Occurrence) bool {
			return events.RowOf(o.Event).Owner != events.ByOperator
		})
		if len(hidden[i].Events) == 0 {
			hidden[i].Actor = ""
		}
	}
	return hidden
}
