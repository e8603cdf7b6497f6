package register

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/vault"
)

const person1 = "0726e25c-fd56-4926-876b-3e36bb2313f5"

func numbered(number string) string { return personOf(person1, number, born) }

// is the pseudonym of a number, as an emitter gets it.
func (d *desk) pseudonym(number string) string {
	youth, err := d.Youth(context.Background(), number)
	require.NoError(d.t, err)
	return youth
}

func TestANumberIsAlwaysTheSameYouth(t *testing.T) {
	d := openDesk(t)
	youth := d.one(with(measure(measureA, "2024-01-01", "2.2"))).Youth
	require.Equal(t, d.pseudonym(number), youth)
	again := form{submission: submissionB, caseID: caseB, elements: []string{measure(measureB, "2024-01-01", "2.2")}}
	require.Equal(t, youth, d.one(again.String()).Youth, "in another case")
}

func TestDNumbersAndDUFNumbersAreYouthsToo(t *testing.T) {
	d := openDesk(t)
	require.Equal(t, d.pseudonym(dNumber), d.one(form{person: numbered(dNumber)}.String()).Youth)
	withDUF := strings.Replace(numbered("12070700100"), "Kjonn", `DUFnummer="`+dufNumber+`" Kjonn`, 1)
	require.Equal(t, d.pseudonym(dufNumber), d.one(form{submission: submissionB, caseID: caseB, person: withDUF}.String()).Youth,
		"where the other number is only a date and a stand-in")
}

func TestAWrongNumberRefusesTheCase(t *testing.T) {
	for _, c := range []struct{ name, person, rule, words string }{
		{"a control digit", numbered("12870764323"), "Personalia Kontroll 12", "Ugyldig Fødselsnummer: it is no such number"},
		{"letters", numbered("1287076432x"), "Personalia Kontroll 12", "Ugyldig Fødselsnummer: it must be"},
		{"too short", numbered("1287076432"), "Personalia Kontroll 12", "Ugyldig Fødselsnummer: it must be"},
		{"none", strings.Replace(numbered(number), `Fodselsnummer="`+number+`"`, "", 1), "Personalia Kontroll 12", "Ugyldig Fødselsnummer: it must be"},
		{"a stand-in without a day", numbered("99999900100"), "Personalia Kontroll 12", "Ugyldig Fødselsnummer: it is no such number"},
		{"a DUF number", strings.Replace(numbered(number), "Kjonn", `DUFnummer="201912345699" Kjonn`, 1), "Personalia Kontroll 17", "Ugyldig DUF-nummer: it is no such number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t)
			report := d.one(form{person: c.person, elements: []string{measure(measureA, "2024-01-01", "2.2")}}.String())
			require.Equal(t, Refused, report.Outcome)
			require.Zero(t, d.ledger.Durable())
			found := false
			for _, f := range report.Findings {
				require.NotContains(t, f.Message, "1287076")
				found = found || f.Rule == c.rule && f.Refused && strings.HasPrefix(f.Message, c.words)
			}
			require.True(t, found, "%v", report.Findings)
		})
	}
}

func TestSyntheticNumbersOnlyWhereTheyAreAskedFor(t *testing.T) {
	d := openDesk(t)
	d.Numbers = vault.RealOnly
	report := d.one(with())
	require.Equal(t, Refused, report.Outcome)
	require.Contains(t, report.Findings[len(report.Findings)-1].Message, "--synthetic")
	require.Equal(t, Imported, d.load(Options{Synthetic: true}, with())[0].Outcome)
	d.Numbers = vault.SyntheticNumbers
	report = d.load(Options{Synthetic: true}, form{submission: submissionB, caseID: caseB, person: numbered("15076500565")}.String())[0]
	require.Equal(t, Refused, report.Outcome, "a real number never gets into the demo")
}

