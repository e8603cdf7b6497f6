package events

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits on what is taken in and stored, in bytes and events.
const (
	MaxEventBytes  = 16 << 10  // one event as it arrives
	MaxEntryBytes  = 512 << 10 // one entry as it is stored; the stream takes 1 MiB
	MaxEntryEvents = 100
	timeLayout     = time.RFC3339Nano
	recordedLayout = "2006-01-02T15:04:05.000000Z" // of one length, so that it can be stamped
)

// ErrUnreadable: stored bytes that are not an entry of this ledger's format.
var ErrUnreadable = errors.New("the stored entry cannot be read")

// ReadSubmission reads one CloudEvent in structured JSON as it arrives at a door. Unknown fields and types and
// the ledger's own attributes are faults; what SDKs add (dataschema, traceparent, tracestate) is dropped.
// Its only error is a *FormError that lists every fault; the id and source are given all the same where they are right.
func ReadSubmission(raw []byte) (Submission, error) {
	if len(raw) > MaxEventBytes {
		return Submission{}, malformed("", "must be at most "+strconv.Itoa(MaxEventBytes)+" bytes")
	}
	f := borrow(reading, false)
	defer lent.Put(f)
	if err := f.takeApart(raw); err != nil {
		return Submission{}, err
	}
	e := f.expected(f.lately.subject)
	e.read(f, atDoor)
	if len(f.found) == 0 {
		return Submission{Entity: e.entity(), Occurrence: e.occurrence}, nil
	}
	if err := wellFormed(raw); err != nil { // a name twice is a fault by its second place
		return Submission{}, err
	}
	return Submission{Occurrence: Occurrence{ID: e.occurrence.ID, Source: e.occurrence.Source}}, &FormError{f.found}
}

// takeApart cuts what came in, an object that is JSON but for names given twice.
func (f *form) takeApart(raw []byte) error {
	at := space(raw, 0)
	if end := f.cut(raw, at); end == 0 || space(raw, end) != len(raw) || !plain(raw) || !f.sure() {
		if err := wellFormed(raw); err != nil {
			return err
		}
	}
	if raw[at] != '{' {
		return malformed("", "must be a CloudEvent: a JSON object")
	}
	return nil
}

func wellFormed(value jsontext.Value) error {
	if value.IsValid() {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(value))
	if err := d.SkipValue(); err == nil {
		return malformed("", "must be one JSON value")
	}
	return malformed("", fmt.Sprintf("must be JSON (RFC 8259, no name twice in an object); it goes wrong near byte %d", d.InputOffset()))
}

// Encode writes an entry as it is stored: a CloudEvents batch, always the same bytes for the same entry.
func Encode(e Entry) []byte {
	f := form{use: writing, out: make([]byte, 0, 640*len(e.Events))}
	f.out = append(f.out, '[')
	for i := range e.Events {
		if i > 0 {
			f.out = append(f.out, ',')
		}
		env := e.envelope(i)
		env.write(&f, true)
	}
	return append(f.out, ']')
}

// recordedKey comes before each recorded time. No text can hold it: in text quotes are escaped. It begins with a letter
// that events seldom hold, which finds it sooner.
const recordedKey = `json","recordedtime":"`

// Stamp sets the recorded time in the bytes of an encoded entry, which keep their length.
func Stamp(body []byte, recorded time.Time) {
	stamp := AppendRecorded(make([]byte, 0, len(recordedLayout)), recorded)
	for at := bytes.Index(body, []byte(recordedKey)); at >= 0; at = bytes.Index(body, []byte(recordedKey)) {
		body = body[at+len(recordedKey):]
		copy(body, stamp)
	}
}

// AppendRecorded writes a recorded time as 2006-01-02T15:04:05.000000Z, always of one length, so that it can be stamped.
func AppendRecorded(b []byte, t time.Time) []byte {
	t = t.UTC()
	hour, minute, second := t.Clock()
	b = append(appendPadded(append(appendDate(b, t), 'T'), hour, 2), ':')
	b = append(appendPadded(b, minute, 2), ':')
	b = append(appendPadded(b, second, 2), '.')
	return append(appendPadded(b, t.Nanosecond()/1000, 6), 'Z')
}

