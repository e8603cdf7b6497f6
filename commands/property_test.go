package commands_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/ledgertest"
)

// tale is two youths and what is told of them by one source.
type tale struct {
	youths [2]string
	source string
}

// attempt is one of a few events about one of the youths, most of them wrong at some time: the ids are few.
func (s tale) attempt(t *rapid.T, n int) []byte {
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "pick") }
	id, day := pick("a", "b", "c", "d", "e", fmt.Sprint("x", n)), pick("2024-02-01", "2024-03-01", "2025-04-01", "2007-01-01", "2027-01-01")
	youth, about := pick(s.youths[:]...), pick("a", "b", "c", "d", "e")
	measure := `{"measureId":"` + pick("m1", "m2") + `","kind":"voluntary","category":"4.6","legalBasis":"x"}`
	data := map[string]string{
		"YouthRegistered":    `{"birthDate":"` + pick("2008-02-03", "2009-01-01") + `","municipality":"0301"}`,
		"BirthDateCorrected": `{"birthDate":"` + pick("2008-02-04", "2009-01-02") + `","reason":"register"}`,
		"MeasureStarted":     measure,
		"MeasureEnded":       `{"measureId":"` + pick("m1", "m2") + `","reason":"other"}`,
		"DecisionMade":       `{"decisionId":"` + pick("d1", "d2") + `","service":"nav","outcome":"end","legalBasis":"x","inWriting":true,"reasons":[]}`,
		"ComplaintFiled":     `{"complaintId":"` + pick("c1", "c2") + `","decisionId":"` + pick("d1", "d2") + `"}`,
		"EventRetracted":     `{"eventId":"` + about + `","reason":"not_happened"}`,
		"EventCorrected": `{"eventId":"` + about + `","reason":"typing_error","replacement":` +
			string(cloudEvent(youth, s.source, about, "MeasureStarted", "2024-02-02", measure)) + `}`,
	}
	name := pick("YouthRegistered", "BirthDateCorrected", "MeasureStarted", "MeasureEnded", "DecisionMade", "ComplaintFiled", "EventRetracted", "EventCorrected")
	return cloudEvent(youth, s.source, id, name, day, data[name])
}

// TestARebuiltStateDecidesAsTheOneThatLived: after any history, states folded from the ledger in one go, those folded in
// parts and some of it twice, and those that decided it all are equal, and decide what comes next alike.
func TestARebuiltStateDecidesAsTheOneThatLived(t *testing.T) {
	ledger := ledgertest.Open(t)
	tales := 0
	rapid.Check(t, func(rt *rapid.T) {
		tales++
		s := tale{source: fmt.Sprint("/tale/", tales)}
		for i := range s.youths {
			s.youths[i] = fmt.Sprintf("7b0c8f5e-5a43-4c6e-9a55-%010d%02d", tales, i)
		}
		lived, rebuilt, parts := commands.NewStates(), commands.NewStates(), commands.NewStates()
		handlerOf := func(states *commands.States) *commands.Handler {
			return commands.NewHandler(ledger, states, func() time.Time { return today })
		}
		for n := range rapid.IntRange(1, 25).Draw(rt, "attempts") {
			handlerOf(lived).Record(t.Context(), s.attempt(rt, n), "emitter")
		}
		for _, id := range s.youths {
			youth := events.YouthEntity(id)
			history, err := ledger.History(t.Context(), youth)
			require.NoError(t, err)
			for i, e := range history {
				rebuilt.Apply(e)
				parts.Apply(e)
				parts.Apply(history[rapid.IntRange(0, i).Draw(rt, "again")])
			}
			require.Equal(t, lived.Of(youth), rebuilt.Of(youth))
			require.Equal(t, lived.Of(youth), parts.Of(youth))
		}
		next := s.attempt(rt, 100)
		first := handlerOf(rebuilt).Record(t.Context(), next, "emitter")
		second := handlerOf(lived).Record(t.Context(), next, "emitter")
		if first.Status == commands.Recorded { // it is there when the second comes
			first.Status = commands.Duplicate
		}
		require.Equal(t, first, second)
	})
	ledgertest.CheckInvariants(t, ledger)
}
