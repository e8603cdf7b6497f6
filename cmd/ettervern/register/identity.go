package register

import (
	"context"

	"ettervern/events"
	"ettervern/events/vault"
	"ettervern/projections/requirements"
)

// identity is who a case is about: the number that counts now, and those that the case had before.
type identity struct {
	number  vault.Number
	former  []vault.Number // of earlier Personalia: the same person had two ids
	aliases []vault.Number // a DUF number beside another number: the ledger may know the youth by it
}

// names are the pseudonyms of all of them.
func (id identity) names(secret *vault.Pseudonyms) (all []string) {
	for _, n := range append(append([]vault.Number{id.number}, id.former...), id.aliases...) {
		if !n.IsZero() {
			all = append(all, secret.Of(n))
		}
	}
	return all
}

// identify checks every number of the case and says who it is about. It is false when the case cannot be recorded; the
// report says why, in the register's words, and never repeats a number.
func (s *Submission) identify(rules vault.Rules, today events.Date, report *Report) (id identity, ok bool) {
	now := s.Case.person()
	ok = true
	for i := range s.Case.Persons {
		p := &s.Case.Persons[i]
		if p.Deleted {
			continue
		}
		number, beside, right := s.numberOf(p, rules, today, report)
		ok = ok && right
		if !beside.IsZero() {
			id.aliases = append(id.aliases, beside)
		}
		if p == now {
			id.number = number
		} else if !number.IsZero() {
			id.former = append(id.former, number)
		}
	}
	return id, ok
}

// numberOf is the number that a Personalia is known by, and a DUF number that it has besides.
func (s *Submission) numberOf(p *Person, rules vault.Rules, today events.Date, report *Report) (number, beside vault.Number, ok bool) {
	ok = true
	wrong := func(rule, words string, err error) {
		ok = false
		report.find(FileFinding{Element: p.Place, Rule: rule, Severity: Error, Message: words + ": it " + err.Error(), Refused: true})
	}
	if p.duf != "" {
		var err error
		if beside, err = vault.ParseNumber(p.duf, rules, today); err != nil || len(p.duf) != 12 {
			wrong("Personalia Kontroll 17", "Ugyldig DUF-nummer", orNone(err))
		}
	}
	switch {
	case p.incomplete() || p.number == "" && p.duf != "":
		if beside.IsZero() {
			return vault.CaseNumber(s.Case.ID), vault.Number{}, ok
		}
		return beside, vault.Number{}, ok
	case len(p.number) != 11:
		wrong("Personalia Kontroll 12", "Ugyldig Fødselsnummer", vault.ErrNoNumber)
	default:
		var err error
		if number, err = vault.ParseNumber(p.number, rules, today); err != nil {
			wrong("Personalia Kontroll 12", "Ugyldig Fødselsnummer", err)
		}
	}
	return number, beside, ok
}

func orNone(err error) error {
	if err == nil {
		return vault.ErrNoNumber
	}
	return err
}

// Youth is the pseudonym of whoever has an identity number, the same as an import gives; when it was merged into
// another, that one. Nothing is stored. A number that is none is an *events.FormError, which does not repeat it.
func (i *Importer) Youth(ctx context.Context, number string) (string, error) {
	n, err := vault.ParseNumber(number, i.Numbers, events.DateOf(i.Now()))
	if err != nil {
		return "", &events.FormError{Faults: []events.Fault{{Pointer: "/identityNumber", Problem: err.Error()}}}
	}
	secret, err := i.Pseudonyms(false)
	if err != nil {
		return "", err
	}
	return (&recording{Importer: i, ctx: ctx}).current(secret.Of(n))
}

// forget drops the numbers: from here on there are only pseudonyms.
func (s *Submission) forget() {
	for i := range s.Case.Persons {
		s.Case.Persons[i].number, s.Case.Persons[i].duf = "", ""
	}
}

// tooYoung tells whether someone born on that day cannot be in the transition window within a year: the ledger has no
// need to know of them yet.
func tooYoung(born, today events.Date) bool {
	majority, _ := requirements.MajorityAge.On(today)
	birthday := born.Birthday(majority.Number)
	window, _ := requirements.TransitionWindow.On(birthday)
	return window.Duration.Before(birthday) > today.AddMonths(12)
}
