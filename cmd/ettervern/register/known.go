package register

import (
	"slices"
	"time"

	"ettervern/events"
)

// extract is one reading of one case: which submission, and how the case stood when.
type extract struct {
	caseID, submission string
	at                 time.Time
}

// after tells whether e is of a later day and time. Two submissions of one instant are put in an order all the same,
// so that it does not matter which is read first.
func (e extract) after(o extract) bool {
	if !e.at.Equal(o.at) {
		return e.at.After(o.at)
	}
	return e.submission > o.submission
}

func (e extract) same(o extract) bool { return e.at.Equal(o.at) && e.submission == o.submission }

// known is what a youth's history holds of what the register told. It is folded from the history alone, so that it is
// the same after a restart and on another machine.
type known struct {
	extracts map[string]extract // by the SubmissionRead that tells of each
	order    []string           // their ids as recorded
	previous map[extract]string // the submission before, where it is told
	secrets  []string           // which secrets made the pseudonym
	facts    map[string]*fact   // by event id
	elements map[string]*state  // by key
	keys     []string           // of elements, as first told

	registered string        // the event that registers the youth, "" for none that stands
	registrar  string        // who told it
	born       []events.Date // every birth date told of the youth
	others     int           // standing events that the register did not tell
	merged     string        // the youth this one was merged into
}

// fact is one event that the register told, as it last told it.
type fact struct {
	id, key string
	told    events.Occurrence
	gone    bool // the register took it back
	revoked bool // somebody else did: what the register says of it is not recorded again
}

// state is how new the history is about one element.
type state struct {
	caseID string
	last   extract
	facts  []*fact
}

// fold reads a history.
func fold(history []events.Entry) *known {
	k := &known{extracts: map[string]extract{}, previous: map[extract]string{}, facts: map[string]*fact{}, elements: map[string]*state{}}
	for i := range history { // the events of a submission come before what says which it was
		for j := range history[i].Events {
			k.read(&history[i].Events[j])
		}
	}
	for i := range history {
		for j := range history[i].Events {
			k.apply(&history[i].Events[j])
		}
	}
	return k
}

func (k *known) read(o *events.Occurrence) {
	e, ok := o.Event.(*events.SubmissionRead)
	if !ok || o.Source != events.RegisterSource {
		return
	}
	x := extract{e.CaseID, e.SubmissionID, o.Time}
	k.extracts[o.ID] = x
	k.order = append(k.order, o.ID)
	k.previous[x] = e.PreviousID
	k.secrets = append(k.secrets, e.SecretID)
}

// apply folds one event, in the order of recording.
func (k *known) apply(o *events.Occurrence) {
	switch e := o.Event.(type) {
	case *events.SubmissionRead:
		k.confirm(o.ID, e)
	case *events.EventCorrected:
		k.correct(o, e)
	case *events.EventRetracted:
		k.retract(o, e)
	case *events.YouthMerged:
		k.merged = e.Into
	case *events.BirthDateCorrected:
		k.born = append(k.born, e.BirthDate)
		k.others++
	default:
		k.tell(o)
	}
}

func (k *known) tell(o *events.Occurrence) {
	if e, ok := o.Event.(*events.YouthRegistered); ok {
		k.registered, k.registrar = o.ID, o.Source
		k.born = append(k.born, e.BirthDate)
	}
	if o.Source != events.RegisterSource {
		k.others++
		return
	}
	f := &fact{id: o.ID, key: o.CorrelationID, told: *o}
	k.facts[o.ID] = f
	s := k.touch(f.key, k.extracts[o.CausationID])
	s.facts = append(s.facts, f)
}

// touch notes that an extract told something of an element.
func (k *known) touch(key string, x extract) *state {
	s := k.elements[key]
	if s == nil {
		s = &state{caseID: x.caseID}
		k.elements[key] = s
		k.keys = append(k.keys, key)
	}
	if s.caseID == "" {
		s.caseID = x.caseID
	}
	if x.after(s.last) {
		s.last = x
	}
	return s
}

func (k *known) correct(o *events.Occurrence, e *events.EventCorrected) {
	if r, ok := e.Replacement.Event.(*events.YouthRegistered); ok {
		k.born = append(k.born, r.BirthDate)
	}
	f := k.facts[e.EventID]
	if f == nil || o.Source != events.RegisterSource {
		return // what others correct, the register has not said
	}
	f.told = e.Replacement.Occurrence
	s := k.touch(o.CorrelationID, k.extracts[o.CausationID])
	if f.key != o.CorrelationID { // another case of the youth has taken the registration over
		f.key = o.CorrelationID
		s.facts = append(s.facts, f)
	}
}

func (k *known) retract(o *events.Occurrence, e *events.EventRetracted) {
	if e.EventID == k.registered {
		k.registered = ""
	}
	f := k.facts[e.EventID]
	if f == nil {
		return
	}
	if o.Source != events.RegisterSource {
		f.revoked = true
		return
	}
	f.gone = true
	k.touch(o.CorrelationID, k.extracts[o.CausationID])
}

// confirm raises the elements that a submission left as they were to its day.
func (k *known) confirm(id string, e *events.SubmissionRead) {
	x, ours := k.extracts[id]
	if !ours {
		return
	}
	for _, key := range append(e.Confirmed, e.Empty...) {
		k.touch(key, x)
	}
	if !e.Whole {
		return
	}
	for _, key := range k.keys {
		if s := k.elements[key]; s.caseID == x.caseID {
			k.touch(key, x)
		}
	}
}

// standing are the facts of an element that were not retracted.
func (s *state) standing(key string) (all []*fact) {
	if s == nil {
		return nil
	}
	for _, f := range s.facts {
		if !f.gone && !f.revoked && f.key == key {
			all = append(all, f)
		}
	}
	return all
}

// movable are those of them that go along when the youth gets another pseudonym: all but who the youth is.
func (s *state) movable(key string) []*fact {
	return slices.DeleteFunc(s.standing(key), func(f *fact) bool {
		_, registers := f.told.Event.(*events.YouthRegistered)
		return registers
	})
}

// of are the keys of what the history knows of a case.
func (k *known) of(caseID string) (keys []string) {
	for _, key := range k.keys {
		if k.elements[key].caseID == caseID {
			keys = append(keys, key)
		}
	}
	return keys
}

// latest is the last extract of a case that the history knows, the zero extract for none.
func (k *known) latest(caseID string) (last extract) {
	for _, x := range k.extracts {
		if x.caseID == caseID && x.after(last) {
			last = x
		}
	}
	return last
}

// has tells whether a submission of a case was read.
func (k *known) has(caseID, submission string) bool {
	for _, x := range k.extracts {
		if x.caseID == caseID && x.submission == submission {
			return true
		}
	}
	return false
}

// readings are the ids of the events that tell of an extract, as recorded.
func (k *known) readings(of extract) (ids []string) {
	for _, id := range k.order {
		if x := k.extracts[id]; x.caseID == of.caseID && x.same(of) {
			ids = append(ids, id)
		}
	}
	return ids
}
