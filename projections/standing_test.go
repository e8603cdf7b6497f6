package projections

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// trained is a training of a unit on a topic; its history is told one entry a day, and the topic says what counts.
func trained(id, day, topic string) events.Occurrence {
	return events.Occurrence{ID: id, Source: "/s", Time: events.MustDate(day).Time(), Event: &events.TrainingHeld{Topic: topic}}
}

func correctedTo(id string, o events.Occurrence) events.Occurrence {
	return events.Occurrence{ID: id, Source: "/s", Time: events.MustDate("2030-01-01").Time(), Event: &events.EventCorrected{
		EventID: o.ID, Reason: "typing_error", Replacement: events.Submission{Entity: events.Entity{Kind: events.Unit, ID: "3020-nav"}, Occurrence: o}}}
}

func takenBack(id, of string) events.Occurrence {
	return events.Occurrence{ID: id, Source: "/s", Time: events.MustDate("2030-01-01").Time(), Event: &events.EventRetracted{EventID: of, Reason: "duplicate"}}
}

func chronicleOf(all ...events.Occurrence) (c chronicle) {
	for i, o := range all {
		c.add(&events.Entry{Sequence: uint64(i+1) * 10, Recorded: events.MustDate("2025-01-01").Time().Add(time.Duration(i) * time.Hour), Events: []events.Occurrence{o}})
	}
	return c
}

func TestWhatStands(t *testing.T) {
	c := chronicleOf(
		trained("a", "2024-01-01", "a"),                           // 10
		trained("b", "2024-02-01", "b"),                           // 20
		correctedTo("a1", trained("a", "2024-03-01", "a1")),       // 30
		correctedTo("a2", trained("a", "2024-01-02", "a2")),       // 40
		takenBack("x", "a2"),                                      // 50
		takenBack("y", "b"),                                       // 60
		correctedTo("b1", trained("b", "2024-02-02", "too late")), // 70: the ledger refuses it, but a view must stand it
		takenBack("z", "a1"),                                      // 80
	)
	for _, row := range []struct {
		day, want string
		known     uint64
	}{
		{"2024-12-31", "", 9},
		{"2024-12-31", "a@10", 10},
		{"2024-12-31", "a@10 b@20", 29},
		{"2024-01-31", "a@10", 29},
		{"2024-12-31", "a1@30 b@20", 30},
		{"2024-02-29", "b@20", 30}, // the correction moved it to March
		{"2024-03-01", "a1@30 b@20", 30},
		{"2024-12-31", "a2@40 b@20", 40},
		{"2024-12-31", "a1@30 b@20", 50}, // a correction taken back: the one before it counts
		{"2024-12-31", "a1@30", 60},
		{"2024-12-31", "a1@30", 70},
		{"2024-12-31", "a@10", 80},
		{"2023-12-31", "", 80},
	} {
		var got []string
		for _, s := range c.standing(events.MustDate(row.day), row.known) {
			got = append(got, fmt.Sprintf("%s@%d", s.Event.(*events.TrainingHeld).Topic, s.sequence))
			require.Equal(t, c[s.sequence/10-1].recorded, s.recorded)
		}
		require.Equal(t, row.want, strings.Join(got, " "), "on %s, known %d", row.day, row.known)
	}
}