// TestAChangedNumberMergesTheYouths: first the child had a D-number, later a national identity number. The whole case
// belongs to the new pseudonym, also what the later file does not tell again, and the old one says where it went.
func TestAChangedNumberMergesTheYouths(t *testing.T) {
	before := form{submission: submissionA, extracted: "2026-11-01T02:00:00+01:00", person: numbered(dNumber),
		elements: []string{measure(measureA, "2024-01-01", "2.2", visits(visitA, "2024-06-01")), plan(planA, "2025-01-01", "5")}}.String()
	after := form{submission: submissionB, extracted: "2026-11-02T02:00:00+01:00", person: numbered(number),
		elements: []string{plan(planA, "2025-02-01", "5")}}.String()
	for name, files := range map[string][]string{"in order": {before, after}, "the later first": {after, before}, "in order, twice": {before, after, before, after}} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			for _, file := range files {
				d.one(file)
			}
			old, now := d.pseudonymOf(dNumber), d.pseudonymOf(number)
			require.Equal(t, []string{
				`2020-11-29 YouthRegistered {"birthDate":"2007-07-12","municipality":"3401"}`,
				`2024-01-01 MeasureStarted {"measureId":"` + measureA + `","kind":"care_order","category":"2.2","legalBasis":"BVL2021 § 5-1","municipality":"3401"}`,
				`2024-06-01 FollowUpHeld {"service":"child_welfare"}`,
				`2025-02-01 PlanAdopted {"planId":"` + planA + `","planType":"aftercare"}`,
			}, d.standing(now))
			require.Equal(t, []string{
				`2020-11-29 YouthMerged {"into":"` + now + `"}`, `2020-11-29 YouthRegistered {"birthDate":"2007-07-12","municipality":"3401"}`,
			}, d.standing(old), "and nothing is told twice")
			require.Empty(t, d.overdue(old, events.DateOf(today)), "nor is anyone counted twice")
			require.NotEmpty(t, d.overdue(now, events.DateOf(today)))
			require.Equal(t, now, d.pseudonym(dNumber), "an emitter who knows only the old number finds the youth")
			require.Equal(t, now, d.pseudonym(number))
			require.Equal(t, Unchanged, d.one(before).Outcome)
			require.Equal(t, Unchanged, d.one(after).Outcome)
		})
	}
}

// TestWhatAnEmitterToldUnderTheOldNumberCounts for the youth when the number has changed, and what it tells there later too.
func TestWhatAnEmitterToldUnderTheOldNumberCounts(t *testing.T) {
	d := openDesk(t)
	before := form{extracted: "2026-11-01T02:00:00+01:00", person: numbered(dNumber), elements: []string{measure(measureA, "2024-01-01", "2.2")}}
	after := form{submission: submissionB, extracted: "2026-11-02T02:00:00+01:00", elements: before.elements}
	old := d.one(before.String()).Youth
	inform := func(id string) {
		r := d.handler.Record(t.Context(), []byte(`{"specversion":"1.0","id":"`+id+`","source":"/fagsystem/3401","type":"ettervern.InformationGiven.v1","subject":"`+old+
			`","time":"2025-01-10T10:00:00Z","data":{"service":"child_welfare","topics":["aftercare"],"form":"oral","adapted":true}}`), "emitter")
		require.NoError(t, r.Err)
	}
	inform("i")
	now := d.one(after.String()).Youth
	require.NotEqual(t, old, now)
	require.Contains(t, d.verdicts(now), "information met recorded_late recorded_after_limit")
	require.Empty(t, d.verdicts(old))
	inform("j")
	require.NoError(t, d.ledger.Await(t.Context(), d.ledger.Durable()))
	require.Empty(t, d.verdicts(old))
}

// pseudonymOf is the pseudonym that a number itself gives, merged or not.
func (d *desk) pseudonymOf(number string) string {
	n, err := vault.ParseNumber(number, vault.AlsoSynthetic, events.DateOf(today))
	require.NoError(d.t, err)
	secret, err := d.Pseudonyms(false)
	require.NoError(d.t, err)
	return secret.Of(n)
}

// TestANumberThatIsAnothersIsNotMerged: a case had a twin's number by mistake. When that is put right, what it told moves to
// the right youth, in whatever order the files come, and the twin stays who he is.
func TestANumberThatIsAnothersIsNotMerged(t *testing.T) {
	const twin = "12870763024" // synthetic, of the same day
	his := form{submission: submissionC, caseID: caseB, elements: []string{measure(measureB, "2024-01-01", "2.2")}}.String()
	wrong := form{submission: submissionA, extracted: "2026-11-01T02:00:00+01:00", elements: []string{measure(measureA, "2024-01-01", "4.6"), plan(planA, "2025-01-01", "5")}}.String()
	right := form{submission: submissionB, extracted: "2026-11-02T02:00:00+01:00", person: numbered(twin), elements: []string{plan(planA, "2025-01-01", "5")}}.String()
	for _, files := range [][]string{{his, wrong, right}, {wrong, his, right}, {his, right, wrong}, {his, wrong, right, wrong, right, his}} {
		d := openDesk(t)
		var told bool
		for _, file := range files {
			for _, f := range d.one(file).Findings {
				told = told || f.Rule == "import/number"
			}
		}
		require.True(t, told)
		require.Len(t, d.standing(d.pseudonymOf(number)), 2, "registered, and his own measure")
		require.Len(t, d.standing(d.pseudonymOf(twin)), 3, "registered, a measure and a plan")
		require.Equal(t, d.pseudonymOf(number), d.pseudonym(number))
		require.Equal(t, d.pseudonymOf(twin), d.pseudonym(twin))
		for _, file := range files {
			require.Equal(t, Unchanged, d.one(file).Outcome)
		}
	}
}

