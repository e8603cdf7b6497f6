package register

import (
	"encoding/xml"
	"fmt"
	"strings"

	"ettervern/events"
)

// kase reads the case (Sak), element by element.
func (r *reading) kase(start xml.StartElement) error {
	n := node{name: "Sak", attrs: start.Attr}
	r.account(top.read["Sak"], "/Barnevern/Sak", "Sak", &n)
	f := r.fields(&n, "/Barnevern/Sak", "")
	c := &r.s.Case
	c.Element = Element{Type: "Sak", ID: f.id("Id"), Place: f.place, Start: f.date("StartDato"), End: f.optionalDate("SluttDato"), Deleted: f.yes("ErSlettet")}
	_, c.Migrated = n.attr("MigrertId")
	if f.bad {
		r.failed = true
	}
	r.report.Case = c.ID
	if err := r.parser.children(r.inCase); err != nil {
		return err
	}
	_, born := n.attr("Fodseldato")
	_, numbered := n.attr("Fodselsnummer")
	if len(c.Persons) == 0 && (born || numbered) { // version 1 says on the case who the child is
		r.person(&n, f.place)
	}
	return nil
}

// inCase reads one element of the case.
func (r *reading) inCase(start xml.StartElement) error {
	name := start.Name.Local
	if name == "Virksomhet" { // version 1.0 has the parts of a case below the offices that had it
		n := node{name: name, attrs: start.Attr}
		if district := r.fields(&n, "/Barnevern/Sak", "/Virksomhet").matching("Bydelsnummer", twoDigits, false); district != "" {
			r.s.District = district
		}
		r.account(inCase[name], "/Barnevern/Sak/Virksomhet", name, &n)
		return r.parser.children(r.inCase)
	}
	n, err := r.parser.whole(start)
	if err != nil {
		return err
	}
	if inCase[name] == nil && !names(othersInCase, name) {
		r.unknown("/Barnevern/Sak", "Sak/", name)
		return nil
	}
	r.report.Read.add(name)
	r.element(name, &n, r.placeOf(&n))
	return nil
}

// placeOf is the path of an element of the case, with its id, or its place among its like.
func (r *reading) placeOf(n *node) string {
	if id, _ := n.attr("Id"); uuid.matches(id) {
		return "/Barnevern/Sak/" + n.name + "[@Id='" + strings.ToLower(id) + "']"
	}
	return fmt.Sprintf("/Barnevern/Sak/%s[%d]", n.name, r.report.Read[n.name])
}

func (r *reading) element(name string, n *node, place string) {
	if of := inCase[name]; of != nil {
		r.account(of, place, name, n)
	}
	switch name {
	case "Personalia":
		r.person(n, place)
	case "Plan":
		r.plan(n, place)
	case "Tiltak":
		r.measure(n, place)
	case "Vedtak":
		r.decision(n, place)
	case "Ettervern":
		r.offer(n, place)
	case "Relasjon":
		r.relation(n)
	case "Slettet":
		r.deletion(n, place)
	default:
		r.report.Ignored.add(name)
		r.other(n, place)
	}
}

// common is what all elements have; it is false when the element has no id of its own to be known by.
func (r *reading) common(f *fields, start string) (Element, bool) {
	e := Element{Type: f.n.name, ID: f.id("Id"), Place: f.place, Deleted: f.yes("ErSlettet"), digest: f.n.digest}
	_, e.Migrated = f.n.attr("MigrertId")
	if e.ID == "" {
		return e, false
	}
	if key := e.Type + " " + e.ID; r.seen[key] {
		f.fault("Id", "is the id of another "+e.Type+" in the file")
		return e, false
	} else {
		r.seen[key] = true
	}
	if !e.Deleted {
		e.Start = f.date(start)
	}
	if end := f.n.child("Konklusjon"); end != nil {
		inner := f.within(end)
		e.End = inner.date("SluttDato")
		f.bad = f.bad || inner.bad
	}
	return e, true
}

// done marks an element that is not right, unless it only tells that it is deleted.
func (e *Element) done(f *fields) { e.refused = f.bad && !e.Deleted }

func (r *reading) person(n *node, place string) {
	f := r.fields(n, place, "")
	p := Person{Element: Element{Type: n.name, Place: place, Deleted: f.yes("ErSlettet"), Start: f.date("StartDato"), End: 0}, Born: f.date("Fodseldato")}
	if n.name == "Personalia" {
		p.ID = f.id("Id")
	}
	p.number, _ = n.attr("Fodselsnummer")
	p.duf, _ = n.attr("DUFnummer")
	p.done(f)
	r.failed = r.failed || p.refused
	r.s.Case.Persons = append(r.s.Case.Persons, p)
}

