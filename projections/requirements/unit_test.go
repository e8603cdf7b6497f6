package requirements

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

func TestTheCatalogueOfUnitsIsWhole(t *testing.T) {
	require.Len(t, UnitRequirements, 9)
	for i, r := range UnitRequirements {
		require.Equal(t, i, FindUnit(r.ID))
		require.Contains(t, Norms(), string(r.Norm), r.ID)
		require.Equal(t, -1, Find(r.ID), "%s is a requirement towards youths too", r.ID)
		for _, text := range []string{r.Terms, r.Title.NB, r.Title.NN, r.Title.EN, r.Fulfilled.NB, r.Fulfilled.NN, r.Fulfilled.EN} {
			require.NotEmpty(t, text, r.ID)
		}
	}
	require.Equal(t, -1, FindUnit("tea"))
}

// TestEveryUnitRequirementIsFulfilledByOneEvent: what fulfils one fulfils no other.
func TestEveryUnitRequirementIsFulfilledByOneEvent(t *testing.T) {
	fulfilled := map[string][]string{}
	for _, row := range events.Catalogue {
		event := row.New()
		switch e := event.(type) {
		case *events.CooperationForumHeld:
			e.Services = []events.Service{events.Nav, events.ChildWelfare}
		case *events.RoutineAdopted:
			e.Topic = events.RoutineInGoodTime
		default:
		}
		for _, r := range UnitRequirements {
			if r.fulfils(event) {
				fulfilled[r.ID] = append(fulfilled[r.ID], row.Name)
			}
		}
	}
	require.Equal(t, map[string][]string{
		"agreement": {"CooperationAgreementSigned"}, "forum": {"CooperationForumHeld"}, "training": {"TrainingHeld"},
		"cooperation_followed_up": {"CooperationReviewed"}, "attendance_followed_up": {"AttendanceReviewed"},
		"children_followed_up": {"ChildrenOfUsersReviewed"}, "statistics_used": {"ConcernStatisticsReviewed"},
		"effect_checked": {"EffectivenessReviewed"}, "routine_in_good_time": {"RoutineAdopted"},
	}, fulfilled)
}

// TestAPeriodIsClamped: twelve months before the last day of February end on its last day in another year.
func TestAPeriodIsClamped(t *testing.T) {
	for day, first := range map[string]string{"2024-02-29": "2023-03-01", "2025-02-28": "2024-02-29", "2024-06-01": "2023-06-02", "2024-12-31": "2024-01-01"} {
		from, to := (&UnitCase{Day: events.MustDate(day)}).Period()
		require.Equal(t, []string{first, day}, []string{from.String(), to.String()})
	}
}

func TestTheBasisOfUnitsGoesByDate(t *testing.T) {
	require.True(t, slices.IsSortedFunc(UnitBasis, func(a, b Basis) int { return int(a.From - b.From) }))
	for day, want := range map[string]string{"2020-12-31": "the internal-control regulations", "2021-01-01": "Local Government Act § 25-1"} {
		require.Equal(t, want, (&UnitCase{Day: events.MustDate(day)}).LegalBasis().Text)
	}
	c := &UnitCase{Day: events.MustDate("1990-01-01"), Assessable: true}
	require.Nil(t, c.LegalBasis())
	require.Contains(t, c.Explain(c.Judge(0)).EN, "No legal basis is known")
}
