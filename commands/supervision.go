package commands

import (
	"iter"
	"slices"

	"ettervern/events"
)

// openFindings is the code of the refusal to close a supervision with something still to be put right. It lists each
// open finding as a fault of its own.
const openFindings = "open_findings"

// checkSupervision refuses what contradicts the life cycle of a supervision. Order and lateness are not its concern: what
// comes out of order is recorded, and flagged when it is shown.
func checkSupervision(s State, o events.Occurrence, correcting bool) error {
	is := place(o.Event)
	units, open := s.supervised()
	switch {
	case is == opened && open:
		return openedTwice
	case is != opened && !open:
		return notOpened
	case s.closed() && !correcting:
		return supervisionClosed
	}
	switch e := o.Event.(type) {
	case *events.FindingRecorded:
		if !slices.Contains(units, e.Unit) {
			return unitNotIncluded
		}
	case *events.SupervisionClosed:
		return s.checkClosing()
	default:
	}
	return nil
}

// supervised is the units that the supervision was opened for, and whether it was opened.
func (s State) supervised() (units []string, opened bool) {
	for e := range s.standing() {
		if e, is := e.(*events.SupervisionOpened); is {
			return e.Units, true
		}
	}
	return nil, false
}

func (s State) closed() bool {
	for e := range s.standing() {
		if _, is := e.(*events.SupervisionClosed); is {
			return true
		}
	}
	return false
}

// checkClosing refuses to close while a breach or deviation is not put right. A remark does not block.
func (s State) checkClosing() error {
	right := map[string]bool{}
	for e := range s.standing() {
		if e, is := e.(*events.FindingRectified); is {
			right[e.FindingID] = true
		}
	}
	r := refusal(openFindings, "these findings have not been put right", "/type")
	for e := range s.standing() {
		if e, is := e.(*events.FindingRecorded); is && e.Kind.Blocks() && !right[e.FindingID] {
			r.Faults = append(r.Faults, events.Fault{Pointer: "/type", Problem: "finding " + e.FindingID + " in " + e.Unit + " is open"})
		}
	}
	if r.Faults == nil {
		return nil
	}
	return r
}

// standing goes through a supervision's events as they now say: not retracted, in their corrected form.
func (s State) standing() iter.Seq[events.Event] {
	return func(yield func(events.Event) bool) {
		for i := range s.told {
			if r := s.records[i]; r.gone || r.is == corrected || r.is == retracted {
				continue
			}
			_, at := s.effective(i)
			event := s.told[at]
			if c, is := event.(*events.EventCorrected); is {
				event = c.Replacement.Event
			}
			if !yield(event) {
				return
			}
		}
	}
}
