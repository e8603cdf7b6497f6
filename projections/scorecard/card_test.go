package scorecard

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// offices: the municipalities of these tests are 1101, 1102 … in West and 3401, 3402 … in East.
func officeOf(municipality string) string {
	if municipality == "" {
		return "unknown"
	}
	return map[string]string{"11": "West", "34": "East"}[municipality[:2]]
}

func in2025() Question {
	return Question{From: events.MustDate("2025-01-01"), To: events.MustDate("2025-12-31"), OfficeOf: officeOf}
}

// verdict on a duty of a youth with voluntary measures, unless said otherwise.
func verdict(requirement string, municipality uint16, limit string, status requirements.Status) Verdict {
	return Verdict{Requirement: requirements.Find(requirement), Limit: events.MustDate(limit), Municipality: municipality, Status: status,
		Kind: requirements.Voluntary, InTransition: status != requirements.NotApplicable && status != requirements.Upcoming}
}

func times(n int, v Verdict) []Verdict {
	all := make([]Verdict, n)
	for i := range all {
		all[i] = v
	}
	return all
}

func ask(q Question, groups ...[]Verdict) Card {
	c := NewCounter(&q)
	for _, verdicts := range groups {
		for i := range verdicts {
			if v := &verdicts[i]; c.Wants(v.Limit, v.Municipality) {
				c.Add(v)
			}
		}
	}
	return c.Card()
}

// only leaves one requirement of the question.
func only(requirement string, q Question) Question {
	q.Lines = func(l *Line) bool { return l.Requirement == requirement }
	return q
}

// shown is a card as a reader sees it: a row a line, - for what is withheld, zeros left out.
func shown(card Card) string {
	var b strings.Builder
	for i := range card.Rows {
		b.WriteString(shownRow(&card.Rows[i]))
		b.WriteByte('\n')
	}
	return b.String()
}

func shownRow(r *Row) string {
	words := []string{r.Requirement}
	if r.Turned18From != nil {
		words = append(words, "from", r.Turned18From.String())
	}
	if r.Turned18Until != nil {
		words = append(words, "until", r.Turned18Until.String())
	}
	for _, word := range []string{r.Office, r.Municipality, r.Kind, r.Quarter} {
		if word != "" {
			words = append(words, word)
		}
	}
	number := func(name string, n *int) {
		switch {
		case n == nil:
			words = append(words, name+" -")
		case *n > 0:
			words = append(words, fmt.Sprint(name, " ", *n))
		}
	}
	number("total", r.Total)
	for s, name := range requirements.StatusNames() {
		if n := *r.Statuses.Of(requirements.Status(s)); n != nil || s > int(requirements.Upcoming) { // else not told before 18
			number(name, n)
		}
	}
	if r.MedianDaysBefore18 != nil {
		words = append(words, fmt.Sprint("median ", *r.MedianDaysBefore18))
	}
	number("late", r.RecordedLate)
	number("after limit", r.RecordedAfterLimit)
	return strings.Join(words, " ")
}

func TestAMunicipalitySeesItsOwnFiguresWhole(t *testing.T) {
	q := only("information", in2025())
	q.Municipality, q.Own = 1101, true
	met := verdict("information", 1101, "2025-03-01", requirements.Met)
	met.Days, met.Fulfilled, met.Kind = 100, true, requirements.Placement
	met.Flags = requirements.RecordedLate
	late := verdict("information", 1101, "2025-12-31", requirements.MetLate)
	late.Days, late.Fulfilled = -5, true
	verdicts := []Verdict{
		met, late, verdict("information", 1101, "2025-01-01", requirements.Overdue),
		verdict("information", 1101, "2025-05-01", requirements.NotApplicable),
		verdict("information", 1102, "2025-05-01", requirements.Overdue), // another's
		verdict("information", 1101, "2024-12-31", requirements.Overdue), // limits outside the period
		verdict("information", 1101, "2026-01-01", requirements.Overdue),
		verdict("decision", 1101, "2025-05-01", requirements.Overdue),
	}
	require.Equal(t, "information West 1101 total 3 not_applicable 1 met 1 met_late 1 overdue 1 median 47.5 late 1\n", shown(ask(q, verdicts)))

	q.By = ByKind
	require.Equal(t, `information West 1101 total 3 not_applicable 1 met 1 met_late 1 overdue 1 median 47.5 late 1
information West 1101 placement total 1 met 1 median 100 late 1
information West 1101 voluntary total 2 not_applicable 1 met_late 1 overdue 1 median -5
`, shown(ask(q, verdicts)))

	q.By, q.From, q.To = ByQuarter, events.MustDate("2024-12-31"), events.MustDate("2025-03-01")
	require.Equal(t, `information West 1101 total 3 met 1 overdue 2 median 100 late 1
information West 1101 2024-Q4 total 1 overdue 1
information West 1101 2025-Q1 total 2 met 1 overdue 1 median 100 late 1
`, shown(ask(q, verdicts)))
}

