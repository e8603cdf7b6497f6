package requirements

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// opened is the case of a youth born 2006-06-02 on a day.
func opened(day string, told ...events.Occurrence) *Case {
	var f Facts
	born := events.Occurrence{ID: "r", Time: events.MustDate("2020-01-01").Time(), Event: &events.YouthRegistered{BirthDate: events.MustDate("2006-06-02"), Municipality: "3020"}}
	for i, o := range append([]events.Occurrence{born}, told...) {
		f.Add(&o, uint64(i+1), o.Time)
	}
	c := &Case{}
	c.Open(f, Moment{ValidAt: events.MustDate(day), Known: 100})
	return c
}

func on(day string, e events.Event) events.Occurrence {
	return events.Occurrence{ID: day, Time: events.MustDate(day).Time(), Event: e}
}

func starts(day, id string, kind events.MeasureKind) events.Occurrence {
	return on(day, &events.MeasureStarted{MeasureID: id, Kind: kind})
}

func TestTheKindIsTheGravestInTheTransitionWindowElseTheGravestEver(t *testing.T) {
	order := starts("2015-01-01", "order", events.CareOrder)
	ended := on("2023-06-02", &events.MeasureEnded{MeasureID: "order", Reason: "returned_home"}) // the window's first day: no longer active on it
	voluntary := starts("2022-01-01", "voluntary", events.Voluntary)
	placed := starts("2024-06-01", "placed", events.Placement)
	for _, c := range []struct {
		kind Kinds
		of   *Case
	}{
		{0, opened("2024-06-02")},
		{Voluntary, opened("2023-06-01", voluntary)},
		{CareOrder, opened("2023-06-01", order, voluntary)},
		{CareOrder, opened("2023-06-02", order, voluntary)},
		{CareOrder, opened("2023-06-01", order, ended, voluntary)},
		{Voluntary, opened("2023-06-02", order, ended, voluntary)},
		{CareOrder, opened("2023-06-02", order, ended)}, // none in the window
		{Voluntary, opened("2024-05-31", voluntary, placed)},
		{Placement, opened("2024-06-01", voluntary, placed)},
		{Voluntary, opened("2025-01-01", voluntary, starts("2024-06-02", "late", events.CareOrder))}, // on the birthday: after the window
	} {
		require.Equal(t, c.kind, c.of.Kind())
	}
}

func TestWhoDiedBefore18OrHadNoMeasureIsNotInTransition(t *testing.T) {
	voluntary := starts("2022-01-01", "voluntary", events.Voluntary)
	require.False(t, opened("2024-06-02").InTransition())
	require.False(t, opened("2023-06-01", voluntary).InTransition())
	require.True(t, opened("2023-06-02", voluntary).InTransition())
	require.False(t, opened("2024-06-02", voluntary, on("2024-06-01", &events.YouthDied{})).InTransition())
	require.True(t, opened("2024-06-02", voluntary, on("2024-06-02", &events.YouthDied{})).InTransition())
}

func TestDaysBeforeAreCountedToTheBirthday(t *testing.T) {
	voluntary := starts("2022-01-01", "voluntary", events.Voluntary)
	for day, want := range map[string]int{"2024-06-01": 1, "2024-06-02": 0, "2024-06-12": -10} {
		c := opened("2025-01-01", voluntary, on(day, &events.AssessmentCompleted{Service: events.ChildWelfare}))
		days, fulfilled := c.DaysBefore(c.Judge(Find("assessment"))[0])
		require.True(t, fulfilled)
		require.Equal(t, want, days)
		_, fulfilled = c.DaysBefore(c.Judge(Find("decision"))[0])
		require.False(t, fulfilled)
	}
	c := opened("2025-01-01", voluntary, on("2024-06-10", &events.PlanAdopted{PlanID: "p", PlanType: events.PlanAftercare}))
	_, fulfilled := c.DaysBefore(c.Judge(Find("plan"))[0])
	require.False(t, fulfilled, "only duties before 18")
}
