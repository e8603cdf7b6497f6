package projections

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/requirements"
	"ettervern/projections/scorecard"
)

// own is the figures that Oslo itself sees of one requirement for 2024.
func own(t *testing.T, y *Youths, requirement, validAt string, known KnownAt) *scorecard.Row {
	t.Helper()
	card, err := y.Scorecard(ScorecardQuery{
		Query: Query{ValidAt: events.MustDate(validAt), KnownAt: known, Municipality: "0301", Requirement: requirement},
		From:  events.MustDate("2024-01-01"), To: events.MustDate("2024-12-31"), Own: true,
	})
	require.NoError(t, err)
	require.Len(t, card.Rows, 1)
	require.Equal(t, validAt, card.ValidAt.String())
	return &card.Rows[0]
}

func TestFiguresAreAsOfAnyDayByWhatWasKnown(t *testing.T) {
	y := folded(one()) // informed a month before the birthday in 2024, taken back a month after it
	row := own(t, y, "information", "2024-06-02", KnownAt{Sequence: 3})
	require.Equal(t, 1, *row.Statuses.Met)
	require.Equal(t, 32.0, *row.MedianDaysBefore18)
	row = own(t, y, "information", "2024-04-30", KnownAt{Sequence: 3})
	require.Equal(t, 1, *row.Statuses.Due)
	require.Nil(t, row.MedianDaysBefore18)
	row = own(t, y, "information", "2024-06-02", KnownAt{})
	require.Equal(t, 1, *row.Statuses.Overdue)
	require.Equal(t, 0, *row.Statuses.Met)
	row = own(t, y, "information", "2024-06-02", KnownAt{Time: events.MustDate("2024-06-30").Time()})
	require.Equal(t, 1, *row.Statuses.Met)
	row = own(t, y, "information", "2023-06-01", KnownAt{})
	require.Equal(t, 1, *row.Statuses.Upcoming)
	require.Equal(t, 0, *row.Total)
}

func TestFiguresAreToldByKindOfMeasure(t *testing.T) {
	card, err := folded(one()).Scorecard(ScorecardQuery{
		Query: Query{ValidAt: events.MustDate("2024-07-02"), Municipality: "0301", Requirement: "information"}, By: "kind", Own: true,
	})
	require.NoError(t, err)
	require.Len(t, card.Rows, 2) // all, and the one kind that there is
	require.Equal(t, "voluntary", card.Rows[1].Kind)
	require.Equal(t, 1, *card.Rows[1].Statuses.Overdue)
}

func TestAScorecardIsOfThisYearUnlessItIsSaid(t *testing.T) {
	y := folded(one())
	y.Now = func() time.Time { return events.MustDate("2024-07-10").Time() }
	card, err := y.Scorecard(ScorecardQuery{})
	require.NoError(t, err)
	require.Equal(t, "2024-01-01 2024-12-31", card.From.String()+" "+card.To.String())
	require.True(t, card.Protected)
	require.Equal(t, uint64(4), card.Sequence)
	require.Nil(t, card.Rows[0].Total, "it is one youth")
	before, err := y.Scorecard(ScorecardQuery{Query: Query{ValidAt: events.MustDate("2023-03-01")}})
	require.NoError(t, err)
	require.Equal(t, "2023-12-31", before.To.String())
}

func TestBadQuestionsForFiguresNameTheParameter(t *testing.T) {
	day := events.MustDate("2024-02-02")
	for field, q := range map[string]ScorecardQuery{
		"office":       {Office: "Atlantis"},
		"service":      {Service: "health"},
		"by":           {By: "colour"},
		"to":           {From: day},
		"from":         {From: day, To: events.MustDate("2024-12-31")},
		"own":          {Own: true},
		"municipality": {Query: Query{Municipality: "Oslo"}},
		"norm":         {Query: Query{Norm: "law"}},
		"knownAt":      {Query: Query{KnownAt: KnownAt{Sequence: 9}}},
	} {
		_, err := folded(one()).Scorecard(q)
		var bad *BadQuery
		require.ErrorAs(t, err, &bad)
		require.Equal(t, field, bad.Field)
	}
}

// lineKey is a line of a scorecard, or of what is counted here, and a quarter of it.
type lineKey struct{ requirement, service, law, quarter string }

