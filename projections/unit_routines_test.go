package projections

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// aThousandUnits is a country: each of 500 municipalities has child welfare and Nav, with routines and years of events; every
// tenth child-welfare service serves a neighbour too.
func aThousandUnits() *Units {
	u, sequence := NewUnits(), uint64(0)
	tell := func(unit, day string, e events.Event) {
		sequence++
		u.Apply(events.Entry{Entity: events.Entity{Kind: events.Unit, ID: unit}, Sequence: sequence, Recorded: noonOf(day),
			Events: []events.Occurrence{{ID: fmt.Sprint(sequence), Source: "/s", Time: noonOf(day), Event: e}}})
	}
	for i := range 500 {
		municipality := fmt.Sprintf("%04d", 1000+i)
		for _, service := range []string{"-child_welfare", "-nav"} {
			unit := municipality + service
			for year := 2010; year < 2025; year++ {
				tell(unit, fmt.Sprint(year, "-02-01"), &events.CooperationReviewed{})
				tell(unit, fmt.Sprint(year, "-03-01"), &events.TrainingHeld{Topic: "t", Services: []events.Service{events.Nav}})
			}
			tell(unit, "2015-01-01", &events.RoutineAdopted{Topic: events.RoutineInGoodTime, Value: events.Duration{Months: 9}})
			tell(unit, "2020-01-01", &events.RoutineAdopted{Topic: events.RoutineFollowUp, Value: events.Duration{Months: 2}})
		}
		if i%10 == 0 {
			tell(municipality+"-child_welfare", "2021-01-01", &events.UnitServes{Municipalities: []string{fmt.Sprintf("%04d", 1001+i)}})
		}
	}
	return u
}

var today2025 = events.MustDate("2025-06-01")

// BenchmarkRoutines: built anew, and asked for again. The bound is a millisecond for a thousand units.
func BenchmarkRoutines(b *testing.B) {
	u := aThousandUnits()
	b.Run("built", func(b *testing.B) {
		for b.Loop() {
			u.ruling.Store(nil)
			u.Routines(today2025, u.last)
		}
	})
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			u.Routines(today2025, u.last)
		}
	})
}

// TestRoutinesAreKeptUntilTheyMayHaveChanged: the same are given again, also for a later day and when other things were told.
func TestRoutinesAreKeptUntilTheyMayHaveChanged(t *testing.T) {
	u := aThousandUnits()
	version, first := u.Version(), u.Routines(today2025, u.last)
	require.Same(t, first, u.Routines(today2025+1, u.last+7))
	require.NotSame(t, first, u.Routines(today2025, 3), "by what was known earlier")
	require.NotSame(t, first, u.Routines(events.MustDate("2012-01-01"), u.last), "on a day before some of them")
	require.Same(t, first, u.Routines(today2025, u.last))
	tell := func(e events.Event) {
		u.Apply(events.Entry{Entity: events.Entity{Kind: events.Unit, ID: "1000-nav"}, Sequence: u.last + 1, Recorded: noonOf("2025-05-01"),
			Events: []events.Occurrence{{ID: fmt.Sprint("new", u.last), Source: "/s", Time: noonOf("2025-05-01"), Event: e}}})
	}
	tell(&events.CooperationReviewed{})
	require.Same(t, first, u.Routines(today2025, u.last))
	require.Equal(t, version, u.Version())
	for _, e := range []events.Event{
		&events.RoutineAdopted{Topic: events.RoutinePlan}, &events.UnitServes{Municipalities: []string{"1001"}}, &events.UnitRenumbered{From: "1000-nav", To: "2000-nav"},
		&events.UnitsMerged{From: []string{"1000-nav"}, To: "2000-nav"}, &events.EventRetracted{EventID: "1", Reason: "duplicate"},
		&events.EventCorrected{EventID: "31", Replacement: events.Submission{Occurrence: events.Occurrence{ID: "31", Time: noonOf("2015-01-01"), Event: &events.RoutineAdopted{}}}},
	} {
		version, first = u.Version(), u.Routines(today2025, u.last)
		tell(e)
		require.Greater(t, u.Version(), version, "%T", e)
		require.NotSame(t, first, u.Routines(today2025, u.last), "%T", e)
	}
}

