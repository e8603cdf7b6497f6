package requirements

import (
	"slices"
	"strings"

	"ettervern/events"
)

// Cover says which kinds of measure bring the duty about, for 18th birthdays from a date on.
type Cover struct {
	From  events.Date
	Kinds Kinds
}

// Basis is the legal basis from a date on. Text goes into the answer; In names the same law in each language.
type Basis struct {
	From events.Date
	Text string
	In   Text
}

// Requirement is one duty towards a youth. When the law changes, add a Cover or Basis from that day: what was in
// force stays as it is, so that past days are judged by their own law.
type Requirement struct {
	ID          string
	Group       Group
	Norm        Norm
	Service     Owner // whose duty it is; "": of the service that decided
	Title       Text
	Covers      []Cover     // ascending; the one in force on the 18th birthday counts; only before 18
	Basis       []Basis     // ascending; the one in force at the limit counts, none before the first
	AppliesFrom events.Date // 18th birthdays or endings before it bring no duty; zero is always
	Target      *Parameter  // how long before the limit it should be done; nil where only the limit counts
	Within      *Parameter  // how long after it was brought about it must be done; nil: on that day, or before 18
	Attempts    *Parameter  // how many events it takes to excuse it; nil: one
	Flags       Flags       // those of its own, beside the ones any verdict may carry
	Begun       Text        // what brings it about, with its date following; empty before 18
	Fulfilled   Text        // what fulfils it, with its date following
	Excuse      Text        // what excuses it, with its date following
	Short       Text        // what is there but does not fulfil it
	Terms       Terms       // the rule in terms of events, for those who emit them

	duties  func(*Case, *Requirement) // adds the instances; nil: the one before 18
	begins  kinds                     // the kinds of facts without which there are none; 0: periods and endings
	refers  int                       // which reference of what fulfils it must be to what the instance is about; 0: any
	fulfils matcher
	excuses matcher // its zero: nothing does
	short   matcher // what looks like it but falls short; its zero: nothing does
	heard   matcher // the participation that should come before what fulfils it; its zero: none need
	lacking Flags   // the flag where only such exist
}

// matcher tells facts that count: those of some kinds, of which more may be asked.
type matcher struct {
	kinds kinds
	holds func(*fact) bool // nil: nothing more
}

func (m *matcher) matches(f *fact) bool { return m.kinds.has(f.kind) && (m.holds == nil || m.holds(f)) }

// Terms says a rule in terms of events and their fields, for the published catalogue. The code beside it decides; a test
// holds the names to the events' own.
type Terms struct {
	Instance  string // what tells one duty of a youth from another; empty where there is one
	Trigger   string // what brings it about
	Fulfilled string
	Excused   string // empty: nothing does
	Ends      string // empty: death and the upper age only
	Lacking   string // what the flag for falling short means
}

// Group is what part of the law a requirement belongs to. The names are for ever.
type Group string

// The groups.
const (
	Before18 Group = "before_18"
	After18  Group = "after_18"
	OfNav    Group = "nav"
)

// Owner is the service whose duty a requirement is. Counts of different owners are never added.
type Owner string

// The owners of duties.
const (
	OfChildWelfare Owner = "child_welfare"
	OfNavOffice    Owner = "nav"
	OfBoth         Owner = "child_welfare_and_nav"
)

func since(d string, k Kinds) Cover { return Cover{events.MustDate(d), k} }

func basis(from, en, nb, nn string) Basis {
	return Basis{events.MustDate(from), en, Text{NB: nb, NN: nn, EN: en}}
}

var everyone = []Cover{since("1993-01-01", allKinds)}

// Requirements is the catalogue of the duties towards a youth.
var Requirements = slices.Concat(beforeEighteen, afterEighteen, withNav)

// Find is the index of the requirement of that id in Requirements, or -1.
func Find(id string) int {
	for i := range Requirements {
		if Requirements[i].ID == id {
			return i
		}
	}
	return -1
}

// IDs lists the ids of the requirements in the catalogue's order.
func IDs() []string {
	ids := make([]string, len(Requirements))
	for i := range Requirements {
		ids[i] = Requirements[i].ID
	}
	return ids
}

// Covered is the kinds of measure that bring the duty about for an 18th birthday on that day; 0 for duties other than before 18.
func (r *Requirement) Covered(birthday events.Date) Kinds {
	if len(r.Covers) == 0 {
		return 0
	}
	kinds := r.Covers[0].Kinds
	for _, c := range r.Covers[1:] {
		if c.From <= birthday {
			kinds = c.Kinds
		}
	}
	return kinds
}

// BasisOn is the legal basis in force on a day, or nil.
func (r *Requirement) BasisOn(day events.Date) *Basis {
	var found *Basis
	for i := range r.Basis {
		if r.Basis[i].From <= day {
			found = &r.Basis[i]
		}
	}
	return found
}

// Sorted is the indexes of Requirements by their ids in alphabetical order: the order of rows in lists.
var Sorted = func() []int {
	order := make([]int, len(Requirements))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(Requirements[a].ID, Requirements[b].ID) })
	return order
}()
