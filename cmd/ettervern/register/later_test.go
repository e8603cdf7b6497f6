package register

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
)

// day1 to day3 are three extracts of a case, a day apart.
func day1(elements ...string) string {
	return form{submission: submissionA, extracted: "2026-11-01T02:00:00+01:00", elements: elements}.String()
}

func day2(elements ...string) string {
	return form{submission: submissionB, extracted: "2026-11-02T02:00:00+01:00", previous: submissionA, elements: elements}.String()
}

func day3(elements ...string) string {
	return form{submission: submissionC, extracted: "2026-11-03T02:00:00+01:00", previous: submissionB, elements: elements}.String()
}

// TestALostSubmissionThatTurnsUpChangesNothingThatIsNewer: on day 2 the measure was ended by mistake, on day 3 that was
// put right. Day 2 is read last.
func TestALostSubmissionThatTurnsUpChangesNothingThatIsNewer(t *testing.T) {
	right, wrong := measure(measureA, "2024-01-01", "2.2"), measure(measureA, "2024-01-01", "2.2", ends("2025-01-01"))
	other := plan(planA, "2025-01-01", "5")
	for name, third := range map[string]string{"a total": day3(right, other), "changes": day3(right)} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			d.one(day1(right, other))
			report := d.one(third)
			require.Equal(t, submissionB, report.Missing, "the register's chain tells that one is lost")
			require.Equal(t, Counts{"SubmissionRead": 1}, report.Recorded)
			before := d.history(report.Youth)
			report = d.one(day2(wrong))
			require.Equal(t, Unchanged, report.Outcome)
			require.NotZero(t, report.Older)
			require.Equal(t, before, d.history(report.Youth))
		})
	}
}

// TestAChangedElementIsCorrected where it changed, and nothing else is told again.
func TestAChangedElementIsCorrected(t *testing.T) {
	d := openDesk(t)
	d.one(day1(measure(measureA, "2024-01-01", "2.2"), decision(decisionA, "2025-01-01", "3-6", "1"), plan(planA, "2025-01-01", "5")))
	report := d.one(day2(measure(measureA, "2024-02-01", "2.2", ends("2025-06-01")), decision(decisionA, "2025-01-01", "3-6", "4"), plan(planA, "2025-01-01", "5")))
	require.Equal(t, Counts{"MeasureStarted": 1, "DecisionMade": 1}, report.Corrected)
	require.Equal(t, Counts{"MeasureEnded": 1, "SubmissionRead": 1}, report.Recorded)
	require.Empty(t, report.Retracted)
	said := d.standing(report.Youth)
	require.Contains(t, said, `2024-02-01 MeasureStarted {"measureId":"`+measureA+`","kind":"care_order","category":"2.2","legalBasis":"BVL2021 § 5-1","municipality":"3401"}`)
	require.Contains(t, said, `2025-06-01 MeasureEnded {"measureId":"`+measureA+`","reason":"other"}`)
}

// TestAMeasureMovesAsAWhole: past its old end, and before its old start.
func TestAMeasureMovesAsAWhole(t *testing.T) {
	d := openDesk(t)
	d.one(day1(measure(measureA, "2024-01-01", "2.2", ends("2024-02-01"))))
	require.Equal(t, Counts{"MeasureStarted": 1, "MeasureEnded": 1}, d.one(day2(measure(measureA, "2025-01-01", "2.2", ends("2025-02-01")))).Corrected)
	report := d.one(day3(measure(measureA, "2023-01-01", "2.2", ends("2023-02-01"))))
	require.Equal(t, Counts{"MeasureStarted": 1, "MeasureEnded": 1}, report.Corrected)
	require.Empty(t, report.Findings[:countRefused(report)])
}

func countRefused(r *Report) (n int) {
	for _, f := range r.Findings {
		if f.Refused {
			n++
		}
	}
	return n
}

// TestAnElementSentAgainIsToldOnce: that it was as before is remembered, and nothing else.
func TestAnElementSentAgainIsToldOnce(t *testing.T) {
	d := openDesk(t)
	first := d.one(day1(measure(measureA, "2024-01-01", "2.2")))
	said := d.standing(first.Youth)
	report := d.one(day2(measure(measureA, "2024-01-01", "2.2")))
	require.Equal(t, Counts{"SubmissionRead": 1}, report.Recorded)
	require.Equal(t, said, d.standing(first.Youth))
	for range 2 {
		require.Equal(t, Unchanged, d.one(day1(measure(measureA, "2024-01-01", "2.2"))).Outcome)
		require.Equal(t, Unchanged, d.one(day2(measure(measureA, "2024-01-01", "2.2"))).Outcome)
	}
}