// TestARoutineSetsTheLimitsOfYouths: born 2004-06-02 in 3020, so that «in good time» is 2021-12-02, six months before 18, unless
// a routine in force on 2021-06-02, when the window opens, says otherwise.
func TestARoutineSetsTheLimitsOfYouths(t *testing.T) {
	for name, row := range map[string]struct {
		lines  []string
		target string
	}{
		"none":                                        {nil, "2021-12-02"},
		"its own":                                     {[]string{"2021-06-02 3020-child_welfare adopts in_good_time of P9M"}, "2021-09-02"},
		"a day too late":                              {[]string{"2021-06-03 3020-child_welfare adopts in_good_time of P9M"}, "2021-12-02"},
		"of Nav":                                      {[]string{"2021-06-02 3020-nav adopts in_good_time of P9M"}, "2021-12-02"},
		"of who serves it":                            {[]string{"2020-01-01 3021-child_welfare adopts in_good_time of P9M", "2021-06-02 3021-child_welfare serves 3020"}, "2021-09-02"},
		"of who serves it a day too late":             {[]string{"2020-01-01 3021-child_welfare adopts in_good_time of P9M", "2021-06-03 3021-child_welfare serves 3020"}, "2021-12-02"},
		"of who served it until that day":             {[]string{"2020-01-01 3021-child_welfare adopts in_good_time of P9M", "2020-01-01 3021-child_welfare serves 3020", "2021-06-02 3021-child_welfare serves 3022"}, "2021-12-02"},
		"of who serves it until afterward":            {[]string{"2020-01-01 3021-child_welfare adopts in_good_time of P9M", "2020-01-01 3021-child_welfare serves 3020", "2021-06-03 3021-child_welfare serves 3022"}, "2021-09-02"},
		"under its earlier number":                    {[]string{"2019-01-01 0213-child_welfare adopts in_good_time of P9M", "2020-01-01 0213-child_welfare becomes 3020-child_welfare"}, "2021-09-02"},
		"of a number it had by a longer way first":    {[]string{"2019-01-01 3003-child_welfare adopts in_good_time of P9M", "2020-01-01 3101-child_welfare becomes 3020-child_welfare", "2020-02-01 3001-child_welfare becomes 3101-child_welfare", "2020-03-01 3003-child_welfare becomes 3001-child_welfare", "2021-10-01 3001-child_welfare becomes 3020-child_welfare"}, "2021-09-02"},
		"of a unit merged into it":                    {[]string{"2019-01-01 0213-child_welfare adopts in_good_time of P9M", "2020-01-01 3020-child_welfare is merged from 0213-child_welfare"}, "2021-12-02"},
		"of itself, merged away that day":             {[]string{"2019-01-01 3020-child_welfare adopts in_good_time of P9M", "2021-06-02 3021-child_welfare is merged from 3020-child_welfare"}, "2021-12-02"},
		"of who serves it under another number since": {[]string{"2020-01-01 3021-child_welfare serves 3020", "2021-01-01 3121-child_welfare adopts in_good_time of P9M", "2021-07-01 3021-child_welfare becomes 3121-child_welfare"}, "2021-12-02"},
		"of itself, adopted after it was merged away": {[]string{"2020-01-01 3021-child_welfare is merged from 3020-child_welfare", "2021-01-01 3020-child_welfare adopts in_good_time of P9M"}, "2021-12-02"},
		"of the first by number of two who serve it":  {[]string{"2020-01-01 3022-child_welfare serves 3020", "2020-01-01 3022-child_welfare adopts in_good_time of P8M", "2020-01-01 3021-child_welfare adopts in_good_time of P9M", "2020-01-01 3021-child_welfare serves 3020"}, "2021-09-02"},
		"taken back":                                  {[]string{"2019-01-01 3020-child_welfare adopts in_good_time of P9M, as r", "2019-01-02 3020-child_welfare retract r"}, "2021-12-02"},
		"corrected":                                   {[]string{"2019-01-01 3020-child_welfare adopts in_good_time of P9M, as r", "2019-01-02 3020-child_welfare correct r to 2019-01-01 adopts in_good_time of P10M"}, "2021-08-02"},
	} {
		t.Run(name, func(t *testing.T) {
			s := unitTeller{t: t, units: NewUnits(), told: map[string]events.Submission{}}
			for _, line := range row.lines {
				s.tellLine(line)
			}
			y := NewYouths()
			y.Routines = s.units.Routines
			for _, e := range bornWithMeasure("2004-06-02", "2021-05-01") {
				e.Sequence += uint64(len(row.lines))
				y.Apply(e)
			}
			_, verdicts, err := y.Verdicts(Query{ValidAt: events.MustDate("2021-11-01"), Requirement: "information"})
			require.NoError(t, err)
			for v := range verdicts {
				require.Equal(t, row.target, v.Target.String())
			}
		})
	}
}
