package register

import (
	"strings"

	"ettervern/events"
)

// toExplain are the categories that need an explanation (Presisering).
const toExplain = " 1.99 2.99 3.7 3.99 4.99 5.99 6.99 7.99 8.99 "

var measureRules = []rule{
	{id: "Tiltak Kontroll 2a", severity: Error, from: from2013, refuses: true,
		check: startAfterEnd("Tiltakets startdato %s er etter sluttdato %s", "Tiltak")},
	{id: "Tiltak Kontroll 2c", severity: Error, from: from2013,
		check: endAfterCase("Tiltakets sluttdato %s er etter Sakens sluttdato %s", "Tiltak")},
	{id: "Tiltak Kontroll 2e", severity: Error, from: from2013,
		check: startBeforeCase("Tiltakets startdato %s er før sakens startdato %s", "Tiltak")},
	{id: "Tiltak Kontroll 5", severity: Warning, from: from2013, check: func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if m.Category == "4.1" && c.age() > 7 {
				c.find(&m.Element, "Barnet er over 7 år og i barnehage. Alder: %d år.", c.age())
			}
		})
	}},
	{id: "Tiltak Kontroll 6", severity: Warning, from: from2013, check: func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if m.Category == "4.2" && c.age() > 11 {
				c.find(&m.Element, "Barnet er over 11 år og i SFO. Alder: %d år.", c.age())
			}
		})
	}},
	{id: "Tiltak Kontroll 7", severity: Error, from: from2013, check: func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if strings.Contains(toExplain, " "+m.Category+" ") && !m.explained {
				c.find(&m.Element, "Tiltakskategori (%s) mangler presisering.", m.Category)
			}
		})
	}},
	{id: "Tiltak Kontroll 8", severity: Error, from: from2013, check: func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if m.Repeal == "4" && !m.repealSaid {
				c.find(&m.Element, "Opphevelse (%s) mangler presisering.", m.Repeal)
			}
		})
	}},
	{id: "Tiltak Kontroll 9", severity: Warning, from: from2013, check: overlappingPlacements},
	{id: "Tiltak Kontroll 12", severity: Error, from: from2013, check: func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if m.careOrder() && m.placement() && m.End != 0 && m.Repeal == "" {
				c.find(&m.Element, "Omsorgstiltak med sluttdato krever årsak til opphevelse")
			}
		})
	}},
	{id: "Tiltak Kontroll 13", severity: Error, from: from2013, check: func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if m.careOrder() && m.End == 0 && c.age() >= 18 {
				c.find(&m.Element, "Individet er over 18 år skal dermed ikke ha omsorgstiltak. Alder: %d år.", c.age())
			}
		})
	}},
	{id: "Tiltak Kontroll 14", severity: Error, from: from2013, check: func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if m.Basis[0].zero {
				c.find(&m.Element, "Ingen Lovhjemmel sin kapittel, paragraf, ledd eller punktum kan være utfylt med 0")
			}
		})
	}},
	{id: "Tiltak Kontroll 19", severity: Warning, from: from2022,
		check: twins("Det finnes 2 eller flere tiltak med identisk innhold, men med forskjellige identer", "Tiltak")},
	{id: "Tiltak Kontroll 20", severity: Error, from: from2022, check: func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if !c.related("Vedtak", &m.Element) {
				c.find(&m.Element, "Tiltak skal ha relasjon fra Vedtak")
			}
		})
	}},
	{id: "Tiltak Kontroll 21", severity: Error, from: from2022, check: func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if c.otherBasis(m) {
				c.find(&m.Element, "Tiltak er registrert med annen lovhjemmel enn det som er registrert i vedtak")
			}
		})
	}},
	{id: "Tiltak Kontroll 22", severity: Warning, from: from2023, check: otherMeasures("1.99", "institusjon")},
	{id: "Tiltak Kontroll 23", severity: Warning, from: from2023, check: otherMeasures("2.99", "fosterhjem")},
}

// eachMeasure checks every measure that could be read and is not deleted.
func (c *checking) eachMeasure(check func(*Measure)) {
	for i := range c.Case.Measures {
		if m := &c.Case.Measures[i]; !m.Deleted && len(m.Basis) > 0 {
			check(m)
		}
	}
}

// otherMeasures warns of a category that is often used for what is no placement.
func otherMeasures(category, place string) func(*checking) {
	return func(c *checking) {
		c.eachMeasure(func(m *Measure) {
			if m.Category == category {
				c.find(&m.Element, "Dette er er en advarsel. Kun plasseringstiltak skal ha kode %s. "+
					"Dersom dette ikke er et plasseringstiltak (%s) må tiltakskode endres. "+
					"Er det et administrative vedtak som er gitt kode %s skal tiltaket slettes.", category, place, category)
			}
		})
	}
}

// otherBasis tells whether a decision that the measure rests on has another legal basis.
func (c *checking) otherBasis(m *Measure) bool {
	for _, r := range c.Case.Relations {
		if r.FromType != "Vedtak" || r.ToType != "Tiltak" || r.ToID != m.ID {
			continue
		}
		for i := range c.Case.Decisions {
			if d := &c.Case.Decisions[i]; d.ID == r.FromID && len(d.Basis) > 0 {
				of, its := d.Basis[0], m.Basis[0]
				if !its.is(of.Law, of.Chapter, of.Section) {
					return true
				}
			}
		}
	}
	return false
}

// overlappingPlacements reports placements that overlap by more than 90 days.
func overlappingPlacements(c *checking) {
	var placed []*Measure
	c.eachMeasure(func(m *Measure) {
		if !m.placement() {
			return
		}
		for _, before := range placed {
			first, last := max(before.Start, m.Start), min(c.until(before), c.until(m))
			if days := int(last - first); days > 90 {
				c.find(&m.Element, "Flere plasseringstiltak i samme periode (%s - %s). Plasseringstiltak kan ikke overlappe med mer enn 90 dager. "+
					"Antall dager overlapp: %d dager. Overlapper med tiltak-id %s.", first, last, days, before.ID)
			}
		}
		placed = append(placed, m)
	})
}

// until is the measure's last day, or that of the extract while it lasts.
func (c *checking) until(m *Measure) events.Date {
	if m.End == 0 {
		return c.day
	}
	return m.End
}
