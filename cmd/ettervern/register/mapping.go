package register

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"

	"ettervern/events"
)

// told is what one element of the case amounts to: its events, under a key that is the same for ever.
type told struct {
	element *Element
	key     string
	parts   []part
}

// part is one event of an element. Its name tells it from the element's other events, for ever.
type part struct {
	name  string
	date  events.Date
	event events.Event
}

// keyOf is the key of an element: ids are unique for each type within a case, and no further.
func keyOf(caseID, kind, id string) string { return uuidOf("element", caseID, kind, id) }

// uuidOf is a version 8 UUID of what is named (RFC 9562 § 5.8).
func uuidOf(names ...string) string {
	named := make([]byte, 0, 256)
	named = append(named, "ettervern register 1"...)
	for _, name := range names {
		named = append(append(named, 0), name...)
	}
	sum := sha256.Sum256(named)
	u := sum[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	text := make([]byte, 0, 36)
	for i, b := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text = append(text, '-')
		}
		text = append(text, hexDigits[b>>4], hexDigits[b&15])
	}
	return string(text)
}

const hexDigits = "0123456789abcdef"

// dayTime is when something dated to a day is taken to have happened: as the day begins in Norway, so that what
// happened today is not in the future.
func dayTime(d events.Date) time.Time {
	year, month, day := d.Time().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, events.Norway).UTC()
}

// elements is what every element of the case amounts to; one that the ledger has no use for amounts to no events.
func (s *Submission) elements(report *Report) []told {
	all := make([]told, 0, len(s.Case.Measures)+len(s.Case.Decisions)+len(s.Case.Plans)+len(s.Case.Offers))
	add := func(e *Element, parts []part) {
		if e.Deleted {
			parts = nil
		}
		all = append(all, told{e, keyOf(s.Case.ID, e.Type, e.ID), parts})
	}
	for i := range s.Case.Measures {
		m := &s.Case.Measures[i]
		add(&m.Element, m.parts(s.Municipality))
	}
	for i := range s.Case.Decisions {
		d := &s.Case.Decisions[i]
		add(&d.Element, d.parts(report))
	}
	for i := range s.Case.Plans {
		p := &s.Case.Plans[i]
		add(&p.Element, p.parts(report))
	}
	for i := range s.Case.Offers {
		o := &s.Case.Offers[i]
		add(&o.Element, o.parts())
	}
	return all
}

func (m *Measure) parts(municipality string) []part {
	if m.refused || m.Deleted {
		return nil
	}
	parts := []part{{"started", m.Start, &events.MeasureStarted{
		MeasureID: m.ID, Kind: m.kind(), Category: m.Category, LegalBasis: lawOf(m.Basis), Municipality: municipality,
	}}}
	if m.End != 0 {
		parts = append(parts, part{"ended", m.End, &events.MeasureEnded{MeasureID: m.ID, Reason: m.endReason()}})
	}
	parts = slices.Grow(parts, len(m.FollowUps))
	seen := make(map[string]bool, len(m.FollowUps))
	for _, f := range m.FollowUps {
		name := "followed up " + f.ID
		if seen[name] { // the form lets an id stand twice here
			name += " " + f.Date.String()
		}
		if !seen[name] {
			parts = append(parts, part{name, f.Date, &events.FollowUpHeld{Service: events.ChildWelfare}})
		}
		seen[name] = true
	}
	return parts
}

func (d *Decision) parts(report *Report) []part {
	switch {
	case d.refused || d.Deleted:
		return nil
	case !d.aftercare():
		report.Ignored.add("Vedtak (not about aftercare)")
		return nil
	}
	outcome := d.outcome()
	if outcome == "" {
		report.Ignored.add("Vedtak (no decision yet, or lapsed)")
		return nil
	}
	return []part{{"made", d.Start, &events.DecisionMade{
		DecisionID: d.ID, Service: events.ChildWelfare, Outcome: outcome, LegalBasis: lawOf(d.Basis), InWriting: true,
	}}}
}

func (p *Plan) parts(report *Report) []part {
	switch {
	case p.refused || p.Deleted:
		return nil
	case p.Code != "5":
		report.Ignored.add("Plan (not for aftercare)")
		return nil
	}
	parts := []part{{"adopted", p.Start, &events.PlanAdopted{PlanID: p.ID, PlanType: "aftercare", ValidTo: p.End}}}
	count := map[events.Date]int{}
	for _, date := range p.Evaluations {
		count[date]++ // an evaluation has no id; its date, and its number on that date, must do
		parts = append(parts, part{"evaluated " + date.String() + " " + strconv.Itoa(count[date]), date, &events.PlanEvaluated{PlanID: p.ID}})
	}
	return parts
}

func (o *Offer) parts() []part {
	if o.refused || o.Deleted {
		return nil
	}
	parts := []part{{"offered", o.Start, &events.AftercareOffered{OfferID: o.ID}}}
	switch o.Outcome {
	case "1":
		parts = append(parts, part{"consented", o.End, &events.ConsentGiven{OfferID: o.ID, Scope: "aftercare"}})
	case "2":
		parts = append(parts, part{"declined", o.End, &events.OfferDeclined{OfferID: o.ID, Reason: "wants_other_measure"}})
	case "3":
		parts = append(parts, part{"declined", o.End, &events.OfferDeclined{OfferID: o.ID, Reason: "wants_none"}})
	}
	return parts
}

// lawOf is a legal basis and what it is read with, as lawyers write it.
func lawOf(basis []Paragraph) string {
	all := make([]string, 0, len(basis))
	for i, p := range basis {
		if i == 0 || p.String() != basis[0].String() {
			all = append(all, p.String())
		}
	}
	return strings.Join(all, " jf. ")
}