// recounted counts verdicts anew, from the rows that a verdict is told in.
func recounted(all []Verdict, from, to events.Date) map[lineKey]map[string]int {
	sums := map[lineKey]map[string]int{}
	for _, v := range all {
		if *v.Limit < from || *v.Limit > to {
			continue
		}
		key := lineKey{requirement: v.Requirement, service: v.Service}
		if v.Requirement == "assessment" {
			key.law = fmt.Sprint(*v.Limit >= events.MustDate("2023-01-01"))
		}
		for _, quarter := range []string{"", fmt.Sprintf("%d-Q%d", v.Limit.Time().Year(), (v.Limit.Time().Month()+2)/3)} {
			key.quarter = quarter
			if sums[key] == nil {
				sums[key] = map[string]int{}
			}
			sums[key][v.Status]++
			for _, flag := range v.Flags {
				sums[key][flag]++
			}
		}
	}
	return sums
}

// counted is the same of a card.
func counted(card *scorecard.Card) map[lineKey]map[string]int {
	sums := map[lineKey]map[string]int{}
	for i := range card.Rows {
		r := &card.Rows[i]
		if r.Kind != "" {
			continue
		}
		key := lineKey{requirement: r.Requirement, service: string(r.Service), quarter: r.Quarter}
		if r.Requirement == "assessment" {
			key.law = fmt.Sprint(r.Turned18From != nil)
		}
		numbers := map[string]int{"recorded_late": *r.RecordedLate, "recorded_after_limit": *r.RecordedAfterLimit}
		for s, name := range requirements.StatusNames() {
			numbers[name] = **r.Statuses.Of(requirements.Status(s))
		}
		for name, n := range numbers {
			if n == 0 {
				delete(numbers, name)
			}
		}
		if len(numbers) > 0 {
			sums[key] = numbers
		}
	}
	return sums
}

func TestScorecardsAddUpToTheVerdictsTheyCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		y := folded(entries)
		q := ScorecardQuery{Query: Query{ValidAt: drawDay(t, entries)}, Own: true}
		q.Municipality = drawMunicipality(t, everyVerdict(t, y, q.Query))
		q.From = drawDay(t, entries)
		q.To = q.From + events.Date(rapid.IntRange(0, 3000).Draw(t, "length"))
		q.By = rapid.SampledFrom([]string{"", "quarter", "kind"}).Draw(t, "by")
		card, err := y.Scorecard(q)
		require.NoError(t, err)
		want := recounted(everyVerdict(t, y, q.Query), q.From, q.To)
		for key, numbers := range want {
			for name := range numbers {
				if _, status := requirements.ParseStatus(name); !status && name != "recorded_late" && name != "recorded_after_limit" {
					delete(numbers, name)
				}
			}
			if key.quarter != "" && q.By != "quarter" {
				delete(want, key)
			}
		}
		have := counted(&card.Card)
		if q.By == "quarter" { // a row of nothing but what is in no total is left out
			for key := range want {
				if _, told := have[key]; !told && key.quarter != "" {
					require.Empty(t, dutiesIn(want[key]))
					delete(want, key)
				}
			}
		}
		require.Equal(t, want, have)
		if q.By == "kind" {
			kindsAddUp(t, &card.Card)
		}
	})
}

// drawMunicipality draws one that verdicts belong to, if there is one.
func drawMunicipality(t *rapid.T, all []Verdict) string {
	if len(all) == 0 {
		return "0301"
	}
	return rapid.SampledFrom(all).Draw(t, "verdict").Municipality
}

func dutiesIn(numbers map[string]int) (n int) {
	for s, name := range requirements.StatusNames() {
		if s > int(requirements.Upcoming) {
			n += numbers[name]
		}
	}
	return n
}

// kindsAddUp: what is told of the kinds of measure adds up to what is told of all.
func kindsAddUp(t require.TestingT, card *scorecard.Card) {
	var whole *scorecard.Row
	sum := 0
	for i := range card.Rows {
		if r := &card.Rows[i]; r.Kind != "" {
			sum += *r.Total
		} else {
			require.True(t, whole == nil || *whole.Total == sum)
			whole, sum = r, 0
		}
	}
	require.True(t, whole == nil || *whole.Total == sum)
}

