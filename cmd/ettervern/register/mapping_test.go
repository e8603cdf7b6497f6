package register

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tells is what a case with the elements tells, without who it is about and that it was read.
func tells(t *testing.T, options Options, text string) (lines []string, report *Report) {
	d := openDesk(t)
	report = d.load(options, text)[0]
	require.Equal(t, Imported, report.Outcome, "%v", report.Findings)
	for _, line := range d.history(report.Youth) {
		if !strings.Contains(line, "YouthRegistered") && !strings.Contains(line, "SubmissionRead") {
			lines = append(lines, line)
		}
	}
	return lines, report
}

// TestWhatEachElementTells: elements on the left, events on the right.
func TestWhatEachElementTells(t *testing.T) {
	started := func(kind, category, basis string) string {
		return `2024-01-01 MeasureStarted {"measureId":"` + measureA + `","kind":"` + kind + `","category":"` + category + `","legalBasis":"` + basis + `","municipality":"3401"}`
	}
	by := func(category string, bases ...string) string {
		return `<Tiltak Id="` + measureA + `" StartDato="2024-01-01">` + strings.Join(bases, "") + `<Kategori Kode="` + category + `"/></Tiltak>`
	}
	ended := func(reason string) string {
		return `2025-01-01 MeasureEnded {"measureId":"` + measureA + `","reason":"` + reason + `"}`
	}
	made := func(outcome, basis string) string {
		return `2025-01-01 DecisionMade {"decisionId":"` + decisionA + `","service":"child_welfare","outcome":"` + outcome + `","legalBasis":"` + basis + `","inWriting":true,"reasons":[]}`
	}
	status := func(pairs ...string) string {
		text := `<Vedtak Id="` + decisionA + `" StartDato="2025-01-01">` + law("Lovhjemmel", "BVL2021", "3-6")
		for i := 0; i < len(pairs); i += 2 {
			text += `<Status Id="c0093492-b624-4771-8845-007063771407" EndretDato="` + pairs[i] + `" Kode="` + pairs[i+1] + `"/>`
		}
		return text + `</Vedtak>`
	}
	offered := `2025-01-01 AftercareOffered {"offerId":"` + offerA + `","measures":[]}`
	adopted := `2025-01-01 PlanAdopted {"planId":"` + planA + `","planType":"aftercare"`
	for _, c := range []struct {
		name, element string
		want          []string
	}{
		{"a care order by § 5-1", by("2.2", law("Lovhjemmel", "BVL2021", "5-1")), []string{started("care_order", "2.2", "BVL2021 § 5-1")}},
		{"a care order by § 4-12", by("4.6", law("Lovhjemmel", "BVL", "4-12")), []string{started("care_order", "4.6", "BVL § 4-12")}},
		{"§ 4-8 second paragraph", by("2.2", law("Lovhjemmel", "BVL", "4-8", "2")), []string{started("care_order", "2.2", "BVL § 4-8")}},
		{"§ 4-8 third paragraph", by("2.2", law("Lovhjemmel", "BVL", "4-8", "1", "3")), []string{started("care_order", "2.2", "BVL § 4-8")}},
		{"§ 4-8 read with § 4-12", by("2.2", law("Lovhjemmel", "BVL", "4-8", "1"), law("JmfrLovhjemmel", "BVL", "4-12")), []string{started("care_order", "2.2", "BVL § 4-8 jf. BVL § 4-12")}},
		{"§ 4-8 first paragraph, placed", by("2.2", law("Lovhjemmel", "BVL", "4-8", "1")), []string{started("placement", "2.2", "BVL § 4-8")}},
		{"behaviour by chapter 6", by("1.1", law("Lovhjemmel", "BVL2021", "6-2")), []string{started("behaviour", "1.1", "BVL2021 § 6-2")}},
		{"behaviour by § 4-24", by("1.1", law("Lovhjemmel", "BVL", "4-24")), []string{started("behaviour", "1.1", "BVL § 4-24")}},
		{"behaviour by § 4-26", by("1.1", law("Lovhjemmel", "BVL", "4-26")), []string{started("behaviour", "1.1", "BVL § 4-26")}},
		{"§ 4-25 is no such basis", by("4.6", law("Lovhjemmel", "BVL", "4-25")), []string{started("voluntary", "4.6", "BVL § 4-25")}},
		{"chapter 6 of the old law is another", by("4.6", law("Lovhjemmel", "BVL", "6-2")), []string{started("voluntary", "4.6", "BVL § 6-2")}},
		{"a placement by its category", by("2.6", law("Lovhjemmel", "BVL2021", "3-2")), []string{started("placement", "2.6", "BVL2021 § 3-2")}},
		{"housing with follow-up is a placement", by("8.2", law("Lovhjemmel", "BVL2021", "3-6")), []string{started("placement", "8.2", "BVL2021 § 3-6")}},
		{"and so are the codes it became", by("8.5", law("Lovhjemmel", "BVL2021", "3-6")), []string{started("placement", "8.5", "BVL2021 § 3-6")}},
		{"all else is voluntary", by("3.10", law("Lovhjemmel", "BVL2021", "3-1")), []string{started("voluntary", "3.10", "BVL2021 § 3-1")}},
		{"the Children Act", by("4.6", law("Lovhjemmel", "BL1981", "5-34")), []string{started("voluntary", "4.6", "BL1981 § 5-34")}},

		{"an end without a reason", measure(measureA, "2024-01-01", "2.2", ends("2025-01-01")), []string{started("care_order", "2.2", "BVL2021 § 5-1"), ended("other")}},
		{"returned home", measure(measureA, "2024-01-01", "2.2", `<Opphevelse Kode="1"/>`, ends("2025-01-01")), []string{started("care_order", "2.2", "BVL2021 § 5-1"), ended("returned_home")}},
		{"turned 18", measure(measureA, "2024-01-01", "2.2", `<Opphevelse Kode="2"/>`, ends("2025-01-01")), []string{started("care_order", "2.2", "BVL2021 § 5-1"), ended("turned_18")}},
		{"adopted", measure(measureA, "2024-01-01", "2.2", `<Opphevelse Kode="3"/>`, ends("2025-01-01")), []string{started("care_order", "2.2", "BVL2021 § 5-1"), ended("adopted")}},
		{"another reason", measure(measureA, "2024-01-01", "2.2", `<Opphevelse Kode="4" Presisering="x"/>`, ends("2025-01-01")), []string{started("care_order", "2.2", "BVL2021 § 5-1"), ended("other")}},
		{"a repeal without an end is none", measure(measureA, "2024-01-01", "2.2", `<Opphevelse Kode="1"/>`), []string{started("care_order", "2.2", "BVL2021 § 5-1")}},
		{"the end where early versions had it", measure(measureA, "2024-01-01", "2.2", `<Opphevelse Kode="1" SluttDato="2025-01-01"/>`), []string{started("care_order", "2.2", "BVL2021 § 5-1"), ended("returned_home")}},
		{"follow-up", measure(measureA, "2024-01-01", "2.2", visits(visitA, "2024-06-01", visitB, "2024-03-01")), []string{
			started("care_order", "2.2", "BVL2021 § 5-1"), `2024-03-01 FollowUpHeld {"service":"child_welfare"}`, `2024-06-01 FollowUpHeld {"service":"child_welfare"}`}},
		{"follow-up as version 1 has it", measure(measureA, "2024-01-01", "2.2", `<Oppfolging Id="`+visitA+`" UtfortDato="2024-06-01"/>`), []string{
			started("care_order", "2.2", "BVL2021 § 5-1"), `2024-06-01 FollowUpHeld {"service":"child_welfare"}`}},
		{"visits by another are not follow-up", measure(measureA, "2024-01-01", "2.2", `<Tilsyn><Utfort Id="`+visitA+`" UtfortDato="2024-06-01"/></Tilsyn>`), []string{started("care_order", "2.2", "BVL2021 § 5-1")}},

		{"approved", decision(decisionA, "2025-01-01", "3-6", "1"), []string{made("continue", "BVL2021 § 3-6")}},
		{"refused", decision(decisionA, "2025-01-01", "3-6", "4"), []string{made("refuse", "BVL2021 § 3-6")}},
		{"sent to the county board", decision(decisionA, "2025-01-01", "3-6", "2"), nil},
		{"lapsed", decision(decisionA, "2025-01-01", "3-6", "3"), nil},
		{"approved and then at its end is no refusal", status("2025-01-01", "1", "2025-06-01", "4"), []string{made("continue", "BVL2021 § 3-6")}},
		{"approved after the county board", status("2025-06-01", "1", "2025-01-01", "2"), []string{made("continue", "BVL2021 § 3-6")}},
		{"approved and lapsed", status("2025-01-01", "1", "2025-06-01", "3"), nil},
		{"about something else", decision(decisionA, "2025-01-01", "5-1", "1"), nil},
		{"aftercare by the old law", `<Vedtak Id="` + decisionA + `" StartDato="2025-01-01">` + law("Lovhjemmel", "BVL", "1-3") + `<Status EndretDato="2025-01-01" Kode="1"/></Vedtak>`, []string{made("continue", "BVL § 1-3")}},
		{"§ 1-3 of the new law is another", decision(decisionA, "2025-01-01", "1-3", "1"), nil},
		{"§ 3-1 read with § 3-6", `<Vedtak Id="` + decisionA + `" StartDato="2025-01-01">` + law("Lovhjemmel", "BVL2021", "3-1") + law("JmfrLovhjemmel", "BVL2021", "3-6") + `<Status EndretDato="2025-01-01" Kode="1"/></Vedtak>`,
			[]string{made("continue", "BVL2021 § 3-1 jf. BVL2021 § 3-6")}},

		{"a plan for aftercare", plan(planA, "2025-01-01", "5"), []string{adopted + `}`}},
		{"evaluated", plan(planA, "2025-01-01", "5", `<Evaluering UtfortDato="2025-06-01"/><Evaluering UtfortDato="2025-03-01"/>`), []string{
			adopted + `}`, `2025-03-01 PlanEvaluated {"planId":"` + planA + `"}`, `2025-06-01 PlanEvaluated {"planId":"` + planA + `"}`}},
		{"concluded", plan(planA, "2025-01-01", "5", ends("2025-12-31")), []string{adopted + `,"validTo":"2025-12-31"}`}},
		{"another plan", plan(planA, "2025-01-01", "1", `<Evaluering UtfortDato="2025-06-01"/>`), nil},

		{"offered", offer(offerA, "2025-01-01"), []string{offered}},
		{"accepted", offer(offerA, "2025-01-01", endsAs("2025-02-01", "1")), []string{offered, `2025-02-01 ConsentGiven {"offerId":"` + offerA + `","scope":"aftercare"}`}},
		{"wants another measure", offer(offerA, "2025-01-01", endsAs("2025-02-01", "2")), []string{offered, `2025-02-01 OfferDeclined {"offerId":"` + offerA + `","reason":"wants_other_measure"}`}},
		{"wants none", offer(offerA, "2025-01-01", endsAs("2025-02-01", "3")), []string{offered, `2025-02-01 OfferDeclined {"offerId":"` + offerA + `","reason":"wants_none"}`}},

		{"deleted before it was ever read", strings.Replace(measure(measureA, "2024-01-01", "2.2"), "<Tiltak ", `<Tiltak ErSlettet="true" `, 1), nil},
		{"deleted without its fields", `<Tiltak Id="` + measureA + `" ErSlettet="1"/>`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lines, report := tells(t, Options{}, with(c.element))
			require.Equal(t, c.want, lines)
			for _, f := range report.Findings {
				require.False(t, f.Refused, "%v", f)
			}
		})
	}
}

