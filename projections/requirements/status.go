// Package requirements is the law as a table and the one function that judges a youth by it.
//
// It is pure: what it says depends only on the facts, the day asked about (validAt) and what was known
// (knownAt). Nothing it says is an administrative decision.
package requirements

import "strings"

// Version is the version of the catalogue that every verdict carries.
const Version = "1"

// Status is what is said of one requirement for one youth (domain § 6). The names are for ever.
type Status uint8

// The statuses, in the order of the catalogue.
const (
	NotApplicable Status = iota // no duty, or the youth died before it fell due
	Upcoming                    // a measure is active, the period of the duty has not begun
	Open                        // the period has begun, the target lies ahead
	Due                         // the target has passed, the limit has not
	Met                         // fulfilled within the limit
	MetLate                     // fulfilled after it
	Overdue                     // the limit has passed, it is not fulfilled
	Missed                      // the same, and nothing can be done any more
	Excused                     // a recorded reason stands instead
	statuses
)

var statusNames = [statuses]string{"not_applicable", "upcoming", "open", "due", "met", "met_late", "overdue", "missed", "excused"}

// String is the status as it is written in answers.
func (s Status) String() string { return statusNames[s] }

// StatusNames lists every status as it is written.
func StatusNames() []string { return statusNames[:] }

// ParseStatus finds the status of that name.
func ParseStatus(name string) (Status, bool) {
	for i, n := range statusNames {
		if n == name {
			return Status(i), true
		}
	}
	return 0, false
}

// Norm is how binding a requirement is. The levels are never counted together.
type Norm string

// The norm levels.
const (
	Statute     Norm = "statute"
	Guideline   Norm = "guideline"
	RoutineNorm Norm = "routine"
)

// Norms lists the norm levels as they are written.
func Norms() []string { return []string{string(Statute), string(Guideline), string(RoutineNorm)} }

// Flags is a set of remarks on a verdict.
type Flags uint16

// The flags. A flag never changes a status.
const (
	NotAdapted           Flags = 1 << iota // only information that was not adapted exists
	Denied                                 // the youth was once not given the chance to take part
	WithoutParticipation                   // assessed before the youth had been heard
	Unreasoned                             // only oral decisions, or ones without the best interests
	RecordedLate                           // a deciding event was recorded too long after it occurred
	RecordedAfterLimit                     // dated in time, recorded when the limit had passed
	RefersToRetracted                      // what brought it about or decided it refers to an event that was retracted
	LaxRoutine                             // the municipality's routine gives more time than the default
)

var flagNames = []string{"not_adapted", "denied", "without_participation", "unreasoned", "recorded_late", "recorded_after_limit", "refers_to_retracted", "lax_routine"}

// Names lists the flags that are set, in a fixed order; never nil.
func (f Flags) Names() []string {
	names := []string{}
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// String is the flags' names with commas between.
func (f Flags) String() string { return strings.Join(f.Names(), ",") }

// Text says the same in bokmål, nynorsk and English.
type Text struct {
	NB string `json:"nb"`
	NN string `json:"nn"`
	EN string `json:"en"`
}
