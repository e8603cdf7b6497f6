package projections

import (
	"maps"
	"slices"
	"strings"

	"ettervern/events"
)

// Places is the municipalities and districts that a youth's entries name, as units are named after them: 3403, 0301_04.
func Places(entries []events.Entry) []string {
	places := map[string]bool{}
	for i := range entries {
		for _, o := range entries[i].Events {
			event := o.Event
			if correction, is := event.(*events.EventCorrected); is {
				event = correction.Replacement.Event
			}
			for _, place := range placesIn(event) {
				places[place] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(places))
}

func placesIn(e events.Event) []string {
	municipality, district := "", ""
	switch e := e.(type) {
	case *events.YouthRegistered:
		municipality, district = e.Municipality, e.District
	case *events.ResponsibilityAssigned:
		municipality, district = e.Municipality, e.District
	case *events.MeasureStarted:
		municipality = e.Municipality
	default:
	}
	switch {
	case municipality == "":
		return nil
	case district == "":
		return []string{municipality}
	}
	return []string{municipality, municipality + "_" + district}
}

// Concerning lists the units whose histories tell which routines hold in places, by what is known now: of each place the child
// welfare service and Nav, whether anything is told of them or not; those of the municipality that have routines; those that serve
// it; and those that any of these once were or became.
func (u *Units) Concerning(places []string) []string {
	u.mu.RLock()
	defer u.mu.RUnlock()
	found, seen := map[string]bool{}, map[string]bool{}
	for _, place := range places {
		found[place+"-"+string(events.ChildWelfare)], found[place+"-"+string(events.Nav)] = true, true
	}
	for queue := places; len(queue) > 0; queue = queue[1:] {
		municipality := municipalityOf(queue[0])
		if seen[municipality] {
			continue
		}
		seen[municipality] = true
		for _, one := range u.about[municipality] {
			if one.rules.chronicle == nil {
				continue
			}
			found[one.id] = true
			queue = append(queue, municipalityOf(one.id))
			queue = append(queue, one.others...)
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// other notes a unit that this one's history says it was or became.
func (one *unit) other(id string) {
	place, _, _ := strings.Cut(id, "-")
	if !slices.Contains(one.others, place) {
		one.others = append(one.others, place)
	}
}
