package events

import (
	"strconv"
)

// CheckSubmission holds an event that was made in this process, not read at a door, against its form. It finds wrong what
// ReadSubmission would find wrong with the same event as JSON. Its only error is a *FormError.
func CheckSubmission(s Submission) error {
	f := borrow(checking, false)
	defer lent.Put(f)
	s.check(f)
	if len(f.found) > 0 {
		return &FormError{f.found}
	}
	return nil
}

func (s *Submission) check(f *form) {
	row := RowOf(s.Event)
	if row == nil || row.Entity == Access {
		f.fault("type", "must be one of the event types, such as ettervern.InformationGiven.v1")
		return
	}
	f.text("id", &s.ID, eventID, false)
	f.text("source", &s.Source, sourceURI, false)
	f.text("subject", &s.Entity.ID, subjectOf(row.Entity), false)
	if year := s.Time.UTC().Year(); year < 1900 || year > 2200 {
		f.fault("time", "must be "+instant.Name)
	}
	f.text("correlationid", &s.CorrelationID, eventID, true)
	f.text("causationid", &s.CausationID, eventID, true)
	f.depth++
	if _, corrects := s.Event.(*EventCorrected); corrects && f.depth > 1 {
		f.fault("data/replacement", "must not itself be a correction")
		return
	}
	f.below("data", s.Event.fields)
}

// below shows an object within, under its name.
func (f *form) below(name string, fields func(*form)) { fields(f.inside(name, value{})) }

func (f *form) checkText(name, text string, pat *Pattern) {
	if problem := pat.check([]byte(text)); problem != "" {
		f.fault(name, problem)
	}
}

func checkCode[T ~string](f *form, name string, c T, of list[T]) {
	if _, ok := of.find([]byte(c)); !ok {
		f.fault(name, oneOf(of))
	}
}

func (f *form) checkEach(name string, n int, item func(i int)) {
	if n > MaxItems {
		f.fault(name, "must hold at most "+strconv.Itoa(MaxItems)+" items")
		return
	}
	for i := range n {
		item(i)
	}
}
