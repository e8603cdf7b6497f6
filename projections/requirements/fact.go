package requirements

import (
	"bytes"
	"strings"
	"time"

	"ettervern/events"
)

// fact is one recorded event in the few bytes that judging needs; 24 of them, for a county has millions.
// What it holds depends on its kind: see fold.go.
type fact struct {
	sequence     uint32 // place in the ledger; a ledger is far below four thousand million entries
	date         events.Date
	at           uint32 // where its ids begin in the arena: its own, then those it refers to
	of           int32  // corrections and retractions: the index of the fact they are about; -1 otherwise
	lag          int16  // days from the date to the recording
	municipality uint16
	kind         kind
	service      service
	code         uint8
	bits         bits
}

// recorded is the civil date on which it was recorded.
func (f *fact) recorded() events.Date { return f.date.AddDays(int(f.lag)) }

type kind uint8

const (
	other kind = iota
	registered
	birthDate
	responsibility
	died
	measureStarted
	measureEnded
	informationGiven
	participation
	assessment
	requested
	decisionMade
	decisionNotified
	complaintDecided
	contactAttempted
	meetingHeld
	offered
	declined
	consentWithdrawn
	planAdopted
	planEvaluated
	followedUp
	handoverSent
	handoverAnswered // received, accepted or rejected by Nav
	retraction
	merged   // the youth has another pseudonym
	annulled // a decision after a complaint set it aside; only while judging
)

// kinds is a set of kinds of facts, a bit each.
type kinds uint64

func of(all ...kind) (set kinds) {
	for _, k := range all {
		set |= 1 << k
	}
	return set
}

func (s kinds) has(k kind) bool { return s&(1<<k) != 0 }

type service uint8

const (
	otherService service = iota
	childWelfare
	nav
)

type bits uint8

const (
	isCorrection bits = 1 << iota // the fact is what an EventCorrected put in the place of another
	ofAftercare                   // topics hold, or participation concerns, aftercare
	adapted
	inWriting
	bestInterests
	ofNav          // participation concerns Nav's mapping, consent is to sharing with Nav, a meeting was of child welfare and Nav
	complaintRight // the right to complain was stated
	unsaid         // a decision as the national register tells it: it has no reasons there, which does not say that there are none
)

// Facts is what is known of one youth, in the order it was recorded. It only grows: a copy taken while holding the
// owner's lock can be read without it.
type Facts struct {
	list      []fact
	arena     []byte
	corrected bool // some fact is a correction or retraction
}

// Len is how many events are known.
func (f *Facts) Len() int { return len(f.list) }

// Add takes in one recorded event. It must come in ledger order.
func (f *Facts) Add(o *events.Occurrence, sequence uint64, recorded time.Time) {
	f.AddOn(o, sequence, events.DateOf(recorded))
}

// AddOn is Add with the civil date of recording already worked out.
func (f *Facts) AddOn(o *events.Occurrence, sequence uint64, recorded events.Date) {
	told := fact{sequence: uint32(sequence), of: -1, at: uint32(len(f.arena))}
	f.putID(o.ID)
	switch e := o.Event.(type) {
	case *events.EventCorrected:
		told.of = f.find(e.EventID)
		told.bits |= isCorrection
		f.describe(&told, &e.Replacement.Occurrence, recorded)
		f.corrected = true
	case *events.EventRetracted:
		told.of = f.find(e.EventID)
		told.kind = retraction
		f.corrected = true
	default:
		f.describe(&told, o, recorded)
	}
	if len(f.list) == cap(f.list) { // grow by little: a read model is mostly youths
		f.list = append(make([]fact, 0, len(f.list)+4), f.list...)
	}
	f.list = append(f.list, told)
}

// find is the index of the event with that id, or -1.
func (f *Facts) find(id string) int32 {
	var buf [maxPacked]byte
	want := string(pack(buf[:0], id))
	for i := range f.list {
		if string(f.text(f.list[i].at)) == want {
			return int32(i)
		}
	}
	return -1
}

// upTo is how many facts were recorded up to a sequence.
func (f *Facts) upTo(known uint64) int {
	n := len(f.list)
	for n > 0 && uint64(f.list[n-1].sequence) > known {
		n--
	}
	return n
}

const (
	packedUUID = 0xff
	maxPacked  = 129
)

// pack appends an id with its length, a UUID in 17 bytes.
func pack(to []byte, id string) []byte {
	u, ok := ParseUUID(id)
	if !ok {
		return append(append(to, byte(len(id))), id...)
	}
	return append(append(to, packedUUID), u[:]...)
}

// putID packs the id at the arena's end, which grows by little.
func (f *Facts) putID(id string) {
	var buf [maxPacked]byte
	packed := pack(buf[:0], id)
	if cap(f.arena)-len(f.arena) < len(packed) {
		f.arena = append(make([]byte, 0, len(f.arena)+max(64, len(packed))), f.arena...)
	}
	f.arena = append(f.arena, packed...)
}

// text is the packed id at a place in the arena.
func (f *Facts) text(at uint32) []byte {
	n := int(f.arena[at])
	if n == packedUUID {
		n = 16
	}
	return f.arena[at : int(at)+1+n]
}

// reference is the nth id a fact refers to, packed; the 0th is the event's own.
func (f *Facts) reference(of *fact, nth int) []byte {
	at := of.at
	for range nth {
		at += uint32(len(f.text(at)))
	}
	return f.text(at)
}

// id is the id of the event that a fact tells of: a correction tells of the original.
func (f *Facts) id(of *fact) string {
	if of.bits&isCorrection != 0 && of.of >= 0 {
		return unpack(f.text(f.list[of.of].at))
	}
	return unpack(f.text(of.at))
}

// compareIDs orders packed ids as their texts.
func compareIDs(a, b []byte) int {
	if a[0] == packedUUID && b[0] == packedUUID {
		return bytes.Compare(a, b)
	}
	return strings.Compare(unpack(a), unpack(b))
}

func unpack(packed []byte) string {
	if packed[0] != packedUUID {
		return string(packed[1:])
	}
	return UUID(packed[1:]).String()
}

// UUID is a pseudonym in sixteen bytes. UUIDs sort as their text does.
type UUID [16]byte

// ParseUUID reads the canonical lower-case form, the only one that names a youth.
func ParseUUID(s string) (u UUID, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return u, false
	}
	n := 0
	for i := 0; i < len(s); i += 2 {
		if s[i] == '-' {
			i++
		}
		high, low := nibbles[s[i]], nibbles[s[i+1]]
		if high|low > 15 {
			return u, false
		}
		u[n] = high<<4 | low
		n++
	}
	return u, true
}

const hex = "0123456789abcdef"

// nibbles is what each hexadecimal digit is worth; anything else is more than 15.
var nibbles = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i := range hex {
		t[hex[i]] = byte(i)
	}
	return t
}()

// String is the canonical lower-case form.
func (u UUID) String() string {
	out := make([]byte, 0, 36)
	for i, b := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out = append(out, '-')
		}
		out = append(out, hex[b>>4], hex[b&15])
	}
	return string(out)
}
