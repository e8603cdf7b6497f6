package projections

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// TestWithinIsTheSameLedgerWithNothingElseInIt: pages of today, which come from the index, and of other days, which are judged,
// hold just the rows of the whole list that are within.
func TestWithinIsTheSameLedgerWithNothingElseInIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		day := drawDay(t, entries)
		y := folded(entries)
		y.Now = func() time.Time { return day.Time() }
		all, err := y.Overdue(Query{Status: requirements.StatusNames(), Limit: MaxLimit})
		require.NoError(t, err)
		within := &Within{Municipalities: map[uint16]bool{}, Protected: true}
		for _, row := range all.Rows {
			if number, ok := requirements.ParseMunicipality(row.Municipality); ok && rapid.Bool().Draw(t, row.Municipality) {
				within.Municipalities[number] = true
			}
		}
		want := slices.DeleteFunc(slices.Clone(all.Rows), func(v Verdict) bool {
			number, _ := requirements.ParseMunicipality(v.Municipality)
			return !within.Municipalities[number]
		})
		moments := []KnownAt{{}}
		if y.Sequence() > 0 {
			moments = append(moments, KnownAt{Sequence: y.Sequence()})
		}
		for _, knownAt := range moments {
			var got []Verdict
			q := Query{Status: requirements.StatusNames(), Limit: 3, Within: within, KnownAt: knownAt}
			for {
				page, err := y.Overdue(q)
				require.NoError(t, err)
				got = append(got, page.Rows...)
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			require.Equal(t, identities(want), identities(got))
		}
	})
}

func identities(rows []Verdict) []string {
	ids := make([]string, len(rows))
	for i, v := range rows {
		ids[i] = strings.Join([]string{v.Youth, v.Requirement, v.Instance, v.Status}, " ")
	}
	return ids
}

var (
	hidden  = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"
	visible = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c02"
)

// twoYouths is two youths with overdue duties, of whom one is to be told of further.
func twoYouths(t *testing.T) (y *Youths, tell func(id, date string, event events.Event)) {
	t.Helper()
	y = NewYouths()
	y.Now = func() time.Time { return events.MustDate("2026-03-01").Time().Add(12 * time.Hour) }
	sequence, numbers := uint64(0), map[string]uint64{}
	add := func(youth, id, date string, event events.Event) {
		sequence++
		numbers[youth]++
		at := events.MustDate(date).Time().Add(12 * time.Hour)
		y.Apply(events.Entry{Entity: events.YouthEntity(youth), Number: numbers[youth], Sequence: sequence, Recorded: y.Now(),
			Events: []events.Occurrence{{ID: id, Source: "/test", Time: at, Event: event}}})
	}
	for _, youth := range []string{hidden, visible} {
		add(youth, "r"+youth[35:], "2024-01-10", &events.YouthRegistered{BirthDate: events.MustDate("2008-02-03"), Municipality: "3403"})
		add(youth, "m"+youth[35:], "2024-01-11", &events.MeasureStarted{MeasureID: "m", Kind: events.Voluntary, Category: "4.6", LegalBasis: "BVL2021 § 3-1"})
	}
	return y, func(id, date string, event events.Event) { add(hidden, id, date, event) }
}

// seenBy is whom every kind of question shows to those who may not see protected youths.
func seenBy(t *testing.T, y *Youths, within *Within) map[string]bool {
	t.Helper()
	shown := map[string]bool{}
	note := func(kind string, youth string) { shown[kind+" "+youth[35:]] = true }
	for kind, q := range map[string]Query{"today": {Within: within}, "another day": {Within: within, ValidAt: events.MustDate("2026-02-27")}, "named": {Within: within, Youths: []string{hidden, visible}}} {
		page, err := y.Overdue(q)
		require.NoError(t, err)
		for _, row := range page.Rows {
			note(kind, row.Youth)
		}
	}
	_, rows, err := y.Verdicts(Query{Within: within})
	require.NoError(t, err)
	for row := range rows {
		note("verdicts", row.Youth)
	}
	_, differences, err := y.LawDiff(Query{Within: within}, events.MustDate("2022-12-31"), events.MustDate("2023-01-01"))
	require.NoError(t, err)
	for row := range differences {
		note("law diff", row.Youth)
	}
	return shown
}