// TestWhatIsDeletedIsTakenBack, by name or by mark, and an end that was none too.
func TestWhatIsDeletedIsTakenBack(t *testing.T) {
	whole := measure(measureA, "2024-01-01", "2.2", visits(visitA, "2024-06-01"), ends("2025-01-01"))
	for name, c := range map[string]struct {
		element   string
		retracted Counts
	}{
		"by name":         {deleted("Tiltak", measureA), Counts{"MeasureStarted": 1, "MeasureEnded": 1, "FollowUpHeld": 1}},
		"by mark":         {strings.Replace(whole, "<Tiltak ", `<Tiltak ErSlettet="true" `, 1), Counts{"MeasureStarted": 1, "MeasureEnded": 1, "FollowUpHeld": 1}},
		"only the end":    {measure(measureA, "2024-01-01", "2.2"), Counts{"MeasureEnded": 1}},
		"both, in a file": {whole + deleted("Tiltak", measureA), Counts{"MeasureStarted": 1, "MeasureEnded": 1, "FollowUpHeld": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			d.one(day1(whole))
			report := d.one(day2(c.element))
			require.Equal(t, c.retracted, report.Retracted)
			require.Zero(t, countRefused(report))
			require.Equal(t, Unchanged, d.one(day2(c.element)).Outcome)
			require.Equal(t, Unchanged, d.one(day1(whole)).Outcome, "what is older brings nothing back")
			require.NotZero(t, d.one(day3(whole)).Recorded, "what is newer does")
			require.Len(t, d.standing(report.Youth), 4)
		})
	}
}

// TestADeletionOfWhatWasNeverToldIsCounted and comes to nothing.
func TestADeletionOfWhatWasNeverToldIsCounted(t *testing.T) {
	d := openDesk(t)
	report := d.one(with(measure(measureA, "2024-01-01", "2.2"), deleted("Melding", measureA), deleted("Personalia", measureB)))
	require.Equal(t, Counts{"Slettet (Melding)": 1, "Slettet (Personalia)": 1}, report.Ignored)
	require.Len(t, d.standing(report.Youth), 2)
}

// TestADeletionIsRememberedBeforeWhatItDeletes: the files come the other way round.
func TestADeletionIsRememberedBeforeWhatItDeletes(t *testing.T) {
	d := openDesk(t)
	report := d.one(day2(deleted("Tiltak", measureA)))
	require.Equal(t, "Sak Kontroll 22", report.Findings[len(report.Findings)-1].Rule)
	report = d.one(day1(measure(measureA, "2024-01-01", "2.2"), plan(planA, "2025-01-01", "5")))
	require.Equal(t, Counts{"PlanAdopted": 1, "SubmissionRead": 1}, report.Recorded)
}

// TestAnOlderDeletionDeletesNothingNewer: it was brought back since.
func TestAnOlderDeletionDeletesNothingNewer(t *testing.T) {
	d := openDesk(t)
	d.one(day3(measure(measureA, "2024-01-01", "2.2")))
	report := d.one(day2(deleted("Tiltak", measureA)))
	require.Equal(t, Unchanged, report.Outcome)
	require.Len(t, d.standing(report.Youth), 2)
}

// TestAWholeCaseDeleted takes everything back, the registration too when nothing else is known of the youth.
func TestAWholeCaseDeleted(t *testing.T) {
	gone := form{submission: submissionB, extracted: "2026-11-09T02:00:00+01:00", more: ` ErSlettet="true"`}.String()
	d := openDesk(t)
	d.one(with(measure(measureA, "2024-01-01", "2.2"), plan(planA, "2025-01-01", "5")))
	report := d.one(gone)
	require.Equal(t, Counts{"YouthRegistered": 1, "MeasureStarted": 1, "PlanAdopted": 1}, report.Retracted)
	require.Zero(t, countRefused(report), "%v", report.Findings)
	require.Empty(t, d.standing(report.Youth))
	require.Equal(t, Unchanged, d.one(gone).Outcome)
	require.Equal(t, Unchanged, d.one(with(measure(measureA, "2024-01-01", "2.2"))).Outcome)

	d = openDesk(t)
	d.one(with(measure(measureA, "2024-01-01", "2.2")))
	d.one(form{submission: submissionC, caseID: caseB, elements: []string{measure(measureB, "2024-01-01", "2.2")}}.String())
	report = d.one(gone)
	require.Len(t, d.standing(report.Youth), 2, "the other case, and who the youth is")
	require.Zero(t, countRefused(report), "%v", report.Findings)
}

