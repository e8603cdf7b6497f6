package events

import (
	"slices"
	"strconv"
	"time"
)

// envelope is one CloudEvent (CloudEvents 1.0, JSON format) with the ledger's extensions.
type envelope struct {
	occurrence Occurrence
	subject    string
	row        *Row
	recorded   time.Time
	number     uint64
	actor      string
}

// where tells what attributes are welcome.
type where uint8

const (
	atDoor where = iota
	inStore
	inReplacement
)

var (
	dropped = []string{"dataschema", "traceparent", "tracestate"}
	ours    = []string{"recordedtime", "entitynumber", "actor"}
)

// Attributes lists the attributes that an emitter sends around the data of an event about that kind of entity ("" for
// any), except type, for documentation and schemas. What SDKs add is accepted as well, and dropped.
func Attributes(about Kind) []Description {
	return []Description{
		{Name: "specversion", Text: version},
		{Name: "id", Text: eventID},
		{Name: "source", Text: sourceURI},
		{Name: "subject", Text: subjectOf(about)},
		{Name: "time", Text: instant},
		{Name: "datacontenttype", Text: contentType, Optional: true},
		{Name: "correlationid", Text: eventID, Optional: true},
		{Name: "causationid", Text: eventID, Optional: true},
	}
}

// Dropped lists the attributes that are accepted and not kept.
func Dropped() []string { return slices.Clone(dropped) }

// expected is what the next event will most likely say, so that it need not be copied. All of it is required of each
// event, and overwritten where the event says something else.
func (f *form) expected(subject string) envelope {
	return envelope{subject: subject, actor: f.lately.actor, occurrence: Occurrence{Source: f.lately.source}}
}

// read takes the attributes from f and checks them, in the order in which they are written.
func (e *envelope) read(f *form, at where) {
	f.read("specversion", version, false)
	f.text("id", &e.occurrence.ID, eventID, false)
	f.text("source", &e.occurrence.Source, sourceURI, false)
	e.readType(f, at)
	f.text("subject", &e.subject, subjectOf(e.about()), false)
	f.instant("time", &e.occurrence.Time)
	f.read("datacontenttype", contentType, at != inStore)
	if at == inStore {
		e.readOurs(f)
	}
	f.text("correlationid", &e.occurrence.CorrelationID, eventID, true)
	f.text("causationid", &e.occurrence.CausationID, eventID, true)
	if e.row != nil {
		f.data(e.occurrence.Event)
	} else {
		f.take("data", true)
	}
	if at != inStore {
		f.refuseOurs()
		f.drop()
	}
	f.finish()
	f.lately = texts{e.subject, e.occurrence.Source, e.actor}
}

// readType finds the event's type in the catalogue, and makes an event of it.
func (e *envelope) readType(f *form, at where) {
	row := f.row("type")
	if at != inStore && row != nil && row.Entity == Access { // nobody but the ledger tells who has looked
		f.fault("type", "must be one of the event types, such as ettervern.InformationGiven.v1")
		row = nil
	}
	learn(f, "type", &e.row, row)
	if f.use == reading && row != nil {
		e.occurrence.Event = row.New()
	}
}

// about is the kind of entity the event's type is about; "" for any.
func (e *envelope) about() Kind {
	if e.row == nil {
		return ""
	}
	return e.row.Entity
}

// entity is whom the event is about. A correction is about whom its replacement is about; whether a retraction that
// names a UUID is about a youth or a supervision, only the ledger knows.
func (e *envelope) entity() Entity {
	kind := e.about()
	switch event := e.occurrence.Event.(type) {
	case *EventCorrected:
		kind = event.Replacement.Entity.Kind
	case *EventRetracted:
		if !CanonicalUUID(e.subject) {
			kind = Unit
		}
	default:
	}
	return Entity{kind, e.subject}
}

func subjectOf(about Kind) *Pattern {
	switch about {
	case Youth, Supervision:
		return youthID
	case Unit:
		return unitID
	case Access:
		return accessYear
	}
	return entityID
}

func (e *envelope) readOurs(f *form) {
	f.instant("recordedtime", &e.recorded)
	if v := f.take("entitynumber", false); v.raw != nil {
		n, err := strconv.ParseUint(string(v.raw), 10, 64)
		if err != nil || n == 0 {
			f.fault("entitynumber", "must be a positive number")
		}
		learn(f, "entitynumber", &e.number, n)
	}
	f.text("actor", &e.actor, role, false)
}

