package scorecard

import (
	"slices"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// family is lines, by index, that count the same duties or the same youths, and so have the same totals. What is withheld of
// one is withheld of the others as far as it can be worked out from them: they are protected in one table.
type family []int

// sameDuties names, for a requirement, another that is brought about by the same.
var sameDuties = map[string]string{"nav_participation": "nav_mapping", "nav_information": "nav_mapping"}

// families is every line once. Before 18, everyone who comes into the transition window with a measure has one duty of each
// kind, but for those that the law at the time did not give to all: these are by themselves.
var families = func() (all []family) {
	of := map[string]int{}
	for i := range lines {
		l := &lines[i]
		key := l.Requirement + string(l.Service)
		switch {
		case l.Group == requirements.Before18 && l.narrow:
			key += " narrow"
		case l.Group == requirements.Before18:
			key = "before 18"
		case sameDuties[l.Requirement] != "":
			key = sameDuties[l.Requirement] + string(l.Service)
		}
		at, known := of[key]
		if !known {
			at = len(all)
			of[key] = at
			all = append(all, nil)
		}
		all[at] = append(all[at], i)
	}
	return all
}()

// before18 is the family of those who have all duties before 18.
var before18 = slices.IndexFunc(families, func(f family) bool { return lines[f[0]].Group == requirements.Before18 && !lines[f[0]].narrow })

// in leaves of a family the lines that the law knew all through a year.
func (f family) in(year int) (known family) {
	for _, i := range f {
		if lines[i].throughout(newYear(year), newYear(year+1)-1) {
			known = append(known, i)
		}
	}
	return known
}

// throughout tells whether the law of a line was in force on every day of a period.
func (l *Line) throughout(from, to events.Date) bool {
	return l.appliesFrom <= from && (l.Turned18From == nil || *l.Turned18From <= from) && (l.Turned18Until == nil || *l.Turned18Until >= to)
}