// EncodeSubmission writes an event as an emitter sends it: one CloudEvent in structured JSON.
func EncodeSubmission(s Submission) []byte {
	f := form{use: writing, out: make([]byte, 0, 640)}
	(&envelope{occurrence: s.Occurrence, row: RowOf(s.Event), subject: s.Entity.ID}).write(&f, false)
	return f.out
}

// Decode reads the stored bytes of the entry of entity at sequence. It trusts that they were checked before they
// were appended; what it cannot understand all the same is ErrUnreadable, with the place but never the content.
func Decode(entity Entity, sequence uint64, body []byte) (Entry, error) {
	entry := Entry{Entity: entity, Sequence: sequence}
	err := readBatch(body, reading, func(f *form) {
		e := f.expected(entity.ID)
		if e.read(f, inStore); len(f.found) == 0 && !entry.take(&e, len(body)/f.at) {
			f.fault("", "does not belong to the entry")
		}
	})
	if err != nil {
		return Entry{}, fmt.Errorf("%w: sequence %d: %w", ErrUnreadable, sequence, err)
	}
	return entry, nil
}

// Check is nil when Decode would give the same entry for body as the one given, but for its sequence; else it is
// ErrUnreadable. It goes through the bytes as Decode does, and compares instead of making events anew.
func Check(entry Entry, body []byte) error {
	n := 0
	err := readBatch(body, comparing, func(f *form) {
		if n++; n > len(entry.Events) {
			f.fault("", "is one event too many")
			return
		}
		e := entry.envelope(n - 1)
		if e.read(f, inStore); e.row != nil && !e.row.about(entry.Entity.Kind) {
			f.fault("type", "does not belong to the entry")
		}
	})
	if err == nil && n < len(entry.Events) {
		err = errors.New("an event is missing")
	}
	if err != nil {
		return fmt.Errorf("%w: it does not read back equal: %w", ErrUnreadable, err)
	}
	return nil
}

// readBatch shows one event of a stored batch after the other. Its error is the first fault found.
func readBatch(body []byte, by use, show func(f *form)) error {
	f := borrow(by, true)
	defer lent.Put(f)
	f.json, f.at = body, 0
	for mark := byte('['); f.at+1 < len(body) && body[f.at] == mark && body[f.at+1] == '{'; mark = ',' {
		f.at += 2
		if show(f); len(f.found) > 0 {
			return &FormError{f.found[:1]}
		}
	}
	if string(body[f.at:]) != "]" {
		return errors.New("not a whole batch")
	}
	return nil
}

// envelope is event i as it is to be written.
func (e *Entry) envelope(i int) envelope {
	return envelope{
		occurrence: e.Events[i], row: RowOf(e.Events[i].Event), subject: e.Entity.ID,
		recorded: e.Recorded, number: e.Number, actor: e.Actor,
	}
}

// take adds one event to the entry; what they share must be the same in all of them.
func (e *Entry) take(env *envelope, likely int) bool {
	if len(e.Events) == 0 {
		e.Number, e.Recorded, e.Actor = env.number, env.recorded, env.actor
		e.Events = make([]Occurrence, 0, likely)
	}
	e.Events = append(e.Events, env.occurrence)
	return env.number == e.Number && env.recorded.Equal(e.Recorded) && env.actor == e.Actor &&
		env.subject == e.Entity.ID && env.row.about(e.Entity.Kind)
}

// SameContent tells whether two events of the same source and id say the same, after decoding: the same type,
// entity, time and data. How they were correlated does not matter.
func SameContent(a, b Submission) bool {
	return a.Entity == b.Entity && a.ID == b.ID && a.Source == b.Source && a.Time.Equal(b.Time) &&
		TypeOf(a.Event) == TypeOf(b.Event) && bytes.Equal(Data(a.Event), Data(b.Event))
}

// Data is the event's data as stored: a JSON object.
func Data(e Event) []byte {
	f := form{use: writing, out: []byte{'{'}}
	e.fields(&f)
	return append(f.out, '}')
}

// Describe lists the fields of an event, in the stored order, for documentation and schemas.
func Describe(e Event) []Description {
	f := form{use: describing}
	e.fields(&f)
	return f.fields
}