// TestTwoPersonaliaInOneFileMergeTheYouths: the file itself tells that the number changed.
func TestTwoPersonaliaInOneFileMergeTheYouths(t *testing.T) {
	d := openDesk(t)
	later := strings.Replace(personOf("0726e25c-fd56-4926-876b-3e36bb2313f6", number, born), "2020-11-29", "2022-01-01", 1)
	report := d.one(form{person: later + numbered(dNumber), elements: []string{measure(measureA, "2024-01-01", "2.2")}}.String())
	require.Equal(t, d.pseudonymOf(number), report.Youth)
	require.Equal(t, []string{"YouthRegistered", "YouthMerged"}, d.types(d.pseudonymOf(dNumber)))
	require.Equal(t, []string{"YouthRegistered", "MeasureStarted", "SubmissionRead"}, d.types(report.Youth))
}

// TestAChildWithoutANumberIsKnownByTheCase until a number comes.
func TestAChildWithoutANumberIsKnownByTheCase(t *testing.T) {
	d := openDesk(t)
	nameless := form{extracted: "2026-11-01T02:00:00+01:00", person: numbered("12070755555"), elements: []string{measure(measureA, "2024-01-01", "2.2")}}.String()
	first := d.one(nameless)
	require.Equal(t, Imported, first.Outcome)
	other := d.one(strings.ReplaceAll(strings.ReplaceAll(nameless, caseA, caseB), submissionA, submissionC))
	require.NotEqual(t, first.Youth, other.Youth, "two children can be born on one day")
	named := d.one(form{submission: submissionB, extracted: "2026-11-02T02:00:00+01:00"}.String())
	require.Equal(t, d.pseudonymOf(number), named.Youth)
	require.Contains(t, d.types(named.Youth), "MeasureStarted")
	require.Contains(t, d.types(first.Youth), "YouthMerged")
}

// TestAFileThatDoesNotSayWhoIsFoundByItsCase, if the ledger knows that.
func TestAFileThatDoesNotSayWhoIsFoundByItsCase(t *testing.T) {
	d := openDesk(t)
	nobody := form{submission: submissionB, extracted: "2026-11-09T02:00:00+01:00", person: "none", elements: []string{measure(measureA, "2024-01-01", "2.2")}}.String()
	report := d.one(nobody)
	require.Equal(t, Refused, report.Outcome)
	require.Equal(t, "Personalia Kontroll 11", report.Findings[len(report.Findings)-1].Rule)
	youth := d.one(with()).Youth
	report = d.one(nobody)
	require.Equal(t, youth, report.Youth)
	require.Equal(t, Counts{"MeasureStarted": 1, "SubmissionRead": 1}, report.Recorded)
}

// TestTwoCasesOfOnePersonAreOneYouth: the case begun last says which municipality registers, in whatever order they come.
func TestTwoCasesOfOnePersonAreOneYouth(t *testing.T) {
	oslo := `Organisasjonsnummer="958935420" Kommunenummer="0301" Kommunenavn="Oslo" Bydelsnummer="01" Bydelsnavn="Gamle Oslo"`
	older := form{elements: []string{measure(measureA, "2021-01-01", "2.2", ends("2023-01-01"))}}.String()
	newer := form{submission: submissionB, extracted: "2026-11-01T02:00:00+01:00", caseID: caseB, start: "2023-01-01", sender: oslo,
		elements: []string{measure(measureB, "2023-01-01", "2.2")}}.String()
	for _, files := range [][]string{{older, newer}, {newer, older}, {older, newer, older, newer}} {
		d := openDesk(t)
		var youth string
		for _, file := range files {
			youth = d.one(file).Youth
		}
		said := d.standing(youth)
		require.Len(t, said, 4)
		require.Contains(t, said, `2023-01-01 YouthRegistered {"birthDate":"2007-07-12","municipality":"0301","district":"01"}`)
		require.Equal(t, Unchanged, d.one(older).Outcome)
	}
}