func TestTheAssessmentOfTheTwoLawsIsNeverAddedUp(t *testing.T) {
	q := only("assessment", in2025())
	q.From, q.Municipality, q.Own = events.MustDate("2022-07-01"), 1101, true
	card := ask(q, []Verdict{
		verdict("assessment", 1101, "2022-12-31", requirements.Met), verdict("assessment", 1101, "2023-01-01", requirements.Overdue), verdict("assessment", 1101, "2024-01-01", requirements.Met),
	})
	require.Equal(t, `assessment until 2022-12-31 West 1101 total 1 met 1
assessment from 2023-01-01 West 1101 total 2 met 1 overdue 1
`, shown(card))
	require.Contains(t, card.Lines[0].Definition.EN, "The law covered care orders, placements, behaviour measures.")
	require.Contains(t, card.Lines[1].Definition.NB, "Loven omfattet hjelpetiltak, ")
}

func TestServicesAreNeverMixed(t *testing.T) {
	q := only("complaint_right", in2025())
	q.Municipality, q.Own = 1101, true
	nav := verdict("complaint_right", 1101, "2025-05-01", requirements.Met)
	nav.Owner = 1
	card := ask(q, []Verdict{nav, nav, verdict("complaint_right", 1101, "2025-05-01", requirements.Met)})
	require.Len(t, card.Rows, 2)
	require.Equal(t, requirements.OfChildWelfare, card.Rows[0].Service)
	require.Equal(t, 1, *card.Rows[0].Total)
	require.Equal(t, requirements.OfNavOffice, card.Rows[1].Service)
	require.Equal(t, 2, *card.Rows[1].Total)
}

func TestOthersDoNotSeeSmallNumbersNorWhatGivesThemAway(t *testing.T) {
	plan := func(municipality uint16, s requirements.Status) Verdict {
		return verdict("plan", municipality, "2025-05-01", s)
	}
	verdicts := [][]Verdict{
		times(40, plan(1101, requirements.Met)), times(9, plan(1101, requirements.Overdue)), times(3, plan(1101, requirements.Missed)),
		times(12, plan(1102, requirements.Met)), times(6, plan(1102, requirements.Overdue)),
		times(50, plan(3401, requirements.Met)), times(20, plan(3401, requirements.Overdue)), times(8, plan(3401, requirements.Missed)),
	}
	q := only("plan", in2025())
	require.Equal(t, "plan total 148 met 102 overdue 35 missed 11\n", shown(ask(q, verdicts...)))
	q.By = ByOffice
	require.Equal(t, `plan total 148 met 102 overdue 35 missed 11
plan East total 78 met 50 overdue - missed -
plan West total 70 met 52 overdue - missed -
`, shown(ask(q, verdicts...)))
}

func TestAMunicipalityWithheldFromOthersIsWithheldWithASecond(t *testing.T) {
	q := only("plan", in2025())
	q.By, q.Office = ByMunicipality, "West"
	plan := func(n int, municipality uint16, s requirements.Status) []Verdict {
		return times(n, verdict("plan", municipality, "2025-05-01", s))
	}
	verdicts := [][]Verdict{
		plan(40, 1101, requirements.Met), plan(9, 1101, requirements.Overdue), plan(12, 1102, requirements.Met), plan(3, 1103, requirements.Met), plan(70, 3401, requirements.Met),
	}
	require.Equal(t, `plan West total 64 met 55 overdue 9
plan West 1101 total 49 met 40 overdue 9
plan West 1102 total - met -
plan West 1103 total - met -
`, shown(ask(q, verdicts...)))
	q.By, q.Office, q.Municipality = ByNothing, "", 1102
	require.Equal(t, "plan West 1102 total - met -\n", shown(ask(q, verdicts...)))
}

func TestAnOfficeWithoutYouthsHasNone(t *testing.T) {
	q := only("plan", in2025())
	verdicts := times(40, verdict("plan", 1101, "2025-05-01", requirements.Met))
	q.Office = "East"
	require.Equal(t, "plan East\n", shown(ask(q, verdicts)))
	q.Office, q.Municipality = "", 3401
	require.Equal(t, "plan East 3401\n", shown(ask(q, verdicts)))
}

