package register

import (
	"strings"

	"ettervern/events"
)

var personRules = []rule{
	{id: "Personalia Kontroll 2f", severity: Error, from: from2022,
		check: startAfterCase("Personalia sin startdato %s er etter sakens sluttdato %s", "Personalia")},
	{id: "Personalia Kontroll 11", severity: Error, from: from2022, check: func(c *checking) {
		if len(c.Case.Persons) == 0 {
			c.find(&c.Case.Element, "Klienten mangler personaliainformasjon")
		}
	}},
	{id: "Personalia Kontroll 13", severity: Warning, from: from2022, check: func(c *checking) {
		c.eachPerson(func(p *Person) {
			if day, ok := p.dayInNumber(); ok && !sameDay(day, p.Born) {
				c.find(&p.Element, "Fødselsnummer og Fødselsdato viser til forskjellige datoer")
			}
		})
	}},
	{id: "Personalia Kontroll 15", severity: Error, from: from2022, check: func(c *checking) {
		c.eachPerson(func(p *Person) {
			if p.Start > p.Born && strings.HasSuffix(p.number, "99999") {
				c.find(&p.Element, "Feil i Fødselsnummer for født barn")
			}
		})
	}},
	{id: "Personalia Kontroll 16", severity: Error, from: from2022, check: func(c *checking) {
		c.eachPerson(func(p *Person) {
			if p.Start < p.Born.AddMonths(-9) {
				c.find(&p.Element, "Personalia sin startdato %s er mer enn 9 måneder før barnets fødselsdato %s", p.Start, p.Born)
			}
		})
	}},
	{id: "Personalia Kontroll 18", severity: Info, from: from2022, check: func(c *checking) {
		c.eachPerson(func(p *Person) {
			number, ok := events.ReadIdentityNumber(p.number)
			switch {
			case p.incomplete():
				c.find(&p.Element, "Ufullstendig fødselsnummer skal erstattes med fødselsnummer, DUF- eller D-nummer fra folkeregisteret.")
			case ok && number.DNumber:
				c.find(&p.Element, "Om DUF- eller fødselsnummer foreligger i folkeregisteret, skal dette benyttes fremfor D-nummer.")
			}
		})
	}},
}

func (c *checking) eachPerson(check func(*Person)) {
	for i := range c.Case.Persons {
		if p := &c.Case.Persons[i]; !p.Deleted {
			check(p)
		}
	}
}

// incomplete tells whether the child has no number yet: a date and one of the register's stand-ins.
func (p *Person) incomplete() bool {
	if len(p.number) != 11 || strings.Trim(p.number, "0123456789") != "" {
		return false
	}
	switch p.number[6:] {
	case "00100", "00200", "55555", "99999":
		day, ok := p.dayInNumber()
		return ok && day.Day >= 1 && day.Day <= 31 && day.Month >= 1 && day.Month <= 12
	}
	return false
}

// dayInNumber is the day that the number begins with.
func (p *Person) dayInNumber() (events.IdentityNumber, bool) {
	if len(p.number) != 11 || strings.Trim(p.number, "0123456789") != "" {
		return events.IdentityNumber{}, false
	}
	day, _ := events.ReadIdentityNumber(p.number) // whether it is right is another rule
	return day, true
}

func sameDay(n events.IdentityNumber, born events.Date) bool {
	year, month, day := born.Time().Date()
	return n.Day == day && n.Month == int(month) && n.Year == year%100
}