func (r *reading) plan(n *node, place string) {
	f := r.fields(n, place, "")
	e, ok := r.common(f, "StartDato")
	if !ok {
		return
	}
	p := Plan{Element: e}
	if !e.Deleted {
		p.Code = f.text("Plantype")
		f.code(planCodes, "Plantype", p.Code)
	}
	n.each("Evaluering", func(n *node) {
		r.report.Read.add("Plan/Evaluering")
		if date := f.within(n).date("UtfortDato"); date != 0 {
			p.Evaluations = append(p.Evaluations, date)
		}
	})
	p.done(f)
	r.s.Case.Plans = append(r.s.Case.Plans, p)
}

func (r *reading) measure(n *node, place string) {
	f := r.fields(n, place, "")
	e, ok := r.common(f, "StartDato")
	if !ok {
		return
	}
	m := Measure{Element: e}
	if !e.Deleted {
		m.Basis, _ = r.basis(f)
		m.Category, m.explained = r.category(f)
	}
	if repeal := n.child("Opphevelse"); repeal != nil {
		inner := f.within(repeal)
		m.Repeal = inner.text("Kode")
		inner.code(repealCodes, "Kode", m.Repeal)
		_, m.repealSaid = repeal.attr("Presisering")
		if m.End == 0 {
			m.End = inner.optionalDate("SluttDato") // where the first drafts of the form had it
		}
	}
	n.each("Oppfolging", func(n *node) {
		inner := f.within(n)
		inner.followUp(&m) // version 1 has the date here, later ones in Utfort
		n.each("Utfort", func(n *node) { inner.within(n).followUp(&m) })
	})
	m.done(f)
	r.s.Case.Measures = append(r.s.Case.Measures, m)
}

func (f *fields) followUp(m *Measure) {
	if _, held := f.n.attr("UtfortDato"); !held && f.n.name == "Oppfolging" {
		return
	}
	f.r.report.Read.add("Tiltak/Oppfolging/Utfort")
	held := FollowUp{ID: f.id("Id"), Date: f.date("UtfortDato")}
	if !f.bad {
		m.FollowUps = append(m.FollowUps, held)
	}
}

// category is the measure's category, and whether it is explained. One that the list does not have is told; as long as
// it looks like a code it is recorded, for the measure is a fact all the same.
func (r *reading) category(f *fields) (code string, explained bool) {
	n := f.n.child("Kategori")
	if n == nil {
		f.bad = true
		r.fault(f.place, "the element Kategori is missing")
		return "", false
	}
	inner := f.within(n)
	code = inner.matching("Kode", anyCode, true)
	f.bad = f.bad || inner.bad
	inner.code(categoryCodes, "Kode", code)
	_, explained = n.attr("Presisering")
	return code, explained
}

// basis is the legal basis (Lovhjemmel), and those it is read with (JmfrLovhjemmel).
// foreign are the laws among them that the form does not have.
func (r *reading) basis(f *fields) (all []Paragraph, foreign []string) {
	for _, name := range []string{"Lovhjemmel", "JmfrLovhjemmel"} {
		f.n.each(name, func(n *node) {
			p, ok := paragraph(n)
			if p.Law != "" && !lawOfForm(p.Law) {
				foreign = append(foreign, shown(p.Law))
			}
			if !ok {
				r.fault(f.place+"/"+name, "must hold Lov (BVL, BVL2021 or BL1981), Kapittel and Paragraf")
				f.bad = f.bad || name == "Lovhjemmel"
				return
			}
			all = append(all, p)
		})
		if name == "Lovhjemmel" && len(all) == 0 && !f.bad {
			r.fault(f.place, "the element Lovhjemmel is missing")
			f.bad = true
		}
	}
	return all, foreign
}

// lawOfForm tells whether the form has that law.
func lawOfForm(law string) bool { return law == "BVL" || law == "BVL2021" || law == "BL1981" }

// shown is a law's short name, when it can be nothing else.
func shown(law string) string {
	if !shortName.MatchString(law) {
		return "?"
	}
	return law
}

