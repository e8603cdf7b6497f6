package register

import (
	"fmt"
	"slices"
	"strings"

	"ettervern/events"
)

// rule is one of the register's own rules (Kravspesifikasjon.md, Statistics Norway). Its name, severity, date and
// words are the register's. The rules are those on the elements that are read; "Personalia Kontroll 14", which
// compares a number with a sex, is not among them: nobody's sex is read here.
//
// To add one: a row in the table of its element, and a row in the test, which demands one for each rule.
type rule struct {
	id       string
	severity Severity
	from     events.Date // extracts from this day on
	// refuses: what it finds fault with is not recorded, for it contradicts itself. What is merely unlawful or odd is
	// recorded: a ledger that refuses a breach hides it.
	refuses bool
	// lawful: a fault for the register and none for us.
	lawful bool
	check  func(*checking)
}

// rules are all of them.
var rules = append(append(append(caseRules, personRules...), measureRules...), otherRules...)

// checking is one submission being held against one rule.
type checking struct {
	*Submission
	rule   *rule
	report *Report
	all    []*Element // every element of the case
	born   events.Date
	day    events.Date // of the extract
}

// checkRules holds a submission against every rule, and marks what is not to be recorded.
func checkRules(s *Submission, report *Report) {
	c := checking{Submission: s, report: report, all: s.Case.every(), born: s.Case.born(), day: s.day()}
	for i := range rules {
		if c.rule = &rules[i]; c.day >= c.rule.from {
			c.rule.check(&c)
		}
	}
}

// find reports a fault of an element, in the register's words.
func (c *checking) find(e *Element, words string, values ...any) {
	f := FileFinding{Element: e.Place, Rule: c.rule.id, Severity: c.rule.severity, Message: fmt.Sprintf(words, values...)}
	if f.Severity == Error && e.Migrated { // data from the older reporting: the register only warns
		f.Severity = Warning
	}
	if c.rule.lawful {
		f.Severity = Info
		f.Message += " (" + string(c.rule.severity) + " i registeret; her ingen feil: en pause etter fylte 18 år er lovlig)"
	}
	if c.rule.refuses && f.Severity == c.rule.severity {
		f.Refused, e.refused = true, true
	}
	c.report.find(f)
}

// age is the child's age when the case was extracted, -1 when the birth date is not known.
func (c *checking) age() int {
	if c.born == 0 {
		return -1
	}
	years := -1
	for c.born.Birthday(years+1) <= c.day {
		years++
	}
	return years
}

var (
	from2013 = events.MustDate("2013-01-01")
	from2022 = events.MustDate("2022-01-01")
	from2023 = events.MustDate("2023-01-01")
	lawOf21  = events.MustDate("2023-01-01") // the Child Welfare Act of 2021 is in force
)

// withDistricts are the municipalities that must tell the district: Oslo, Bergen and Trondheim.
const withDistricts = " 958935420 964338531 942110464 "

var caseRules = []rule{
	{id: "Avgiver Kontroll 1", severity: Error, from: from2013, check: func(c *checking) {
		if strings.Contains(withDistricts, " "+c.Organisation+" ") && (c.District == "" || !c.DistrictName) {
			c.find(&Element{Place: "/Barnevern/Avgiver"}, "Bydelsnummer og/eller Bydelsnavn skal være utfylt")
		}
	}},
	{id: "Sak Kontroll 1", severity: Error, from: from2013, check: func(c *checking) {
		year := c.day.Time().Year()
		c.range_(events.NewDate(year-26, 1, 1), events.NewDate(year+26, 12, 31))
	}},
	{id: "Sak Kontroll 2a", severity: Error, from: from2013, check: func(c *checking) {
		if e := &c.Case.Element; e.Start > e.End && e.End != 0 {
			c.find(e, "Sakens startdato %s er etter sluttdato %s", e.Start, e.End)
		}
	}},
	{id: "Sak Kontroll 7", severity: Warning, from: from2013, check: func(c *checking) {
		if c.age() >= 25 && (c.Case.End == 0 || c.open() != nil) {
			c.find(&c.Case.Element, "Klienten er over 25 år og skal avsluttes som klient. Alder: %d år.", c.age())
		}
	}},
	{id: "Sak Kontroll 8", severity: Error, from: from2013, lawful: true, check: func(c *checking) {
		if c.age() >= 18 && len(c.Case.Measures) == 0 && (c.Case.End == 0 || c.open() != nil) {
			c.find(&c.Case.Element, "Klienten er over 18 år og skal dermed ha tiltak. Alder: %d år.", c.age())
		}
	}},
	{id: "Sak Kontroll 21", severity: Error, from: from2013, check: func(c *checking) {
		if c.Case.End == 0 && !c.Case.Deleted && len(c.all) == len(c.Case.Persons)+c.moves() {
			c.find(&c.Case.Element, "Klienten har ingen meldinger, undersøkelser, vedtak, tiltak, planer, ettervern eller oversendelse fylkesnemnd. Saken bør avsluttes.")
		}
	}},
	{id: "Sak Kontroll 23", severity: Info, from: from2013, check: func(c *checking) {
		if e := c.open(); c.Case.End != 0 && e != nil {
			c.find(e, "Underelement i lukket sak mangler sluttdato")
		}
	}},
}

