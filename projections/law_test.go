package projections

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// born is a ledger of one youth with a voluntary measure from 17 on.
func bornWithMeasure(birth, start string) []events.Entry {
	var entries []events.Entry
	for i, e := range []events.Event{
		&events.YouthRegistered{BirthDate: events.MustDate(birth), Municipality: "3020"},
		&events.MeasureStarted{MeasureID: "m", Kind: events.Voluntary, Category: "4.6", LegalBasis: "x", Municipality: "0301"},
	} {
		at := events.MustDate(start).Time().Add(9 * time.Hour)
		entries = append(entries, events.Entry{Entity: events.YouthEntity(scenarioYouth), Number: uint64(i + 1), Sequence: uint64(i + 1), Recorded: at,
			Actor: "emitter", Events: []events.Occurrence{{ID: string(rune('a' + i)), Source: "/s", Time: at, Event: e}}})
	}
	return entries
}

func differences(t require.TestingT, entries []events.Entry, validAt, from, to string) map[string]LawDifference {
	_, rows, err := folded(entries).LawDiff(Query{ValidAt: events.MustDate(validAt)}, events.MustDate(from), events.MustDate(to))
	require.NoError(t, err)
	all := map[string]LawDifference{}
	for d := range rows {
		all[d.Requirement+" "+d.Instance] = d
	}
	return all
}

// TestVoluntaryMeasuresAreAssessedFrom2023: one duty is there by the one law only, and it says why.
func TestVoluntaryMeasuresAreAssessedFrom2023(t *testing.T) {
	all := differences(t, bornWithMeasure("2004-06-02", "2021-07-01"), "2022-06-02", "2022-12-31", "2023-01-01")
	require.Len(t, all, 1)
	d := all["assessment "]
	require.Nil(t, d.From)
	require.Equal(t, "overdue", d.To.Status)
	require.Contains(t, d.Why[0].NB, "hjelpetiltak, omsorgsovertakelse")
}

// TestTheUpperAgeMovesWhatIsMissed: at 23 nothing can be done any more by the law of 2020.
func TestTheUpperAgeMovesWhatIsMissed(t *testing.T) {
	all := differences(t, bornWithMeasure("2000-06-02", "2017-07-01"), "2023-06-02", "2020-12-31", "2021-01-01")
	require.Equal(t, "missed", all["information "].From.Status)
	require.Equal(t, "overdue", all["information "].To.Status)
	require.Contains(t, all["information "].Why[0].EN, "until 2023-06-02 by the one law, until 2025-06-02 by the other")
	require.Equal(t, "missed", all["plan 2018-06-02"].From.Status)
	require.Equal(t, "overdue", all["plan 2018-06-02"].To.Status)
}

// TestResponsibilityMovesIn2026: the municipality that last started a measure before 18.
func TestResponsibilityMovesIn2026(t *testing.T) {
	all := differences(t, bornWithMeasure("2004-06-02", "2021-07-01"), "2022-06-02", "2025-12-31", "2026-01-01")
	d := all["information "]
	require.Equal(t, "3020", d.From.Municipality)
	require.Equal(t, "0301", d.To.Municipality)
	require.Len(t, d.Why, 1)
}

func TestTheSameLawIsNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		day, law := drawDay(t, entries), drawDay(t, entries)
		require.Empty(t, differences(t, entries, day.String(), law.String(), law.String()))
	})
}

// TestADifferenceIsOneBetweenVerdicts: each side is the verdict judged by that day's law, and no difference is left out.
func TestADifferenceIsOneBetweenVerdicts(t *testing.T) {
	laws := []string{"1990-01-01", "2009-08-31", "2017-01-01", "2022-12-31", "2025-06-01", "2026-01-01"}
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		day := drawDay(t, entries)
		from, to := rapid.SampledFrom(laws).Draw(t, "from"), rapid.SampledFrom(laws).Draw(t, "to")
		entries = slices.DeleteFunc(entries, func(e events.Entry) bool { return e.Entity != entries[0].Entity })
		all := differences(t, entries, day.String(), from, to)
		sides := [2]map[string]LawSide{{}, {}}
		for i, law := range []string{from, to} {
			for _, v := range everyVerdict(t, folded(entries), Query{ValidAt: day, LawAt: events.MustDate(law)}) {
				if v.Status != requirements.NotApplicable.String() {
					sides[i][v.Requirement+" "+v.Instance] = LawSide{Status: v.Status, Target: v.Target, Limit: v.Limit, Municipality: v.Municipality, LegalBasis: v.LegalBasis}
				}
			}
		}
		for key, d := range all {
			for i, side := range []*LawSide{d.From, d.To} {
				if want, is := sides[i][key]; is {
					require.Equal(t, want, *side, key)
				} else {
					require.Nil(t, side, key)
				}
			}
			require.NotEmpty(t, d.Why, "%s: %v %v", key, d.From, d.To)
		}
		for key, a := range sides[0] {
			b, is := sides[1][key]
			d := LawDifference{From: &a, To: &b}
			if _, told := all[key]; !told {
				require.True(t, is && !d.differs(), key)
			}
		}
	})
}