func paragraph(n *node) (p Paragraph, ok bool) {
	for i := range n.children {
		switch c := &n.children[i]; c.name {
		case "Lov":
			p.Law = c.text
		case "Kapittel":
			p.Chapter = c.text
		case "Paragraf":
			p.Section = c.text
		case "Ledd":
			p.Subsections = append(p.Subsections, c.text)
		}
		p.zero = p.zero || n.children[i].text == "0"
	}
	return p, lawOfForm(p.Law) && legalPart(p.Chapter) && legalPart(p.Section)
}

func (r *reading) decision(n *node, place string) {
	f := r.fields(n, place, "")
	e, ok := r.common(f, "StartDato")
	if !ok {
		return
	}
	d := Decision{Element: e}
	if !e.Deleted {
		d.Basis, d.foreign = r.basis(f)
	}
	n.each("Status", func(n *node) {
		inner := f.within(n)
		s := Status{inner.text("Kode"), inner.date("EndretDato")}
		inner.code(statusCodes, "Kode", s.Code)
		if !inner.bad {
			d.Statuses = append(d.Statuses, s)
		}
	})
	d.done(f)
	r.s.Case.Decisions = append(r.s.Case.Decisions, d)
}

func (r *reading) offer(n *node, place string) {
	f := r.fields(n, place, "")
	e, ok := r.common(f, "TilbudSendtDato")
	if !ok {
		return
	}
	o := Offer{Element: e}
	if end := n.child("Konklusjon"); end != nil {
		inner := f.within(end)
		o.Outcome = inner.text("Kode")
		inner.code(outcomeCodes, "Kode", o.Outcome)
	}
	o.done(f)
	r.s.Case.Offers = append(r.s.Case.Offers, o)
}

func (r *reading) relation(n *node) {
	get := func(name string) string { v, _ := n.attr(name); return v }
	if deleted := get("ErSlettet"); deleted == "true" || deleted == "1" {
		return
	}
	r.s.Case.Relations = append(r.s.Case.Relations, Relation{get("FraType"), strings.ToLower(get("FraId")), get("TilType"), strings.ToLower(get("TilId"))})
}

func (r *reading) deletion(n *node, place string) {
	f := r.fields(n, place, "")
	d := Deletion{Element: Element{Type: "Slettet", ID: f.id("Id"), Place: place}, Of: f.text("Type")}
	switch {
	case d.Of == "":
	case names("Tiltak Vedtak Plan Ettervern", d.Of):
	case inCase[d.Of] != nil || names(othersInCase, d.Of):
		r.report.Ignored.add("Slettet (" + d.Of + ")") // nothing of it was told
	default:
		f.fault("Type", "is no type of element of the form")
	}
	if !f.bad {
		r.s.Case.Deletions = append(r.s.Case.Deletions, d)
	}
}

// other reads of an element that the ledger has no use for what the rules ask for.
func (r *reading) other(n *node, place string) {
	e := Other{Element: Element{Type: n.name, Place: place, Deleted: r.fields(n, place, "").yes("ErSlettet")}}
	id, _ := n.attr("Id")
	e.ID = strings.ToLower(id)
	_, e.Migrated = n.attr("MigrertId")
	date := func(n *node, name string) events.Date {
		text, _ := n.attr(name)
		d, _ := parseDate(text) // an error in what is not used is for the register to find
		return d
	}
	e.Start, e.End = date(n, "StartDato"), date(n, "SluttDato")
	if end := n.child("Konklusjon"); end != nil {
		e.End = date(end, "SluttDato")
	}
	if basis := n.child("Lovhjemmel"); basis != nil && basis.child("Lov") != nil {
		e.Law = basis.child("Lov").text
	}
	r.s.Case.Others = append(r.s.Case.Others, e)
}

// code tells of a code that the list does not have, or not on the day of the extract.
func (f *fields) code(list codes, attribute, code string) {
	if code == "" { // reported as missing
		return
	}
	span, known := list.find(code)
	day := f.r.s.day()
	if known && span.on(day) {
		return
	}
	if !anyCode.matches(code) {
		code = "?"
	}
	finding := FileFinding{Element: f.place + f.below, Rule: "Kodelister", Severity: Warning,
		Message: "@" + attribute + " " + code + " was not in force on " + day.String() + ", when this was extracted, but " + span.String()}
	if !known {
		finding.Rule, finding.Severity = ofForm, Fatal
		finding.Message = badForm + ": @" + attribute + " " + code + " is not in the code list; what rests on it is not known"
	}
	f.r.report.find(finding)
}