// TestWhatIsNotMentionedStays, unless the files are known to be whole cases.
func TestWhatIsNotMentionedStays(t *testing.T) {
	both := day1(measure(measureA, "2024-01-01", "2.2", visits(visitA, "2024-06-01", visitB, "2024-09-01")), plan(planA, "2025-01-01", "5"))
	one := day2(measure(measureA, "2024-01-01", "2.2", visits(visitA, "2024-06-01")))
	d := openDesk(t)
	d.one(both)
	report := d.one(one)
	require.Empty(t, report.Retracted)
	require.Len(t, d.standing(report.Youth), 5)

	d = openDesk(t)
	d.one(both)
	report = d.load(Options{Total: true}, one)[0]
	require.Equal(t, Counts{"FollowUpHeld": 1, "PlanAdopted": 1}, report.Retracted)
	require.Len(t, d.standing(report.Youth), 3)
	require.Equal(t, Unchanged, d.load(Options{Total: true}, both)[0].Outcome)
}

// TestAnElementThatIsNotRightIsNotAbsent: a total that holds it with a fault takes nothing back.
func TestAnElementThatIsNotRightIsNotAbsent(t *testing.T) {
	d := openDesk(t)
	d.one(day1(plan(planA, "2025-01-01", "5")))
	report := d.load(Options{Total: true}, day2(plan(planA, "2025-13-01", "5")))[0]
	require.Empty(t, report.Retracted)
	require.Equal(t, 1, countRefused(report))
	require.Len(t, d.standing(report.Youth), 2)
}

// TestWhatSomebodyElseTookBackStaysBack: the register may say it again; it says nothing new.
func TestWhatSomebodyElseTookBackStaysBack(t *testing.T) {
	d := openDesk(t)
	file := day1(measure(measureA, "2024-01-01", "2.2"))
	youth := d.one(file).Youth
	entries, err := d.ledger.History(t.Context(), events.YouthEntity(youth))
	require.NoError(t, err)
	r := d.handler.Record(t.Context(), []byte(`{"specversion":"1.0","id":"x","source":"/saksbehandler","type":"ettervern.EventRetracted.v1","subject":"`+youth+`","time":"2026-11-20T10:00:00Z","data":{"eventId":"`+entries[0].Events[1].ID+`","reason":"wrong_person"}}`), "emitter")
	require.NoError(t, r.Err)
	require.Equal(t, Unchanged, d.one(file).Outcome)
	require.Equal(t, Counts{"SubmissionRead": 1}, d.one(day2(measure(measureA, "2024-01-01", "2.2"))).Recorded)
	require.Len(t, d.standing(youth), 1)
	report := d.one(day3(measure(measureA, "2024-02-01", "2.2")))
	require.Equal(t, 1, countRefused(report), "a change to it is told of, and not recorded")
	require.Equal(t, "ledger/retracted", report.Findings[len(report.Findings)-1].Rule)
}

// TestAHistoryThatBrokeOffIsCompleted: of a case of more events than one entry takes, a crash left the first entry.
func TestAHistoryThatBrokeOffIsCompleted(t *testing.T) {
	var held []string
	for i := range 150 {
		held = append(held, fmt.Sprintf("d726c86b-9c3a-43cd-a67a-%012d", i), events.MustDate("2024-01-02").AddDays(i).String())
	}
	file := day1(measure(measureA, "2024-01-01", "2.2", visits(held...)))
	d := openDesk(t)
	want := d.standing(d.one(file).Youth)
	entries, err := d.ledger.History(t.Context(), events.YouthEntity(d.pseudonymOf(number)))
	require.NoError(t, err)
	require.Len(t, entries, 2)

	broken := openDesk(t)
	broken.Pseudonyms = d.Pseudonyms
	for _, o := range entries[0].Events {
		r := broken.handler.Record(t.Context(), events.EncodeSubmission(events.Submission{Entity: entries[0].Entity, Occurrence: o}), "operator")
		require.NoError(t, r.Err)
	}
	report := broken.one(file)
	require.Equal(t, Imported, report.Outcome)
	require.Empty(t, report.Corrected)
	require.Equal(t, want, broken.standing(report.Youth))
	require.Equal(t, Unchanged, broken.one(file).Outcome)
}

// TestTheSameAfterARestart: what the importer knows is in the ledger, nowhere else.
func TestTheSameAfterARestart(t *testing.T) {
	dir := t.TempDir()
	in := func(c *jetstream.Config) { c.Dir = dir }
	d := openDesk(t, in)
	secret := d.Pseudonyms
	d.one(day1(measure(measureA, "2024-01-01", "2.2")))
	d.one(day3(measure(measureA, "2024-01-01", "2.2")))
	require.NoError(t, d.ledger.Close(t.Context()))
	d = openDesk(t, in)
	d.Pseudonyms = secret
	require.Equal(t, Unchanged, d.one(day2(measure(measureA, "2024-02-01", "2.2"))).Outcome)
	require.Equal(t, Counts{"MeasureStarted": 1}, d.one(form{submission: caseB, extracted: "2026-11-04T02:00:00+01:00", elements: []string{measure(measureA, "2024-02-01", "2.2")}}.String()).Corrected)
}
