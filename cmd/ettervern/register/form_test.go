package register

import (
	"fmt"
	"strings"
)

// form writes files as case systems do. What a test does not say is as in a case without faults.
type form struct {
	submission, previous string
	extracted            string
	sender               string // attributes of Avgiver
	caseID, start, end   string
	more                 string // further attributes of Sak
	person               string // Personalia, or "none"
	elements             []string
}

const (
	submissionA = "d39630d6-9c90-41ef-a56b-adf9a7e6529a"
	submissionB = "d39630d6-9c90-41ef-a56b-adf9a7e6529b"
	submissionC = "d39630d6-9c90-41ef-a56b-adf9a7e6529c"
	caseA       = "27e9e06f-59b4-4e92-affd-deeaa842bc1a"
	caseB       = "27e9e06f-59b4-4e92-affd-deeaa842bc1b"
	measureA    = "15b40aeb-a4a4-4eff-8cb5-73d95810d60a"
	measureB    = "15b40aeb-a4a4-4eff-8cb5-73d95810d60b"
	decisionA   = "e8e72789-1eb2-4109-a91c-2439d5ab8b4a"
	planA       = "727d8349-5822-4b77-b4de-2c089aea642a"
	offerA      = "fe3c9c8f-2b85-4c1f-a8aa-ca51b98c67ca"
	visitA      = "d726c86b-9c3a-43cd-a67a-9b75fc39472a"
	visitB      = "d726c86b-9c3a-43cd-a67a-9b75fc39472b"

	number = "12870764322" // synthetic, of someone born 2007-07-12
	born   = "2007-07-12"

	dNumber   = "52870700075"  // synthetic, of the same day
	dufNumber = "201912345606" // computed
)

func (f form) String() string {
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	attr := func(name, value string) string {
		if value == "" {
			return ""
		}
		return fmt.Sprintf(" %s=%q", name, value)
	}
	person := or(f.person, personOf("0726e25c-fd56-4926-876b-3e36bb2313f5", number, born))
	if f.person == "none" {
		person = ""
	}
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		fmt.Sprintf(`<Barnevern Id=%q DatoUttrekk=%q%s>`, or(f.submission, submissionA), or(f.extracted, "2026-11-08T02:00:00+01:00"), attr("ForrigeId", f.previous)) +
		"\n" + `<Fagsystem Leverandor="Prøve" Navn="Syntetisk" Versjon="1"/>` +
		`<Avgiver ` + or(f.sender, `Organisasjonsnummer="944117784" Kommunenummer="3401" Kommunenavn="Kongsvinger"`) + `/>` + "\n" +
		fmt.Sprintf(`<Sak Id=%q StartDato=%q%s Journalnummer="S"%s>`, or(f.caseID, caseA), or(f.start, "2020-11-29"), attr("SluttDato", f.end), f.more) + "\n" +
		person + "\n" + strings.Join(f.elements, "\n") + "\n</Sak></Barnevern>"
}

func with(elements ...string) string { return form{elements: elements}.String() }

func personOf(id, number, born string) string {
	return fmt.Sprintf(`<Personalia Id=%q StartDato="2020-11-29" Fodselsnummer=%q Fodseldato=%q Kjonn="2"/>`, id, number, born)
}

// law is a legal basis, such as law("Lovhjemmel", "BVL2021", "5-1", "2").
func law(name, of, paragraph string, subsections ...string) string {
	chapter, section, _ := strings.Cut(paragraph, "-")
	text := fmt.Sprintf(`<%s><Lov>%s</Lov><Kapittel>%s</Kapittel><Paragraf>%s</Paragraf>`, name, of, chapter, section)
	for _, s := range subsections {
		text += "<Ledd>" + s + "</Ledd>"
	}
	return text + "</" + name + ">"
}

// measure is a Tiltak with § 5-1 and the category, and whatever else lies in it.
func measure(id, start, category string, within ...string) string {
	return fmt.Sprintf(`<Tiltak Id=%q StartDato=%q>%s<Kategori Kode=%q/>%s</Tiltak>`, id, start, law("Lovhjemmel", "BVL2021", "5-1"), category, strings.Join(within, ""))
}

// decision is a Vedtak with its last status.
func decision(id, date, paragraph, status string, within ...string) string {
	return fmt.Sprintf(`<Vedtak Id=%q StartDato=%q>%s<Status Id="c0093492-b624-4771-8845-007063771407" EndretDato=%q Kode=%q/>%s</Vedtak>`,
		id, date, law("Lovhjemmel", "BVL2021", paragraph), date, status, strings.Join(within, ""))
}

func plan(id, start, code string, within ...string) string {
	return fmt.Sprintf(`<Plan Id=%q StartDato=%q Plantype=%q>%s</Plan>`, id, start, code, strings.Join(within, ""))
}

func offer(id, sent string, within ...string) string {
	return fmt.Sprintf(`<Ettervern Id=%q TilbudSendtDato=%q>%s</Ettervern>`, id, sent, strings.Join(within, ""))
}

func ends(date string) string { return fmt.Sprintf(`<Konklusjon SluttDato=%q/>`, date) }

func endsAs(date, code string) string {
	return fmt.Sprintf(`<Konklusjon SluttDato=%q Kode=%q/>`, date, code)
}

func visits(pairs ...string) string {
	text := `<Oppfolging><Hyppighet Id="3451d013-5675-46ad-b25b-55dd78572976" StartDato="2021-01-01" Kode="4"/>`
	for i := 0; i < len(pairs); i += 2 {
		text += fmt.Sprintf(`<Utfort Id=%q UtfortDato=%q/>`, pairs[i], pairs[i+1])
	}
	return text + "</Oppfolging>"
}

func related(from, fromID, to, toID string) string {
	return fmt.Sprintf(`<Relasjon Id="ce76e9f4-7721-4e9e-a7a4-6309973f7986" FraId=%q FraType=%q TilId=%q TilType=%q/>`, fromID, from, toID, to)
}

func deleted(kind, id string) string {
	return fmt.Sprintf(`<Slettet Id=%q Type=%q SluttDato="2026-01-01"/>`, id, kind)
}
