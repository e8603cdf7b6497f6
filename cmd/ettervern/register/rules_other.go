package register

import "ettervern/events"

var otherRules = []rule{
	{id: "Melding Kontroll 2a", severity: Error, from: from2013,
		check: startAfterEnd("Meldingens startdato %s er etter sluttdato %s", "Melding")},
	{id: "Melding Kontroll 2c", severity: Error, from: from2013,
		check: endAfterCase("Meldingens sluttdato %s er etter Sakens sluttdato %s", "Melding")},
	{id: "Melding Kontroll 2e", severity: Error, from: from2013,
		check: startBeforeCase("Meldingens startdato %s er før sakens startdato %s", "Melding")},
	{id: "Undersøkelse Kontroll 2a", severity: Error, from: from2013,
		check: startAfterEnd("Undersøkelsens startdato %s er etter sluttdato %s", "Undersokelse")},
	{id: "Undersøkelse Kontroll 2c", severity: Error, from: from2013,
		check: endAfterCase("Undersøkelsens sluttdato %s er etter sakens sluttdato %s", "Undersokelse")},
	{id: "Undersøkelse Kontroll 2e", severity: Error, from: from2013,
		check: startBeforeCase("Undersøkelsens startdato %s er før sakens startdato %s", "Undersokelse")},
	{id: "Vedtak Kontroll 2a", severity: Error, from: from2022, refuses: true,
		check: startAfterEnd("Vedtakets startdato %s er etter sluttdato %s", "Vedtak")},
	{id: "Vedtak Kontroll 2c", severity: Error, from: from2022,
		check: endAfterCase("Vedtakets sluttdato %s er etter Sakens sluttdato %s", "Vedtak")},
	{id: "Vedtak Kontroll 2e", severity: Error, from: from2022,
		check: startBeforeCase("Vedtakets startdato %s er før sakens startdato %s", "Vedtak")},
	{id: "Vedtak Kontroll 2i", severity: Info, from: from2022, check: func(c *checking) {
		c.everyStatus(func(d *Decision, s Status) {
			if d.End != 0 && s.Date > d.End {
				c.find(&d.Element, "Status sin endretdato %s er etter Vedtakets sluttdato %s", s.Date, d.End)
			}
		})
	}},
	{id: "Vedtak Kontroll 2j", severity: Info, from: from2022, check: func(c *checking) {
		c.everyStatus(func(d *Decision, s Status) {
			if s.Date < d.Start {
				c.find(&d.Element, "Status sin endretdato %s er før vedtakets startdato %s", s.Date, d.Start)
			}
		})
	}},
	{id: "Vedtak Kontroll 3", severity: Error, from: from2022, check: func(c *checking) {
		c.lastStatus(func(d *Decision, s Status) {
			switch {
			case d.End != 0:
			case s.Code == "3":
				c.find(&d.Element, "Vedtak med status 3 = 'Utgår / Bortfalt etter BVL' mangler sluttdato")
			case s.Code == "4":
				c.find(&d.Element, "Vedtak med status 4 = 'Avslått / Avsluttet' mangler sluttdato")
			}
		})
	}},
	{id: "Vedtak Kontroll 4", severity: Error, from: from2022, check: func(c *checking) {
		for i := range c.Case.Decisions {
			d := &c.Case.Decisions[i]
			for _, law := range d.foreign {
				c.find(&d.Element, "Lovhjemlene under vedtak inneholder annen verdi for lov enn BVL, BVL2021 eller BL1981. Lov: %s.", law)
			}
		}
	}},
	{id: "Vedtak Kontroll 5", severity: Error, from: from2022, check: func(c *checking) {
		c.eachDecision(func(d *Decision) { c.lawOfItsTime(&d.Element, d.Basis[0].Law) })
	}},
	{id: "Vedtak Kontroll 19", severity: Info, from: from2013,
		check: twins("Det finnes 2 eller flere Vedtak med identisk innhold, men med forskjellige identer", "Vedtak")},
	{id: "Vedtak Kontroll 20", severity: Warning, from: from2022, check: func(c *checking) {
		c.lastStatus(func(d *Decision, s Status) {
			if s.Code != "2" {
				return
			}
			switch related, there := c.toCountyBoard(d); {
			case !related:
				c.find(&d.Element, "Vedtak med status 2 = 'Begjæring oversendt nemnd' skal ha relasjon til OversendelseFylkesnemnd")
			case !there:
				c.find(&d.Element, "OversendelseFylkesnemndVedtak skal finnes for Vedtak med status 2 = 'Begjæring oversendt nemnd'")
			}
		})
	}},
	{id: "Plan Kontroll 2a", severity: Error, from: from2013, refuses: true,
		check: startAfterEnd("Planens startdato %s er etter sluttdato %s", "Plan")},
	{id: "Plan Kontroll 2c", severity: Error, from: from2013,
		check: endAfterCase("Planens sluttdato %s er etter sakens sluttdato %s", "Plan")},
	{id: "Plan Kontroll 2e", severity: Error, from: from2013,
		check: startBeforeCase("Planens startdato %s er før sakens startdato %s", "Plan")},
	{id: "Plan Kontroll 2f", severity: Error, from: from2013, check: func(c *checking) {
		c.everyEvaluation(func(p *Plan, date events.Date) {
			if c.Case.End != 0 && date > c.Case.End {
				c.find(&p.Element, "Utført evaluering %s er etter sakens sluttdato %s", date, c.Case.End)
			}
		})
	}},
	{id: "Plan Kontroll 2g", severity: Error, from: from2013, check: func(c *checking) {
		c.everyEvaluation(func(p *Plan, date events.Date) {
			if date < c.Case.Start {
				c.find(&p.Element, "Utført evaluering %s er før sakens startdato %s", date, c.Case.Start)
			}
		})
	}},
	{id: "Plan Kontroll 19", severity: Info, from: from2013,
		check: twins("Det finnes 2 eller flere Planer med identisk innhold, men med forskjellige identer", "Plan")},
	{id: "Ettervern Kontroll 2a", severity: Error, from: from2022, refuses: true,
		check: startAfterEnd("Ettervernets tilbudSendtDato %s er etter sluttdato %s", "Ettervern")},
	{id: "Ettervern Kontroll 2c", severity: Error, from: from2022,
		check: endAfterCase("Ettervern sin sluttdato %s er etter sakens sluttdato %s", "Ettervern")},
	{id: "Ettervern Kontroll 2e", severity: Error, from: from2022,
		check: startBeforeCase("Ettervern sin tilbud-sendt-dato %s er før sakens startdato %s", "Ettervern")},
	{id: "Flytting Kontroll 2c", severity: Error, from: from2022,
		check: endAfterCase("Flyttingens sluttdato %s er etter sakens sluttdato %s", "Flytting")},
	{id: "Flytting Kontroll 2f", severity: Error, from: from2022,
		check: endBeforeCase("Flyttingens sluttdato %s er før sakens startdato %s", "Flytting")},
	{id: "Oversendelse til fylkesnemnd Kontroll 2e", severity: Error, from: from2022,
		check: startBeforeCase("Oversendelse til fylkesnemndens startdato %s er før sakens startdato %s", "OversendelseFylkesnemnd")},
	{id: "Oversendelse til fylkesnemnd Kontroll 2f", severity: Error, from: from2022,
		check: startAfterCase("Oversendelse til fylkesnemndens startdato %s er etter sakens sluttdato %s", "OversendelseFylkesnemnd")},
	{id: "Oversendelse til fylkesnemnd Kontroll 5", severity: Error, from: from2022, check: func(c *checking) {
		for i := range c.Case.Others {
			if e := &c.Case.Others[i]; e.Type == "OversendelseFylkesnemnd" && e.Start != 0 && !e.Deleted {
				c.lawOfItsTime(&e.Element, e.Law)
			}
		}
	}},
}