// instant reads a time that must be there.
func (f *form) instant(name string, p *time.Time) {
	text, ok := f.read(name, instant, false)
	if !ok {
		return
	}
	t, ok := parseTime(text)
	if !ok {
		f.fault(name, "must be "+instant.Name) // only in the store: at a door the pattern has reported it
	}
	if f.use == comparing && t.Equal(*p) {
		return // in whatever zone
	}
	learn(f, name, p, t)
}

// row reads the event's type and finds it in the catalogue.
func (f *form) row(name string) *Row {
	v := f.take(name, false)
	if v.raw == nil {
		return nil
	}
	if v.raw.Kind() == '"' {
		if row, ok := byType[string(unquote(v.raw))]; ok {
			return row
		}
	}
	f.fault(name, "must be one of the event types, such as ettervern.InformationGiven.v1")
	return nil
}

func (f *form) refuseOurs() {
	for _, name := range ours {
		if f.take(name, true).raw != nil {
			f.fault(name, "is set by the ledger and must not be sent")
		}
	}
}

func (f *form) drop() {
	for _, name := range dropped {
		f.take(name, true)
	}
}

// data reads the event's data into event; an event without fields may come without data.
func (f *form) data(event Event) {
	v := f.take("data", withoutFields(event))
	if v.raw == nil {
		return
	}
	if v.raw.Kind() != '{' {
		f.fault("data", "must be an object")
		return
	}
	inner := f.inside("data", v)
	event.fields(inner)
	inner.finish()
}

// withoutFields tells whether the type of the event has none.
func withoutFields(event Event) bool {
	switch event.(type) {
	case *YouthDied, *CommentsReceived, *ReportIssued, *SupervisionClosed:
		return true
	default:
		return false
	}
}

// write puts the CloudEvent at the end of f.out, with the ledger's extensions when it is stored.
func (e *envelope) write(f *form, stored bool) {
	o := &e.occurrence
	f.out = append(f.out, `{"specversion":"1.0","id":`...)
	f.out = appendText(f.out, o.ID)
	f.put("source", o.Source)
	f.put("type", e.row.name)
	f.put("subject", e.subject)
	f.out = append(f.out, `,"time":"`...)
	f.out = o.Time.UTC().AppendFormat(f.out, timeLayout)
	f.out = append(f.out, `","datacontenttype":"application/`...)
	if stored {
		f.out = append(f.out, recordedKey...)
		f.out = AppendRecorded(f.out, e.recorded)
		f.out = append(f.out, `","entitynumber":`...)
		f.out = strconv.AppendUint(f.out, e.number, 10)
		f.put("actor", e.actor)
	} else {
		f.out = append(f.out, `json"`...)
	}
	if o.CorrelationID != "" {
		f.put("correlationid", o.CorrelationID)
	}
	if o.CausationID != "" {
		f.put("causationid", o.CausationID)
	}
	f.out = append(f.out, `,"data":{`...)
	o.Event.fields(f)
	f.out = append(f.out, '}', '}')
}

func (f *form) put(name, text string) {
	f.key(name)
	f.out = appendText(f.out, text)
}

// replacement shows the whole event that stands in for another: the same envelope, one level down.
func (f *form) replacement(name string, p *Submission) {
	switch f.use {
	case reading, comparing:
		f.readReplacement(name, p)
	case writing:
		f.key(name)
		(&envelope{occurrence: p.Occurrence, row: RowOf(p.Event), subject: p.Entity.ID}).write(f, false)
	case describing:
		f.describe(Description{Name: name, Object: "CloudEvent", Fields: Attributes("")})
	case checking:
		f.below(name, p.check)
	}
}

func (f *form) readReplacement(name string, p *Submission) {
	v := f.take(name, false)
	if v.raw == nil {
		return
	}
	if v.raw.Kind() != '{' {
		f.fault(name, "must be a whole CloudEvent")
		return
	}
	if f.depth > 0 {
		f.fault(name, "must not itself be a correction")
		return
	}
	inner := f.inside(name, v)
	inner.depth++
	e := envelope{occurrence: p.Occurrence, subject: p.Entity.ID, row: RowOf(p.Event)}
	if e.read(inner, inReplacement); e.row == nil {
		return
	}
	learn(f, name, &p.Entity, e.entity())
	if f.use == reading {
		p.Occurrence = e.occurrence
	}
}
