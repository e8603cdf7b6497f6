package register

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// faultless is a case that breaks none of the rules.
var faultless = form{elements: []string{
	plan(planA, "2025-07-01", "5"), measure(measureA, "2024-01-01", "2.2"),
	decision(decisionA, "2024-01-01", "5-1", "1"), related("Vedtak", decisionA, "Tiltak", measureA),
}}

// caseOf is a case of a child born on that day, with the elements.
func caseOf(born string, elements ...string) form {
	day, year := born[8:], born[2:4]
	m, err := strconv.Atoi(born[5:7])
	if err != nil {
		panic(err)
	}
	for serial := range 100_000 {
		n := fmt.Sprintf("%s%02d%s%05d", day, m+80, year, serial)
		if read, ok := events.ReadIdentityNumber(n); ok && read.FirstRest == 0 {
			return form{person: personOf("0726e25c-fd56-4926-876b-3e36bb2313f5", n, born), elements: elements}
		}
	}
	panic("no number")
}

func replaced(f form, old, new string) form {
	for i, e := range f.elements {
		f.elements = slices.Clone(f.elements)
		f.elements[i] = strings.ReplaceAll(e, old, new)
	}
	return f
}

// TestEachRule shows, for each rule, a case that breaks it: the register's words, with what they name.
func TestEachRule(t *testing.T) {
	oslo := `Organisasjonsnummer="958935420" Kommunenummer="0301" Kommunenavn="Oslo"`
	care := func(within ...string) string { return measure(measureA, "2024-01-01", "2.2", within...) }
	other := func(kind, rest string) string {
		return fmt.Sprintf(`<%s Id="fe3c9c8f-2b85-4c1f-a8aa-ca51b98c67c2" %s</%s>`, kind, rest, kind)
	}
	ended := form{end: "2025-06-30"}
	in := func(f form, elements ...string) form { f.elements = elements; return f }
	shown := map[string]bool{}
	for _, c := range []struct {
		rule     string
		severity Severity
		refused  bool
		f        form
		words    string
	}{
		{"Avgiver Kontroll 1", Error, false, form{sender: oslo}, "Bydelsnummer og/eller Bydelsnavn skal være utfylt"},
		{"Avgiver Kontroll 1", Error, false, form{sender: oslo + ` Bydelsnummer="01"`}, "Bydelsnummer og/eller Bydelsnavn skal være utfylt"},
		{"Sak Kontroll 1", Error, false, in(form{}, measure(measureA, "1999-12-31", "2.2")), "StartDato: Dato (1999-12-31) må være mellom 01.01.2000 og 31.12.2052"},
		{"Sak Kontroll 1", Error, false, in(form{}, offer(offerA, "2053-01-01")), "TilbudSendtDato: Dato (2053-01-01) må være mellom 01.01.2000 og 31.12.2052"},
		{"Sak Kontroll 2a", Error, false, form{start: "2020-11-29", end: "2020-11-28"}, "Sakens startdato 2020-11-29 er etter sluttdato 2020-11-28"},
		{"Sak Kontroll 7", Warning, false, caseOf("2001-07-12", care()), "Klienten er over 25 år og skal avsluttes som klient. Alder: 25 år."},
		{"Sak Kontroll 8", Info, false, in(form{}, plan(planA, "2025-07-01", "5")), "Klienten er over 18 år og skal dermed ha tiltak. Alder: 19 år. (ERROR i registeret; her ingen feil: en pause etter fylte 18 år er lovlig)"},
		{"Sak Kontroll 21", Error, false, form{}, "Klienten har ingen meldinger, undersøkelser, vedtak, tiltak, planer, ettervern eller oversendelse fylkesnemnd. Saken bør avsluttes."},
		{"Sak Kontroll 23", Info, false, in(ended, care()), "Underelement i lukket sak mangler sluttdato"},
		{"Personalia Kontroll 2f", Error, false, form{end: "2020-11-28"}, "Personalia sin startdato 2020-11-29 er etter sakens sluttdato 2020-11-28"},
		{"Personalia Kontroll 11", Error, false, form{person: "none"}, "Klienten mangler personaliainformasjon"},
		{"Personalia Kontroll 13", Warning, false, form{person: personOf("0726e25c-fd56-4926-876b-3e36bb2313f5", number, "2007-07-13")}, "Fødselsnummer og Fødselsdato viser til forskjellige datoer"},
		{"Personalia Kontroll 15", Error, false, form{person: personOf("0726e25c-fd56-4926-876b-3e36bb2313f5", "12070799999", born)}, "Feil i Fødselsnummer for født barn"},
		{"Personalia Kontroll 16", Error, false, form{person: strings.Replace(personOf("0726e25c-fd56-4926-876b-3e36bb2313f5", number, born), "2020-11-29", "2006-10-11", 1)},
			"Personalia sin startdato 2006-10-11 er mer enn 9 måneder før barnets fødselsdato 2007-07-12"},
		{"Personalia Kontroll 18", Info, false, form{person: personOf("0726e25c-fd56-4926-876b-3e36bb2313f5", "12070700100", born)}, "Ufullstendig fødselsnummer skal erstattes med fødselsnummer, DUF- eller D-nummer fra folkeregisteret."},
		{"Personalia Kontroll 18", Info, false, form{person: personOf("0726e25c-fd56-4926-876b-3e36bb2313f5", dNumber, born)}, "Om DUF- eller fødselsnummer foreligger i folkeregisteret, skal dette benyttes fremfor D-nummer."},

		{"Tiltak Kontroll 2a", Error, true, in(form{}, care(ends("2023-12-31"))), "Tiltakets startdato 2024-01-01 er etter sluttdato 2023-12-31"},
		{"Tiltak Kontroll 2c", Error, false, in(ended, care(ends("2025-07-01"))), "Tiltakets sluttdato 2025-07-01 er etter Sakens sluttdato 2025-06-30"},
		{"Tiltak Kontroll 2e", Error, false, in(form{}, measure(measureA, "2020-11-28", "2.2")), "Tiltakets startdato 2020-11-28 er før sakens startdato 2020-11-29"},
		{"Tiltak Kontroll 5", Warning, false, in(form{}, measure(measureA, "2024-01-01", "4.1")), "Barnet er over 7 år og i barnehage. Alder: 19 år."},
		{"Tiltak Kontroll 6", Warning, false, in(form{}, measure(measureA, "2024-01-01", "4.2")), "Barnet er over 11 år og i SFO. Alder: 19 år."},
		{"Tiltak Kontroll 7", Error, false, in(form{}, measure(measureA, "2024-01-01", "4.99")), "Tiltakskategori (4.99) mangler presisering."},
		{"Tiltak Kontroll 8", Error, false, in(form{}, care(`<Opphevelse Kode="4"/>`, ends("2025-01-01"))), "Opphevelse (4) mangler presisering."},
		{"Tiltak Kontroll 9", Warning, false, in(form{}, care(ends("2024-06-30")), measure(measureB, "2024-03-31", "1.1")),
			"Flere plasseringstiltak i samme periode (2024-03-31 - 2024-06-30). Plasseringstiltak kan ikke overlappe med mer enn 90 dager. Antall dager overlapp: 91 dager. Overlapper med tiltak-id " + measureA + "."},
		{"Tiltak Kontroll 12", Error, false, in(form{}, care(ends("2025-01-01"))), "Omsorgstiltak med sluttdato krever årsak til opphevelse"},
		{"Tiltak Kontroll 13", Error, false, in(form{}, care()), "Individet er over 18 år skal dermed ikke ha omsorgstiltak. Alder: 19 år."},
		{"Tiltak Kontroll 14", Error, false, replaced(in(form{}, care()), "<Paragraf>1</Paragraf>", "<Paragraf>1</Paragraf><Ledd>0</Ledd>"), "Ingen Lovhjemmel sin kapittel, paragraf, ledd eller punktum kan være utfylt med 0"},
		{"Tiltak Kontroll 19", Warning, false, in(form{}, care(), measure(measureB, "2024-01-01", "2.2")), "Det finnes 2 eller flere tiltak med identisk innhold, men med forskjellige identer"},
		{"Tiltak Kontroll 20", Error, false, in(form{}, care()), "Tiltak skal ha relasjon fra Vedtak"},
		{"Tiltak Kontroll 21", Error, false, replaced(faultless, "<Kapittel>5</Kapittel><Paragraf>1</Paragraf></Lovhjemmel><Status", "<Kapittel>3</Kapittel><Paragraf>1</Paragraf></Lovhjemmel><Status"), "Tiltak er registrert med annen lovhjemmel enn det som er registrert i vedtak"},
		{"Tiltak Kontroll 22", Warning, false, in(form{}, measure(measureA, "2024-01-01", "1.99")), "Dette er er en advarsel. Kun plasseringstiltak skal ha kode 1.99. Dersom dette ikke er et plasseringstiltak (institusjon) må tiltakskode endres. Er det et administrative vedtak som er gitt kode 1.99 skal tiltaket slettes."},
		{"Tiltak Kontroll 23", Warning, false, in(form{}, measure(measureA, "2024-01-01", "2.99")), "Dette er er en advarsel. Kun plasseringstiltak skal ha kode 2.99. Dersom dette ikke er et plasseringstiltak (fosterhjem) må tiltakskode endres. Er det et administrative vedtak som er gitt kode 2.99 skal tiltaket slettes."},

		{"Vedtak Kontroll 2a", Error, true, in(form{}, decision(decisionA, "2025-01-01", "3-6", "1", ends("2024-12-31"))), "Vedtakets startdato 2025-01-01 er etter sluttdato 2024-12-31"},
		{"Vedtak Kontroll 2c", Error, false, in(ended, decision(decisionA, "2025-01-01", "3-6", "1", ends("2025-07-01"))), "Vedtakets sluttdato 2025-07-01 er etter Sakens sluttdato 2025-06-30"},
		{"Vedtak Kontroll 2e", Error, false, in(form{}, decision(decisionA, "2020-11-28", "3-6", "1")), "Vedtakets startdato 2020-11-28 er før sakens startdato 2020-11-29"},
		{"Vedtak Kontroll 2i", Info, false, in(form{}, strings.Replace(decision(decisionA, "2025-01-01", "3-6", "1", ends("2025-02-01")), `EndretDato="2025-01-01"`, `EndretDato="2025-02-02"`, 1)), "Status sin endretdato 2025-02-02 er etter Vedtakets sluttdato 2025-02-01"},
		{"Vedtak Kontroll 2j", Info, false, in(form{}, strings.Replace(decision(decisionA, "2025-01-01", "3-6", "1"), `EndretDato="2025-01-01"`, `EndretDato="2024-12-31"`, 1)), "Status sin endretdato 2024-12-31 er før vedtakets startdato 2025-01-01"},
		{"Vedtak Kontroll 3", Error, false, in(form{}, decision(decisionA, "2025-01-01", "3-6", "3")), "Vedtak med status 3 = 'Utgår / Bortfalt etter BVL' mangler sluttdato"},
		{"Vedtak Kontroll 3", Error, false, in(form{}, decision(decisionA, "2025-01-01", "3-6", "4")), "Vedtak med status 4 = 'Avslått / Avsluttet' mangler sluttdato"},
		{"Vedtak Kontroll 4", Error, false, in(form{}, strings.Replace(decision(decisionA, "2025-01-01", "3-6", "1"), "BVL2021", "STL", 1)), "Lovhjemlene under vedtak inneholder annen verdi for lov enn BVL, BVL2021 eller BL1981. Lov: STL."},
		{"Vedtak Kontroll 4", Error, false, in(form{}, strings.Replace(decision(decisionA, "2025-01-01", "3-6", "1"), "BVL2021", "Kari", 1)), "Lovhjemlene under vedtak inneholder annen verdi for lov enn BVL, BVL2021 eller BL1981. Lov: ?."},
		{"Vedtak Kontroll 5", Error, false, in(form{}, decision(decisionA, "2022-12-31", "3-6", "1")), "Lovhjemmel opprettet før 01. januar 2023 krever lov = 'BVL'"},
		{"Vedtak Kontroll 5", Error, false, in(form{}, strings.Replace(decision(decisionA, "2023-01-01", "1-3", "1"), "BVL2021", "BVL", 1)), "Lovhjemmel opprettet på 01. januar 2023 eller senere krever lov = 'BVL2021'"},
		{"Vedtak Kontroll 19", Info, false, in(form{}, decision(decisionA, "2025-01-01", "3-6", "1"), decision(planA, "2025-01-01", "3-6", "1")), "Det finnes 2 eller flere Vedtak med identisk innhold, men med forskjellige identer"},
		{"Vedtak Kontroll 20", Warning, false, in(form{}, decision(decisionA, "2025-01-01", "3-6", "2")), "Vedtak med status 2 = 'Begjæring oversendt nemnd' skal ha relasjon til OversendelseFylkesnemnd"},
		{"Vedtak Kontroll 20", Warning, false, in(form{}, decision(decisionA, "2025-01-01", "3-6", "2"), related("Vedtak", decisionA, "OversendelseFylkesnemnd", offerA)), "OversendelseFylkesnemndVedtak skal finnes for Vedtak med status 2 = 'Begjæring oversendt nemnd'"},

		{"Plan Kontroll 2a", Error, true, in(form{}, plan(planA, "2025-01-01", "5", ends("2024-12-31"))), "Planens startdato 2025-01-01 er etter sluttdato 2024-12-31"},
		{"Plan Kontroll 2c", Error, false, in(ended, plan(planA, "2025-01-01", "5", ends("2025-07-01"))), "Planens sluttdato 2025-07-01 er etter sakens sluttdato 2025-06-30"},
		{"Plan Kontroll 2e", Error, false, in(form{}, plan(planA, "2020-11-28", "5")), "Planens startdato 2020-11-28 er før sakens startdato 2020-11-29"},
		{"Plan Kontroll 2f", Error, false, in(ended, plan(planA, "2025-01-01", "5", `<Evaluering UtfortDato="2025-07-01"/>`)), "Utført evaluering 2025-07-01 er etter sakens sluttdato 2025-06-30"},
		{"Plan Kontroll 2g", Error, false, in(form{}, plan(planA, "2025-01-01", "5", `<Evaluering UtfortDato="2020-11-28"/>`)), "Utført evaluering 2020-11-28 er før sakens startdato 2020-11-29"},
		{"Plan Kontroll 19", Info, false, in(form{}, plan(planA, "2025-01-01", "5"), plan(offerA, "2025-01-01", "5")), "Det finnes 2 eller flere Planer med identisk innhold, men med forskjellige identer"},
		{"Ettervern Kontroll 2a", Error, true, in(form{}, offer(offerA, "2025-01-01", endsAs("2024-12-31", "1"))), "Ettervernets tilbudSendtDato 2025-01-01 er etter sluttdato 2024-12-31"},
		{"Ettervern Kontroll 2c", Error, false, in(ended, offer(offerA, "2025-01-01", endsAs("2025-07-01", "1"))), "Ettervern sin sluttdato 2025-07-01 er etter sakens sluttdato 2025-06-30"},
		{"Ettervern Kontroll 2e", Error, false, in(form{}, offer(offerA, "2020-11-28")), "Ettervern sin tilbud-sendt-dato 2020-11-28 er før sakens startdato 2020-11-29"},

		{"Melding Kontroll 2a", Error, false, in(form{}, other("Melding", `StartDato="2021-01-01"><Konklusjon SluttDato="2020-12-31" Kode="1"/>`)), "Meldingens startdato 2021-01-01 er etter sluttdato 2020-12-31"},
		{"Melding Kontroll 2c", Error, false, in(ended, other("Melding", `StartDato="2021-01-01"><Konklusjon SluttDato="2025-07-01" Kode="1"/>`)), "Meldingens sluttdato 2025-07-01 er etter Sakens sluttdato 2025-06-30"},
		{"Melding Kontroll 2e", Error, false, in(form{}, other("Melding", `StartDato="2020-11-28">`)), "Meldingens startdato 2020-11-28 er før sakens startdato 2020-11-29"},
		{"Undersøkelse Kontroll 2a", Error, false, in(form{}, other("Undersokelse", `StartDato="2021-01-01"><Konklusjon SluttDato="2020-12-31" Kode="1"/>`)), "Undersøkelsens startdato 2021-01-01 er etter sluttdato 2020-12-31"},
		{"Undersøkelse Kontroll 2c", Error, false, in(ended, other("Undersokelse", `StartDato="2021-01-01"><Konklusjon SluttDato="2025-07-01" Kode="1"/>`)), "Undersøkelsens sluttdato 2025-07-01 er etter sakens sluttdato 2025-06-30"},
		{"Undersøkelse Kontroll 2e", Error, false, in(form{}, other("Undersokelse", `StartDato="2020-11-28">`)), "Undersøkelsens startdato 2020-11-28 er før sakens startdato 2020-11-29"},
		{"Flytting Kontroll 2c", Error, false, in(ended, other("Flytting", `SluttDato="2025-07-01">`)), "Flyttingens sluttdato 2025-07-01 er etter sakens sluttdato 2025-06-30"},
		{"Flytting Kontroll 2f", Error, false, in(form{}, other("Flytting", `SluttDato="2020-11-28">`)), "Flyttingens sluttdato 2020-11-28 er før sakens startdato 2020-11-29"},
		{"Oversendelse til fylkesnemnd Kontroll 2e", Error, false, in(form{}, other("OversendelseFylkesnemnd", `StartDato="2020-11-28">`)), "Oversendelse til fylkesnemndens startdato 2020-11-28 er før sakens startdato 2020-11-29"},
		{"Oversendelse til fylkesnemnd Kontroll 2f", Error, false, in(ended, other("OversendelseFylkesnemnd", `StartDato="2025-07-01">`)), "Oversendelse til fylkesnemndens startdato 2025-07-01 er etter sakens sluttdato 2025-06-30"},
		{"Oversendelse til fylkesnemnd Kontroll 5", Error, false, in(form{}, other("OversendelseFylkesnemnd", `StartDato="2022-12-31">`+law("Lovhjemmel", "BVL2021", "5-1"))), "Lovhjemmel opprettet før 01. januar 2023 krever lov = 'BVL'"},
		{"Oversendelse til fylkesnemnd Kontroll 5", Error, false, in(form{}, other("OversendelseFylkesnemnd", `StartDato="2023-01-01">`+law("Lovhjemmel", "BVL", "4-12"))), "Lovhjemmel opprettet på 01. januar 2023 eller senere krever lov = 'BVL2021'"},
	} {
		shown[c.rule] = true
		t.Run(c.rule, func(t *testing.T) {
			found := findings(t, c.f.String(), c.rule)
			require.Len(t, found, 1, "%v", findings(t, c.f.String(), ""))
			assert.Equal(t, c.severity, found[0].Severity)
			assert.Equal(t, c.refused, found[0].Refused)
			assert.Equal(t, c.words, found[0].Message)
		})
	}
	for _, r := range rules {
		require.True(t, shown[r.id], "no case shows %s", r.id)
	}
}

