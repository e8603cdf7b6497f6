package register

import (
	"time"

	"ettervern/events"
)

// Submission is what one file says: how one case stood in a case system when it was extracted (Barnevern).
//
// It holds what the events need and what the register's rules ask for, and nothing else of the child. The identity
// numbers lie in it until the pseudonym is made; they are never printed.
type Submission struct {
	ID           string    // Barnevern/@Id
	PreviousID   string    // ForrigeId, "" for none
	Extracted    time.Time // DatoUttrekk
	Organisation string    // Avgiver/@Organisasjonsnummer
	Municipality string    // Avgiver/@Kommunenummer
	District     string    // Avgiver/@Bydelsnummer, "" for none
	DistrictName bool      // Avgiver/@Bydelsnavn is given
	Case         Case
}

// day is the civil date of the extract.
func (s *Submission) day() events.Date { return events.DateOf(s.Extracted) }

// Case is a child's case (Sak) in one child-welfare service.
type Case struct {
	Element
	Persons   []Person
	Measures  []Measure
	Decisions []Decision
	Plans     []Plan
	Offers    []Offer
	Others    []Other
	Relations []Relation
	Deletions []Deletion
}

// Element is what the elements of a case have in common.
type Element struct {
	Type       string // the element's name
	ID         string // its UUID, lower-case; unique for its type within the case
	Place      string // its path in the file, with its id
	Start, End events.Date
	Deleted    bool // ErSlettet
	Migrated   bool // MigrertId: it comes from the older reporting, whose errors the register forgives
	digest     uint64
	refused    bool // it has been reported, and is not recorded
}

// Other is an element of which no more is read than the rules ask for: a report, an investigation, a petition to the
// county board or a move.
type Other struct {
	Element
	Law string // of a petition
}

// Person says who the child is, from a date on (Personalia).
type Person struct {
	Element
	Born   events.Date
	number string // Fodselsnummer
	duf    string // DUFnummer
}

// Measure is a measure (Tiltak).
type Measure struct {
	Element
	Basis      []Paragraph // the legal basis, then those it is read with
	Category   string
	Repeal     string // Opphevelse/@Kode, "" for none
	FollowUps  []FollowUp
	explained  bool // Kategori/@Presisering is given
	repealSaid bool // Opphevelse/@Presisering is given
}

// FollowUp is one follow-up held in a measure (Oppfolging/Utfort).
type FollowUp struct {
	ID   string
	Date events.Date
}

// Decision is an individual decision (Vedtak).
type Decision struct {
	Element
	Basis    []Paragraph
	Statuses []Status
	foreign  []string // laws that the form does not have, as they may be shown
}

// Status is what a decision became on a date.
type Status struct {
	Code string
	Date events.Date
}

// Plan is a plan (Plan).
type Plan struct {
	Element
	Code        string
	Evaluations []events.Date
}

// Offer is an offer of aftercare (Ettervern).
type Offer struct {
	Element
	Outcome string // Konklusjon/@Kode, "" for none
}

// Relation ties two elements together.
type Relation struct{ FromType, FromID, ToType, ToID string }

// Deletion says that an element is deleted (Slettet).
type Deletion struct {
	Element
	Of string // the type of the deleted element; its id is the deletion's
}

// Paragraph is a legal basis (Lovhjemmel).
type Paragraph struct {
	Law, Chapter, Section string
	Subsections           []string // Ledd
	zero                  bool     // something in it is 0
}

// String is the paragraph as lawyers write it, such as BVL2021 § 3-6.
func (p Paragraph) String() string { return p.Law + " § " + p.Chapter + "-" + p.Section }

func (p Paragraph) is(law, chapter, section string) bool {
	return p.Law == law && p.Chapter == chapter && p.Section == section
}

// every is every element of the case, in the order of the form.
func (c *Case) every() []*Element {
	var all []*Element
	for i := range c.Persons {
		all = append(all, &c.Persons[i].Element)
	}
	for i := range c.Others {
		all = append(all, &c.Others[i].Element)
	}
	for i := range c.Plans {
		all = append(all, &c.Plans[i].Element)
	}
	for i := range c.Measures {
		all = append(all, &c.Measures[i].Element)
	}
	for i := range c.Decisions {
		all = append(all, &c.Decisions[i].Element)
	}
	for i := range c.Offers {
		all = append(all, &c.Offers[i].Element)
	}
	return all
}

// person is who the child is now: the last of those that are not deleted; nil when the file does not say.
func (c *Case) person() *Person {
	var now *Person
	for i := range c.Persons {
		if p := &c.Persons[i]; !p.Deleted && (now == nil || p.Start >= now.Start) {
			now = p
		}
	}
	return now
}

// born is the child's birth date, 0 when the file does not say.
func (c *Case) born() events.Date {
	if p := c.person(); p != nil {
		return p.Born
	}
	return 0
}
