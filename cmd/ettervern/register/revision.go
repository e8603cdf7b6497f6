package register

import (
	"slices"
	"strconv"
	"time"

	"ettervern/events"
)

// revision compares what a submission tells with what a youth's history holds, and is what must be added so that the
// history says what the later of the two says. It is pure.
//
// For each element the later extract wins, whichever was read first. An element is told whole: what it does not hold
// any more (an end that was no end) is taken back. But what has an id of its own, and an element that a submission
// does not mention, stays, unless the submission is known to be total.
type revision struct {
	youth    string
	s        *Submission
	at       extract
	known    *known
	total    bool
	secret   string
	anchored bool // the ledger has a SubmissionRead of this case already

	readID    string // the SubmissionRead that the events follow from
	back      []step // in this order: what is taken back, what is corrected, what is new, what goes last
	corrected []step
	moved     []step // starts of measures that move past their old ends: corrected after these
	fresh     []step
	last      []step
	inherited []step          // SubmissionReads of another youth's history that go with what came from there
	mentioned map[string]bool // elements that the submission holds or deletes
	covered   map[string]bool // those of them that could be read
	confirmed []string        // those it leaves as they were
	empty     []string        // those that come to nothing and that the history does not know
	conflict  *FileFinding    // the submission cannot be about this youth
	over      bool            // the case was deleted later

	same, older int // events and elements that the history has, or has newer
	findings    []FileFinding
}

// step is one event to record, and the element that it is of.
type step struct {
	place string
	what  events.Event // what is recorded, corrected or retracted
	o     events.Occurrence
	rank  events.Date // its place among what is new
}

// revise works out the steps.
func (r *revision) revise(elements []told) {
	r.mentioned, r.covered = map[string]bool{}, map[string]bool{}
	if r.readID = r.nextRead(); len(r.known.readings(r.at)) > 0 {
		r.readID = r.known.readings(r.at)[0]
	}
	r.fresh = make([]step, 0, eventsOf(elements)+2) // with who it is about, and that it was read
	if r.registration(); r.conflict != nil || r.over {
		return
	}
	gone := r.deletions()
	for _, e := range elements {
		switch {
		case gone[e.key]: // deleted by name in the same file
		case r.s.Case.Deleted || e.element.Deleted:
			r.delete(e.key, e.element)
		default:
			r.element(e)
		}
	}
	if r.total || r.s.Case.Deleted {
		r.absent()
	}
}

func eventsOf(elements []told) (n int) {
	for i := range elements {
		n += len(elements[i].parts)
	}
	return n
}

// nextRead is the id of the next SubmissionRead of this extract. The first of a case has an id that follows from the
// case alone, by which the ledger finds whose case it is.
func (r *revision) nextRead() string {
	if !r.anchored {
		return anchorOf(r.at.caseID)
	}
	return r.readOf(r.at, len(r.known.readings(r.at)))
}

func (r *revision) readOf(x extract, n int) string {
	return uuidOf("read", r.youth, x.caseID, x.submission, x.at.Format(time.RFC3339Nano), strconv.Itoa(n))
}

func anchorOf(caseID string) string { return uuidOf("case", caseID) }

// element brings the history up to what one element tells.
func (r *revision) element(e told) {
	state := r.known.elements[e.key]
	r.mentioned[e.key] = true
	if e.element.refused {
		return
	}
	r.covered[e.key] = true
	if state != nil && state.last.after(r.at) {
		r.older++
		return
	}
	steps := r.count()
	held := r.held(state, e)
	for _, p := range e.parts {
		r.part(e, p, held)
	}
	r.withdraw(state, e, held)
	switch {
	case r.count() != steps:
	case state != nil:
		r.confirm(e.key, state)
	case len(e.parts) == 0:
		r.empty = append(r.empty, e.key)
	}
}

// confirm notes that an element is as it was, unless the history knows that of this very extract.
func (r *revision) confirm(key string, s *state) {
	if !s.last.same(r.at) {
		r.confirmed = append(r.confirmed, key)
	}
}

// held are the events of the element that the history has under their own ids.
func (r *revision) held(s *state, e told) map[string]bool {
	if s == nil { // most of an import is new
		return nil
	}
	held := map[string]bool{}
	for _, p := range e.parts {
		if id, f := r.standing(e.key, p.name); f != nil {
			held[id] = true
		}
	}
	return held
}

func (r *revision) count() int { return len(r.back) + len(r.corrected) + len(r.moved) + len(r.fresh) }

