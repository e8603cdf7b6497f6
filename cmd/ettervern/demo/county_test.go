package demo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

var today = events.MustDate("2026-03-01")

func TestOneSeedIsOneCounty(t *testing.T) {
	first := County(1, today, 300)
	require.Equal(t, first, County(1, today, 300))
	require.NotEqual(t, first, County(2, today, 300))
	known := map[string]bool{}
	for _, told := range County(1, today, 400) { // one more youth changes no other
		known[told.Source+told.ID] = true
	}
	for _, told := range first {
		require.True(t, known[told.Source+told.ID])
	}
}

// The ages from 18 on are those of Statistics Norway for 31 December 2018.
func TestAgesAreThoseOfTheStatistics(t *testing.T) {
	persons := map[int]int{18: 1980, 19: 1401, 20: 873, 21: 522, 22: 286}
	sum := 0
	for _, n := range persons {
		sum += n
	}
	counts, all := map[int]int{}, 0
	for _, told := range County(3, today, 20_000) {
		e, ok := told.Event.(*events.YouthRegistered)
		if !ok {
			continue
		}
		for age := 18; age <= 22; age++ {
			if e.BirthDate.Birthday(age) <= today && e.BirthDate.Birthday(age+1) > today {
				counts[age]++
				all++
			}
		}
	}
	for age, n := range persons {
		require.InDelta(t, float64(n)/float64(sum), float64(counts[age])/float64(all), 0.02, "%d years", age)
	}
}

func TestWhatIsToldHasHappenedAndIsWelcomeAtTheDoor(t *testing.T) {
	municipalities, types := map[string]bool{}, map[string]bool{}
	var before events.Date
	for _, told := range County(4, today, 2000) {
		require.Less(t, told.Date(), today)
		require.GreaterOrEqual(t, told.Recorded, told.Date(), "nothing is recorded before it happens")
		require.GreaterOrEqual(t, told.Recorded, before, "in the order of recording")
		before = told.Recorded
		_, err := events.ReadSubmission(events.EncodeSubmission(told.Submission))
		require.NoError(t, err)
		types[events.RowOf(told.Event).Name] = true
		if e, ok := told.Event.(*events.YouthRegistered); ok {
			municipalities[e.Municipality] = true
		}
	}
	require.Len(t, municipalities, 15)
	require.Greater(t, len(types), 15, "a life is more than its four duties")
}
