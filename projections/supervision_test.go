package projections

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// inspected is a supervision with a breach that was put right, and a plan that is not enough, told on their own days.
func inspected() []events.Entry {
	var entries []events.Entry
	tell := func(id, day string, e events.Event) {
		at := events.MustDate(day).Time().Add(9 * time.Hour)
		n := uint64(len(entries) + 1)
		entries = append(entries, events.Entry{Entity: events.Entity{Kind: events.Supervision, ID: scenarioYouth}, Number: n, Sequence: n, Recorded: at, Actor: "authority",
			Events: []events.Occurrence{{ID: id, Source: "/s", Time: at, Event: e}}})
	}
	tell("o", "2019-03-01", &events.SupervisionOpened{Theme: "aftercare", Year: 2019, Authority: "Fylkesmannen i Agder", Units: []string{"0904-nav", "0301_09-child_welfare"}})
	tell("f", "2019-09-19", &events.FindingRecorded{FindingID: "1", Unit: "0904-nav", Kind: events.Breach, Themes: []events.Theme{"plan", "plan"}, LegalBasis: "STL § 28", RectifyBy: events.MustDate("2019-12-01")})
	tell("i", "2019-10-01", &events.ReportIssued{})
	tell("p", "2019-10-10", &events.PlanReceived{Parts: []events.PlanPart{"measures", "expected_date"}, ExpectedDate: events.MustDate("2019-11-15")})
	tell("r", "2019-11-20", &events.FindingRectified{FindingID: "1", Evidence: events.Document{ID: "sak-1", SHA256: "ab"}})
	return entries
}

// The lines are public contracts: do not change what is expected here, only add to the end of an object.
func TestSupervisionLineIsTheContract(t *testing.T) {
	s, err := foldedSupervisions(inspected()).One(scenarioYouth, SupervisionQuery{ValidAt: events.MustDate("2019-11-20"), KnownAt: KnownAt{Sequence: 5}})
	require.NoError(t, err)
	line, err := json.Marshal(s)
	require.NoError(t, err)
	require.Equal(t, `{"id":"7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01","number":5,"theme":"aftercare","year":2019,"authority":"Fylkesmannen i Agder",`+
		`"status":"open","stage":"rectified","openSince":"2019-03-01",`+
		`"dates":{"opened":"2019-03-01","visitFrom":null,"visitTo":null,"draftSent":null,"commentsReceived":null,"reportIssued":"2019-10-01",`+
		`"planDemanded":null,"planReceived":"2019-10-10","planAssessed":null,"closed":null},`+
		`"units":[{"unit":"0904-nav","municipality":"0904","service":"nav","outcome":"breach"},`+
		`{"unit":"0301_09-child_welfare","municipality":"0301","service":"child_welfare","outcome":"none"}],`+
		`"findings":[{"id":"1","event":"f","unit":"0904-nav","service":"nav","kind":"breach","themes":["plan"],"legalBasis":"STL § 28","found":"2019-09-19",`+
		`"rectifyBy":"2019-12-01","rectified":"2019-11-20","rectifiedEvent":"r","evidence":{"id":"sak-1","sha256":"ab"},"daysToRectify":50,"blocksClosing":false}],`+
		`"plan":{"event":"p","received":"2019-10-10","missing":["control_of_execution","control_of_effect"],"expectedDate":"2019-11-15","assessed":null,"sufficient":null},`+
		`"deadlines":[{"what":"rectification","finding":"1","by":"2019-12-01","done":"2019-11-20","status":"met","daysLate":0},`+
		`{"what":"expected_date","finding":null,"by":"2019-11-15","done":"2019-11-20","status":"met_late","daysLate":5}],`+
		`"flags":["insufficient_plan"],"flagged":[{"flag":"insufficient_plan","event":"p","after":null}],`+
		`"validAt":"2019-11-20","knownAt":"2019-11-20T09:00:00Z","sequence":5}`, string(line))
}