func TestWhereNoMunicipalityIsKnownTheNationStillCounts(t *testing.T) {
	q := only("plan", in2025())
	q.By = ByOffice
	verdicts := append(times(40, verdict("plan", 1101, "2025-05-01", requirements.Met)), times(7, verdict("plan", 0, "2025-05-01", requirements.Met))...)
	require.Equal(t, `plan total 47 met 47
plan West total 40 met 40
plan unknown total 7 met 7
`, shown(ask(q, verdicts)))
	q.By = ByMunicipality
	require.Equal(t, "plan total 47 met 47\nplan West 1101 total 40 met 40\n", shown(ask(q, verdicts)))
}

func TestSeveralYearsAreTheSumOfWhatIsShownOfEach(t *testing.T) {
	plan := func(n int, limit string, s requirements.Status) []Verdict {
		return times(n, verdict("plan", 1101, limit, s))
	}
	q := only("plan", in2025())
	verdicts := [][]Verdict{
		plan(10, "2024-05-01", requirements.Met), plan(10, "2025-02-01", requirements.Met), plan(6, "2025-02-01", requirements.Overdue), plan(20, "2025-05-01", requirements.Met),
		plan(8, "2025-05-01", requirements.Overdue), plan(2, "2025-05-01", requirements.Missed), plan(9, "2025-11-01", requirements.Met),
	}
	require.Equal(t, "plan total 55 met 39 overdue - missed -\n", shown(ask(q, verdicts...)))
	q.From = events.MustDate("2024-01-01")
	require.Equal(t, "plan total 65 met 49 overdue - missed -\n", shown(ask(q, verdicts...)))
	q.From, q.To = events.MustDate("2024-10-01"), events.MustDate("2025-03-31")
	require.Equal(t, "plan total 16 met 10 overdue - missed -\n", shown(ask(q, verdicts...)))
}

func TestTheAssessmentOfTheOldLawIsToldForTheNationAlone(t *testing.T) {
	q := only("assessment", in2025())
	q.From, q.To = events.MustDate("2022-01-01"), events.MustDate("2022-12-31")
	of := func(n int, kind requirements.Kinds) (all [][]Verdict) {
		for _, requirement := range []string{"information", "participation", "decision", "assessment"} {
			v := verdict(requirement, 1101, "2022-05-01", requirements.Met)
			if v.Kind = kind; requirement == "assessment" && kind == requirements.Voluntary {
				v.Status = requirements.NotApplicable
			}
			all = append(all, times(n, v))
		}
		return all
	}
	require.Equal(t, "assessment until 2022-12-31 total 20 met 20\n", shown(ask(q, append(of(20, requirements.Placement), of(30, requirements.Voluntary)...)...)))
	few := append(of(20, requirements.Placement), of(3, requirements.Voluntary)...)
	card := ask(q, few...)
	require.Nil(t, card.Rows[0].Total, "less what the other duties show, it would tell of the three")
	q.Office = "West"
	require.Nil(t, ask(q, append(of(20, requirements.Placement), of(30, requirements.Voluntary)...)...).Rows[0].Total)
}

func TestTheYearInWhichALawBeganIsToldToTheMunicipalityAlone(t *testing.T) {
	q := only("decision", in2025())
	q.From, q.To = events.MustDate("2009-01-01"), events.MustDate("2009-12-31")
	verdicts := times(20, verdict("decision", 1101, "2009-10-01", requirements.Met))
	require.Nil(t, ask(q, verdicts).Rows[0].Total)
	q.Municipality, q.Own = 1101, true
	require.Equal(t, 20, *ask(q, verdicts).Rows[0].Total)
}

func TestTheMedianIsWithheldWhereItRestsOnFew(t *testing.T) {
	met := func(municipality uint16, days int) Verdict {
		v := verdict("information", municipality, "2025-05-01", requirements.Met)
		v.Days, v.Fulfilled = days, true
		return v
	}
	q := only("information", in2025())
	require.Nil(t, ask(q, times(4, met(1101, 10))).Rows[0].MedianDaysBefore18)
	require.Equal(t, 10.0, *ask(q, times(5, met(1101, 10))).Rows[0].MedianDaysBefore18)
	require.Nil(t, ask(q).Rows[0].MedianDaysBefore18)
	require.Nil(t, ask(only("plan", in2025()), times(9, verdict("plan", 1101, "2025-05-01", requirements.Met))).Rows[0].MedianDaysBefore18)
}

func TestCountersSideBySideCountWhatOneWould(t *testing.T) {
	q := in2025()
	q.Municipality, q.Own, q.By = 1101, true, ByQuarter
	one, first, second := NewCounter(&q), NewCounter(&q), NewCounter(&q)
	for i := range 400 {
		v := verdict([]string{"information", "plan", "decision"}[i%3], 1101, "2025-05-01", requirements.Met+requirements.Status(i%4))
		v.Limit += events.Date(i % 200)
		v.Days, v.Fulfilled, v.Flags = i, i%3 == 0, requirements.Flags(1<<(i%8))
		one.Add(&v)
		[]*Counter{first, second}[i/7%2].Add(&v)
	}
	first.Merge(second)
	require.Equal(t, one.Card(), first.Card())
}