// range_ reports every date outside it.
func (c *checking) range_(first, last events.Date) {
	check := func(e *Element, field string, date events.Date) {
		if date != 0 && (date < first || date > last) {
			c.find(e, "%s: Dato (%s) må være mellom %s og %s", field, date, norwegian(first), norwegian(last))
		}
	}
	start := map[string]string{"Ettervern": "TilbudSendtDato"}
	for _, e := range slices.Concat(c.all, []*Element{&c.Case.Element}) {
		field := start[e.Type]
		if field == "" {
			field = "StartDato"
		}
		check(e, field, e.Start)
		check(e, "SluttDato", e.End)
	}
	for i := range c.Case.Persons {
		check(&c.Case.Persons[i].Element, "Fodseldato", c.Case.Persons[i].Born)
	}
	for i := range c.Case.Measures {
		for _, f := range c.Case.Measures[i].FollowUps {
			check(&c.Case.Measures[i].Element, "UtfortDato", f.Date)
		}
	}
	c.everyEvaluation(func(p *Plan, date events.Date) { check(&p.Element, "UtfortDato", date) })
	for i := range c.Case.Decisions {
		for _, s := range c.Case.Decisions[i].Statuses {
			check(&c.Case.Decisions[i].Element, "EndretDato", s.Date)
		}
	}
}

// norwegian is a date as the register writes it in words.
func norwegian(d events.Date) string { return d.Time().Format("02.01.2006") }

// concluded are the types of element that come to an end before their case does. Decisions lapse instead.
var concluded = []string{"Melding", "Undersokelse", "Plan", "Tiltak", "Ettervern"}

// open is the first of those elements of the case without an end.
func (c *checking) open() *Element {
	for _, e := range c.all {
		if e.End == 0 && !e.Deleted && slices.Contains(concluded, e.Type) {
			return e
		}
	}
	return nil
}

// moves is how many moves the case has.
func (c *checking) moves() (n int) {
	for i := range c.Case.Others {
		if c.Case.Others[i].Type == "Flytting" {
			n++
		}
	}
	return n
}

// startAfterEnd, endAfterCase and startBeforeCase are the rules that nearly every element has, in its own words.
func startAfterEnd(words, kind string) func(*checking) {
	return eachOf(kind, func(c *checking, e *Element) {
		if e.Start != 0 && e.End != 0 && e.Start > e.End {
			c.find(e, words, e.Start, e.End)
		}
	})
}

func endAfterCase(words, kind string) func(*checking) {
	return eachOf(kind, func(c *checking, e *Element) {
		if e.End != 0 && c.Case.End != 0 && e.End > c.Case.End {
			c.find(e, words, e.End, c.Case.End)
		}
	})
}

func endBeforeCase(words, kind string) func(*checking) {
	return eachOf(kind, func(c *checking, e *Element) {
		if e.End != 0 && e.End < c.Case.Start {
			c.find(e, words, e.End, c.Case.Start)
		}
	})
}

func startBeforeCase(words, kind string) func(*checking) {
	return eachOf(kind, func(c *checking, e *Element) {
		if e.Start != 0 && e.Start < c.Case.Start {
			c.find(e, words, e.Start, c.Case.Start)
		}
	})
}

func startAfterCase(words, kind string) func(*checking) {
	return eachOf(kind, func(c *checking, e *Element) {
		if c.Case.End != 0 && e.Start > c.Case.End {
			c.find(e, words, e.Start, c.Case.End)
		}
	})
}

// eachOf checks every element of one type that is not deleted.
func eachOf(kind string, check func(*checking, *Element)) func(*checking) {
	return func(c *checking) {
		for _, e := range c.all {
			if (e.Type == kind || e.Type == "Sak" && kind == "Personalia") && !e.Deleted {
				check(c, e)
			}
		}
	}
}

// twins reports elements of one type that hold the same under different ids.
func twins(words, kind string) func(*checking) {
	return func(c *checking) {
		first := map[uint64]bool{}
		for _, e := range c.all {
			if e.Type != kind || e.Deleted {
				continue
			}
			if first[e.digest] {
				c.find(e, "%s", words)
			}
			first[e.digest] = true
		}
	}
}

// related tells whether a relation goes from an element of one type to this one.
func (c *checking) related(from string, to *Element) bool {
	for _, r := range c.Case.Relations {
		if r.FromType == from && r.ToType == to.Type && r.ToID == to.ID {
			return true
		}
	}
	return false
}
