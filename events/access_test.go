package events_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// shown is a line of the log of accesses.
func shown() events.Entry {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return events.Entry{Entity: events.Entity{Kind: events.Access, ID: "2026"}, Number: 3, Sequence: 7, Recorded: at, Actor: "ledger", Events: []events.Occurrence{
		{ID: "a", Source: "/accesses", Time: at, Event: &events.ContentsShown{
			Who: "kari #abc", Role: "caseworker", Purpose: events.ForCasework, What: events.ShownHistory, Youth: "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01",
			Filter: "validAt=2026-03-01", Within: "municipalities=3403", ValidAt: events.MustDate("2026-03-01"), Sequence: 12, Count: 3,
		}},
		{ID: "b", Source: "/accesses", Time: at, Event: &events.ContentsShown{Who: "x", Role: "operator", Purpose: events.ForOperation, What: events.ShownList}},
	}}
}

// storedAccess is for ever, as the golden files are.
const storedAccess = `[{"specversion":"1.0","id":"a","source":"/accesses","type":"ettervern.ContentsShown.v1","subject":"2026","time":"2026-03-01T12:00:00Z","datacontenttype":"application/json","recordedtime":"2026-03-01T12:00:00.000000Z","entitynumber":3,"actor":"ledger","data":{"who":"kari #abc","role":"caseworker","purpose":"casework","what":"history","youth":"7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01","filter":"validAt=2026-03-01","within":"municipalities=3403","validAt":"2026-03-01","sequence":12,"count":3}},` +
	`{"specversion":"1.0","id":"b","source":"/accesses","type":"ettervern.ContentsShown.v1","subject":"2026","time":"2026-03-01T12:00:00Z","datacontenttype":"application/json","recordedtime":"2026-03-01T12:00:00.000000Z","entitynumber":3,"actor":"ledger","data":{"who":"x","role":"operator","purpose":"operation","what":"list","sequence":0,"count":0}}]`

func TestAnAccessIsStoredLikeThisForEver(t *testing.T) {
	require.Equal(t, storedAccess, string(events.Encode(shown())))
	read, err := events.Decode(shown().Entity, 7, []byte(storedAccess))
	require.NoError(t, err)
	require.Equal(t, shown(), read)
	require.NoError(t, events.Check(shown(), []byte(storedAccess)))
	for _, wrong := range []string{`"count":-1`, `"count":01`, `"count":"3"`, `"count":9223372036854775808`} {
		_, err := events.Decode(shown().Entity, 7, []byte(strings.Replace(storedAccess, `"count":3`, wrong, 1)))
		require.ErrorIs(t, err, events.ErrUnreadable, wrong)
	}
}

// TestNoDoorTakesAnAccess: nobody but the ledger tells who has looked.
func TestNoDoorTakesAnAccess(t *testing.T) {
	one := events.Submission{Entity: shown().Entity, Occurrence: shown().Events[0]}
	_, err := events.ReadSubmission(events.EncodeSubmission(one))
	require.ErrorContains(t, err, "/type")
	require.Error(t, events.CheckSubmission(one))
	correction := `{"specversion":"1.0","id":"c","source":"/s","type":"ettervern.EventCorrected.v1","subject":"7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01","time":"2024-01-10T12:00:00Z","data":{"eventId":"a","reason":"typing_error","replacement":` +
		string(events.EncodeSubmission(one)) + `}}`
	_, err = events.ReadSubmission([]byte(correction))
	require.ErrorContains(t, err, "/data/replacement/type")
}