func TestFiguresLineIsTheContract(t *testing.T) {
	page, err := foldedSupervisions(inspected()).Figures(SupervisionQuery{ValidAt: events.MustDate("2019-11-20"), KnownAt: KnownAt{Sequence: 5}})
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	require.NotEmpty(t, page.Definition.NB)
	line, err := json.Marshal(page.Rows[0])
	require.NoError(t, err)
	require.Equal(t, `{"theme":"aftercare","year":2019,"authority":"","supervisions":1,"withBreach":1,"withRemarkOnly":0,"nothingFound":0,"closed":0,"notReported":0,`+
		`"services":[{"service":"child_welfare","supervisions":1,"withBreach":0,"units":1,"unitsWithBreach":0},`+
		`{"service":"nav","supervisions":1,"withBreach":1,"units":1,"unitsWithBreach":1}],`+
		`"findings":[{"service":"nav","theme":"","supervisions":1,"breaches":1,"deviations":0,"remarks":0,"rectified":1,"medianDaysToRectify":50},`+
		`{"service":"nav","theme":"plan","supervisions":1,"breaches":1,"deviations":0,"remarks":0,"rectified":1,"medianDaysToRectify":50}],`+
		`"validAt":"2019-11-20","knownAt":"2019-11-20T09:00:00Z","sequence":5}`, string(line))
}

func TestBadQuestionsAboutSupervisionsNameTheField(t *testing.T) {
	s := foldedSupervisions(inspected())
	for field, q := range map[string]SupervisionQuery{
		"status":       {Status: []string{"open", "late"}},
		"municipality": {Municipality: "904"},
		"unit":         {Unit: "nav"},
		"limit":        {Limit: MaxLimit + 1},
		"after":        {After: "there"},
		"knownAt":      {KnownAt: KnownAt{Sequence: 6}},
	} {
		_, err := s.List(q)
		var bad *BadQuery
		require.ErrorAs(t, err, &bad, field)
		require.Equal(t, field, bad.Field)
		require.NotEmpty(t, bad.Allowed)
	}
	_, err := s.Figures(SupervisionQuery{KnownAt: KnownAt{Sequence: 6}})
	require.Error(t, err)
	_, err = s.One(scenarioYouth, SupervisionQuery{KnownAt: KnownAt{Sequence: 6}})
	require.Error(t, err)
	require.True(t, s.Has(scenarioYouth))
	require.False(t, s.Has(youthNumber(1)))
}

func TestUnitsArePartedIntoPlaceAndService(t *testing.T) {
	for id, want := range map[string][2]string{
		"0904-nav": {"0904", "nav"}, "0301_09-child_welfare": {"0301_09", "child_welfare"}, "nav": {}, "904-nav": {}, "0904-": {}, "0904": {}, "": {},
	} {
		place, service := splitUnit(id)
		require.Equal(t, want, [2]string{place, service}, id)
	}
}

func TestReadersOfSupervisionsAndTheWriterDoNotDisturbEachOther(t *testing.T) {
	s := NewSupervisions()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := range 200 {
			for _, e := range inspected() {
				e.Entity.ID, e.Sequence = youthNumber(n%20), uint64(n)*5+e.Sequence
				s.Apply(e)
			}
		}
	}()
	for working := true; working; {
		select {
		case <-done:
			working = false
		default:
		}
		now, err := s.List(SupervisionQuery{ValidAt: firstDay})
		require.NoError(t, err)
		if now.Sequence > 0 {
			past, err := s.List(SupervisionQuery{ValidAt: firstDay, KnownAt: KnownAt{Sequence: now.Sequence}})
			require.NoError(t, err)
			for _, page := range []SupervisionPage{now, past} {
				for i := range page.Rows { // what tells when it was computed
					page.Rows[i].Number, page.Rows[i].KnownAt = 0, time.Time{}
				}
			}
			require.Equal(t, now.Rows, past.Rows)
		}
	}
}