func TestWhatCannotBeAskedIsToldByTheParameter(t *testing.T) {
	for field, spoil := range map[string]func(*Question){
		"to":   func(q *Question) { q.To = q.From - 1 },
		"from": func(q *Question) { q.From++ },
		"by":   func(q *Question) { q.Municipality, q.By = 1101, ByKind },
		"own":  func(q *Question) { q.Own = true },
		"office": func(q *Question) {
			q.Office, q.Municipality = "West", 1101
		},
	} {
		q := in2025()
		found, _ := q.Check()
		require.Empty(t, found)
		spoil(&q)
		found, allowed := q.Check()
		require.Equal(t, field, found)
		require.NotEmpty(t, allowed)
	}
	for name, q := range map[string]Question{
		"to":   {From: events.MustDate("2025-01-01"), To: events.MustDate("2075-01-01")},
		"by":   {From: events.MustDate("2025-01-01"), To: events.MustDate("2025-12-31"), Office: "West", By: ByOffice},
		"from": {From: events.MustDate("2025-04-01"), To: events.MustDate("2025-12-31"), By: ByKind},
	} {
		found, _ := q.Check()
		require.Equal(t, name, found)
	}
	uneven := Question{From: events.MustDate("2025-01-01"), To: events.MustDate("2025-12-30")}
	found, _ := uneven.Check()
	require.Equal(t, "to", found)
	half := Question{From: events.MustDate("2025-04-01"), To: events.MustDate("2025-09-30"), By: ByOffice}
	found, _ = half.Check()
	require.Empty(t, found, "quarters can be asked for")
	any := Question{From: events.MustDate("2025-04-02"), To: events.MustDate("2025-09-13"), Municipality: 1101, Own: true, By: ByKind}
	found, _ = any.Check()
	require.Empty(t, found, "the municipality itself can ask for any days")
}

func TestEveryNumberHasItsNameAndDefinition(t *testing.T) {
	names := map[string]bool{}
	for _, f := range figures {
		names[f.Name] = true
		for _, text := range []string{f.Definition.NB, f.Definition.NN, f.Definition.EN} {
			require.NotEmpty(t, text)
		}
	}
	var s Statuses
	for i, name := range requirements.StatusNames() {
		require.True(t, names[name], name)
		one := i
		*s.Of(requirements.Status(i)) = &one
	}
	written, err := json.Marshal(s)
	require.NoError(t, err)
	for i, name := range requirements.StatusNames() {
		require.Contains(t, string(written), fmt.Sprintf("%q:%d", name, i))
	}
	for i := range lines {
		for _, text := range []string{lines[i].Definition.NB, lines[i].Definition.NN, lines[i].Definition.EN} {
			require.NotEmpty(t, text)
			require.NotContains(t, text, "  ")
		}
	}
}

// TestThePageDefinesEveryNumber holds docs/scorecard.md to the definitions in answers, and to its example.
func TestThePageDefinesEveryNumber(t *testing.T) {
	page, err := os.ReadFile("../../docs/scorecard.md")
	require.NoError(t, err)
	for _, f := range figures {
		require.Contains(t, string(page), fmt.Sprintf("| `%s` | %s |", f.Name, f.Definition.EN))
	}
	for _, line := range []string{"| nation | 148 | 102 | 35 | 11 |", "| East | 78 | 50 | – | – |", "| West | 70 | 52 | – | – |"} {
		require.Contains(t, string(page), line, "as TestOthersDoNotSeeSmallNumbersNorWhatGivesThemAway shows")
	}
}

func TestEveryRequirementHasALineForEachServiceAndLaw(t *testing.T) {
	for r := range requirements.Requirements {
		for owner, name := range requirements.Owners() {
			for _, limit := range []string{"2009-10-01", "2022-12-31", "2023-01-01", "2040-01-01"} {
				of := &requirements.Requirements[r]
				if of.Service != name && (of.Service != "" || name == requirements.OfBoth) {
					continue
				}
				l := &lines[lineOf(&Verdict{Requirement: r, Owner: owner, Limit: events.MustDate(limit)})]
				require.Equal(t, of.ID, l.Requirement)
				require.Equal(t, name, l.Service)
				require.True(t, l.within(events.MustDate(limit), events.MustDate(limit)))
			}
		}
	}
}
