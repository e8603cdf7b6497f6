// Package events is the vocabulary of the ledger: what can happen to a young person on the way out of
// child welfare, to the services around them and to those who supervise these; how it is written down, and the dates
// that the law counts by.
//
// It knows nobody: everything else is built on it.
package events

import (
	"errors"
	"time"
)

// Event is one thing that happened. The interface is sealed: its members are the structs of this package,
// one for each row of Catalogue.
//
// The contract for change: an event is for ever. Fields may be added when they are optional; a field is never
// renamed, removed or given another meaning. A new meaning is a new event type. If a golden test fails, change
// the code, not the file.
//
//sumtype:decl
type Event interface {
	event()
	// fields shows each field of the event's data to the form, in the stored order.
	fields(*form)
}

// Kind says what an entity is. It is the second token of the stream's subject.
type Kind string

// The kinds of entity of domain § 4.
const (
	Youth       Kind = "youth"
	Unit        Kind = "unit"
	Supervision Kind = "supervision"
)

// Entity is whose history an entry belongs to: a youth by pseudonym, a unit, or a supervision. Only a retraction that
// comes in about a UUID has no Kind yet: whether that is a youth or a supervision, the ledger knows.
type Entity struct {
	Kind Kind
	ID   string
}

// YouthEntity is the youth with the pseudonym id.
func YouthEntity(id string) Entity { return Entity{Kind: Youth, ID: id} }

// String is the entity as kind/id, for logs and errors.
func (e Entity) String() string { return string(e.Kind) + "/" + e.ID }

// Occurrence is an event with what CloudEvents says about it: who tells it, under which id, and when it happened.
type Occurrence struct {
	ID            string    // names the event within its source, for ever
	Source        string    // the emitting system and organisation, a URI reference
	Time          time.Time // when it happened in the world, UTC
	CorrelationID string    // optional: what it belongs to in the emitter's system
	CausationID   string    // optional: what caused it there
	Event         Event
}

// Date is the civil date on which it happened in Norway: 23:30Z on the eve of a birthday is on the birthday.
func (o Occurrence) Date() Date { return DateOf(o.Time) }

// Submission is an occurrence as it arrives at a door: not yet recorded, but of right form.
type Submission struct {
	Entity Entity
	Occurrence
}

// Entry is one line of the ledger: the events of one decision about one entity, stored as one message.
//
// Number and Recorded lie inside the stored bytes and are set once, by the ledger's one writer.
// Sequence does not: it is where the bytes lie in the stream, and is known when they are read.
type Entry struct {
	Entity   Entity
	Number   uint64       // 1, 2, 3 … in the entity's history
	Recorded time.Time    // UTC, whole microseconds, never before its predecessor in the ledger
	Actor    string       // the role in which it was recorded
	Events   []Occurrence // at least one, at most MaxEntryEvents
	Sequence uint64       // place in the whole ledger, from 1
	Erased   bool         // nothing opens it any more: Actor and Events are empty
}

// What the ledger answers when it cannot do what was asked. Adapters wrap them; ask with errors.Is.
var (
	// ErrConflict: the entity's history is longer than the caller knew. Read it and decide again.
	ErrConflict = errors.New("the history has grown since it was read")
	// ErrOutcomeUnknown: it may or may not be stored. Ask for the receipt before trying again.
	ErrOutcomeUnknown = errors.New("it is not known whether the entry was stored")
	// ErrUnavailable: the ledger takes nothing now: it is closing, has stopped, or was not quick enough. Nothing was
	// stored; sending it again can help.
	ErrUnavailable = errors.New("the ledger takes nothing now")
	// ErrNotYet: the sequence to be awaited is not shown yet. Asking again later can help.
	ErrNotYet = errors.New("the ledger does not show that sequence yet")
	// ErrNotFound: there is no such entity or event in the ledger.
	ErrNotFound = errors.New("not found in the ledger")
)