func TestWhoTheCaseIsAboutAndWhereItIs(t *testing.T) {
	registered := func(text string) string {
		d := openDesk(t)
		return d.history(d.one(text).Youth)[0]
	}
	require.Equal(t, `2020-11-29 YouthRegistered {"birthDate":"2007-07-12","municipality":"3401"}`, registered(with()))
	require.Equal(t, `2020-11-29 YouthRegistered {"birthDate":"2007-07-12","municipality":"0301","district":"01"}`,
		registered(form{sender: `Organisasjonsnummer="958935420" Kommunenummer="0301" Kommunenavn="Oslo" Bydelsnummer="01" Bydelsnavn="Gamle Oslo"`}.String()))
	require.Equal(t, `2007-07-12 YouthRegistered {"birthDate":"2007-07-12","municipality":"3401"}`, registered(form{start: "2007-01-01"}.String()),
		"a case begun before birth registers nobody before birth")
}

// TestTheOlderVersionsOfTheForm: version 1 says on the case who the child is; 1.0 has the parts below an office, times
// instead of dates, and no id of its own.
func TestTheOlderVersionsOfTheForm(t *testing.T) {
	onTheCase := ` Fodselsnummer="` + number + `" Fodseldato="2007-07-12" Kjonn="2"`
	lines, report := tells(t, Options{}, form{person: "none", more: onTheCase, elements: []string{measure(measureA, "2024-01-01T12:34:56+01:00", "3.10")}}.String())
	require.Len(t, lines, 1)
	require.Empty(t, report.Unknown)
	first := strings.Replace(form{person: "none", more: onTheCase, extracted: "2026-11-08T02:00:00", elements: []string{
		`<Virksomhet StartDato="2020-11-29T20:01:01+01:00" Organisasjonsnummer="123456789" Bydelsnummer="04">`, measure(measureA, "2024-01-01T23:30:00Z", "3.10"), `</Virksomhet>`,
	}}.String(), `Id="`+submissionA+`" `, "", 1)
	d := openDesk(t)
	report = d.one(first)
	require.Equal(t, Imported, report.Outcome, "%v", report.Findings)
	require.Empty(t, report.Unknown)
	history := d.history(report.Youth)
	require.Contains(t, history[0], `"district":"04"`)
	require.True(t, strings.HasPrefix(history[1], "2024-01-02 "), "23:30 in Greenwich is the next day in Norway: %s", history[1])
	require.Equal(t, Unchanged, d.one(first).Outcome, "its submission has an id made from what it is")
}

func TestVersion5IsNamed(t *testing.T) {
	report := openDesk(t).one(`<?xml version="1.0"?><BarnevernregisterInnrapportering><Id>` + submissionA + `</Id></BarnevernregisterInnrapportering>`)
	require.Equal(t, Refused, report.Outcome)
	require.Contains(t, report.Findings[0].Message, "version 5")
}
