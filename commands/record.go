package commands

import (
	"time"

	"ettervern/events"
)

// Record is the command to record one event. Its decision is pure: the time comes in as data.
type Record struct {
	events.Submission
	Now      time.Time // the ledger's clock, for what cannot have happened yet
	Operator bool      // it is the ledger's operator who records it
}

const (
	clockSkew  = 5 * time.Minute // how far an emitter's clock may be ahead of ours
	latestYear = 30              // after this birthday nothing more happens in an aftercare history
)

// Decide is nil when the event may be recorded, else a *Refusal. It does not ask whether the event is in the
// history already: the Handler does, by source and id.
func (c Record) Decide(s State) error {
	switch {
	case s.erased:
		return isErased
	case isOperators(c.Event) && !c.Operator:
		return operatorsOnly
	case isOperators(c.Event):
		return decideOperators(s, c.Event)
	case s.find(c.ID) > 0:
		return idTaken
	}
	if c.Time.After(c.Now.Add(clockSkew)) {
		return inTheFuture
	}
	if len(s.records) == 0 {
		if err := checkFirst(c.Submission); err != nil {
			return err
		}
	}
	switch e := c.Event.(type) {
	case *events.EventCorrected:
		return c.correct(s, e)
	case *events.EventRetracted:
		return retract(s, e)
	case *events.SubmissionRead: // it tells of a file, which may be made before a birth and long after a life
		return checkRegistration(s, c.Occurrence)
	default:
		return c.decide(s, c.Occurrence, false)
	}
}

// checkFirst refuses what cannot begin a history. A unit's begins with anything: its number says what it is.
func checkFirst(c events.Submission) error {
	switch is := place(c.Event); {
	case c.Entity.Kind == events.Youth && is != registered:
		return unregistered
	case c.Entity.Kind == events.Supervision && is != opened:
		return notOpened
	}
	return nil
}

// decide checks an event, or the replacement of one that is corrected, against the history it will stand in.
func (c Record) decide(s State, o events.Occurrence, correcting bool) error {
	checks := []func(State, events.Occurrence) error{checkReferences, checkNames}
	switch c.Entity.Kind {
	case events.Youth:
		checks = []func(State, events.Occurrence) error{checkRegistration, checkLifetime, checkReferences, checkNames}
	case events.Supervision:
		if err := checkSupervision(s, o, correcting); err != nil {
			return err
		}
	}
	for _, check := range checks {
		if err := check(s, o); err != nil {
			return err
		}
	}
	return nil
}

func checkRegistration(s State, o events.Occurrence) error {
	_, registers := o.Event.(*events.YouthRegistered)
	switch known := s.registered(); {
	case registers && known:
		return alreadyRegistered
	case !registers && !known:
		return unregistered
	}
	return nil
}

// checkLifetime refuses what lies outside the life it tells of, by the birth date known now. An event that itself
// tells the birth date is measured by that one, or a wrong date could never be put right.
func checkLifetime(s State, o events.Occurrence) error {
	birth := s.birth()
	switch e := o.Event.(type) {
	case *events.YouthRegistered:
		birth = e.BirthDate
	case *events.BirthDateCorrected:
		birth = e.BirthDate
	default:
	}
	switch date := o.Date(); {
	case date < birth:
		return beforeBirth
	case date > birth.Birthday(latestYear):
		return afterThirty
	}
	return nil
}

// checkReferences refuses what refers to something this youth's history does not hold.
func checkReferences(s State, o events.Occurrence) error {
	for _, ref := range footprintOf(o.Event).refs {
		if ref.id == "" { // the optional reference is absent
			continue
		}
		if _, known := s.named(ref.id, ref.to); !known {
			return ref.unknown
		}
	}
	return nil
}

// checkNames refuses a name used before in this youth, and an ending that contradicts its measure.
func checkNames(s State, o events.Occurrence) error {
	switch is, name := place(o.Event), footprintOf(o.Event).name; {
	case is == started:
		return s.checkStart(name, o.Date())
	case is == ended:
		return s.checkEnd(name, o.Date())
	case is == deviationEnd:
		return s.checkOnce(name, is, deviationClosed)
	case is == rectified:
		return s.checkOnce(name, is, rectifiedTwice)
	case name != "":
		return s.checkOnce(name, is, alreadyUsed)
	}
	return nil
}

// checkOnce refuses a second event of the type about the thing.
func (s State) checkOnce(thing string, is uint8, twice error) error {
	if _, used := s.named(thing, is); used {
		return twice
	}
	return nil
}

func (s State) checkStart(measure string, on events.Date) error {
	if _, twice := s.named(measure, started); twice {
		return measureStartedTwice
	}
	if end, over := s.named(measure, ended); over && end.date < on {
		return endedBeforeStart
	}
	return nil
}

func (s State) checkEnd(measure string, on events.Date) error {
	if _, twice := s.named(measure, ended); twice {
		return measureEndedTwice
	}
	if start, _ := s.named(measure, started); on < start.date {
		return endedBeforeStart
	}
	return nil
}

// correct decides on a correction: of an original of this history that stands, by a whole event of the same id,
// source, type and entity, which passes the checks of a new one in the history without the original.
func (c Record) correct(s State, e *events.EventCorrected) error {
	i := s.find(e.EventID)
	if i == 0 {
		return unknownEvent
	}
	original, replacement := s.records[i-1], e.Replacement
	switch {
	case original.gone:
		return isRetracted
	case events.Catalogue[original.is].Owner == events.ByOperator:
		return operatorsOnly
	case original.is == corrected || original.is == retracted || original.is != place(replacement.Event):
		return otherType
	case replacement.ID != e.EventID || uint32(hash(replacement.Source)) != original.source || replacement.Entity != c.Entity:
		return notTheOriginal
	case replacement.Time.After(c.Now.Add(clockSkew)):
		return inTheFuture
	}
	return c.decide(s.without(i), replacement.Occurrence, true)
}

func retract(s State, e *events.EventRetracted) error {
	i := s.find(e.EventID)
	switch {
	case i == 0:
		return unknownEvent
	case s.records[i-1].is == retracted:
		return retractionStands
	case events.Catalogue[s.records[i-1].is].Owner == events.ByOperator:
		return operatorsOnly
	case s.records[i-1].gone:
		return isRetracted
	}
	return nil
}