// findings are what a rule finds in a file; "" is any rule.
func findings(t *testing.T, text, rule string) (found []FileFinding) {
	report := newReport("case.xml")
	s := read(strings.NewReader(text), report)
	require.NotNil(t, s, "%v", report.Findings)
	checkRules(s, report)
	for _, f := range report.Findings {
		if rule == "" || f.Rule == rule {
			found = append(found, f)
		}
	}
	return found
}

func TestACaseWithoutFaultsHasNone(t *testing.T) {
	under18 := caseOf("2009-07-12", faultless.elements...)
	require.Empty(t, findings(t, under18.String(), ""))
}

// TestARuleCountsFromItsDay: extracts of before are not held against it.
func TestARuleCountsFromItsDay(t *testing.T) {
	f := form{elements: []string{measure(measureA, "2021-06-01", "2.2")}, extracted: "2021-12-31T23:59:59+01:00"}
	require.Empty(t, findings(t, f.String(), "Tiltak Kontroll 20"))
	f.extracted = "2022-01-01T00:00:00+01:00"
	require.Len(t, findings(t, f.String(), "Tiltak Kontroll 20"), 1)
}

// TestTheRegisterForgivesOldData: what carries a MigrertId is only warned of, and recorded as far as it can be.
func TestTheRegisterForgivesOldData(t *testing.T) {
	f := replaced(form{elements: []string{measure(measureA, "2024-01-01", "2.2", ends("2023-12-31"))}}, "<Tiltak ", `<Tiltak MigrertId="17" `)
	found := findings(t, f.String(), "Tiltak Kontroll 2a")
	require.Equal(t, Warning, found[0].Severity)
	require.False(t, found[0].Refused)
}

// TestWhatARuleRefusesIsLeftOutAndTheRestStands: a contradiction is not recorded; a breach is.
func TestWhatARuleRefusesIsLeftOutAndTheRestStands(t *testing.T) {
	lines, report := tells(t, Options{}, with(measure(measureA, "2024-01-01", "2.2", ends("2023-12-31")), measure(measureB, "2024-01-01", "2.2")))
	require.Len(t, lines, 1, "the care order that goes on after 18 is a breach, and recorded")
	require.Contains(t, lines[0], measureB)
	found := 0
	for _, f := range report.Findings {
		if f.Refused {
			found++
			require.Equal(t, "/Barnevern/Sak/Tiltak[@Id='"+measureA+"']", f.Element)
		}
	}
	require.Equal(t, 1, found)
}