// part brings the history up to one event.
func (r *revision) part(e told, p part, held map[string]bool) {
	id, f := r.standing(e.key, p.name)
	o := events.Occurrence{ID: id, Source: events.RegisterSource, Time: dayTime(p.date), Event: p.event}
	if f == nil && held != nil {
		if f = r.alike(e.key, o, held); f != nil {
			o.ID, held[f.id] = f.id, true
		}
	}
	switch {
	case f == nil:
		r.add(e.element.Place, e.key, o, max(p.date, e.parts[0].date))
	case r.says(f.told, o):
		r.same++
	default:
		r.replace(e.element.Place, e.key, o)
	}
}

// standing is the event of an element by that name, and its id; when it was retracted, the id is a new one.
func (r *revision) standing(key, name string) (id string, f *fact) {
	for n := 0; ; n++ {
		id = uuidOf("event", r.youth, key, name, strconv.Itoa(n))
		if f = r.known.facts[id]; f == nil || !f.gone {
			return id, f
		}
	}
}

// alike is a standing event of the element that says the same: one that came from another youth's history has not the
// id that its name would give it here.
func (r *revision) alike(key string, o events.Occurrence, held map[string]bool) *fact {
	for _, f := range r.known.elements[key].standing(key) {
		if o.ID = f.id; !held[f.id] && r.says(f.told, o) {
			return f
		}
	}
	return nil
}

func (r *revision) says(a, b events.Occurrence) bool {
	youth := events.YouthEntity(r.youth)
	return events.SameContent(events.Submission{Entity: youth, Occurrence: a}, events.Submission{Entity: youth, Occurrence: b})
}

// add is a new event.
func (r *revision) add(place, key string, o events.Occurrence, rank events.Date) {
	o.CorrelationID, o.CausationID = key, r.readID
	r.fresh = append(r.fresh, step{place, o.Event, o, rank})
}

// replace corrects an event. A start that moves past the old end waits until the end has moved.
func (r *revision) replace(place, key string, o events.Occurrence) {
	c := r.about("corrected", o.ID, key)
	c.Event = &events.EventCorrected{EventID: o.ID, Reason: "register", Replacement: events.Submission{Entity: events.YouthEntity(r.youth), Occurrence: o}}
	s := step{place, o.Event, c, 0}
	if start, ok := o.Event.(*events.MeasureStarted); ok && r.pastEnd(start.MeasureID, o) {
		r.moved = append(r.moved, s)
		return
	}
	r.corrected = append(r.corrected, s)
}

// pastEnd tells whether the measure ends, as the history has it, before it would start.
func (r *revision) pastEnd(measure string, start events.Occurrence) bool {
	for _, f := range r.known.facts {
		if end, ok := f.told.Event.(*events.MeasureEnded); ok && !f.gone && end.MeasureID == measure && f.told.Date() < start.Date() {
			return true
		}
	}
	return false
}

// take takes an event back.
func (r *revision) take(place string, f *fact) {
	o := r.about("retracted", f.id, f.key)
	o.Event = &events.EventRetracted{EventID: f.id, Reason: "not_happened"}
	r.back = append(r.back, step{place, f.told.Event, o, 0})
}

// about is an occurrence that tells, on the day of the extract, something of another event.
func (r *revision) about(what, id, key string) events.Occurrence {
	return events.Occurrence{
		ID: uuidOf(what, id, r.at.submission, r.at.at.Format(time.RFC3339Nano)), Source: events.RegisterSource,
		Time: r.at.at, CorrelationID: key, CausationID: r.readID,
	}
}

// withdraw takes back what the element told and does not hold any more.
func (r *revision) withdraw(s *state, e told, held map[string]bool) {
	for _, f := range s.standing(e.key) {
		if _, named := f.told.Event.(*events.FollowUpHeld); !held[f.id] && (!named || r.total || len(e.parts) == 0) {
			r.take(e.element.Place, f)
		}
	}
}

// deletions takes back what is deleted by name (Slettet), and is its keys.
func (r *revision) deletions() map[string]bool {
	gone := map[string]bool{}
	for i := range r.s.Case.Deletions {
		d := &r.s.Case.Deletions[i]
		switch d.Of {
		case "Tiltak", "Vedtak", "Plan", "Ettervern":
			key := keyOf(r.s.Case.ID, d.Of, d.ID)
			gone[key] = true
			r.delete(key, &d.Element)
		}
	}
	return gone
}