// TestProtectedYouthsAreHidden: as soon as protection is told, also about days before it, and until it is lifted or taken back.
func TestProtectedYouthsAreHidden(t *testing.T) {
	y, tell := twoYouths(t)
	y.Today()
	kinds := []string{"today", "another day", "named", "verdicts", "law diff"}
	demand := func(isHidden bool, when string) {
		t.Helper()
		_, protected := y.Home(hidden)
		require.Equal(t, isHidden, protected, when)
		others, all := seenBy(t, y, &Within{}), seenBy(t, y, &Within{Protected: true})
		for _, kind := range kinds {
			require.True(t, others[kind+" 2"], "%s: %s", when, kind)
			require.Equal(t, !isHidden, others[kind+" 1"], "%s: %s", when, kind)
			require.True(t, all[kind+" 1"], "%s: %s, for those who may", when, kind)
		}
	}
	demand(false, "before")
	tell("p", "2026-02-28", &events.AddressProtected{Class: "confidential"})
	demand(true, "protected")
	tell("l", "2026-02-01", &events.AddressProtectionLifted{})
	demand(true, "an earlier protection was lifted")
	tell("x", "2026-02-28", &events.EventRetracted{EventID: "p", Reason: "wrong_person"})
	demand(false, "taken back")
	tell("p2", "2026-02-28", &events.AddressProtected{Class: "confidential"})
	tell("l2", "2026-03-01", &events.AddressProtectionLifted{})
	demand(false, "lifted")
}

func TestASampleIsTheYouthsNamed(t *testing.T) {
	y, _ := twoYouths(t)
	page, err := y.Overdue(Query{Within: &Within{Youths: []string{visible}}})
	require.NoError(t, err)
	require.NotEmpty(t, page.Rows)
	for _, row := range page.Rows {
		require.Equal(t, visible, row.Youth)
	}
	page, err = y.Overdue(Query{Youths: []string{hidden}, Within: &Within{Youths: []string{visible}}})
	require.NoError(t, err)
	require.Empty(t, page.Rows)
	_, rows, err := y.Verdicts(Query{Within: &Within{Youths: []string{}}})
	require.NoError(t, err)
	for range rows {
		t.Fatal("an empty sample shows somebody")
	}
}

// TestMonthsTellNoDay: nothing of a row by month names a day.
func TestMonthsTellNoDay(t *testing.T) {
	y, _ := twoYouths(t)
	_, rows, err := y.Verdicts(Query{})
	require.NoError(t, err)
	n := 0
	for row := range ByMonths(rows) {
		n++
		require.Nil(t, row.Target)
		require.Nil(t, row.Limit)
		for _, text := range []string{row.Instance, row.Explanation.NB, row.Explanation.NN, row.Explanation.EN} {
			require.NotRegexp(t, `[0-9]{4}-[0-9]{2}-[0-9]{2}|3\. februar|3 February`, text)
		}
	}
	require.Greater(t, n, 5)
	_, differences, err := y.LawDiff(Query{}, events.MustDate("2022-12-31"), events.MustDate("2023-01-01"))
	require.NoError(t, err)
	for row := range ByMonths(differences) {
		for _, side := range []*LawSide{row.From, row.To} {
			require.True(t, side == nil || side.Limit == nil && side.Target == nil)
		}
	}
}

// TestOfficesHaveTheirMunicipalities: each number belongs to the office that OfficeOf says, and to no other.
func TestOfficesHaveTheirMunicipalities(t *testing.T) {
	require.True(t, MunicipalitiesOf("Innlandet")[3403])
	require.False(t, MunicipalitiesOf("Innlandet")[301])
	require.Empty(t, MunicipalitiesOf("Utlandet"))
	for _, office := range Offices {
		require.NotEmpty(t, MunicipalitiesOf(office))
	}
}