// TestManyFilesOfOnePersonAtOnce: two cases, the number changing between a D-number and a national one, all in one import.
func TestManyFilesOfOnePersonAtOnce(t *testing.T) {
	before := form{extracted: "2026-11-01T02:00:00+01:00", person: numbered(dNumber), elements: []string{measure(measureA, "2024-01-01", "2.2")}}
	after := form{submission: submissionB, extracted: "2026-11-02T02:00:00+01:00", person: numbered(number), elements: []string{plan(planA, "2025-01-01", "5")}}
	other := before
	other.submission, other.caseID, other.elements = submissionC, caseB, []string{measure(measureB, "2024-01-01", "4.6")}
	both := after // says itself which number was before
	both.person = strings.Replace(numbered(dNumber), person1, person1[:35]+"6", 1) + strings.Replace(numbered(number), "2020-11-29", "2022-01-01", 1)
	for range 5 {
		d := openDesk(t)
		d.load(Options{}, before.String(), other.String(), both.String(), before.String())
		d.load(Options{}, other.String())
		require.Len(t, d.standing(d.pseudonymOf(number)), 4, "registered, two measures, a plan")
		require.Len(t, d.standing(d.pseudonymOf(dNumber)), 2, "registered and merged")
	}
}

// TestOneNumberWithTwoBirthDatesIsOneTooMany: the second case is not about this youth, and nothing of it is recorded.
func TestOneNumberWithTwoBirthDatesIsOneTooMany(t *testing.T) {
	d := openDesk(t)
	youth := d.one(with(measure(measureA, "2024-01-01", "2.2"))).Youth
	before := d.history(youth)
	report := d.one(form{submission: submissionB, caseID: caseB, person: personOf(person1, number, "2007-07-13"), elements: []string{measure(measureB, "2024-01-01", "2.2")}}.String())
	require.Equal(t, Refused, report.Outcome)
	last := report.Findings[len(report.Findings)-1]
	require.Equal(t, "import/birth_date", last.Rule)
	require.True(t, last.Refused)
	require.Equal(t, before, d.history(youth))
}

func TestACorrectedBirthDateCorrectsTheRegistration(t *testing.T) {
	d := openDesk(t)
	d.one(day1(measure(measureA, "2024-01-01", "2.2")))
	wrong := form{submission: submissionB, extracted: "2026-11-02T02:00:00+01:00", person: personOf(person1, number, "2007-07-13")}.String()
	report := d.one(wrong)
	require.Equal(t, Counts{"YouthRegistered": 1}, report.Corrected)
	require.Contains(t, d.standing(report.Youth)[0], `"birthDate":"2007-07-13"`)
	require.Equal(t, Unchanged, d.one(day1(measure(measureA, "2024-01-01", "2.2"))).Outcome)
	require.Contains(t, d.standing(report.Youth)[0], `"birthDate":"2007-07-13"`)
}

// TestEventsFromBothDoorsMeetOnOneYouth: an emitter asks for the pseudonym, tells what the register does not have, and
// even registers the youth. The import adds to that history.
func TestEventsFromBothDoorsMeetOnOneYouth(t *testing.T) {
	d := openDesk(t)
	youth := d.pseudonym(number)
	send := func(id, name, date, data string) {
		r := d.handler.Record(t.Context(), []byte(`{"specversion":"1.0","id":"`+id+`","source":"/fagsystem/3401","type":"ettervern.`+name+`.v1","subject":"`+youth+`","time":"`+date+`T10:00:00Z","data":`+data+`}`), "emitter")
		require.NoError(t, r.Err)
	}
	send("r", "YouthRegistered", "2021-01-01", `{"birthDate":"2007-07-12","municipality":"3403"}`)
	send("i", "InformationGiven", "2025-01-10", `{"service":"child_welfare","topics":["aftercare"],"form":"oral","adapted":true}`)
	report := d.one(with(measure(measureA, "2024-01-01", "2.2")))
	require.Equal(t, youth, report.Youth)
	require.Equal(t, Counts{"MeasureStarted": 1, "SubmissionRead": 1}, report.Recorded, "the registration of the other system stands")
	require.Contains(t, d.verdicts(youth), "information met recorded_late recorded_after_limit")
	require.Equal(t, Unchanged, d.one(with(measure(measureA, "2024-01-01", "2.2"))).Outcome)
}

// TestAnotherSecretDoesNotMergeEveryone: with the wrong secret every number would seem to have changed.
func TestAnotherSecretDoesNotMergeEveryone(t *testing.T) {
	d := openDesk(t)
	d.one(with())
	before := d.ledger.Durable()
	wrong := vault.Ephemeral()
	d.Pseudonyms = func(bool) (*vault.Pseudonyms, error) { return wrong, nil }
	report := d.one(form{submission: submissionB, extracted: "2026-11-09T02:00:00+01:00"}.String())
	require.Equal(t, Refused, report.Outcome)
	require.Equal(t, "import/secret", report.Findings[len(report.Findings)-1].Rule)
	require.Equal(t, before, d.ledger.Durable())
}