// delete takes back all that an element told. That an unknown one is deleted is kept in mind: an older submission may
// still tell of it.
func (r *revision) delete(key string, e *Element) {
	s := r.known.elements[key]
	r.mentioned[key], r.covered[key] = true, true
	switch {
	case s == nil:
		r.empty = append(r.empty, key)
		if e.Type == "Slettet" {
			r.findings = append(r.findings, FileFinding{Element: e.Place, Rule: "Sak Kontroll 22", Severity: Warning, Message: "SlettetType peker til et ikke-eksisterende element"})
		}
	case s.last.after(r.at):
		r.older++
	case len(s.standing(key)) == 0:
		r.confirm(key, s)
	default:
		for _, f := range s.standing(key) {
			r.take(e.Place, f)
		}
	}
}

// absent takes back what a total submission does not mention.
func (r *revision) absent() {
	for _, key := range r.known.of(r.s.Case.ID) {
		if s := r.known.elements[key]; !r.mentioned[key] && r.at.after(s.last) && key != r.key() {
			for _, f := range s.standing(key) {
				r.take(r.s.Case.Place, f)
			}
			r.covered[key] = true
		}
	}
}

// steps are the events to record, in an order that each can be decided in: what is new comes as it happened, but never
// before what it refers to.
func (r *revision) steps() []step {
	slices.SortStableFunc(r.fresh, func(a, b step) int { return int(a.rank - b.rank) })
	all := r.fresh // nearly always that is all there is
	if r.count() > len(r.fresh) {
		all = slices.Concat(r.back, r.corrected, r.moved, r.fresh)
	}
	if i := slices.IndexFunc(all, func(s step) bool { _, is := s.what.(*events.YouthRegistered); return is && s.o.Event == s.what }); i > 0 {
		registers := all[i]
		all = slices.Insert(slices.Delete(all, i, i+1), 0, registers)
	}
	reads := r.reads(len(all)+len(r.last) > 0)
	return append(append(append(all, r.inherited...), reads...), r.last...)
}

// reads say which submission this was and what it left as it was. They come last: when a crash comes before them, the
// history does not know the submission, and reading it again completes it.
func (r *revision) reads(recorded bool) []step {
	whole, confirmed, empty := r.whole(), r.confirmed, r.empty
	news := recorded && len(r.known.readings(r.at)) == 0 || len(confirmed)+len(empty) > 0
	if whole {
		confirmed = nil
	}
	var all []step
	for id := r.nextRead(); news; id = uuidOf("more", id) {
		e := &events.SubmissionRead{
			CaseID: r.at.caseID, SubmissionID: r.at.submission, PreviousID: r.s.PreviousID, SecretID: r.secret, Whole: whole && len(all) == 0,
			Confirmed: upTo(&confirmed), Empty: upTo(&empty),
		}
		all = append(all, r.reading(id, r.at.at, e))
		news = len(confirmed)+len(empty) > 0
	}
	return all
}

func (r *revision) reading(id string, at time.Time, e *events.SubmissionRead) step {
	return step{r.s.Case.Place, e, events.Occurrence{ID: id, Source: events.RegisterSource, Time: at, Event: e}, 0}
}

// upTo takes as many as a list of an event holds.
func upTo(all *[]string) []string {
	part := (*all)[:min(len(*all), events.MaxItems)]
	*all = (*all)[len(part):]
	return part
}

// whole tells whether the submission covers all that the history knows of the case.
func (r *revision) whole() bool {
	for _, key := range r.known.of(r.at.caseID) {
		if !r.covered[key] && r.at.after(r.known.elements[key].last) {
			return false
		}
	}
	return true
}

// inherit takes over what a former history holds, where neither this submission nor the new history tells of it.
func (r *revision) inherit(from earlier) {
	read := map[extract]string{}
	for _, key := range from.keys(r.at.caseID) {
		s := from.known.elements[key]
		if r.mentioned[key] || r.known.elements[key] != nil {
			continue
		}
		for _, f := range s.movable(key) {
			if read[s.last] == "" {
				read[s.last] = r.readOf(s.last, 0)
				r.inherited = append(r.inherited, r.reading(read[s.last], s.last.at, &events.SubmissionRead{
					CaseID: s.last.caseID, SubmissionID: s.last.submission, PreviousID: from.known.previous[s.last], SecretID: r.secret,
				}))
			}
			o := f.told
			o.ID, _ = r.standing(key, "inherited "+f.id)
			o.CorrelationID, o.CausationID = key, read[s.last]
			r.fresh = append(r.fresh, step{r.s.Case.Place, o.Event, o, max(o.Date(), s.facts[0].told.Date())})
		}
	}
}