func TestBeforeSuppressionTheNationIsTheSumOfOfficesAndOfMunicipalities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		y, day := folded(entries), drawDay(t, entries)
		m, err := y.moment(&Query{ValidAt: day})
		require.NoError(t, err)
		for _, by := range []scorecard.By{scorecard.ByOffice, scorecard.ByMunicipality} {
			// Own without a municipality cannot be asked for: here it leaves out the suppression.
			card := y.count(&m, &scorecard.Question{From: day - 400, To: day + 400, By: by, Own: true, OfficeOf: OfficeOf}, false).Card()
			sums := map[int][]int{}
			whole := 0
			for i := range card.Rows {
				if r := &card.Rows[i]; r.Office == "" {
					whole = i
				} else {
					sums[whole] = added(sums[whole], numbersOf(r))
				}
			}
			for i := range card.Rows {
				if r := &card.Rows[i]; r.Office == "" && *r.Total > 0 {
					require.Equal(t, numbersOf(r), sums[i])
				}
			}
		}
	})
}

// numbersOf is the numbers of a row that its parts add up to; what is in no total may be left out of the parts.
func numbersOf(r *scorecard.Row) []int {
	numbers := []int{*r.Total, *r.RecordedLate, *r.RecordedAfterLimit}
	for s := requirements.Open; int(s) < requirements.StatusCount; s++ {
		numbers = append(numbers, **r.Statuses.Of(s))
	}
	return numbers
}

func added(a, b []int) []int {
	if a == nil {
		return b
	}
	for i := range a {
		a[i] += b[i]
	}
	return a
}

func TestTodaysFiguresAreThoseOfJudgingEveryone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		y := NewYouths()
		y.Routines = routinesIn(entries)
		now := entries[0].Recorded
		y.Now = func() time.Time { return now }
		for _, e := range entries {
			y.Apply(e)
			if now.Before(e.Recorded) {
				now = e.Recorded
			}
			if now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "days")) * 24 * time.Hour); rapid.Bool().Draw(t, "ask") {
				y.Today()
			}
		}
		q := ScorecardQuery{By: rapid.SampledFrom(append(scorecard.Breakdowns(), "")).Draw(t, "by")}
		if q.By != "office" && q.By != "municipality" && rapid.Bool().Draw(t, "own") {
			q.Municipality, q.Own = rapid.SampledFrom([]string{"3020", "0301", "1103"}).Draw(t, "municipality"), true
		}
		fast, err := y.Scorecard(q)
		require.NoError(t, err)
		q.KnownAt.Sequence = y.Sequence()
		slow, err := y.Scorecard(q)
		require.NoError(t, err)
		require.Equal(t, slow.Card, fast.Card)
		require.Equal(t, slow.Sequence, fast.Sequence)
	})
}

// What is withheld rests on it that some lines count the same youths or duties, and so have the same totals.
func TestLinesThatArePublishedTogetherHaveTheSameTotals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		y := folded(entries)
		m := requirements.Moment{ValidAt: drawDay(t, entries), Known: 1 << 40}
		for _, one := range y.all {
			var c requirements.Case
			limits := limitsOf(judge(&c, one.facts, m, nil).stands)
			require.Equal(t, limits["information"], limits["participation"])
			require.Equal(t, limits["information"], limits["decision"])
			if len(limits["information"]) > 0 && limits["information"][0] >= events.MustDate("2023-01-01") {
				require.Equal(t, limits["information"], limits["assessment"])
			}
			require.Equal(t, limits["nav_mapping"], limits["nav_participation"])
			require.Equal(t, limits["nav_mapping"], limits["nav_information"])
		}
	})
}

// limitsOf is of the verdicts that others than the municipality are told of.
func limitsOf(stands []stand) map[string][]events.Date {
	limits := map[string][]events.Date{}
	for _, one := range stands {
		r := &requirements.Requirements[requirements.Sorted[one.rank]]
		if r.Group != requirements.Before18 || one.inTransition && one.status != requirements.NotApplicable {
			limits[r.ID] = append(limits[r.ID], one.limit)
		}
	}
	return limits
}