// eachDecision checks every decision that could be read and is not deleted.
func (c *checking) eachDecision(check func(*Decision)) {
	for i := range c.Case.Decisions {
		if d := &c.Case.Decisions[i]; !d.Deleted && len(d.Basis) > 0 {
			check(d)
		}
	}
}

func (c *checking) everyStatus(check func(*Decision, Status)) {
	c.eachDecision(func(d *Decision) {
		for _, s := range d.Statuses {
			check(d, s)
		}
	})
}

// everyEvaluation checks when each plan was evaluated.
func (c *checking) everyEvaluation(check func(*Plan, events.Date)) {
	for i := range c.Case.Plans {
		for _, date := range c.Case.Plans[i].Evaluations {
			check(&c.Case.Plans[i], date)
		}
	}
}

// lastStatus checks what every decision is now.
func (c *checking) lastStatus(check func(*Decision, Status)) {
	c.eachDecision(func(d *Decision) {
		if last, ok := d.status(); ok {
			check(d, last)
		}
	})
}

// toCountyBoard tells whether a relation ties the decision to a petition to the county board, either way, and whether
// that petition is there.
func (c *checking) toCountyBoard(d *Decision) (related, there bool) {
	for _, r := range c.Case.Relations {
		switch {
		case r.FromType == "Vedtak" && r.FromID == d.ID && r.ToType == "OversendelseFylkesnemnd":
			related, there = true, there || c.hasPetition(r.ToID)
		case r.FromType == "OversendelseFylkesnemnd" && r.ToType == "Vedtak" && r.ToID == d.ID:
			related, there = true, there || c.hasPetition(r.FromID)
		}
	}
	return related, there
}

func (c *checking) hasPetition(id string) bool {
	for i := range c.Case.Others {
		if e := &c.Case.Others[i]; e.Type == "OversendelseFylkesnemnd" && e.ID == id {
			return true
		}
	}
	return false
}

// lawOfItsTime reports a legal basis in a law that was not in force when the element began.
func (c *checking) lawOfItsTime(e *Element, law string) {
	switch {
	case e.Start < lawOf21 && law == "BVL2021":
		c.find(e, "Lovhjemmel opprettet før 01. januar 2023 krever lov = 'BVL'")
	case e.Start >= lawOf21 && law == "BVL":
		c.find(e, "Lovhjemmel opprettet på 01. januar 2023 eller senere krever lov = 'BVL2021'")
	}
}
