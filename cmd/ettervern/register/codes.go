package register

import (
	"strings"

	"ettervern/events"
)

// codes is one of the register's code lists: what was in force, and when. The facts are those of Kodelister.md of
// the form's version 4; its "2025-31-12" is read as 2025-12-31.
type codes []span

// span is codes that were in force together; to is 0 while they are.
type span struct {
	codes    string // with spaces around each
	from, to events.Date
}

func since(from, codes string) span { return span{" " + codes + " ", events.MustDate(from), 0} }

func until(from, to, codes string) span {
	return span{" " + codes + " ", events.MustDate(from), events.MustDate(to)}
}

// The code lists of what is read.
var (
	planCodes = codes{
		since("2013-01-01", "1 2 4"), until("2013-01-01", "2022-12-31", "3"), since("2023-01-01", "5 6 7 8"),
	}
	categoryCodes = codes{
		since("2013-01-01", "1.1 1.2 1.99 2.1 2.2 2.3 2.4 2.5 2.99"),
		since("2013-01-01", "3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 3.9 3.10 3.99"),
		since("2013-01-01", "4.1 4.2 4.3 4.4 4.5 4.6 4.7 4.8 4.9 4.99 5.1 5.2 5.3 5.4 5.99"),
		since("2013-01-01", "6.1 6.2 6.3 6.4 6.99 7.1 7.2 7.3 7.99 8.1 8.3 8.99"),
		since("2021-01-01", "2.6"), until("2013-01-01", "2025-12-31", "8.2"), since("2026-01-01", "8.4 8.5"),
	}
	repealCodes  = codes{since("2013-01-01", "1 2 3 4")}
	statusCodes  = codes{since("2022-01-01", "1 2 3 4")}
	outcomeCodes = codes{since("2022-01-01", "1 2 3")}
)

// find is when a code is or was in force.
func (c codes) find(code string) (span, bool) {
	for _, s := range c {
		if code != "" && !strings.Contains(code, " ") && strings.Contains(s.codes, " "+code+" ") {
			return s, true
		}
	}
	return span{}, false
}

func (s span) on(day events.Date) bool { return s.from <= day && (s.to == 0 || day <= s.to) }

// String is the span in words.
func (s span) String() string {
	if s.to == 0 {
		return "from " + s.from.String()
	}
	return s.from.String() + " to " + s.to.String()
}

// placements are the categories that place a child outside the home: the register's definition, and the two codes
// into which 8.2 was divided in 2026.
const placements = " 1.1 1.2 1.99 2.1 2.2 2.3 2.4 2.5 2.6 2.99 8.2 8.4 8.5 "

// placement tells whether the measure is a placement (plasseringstiltak).
func (m *Measure) placement() bool { return strings.Contains(placements, " "+m.Category+" ") }

// careOrder tells whether the measure rests on a care order (omsorgsovertakelse), by the register's definition.
func (m *Measure) careOrder() bool {
	for i, p := range m.Basis {
		switch {
		case i > 0:
		case p.is("BVL2021", "5", "1"), p.is("BVL", "4", "12"):
			return true
		case p.is("BVL", "4", "8"):
			return m.temporaryCare()
		}
	}
	return false
}

// temporaryCare tells whether a measure by BVL § 4-8 is a care order: second or third subsection, or read with § 4-12.
func (m *Measure) temporaryCare() bool {
	for _, s := range m.Basis[0].Subsections {
		if s == "2" || s == "3" {
			return true
		}
	}
	for _, p := range m.Basis[1:] {
		if p.Chapter == "4" && p.Section == "12" {
			return true
		}
	}
	return false
}

// behaviour tells whether the measure is because of serious behavioural difficulties (atferd).
func (m *Measure) behaviour() bool {
	p := m.Basis[0]
	return p.Law == "BVL2021" && p.Chapter == "6" || p.is("BVL", "4", "24") || p.is("BVL", "4", "26")
}

// kind is the ledger's kind of measure, by the first that fits.
func (m *Measure) kind() events.MeasureKind {
	switch {
	case m.careOrder():
		return events.CareOrder
	case m.behaviour():
		return events.Behaviour
	case m.placement():
		return events.Placement
	}
	return events.Voluntary
}

// aftercare tells whether a decision is about aftercare: § 3-6 of the law of 2021, § 1-3 of that of 1992.
func (d *Decision) aftercare() bool {
	for _, p := range d.Basis {
		if p.is("BVL2021", "3", "6") || p.is("BVL", "1", "3") {
			return true
		}
	}
	return false
}

// outcome is what the decision came to, "" while or because it is none. Its last status counts. A decision that was
// approved and is now "avslått / avsluttet" has come to its end; it was no refusal.
func (d *Decision) outcome() events.Outcome {
	approved := false
	for _, s := range d.Statuses {
		approved = approved || s.Code == "1"
	}
	switch last, _ := d.status(); {
	case last.Code == "1", last.Code == "4" && approved:
		return events.Continue
	case last.Code == "4":
		return events.Refuse
	}
	return ""
}

// status is the decision's last status; of two on one day the later in the file.
func (d *Decision) status() (last Status, ok bool) {
	for _, s := range d.Statuses {
		if s.Date >= last.Date {
			last, ok = s, true
		}
	}
	return last, ok
}

// endReasons are the ledger's words for why a measure was repealed; 4, and no code at all, is another reason.
var endReasons = map[string]events.EndReason{"1": "returned_home", "2": "turned_18", "3": "adopted"}

func (m *Measure) endReason() events.EndReason {
	if reason, known := endReasons[m.Repeal]; known {
		return reason
	}
	return "other"
}
