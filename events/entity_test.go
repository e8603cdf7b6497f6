package events_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// TestTheTypeTellsWhomAnEventIsAbout: a subject of another form than the type's entity has is a fault.
func TestTheTypeTellsWhomAnEventIsAbout(t *testing.T) {
	for name, wrong := range map[string]string{
		"YouthDied":    "3020-child_welfare",
		"TrainingHeld": youth,
		"ReportIssued": "3020-nav",
		"UnitServes":   "302-nav",
	} {
		raw := sent(t, name)
		_, err := events.ReadSubmission([]byte(strings.Replace(raw, about(name).ID, wrong, 1)))
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), "/subject must be", name)
	}
}

// TestCorrectionsAreAboutWhatTheirReplacementIsAbout: an emitter need not say which kind of entity it is.
func TestCorrectionsAreAboutWhatTheirReplacementIsAbout(t *testing.T) {
	for _, name := range []string{"RoutineAdopted", "VisitHeld", "FollowUpHeld"} {
		replacement := sent(t, name)
		raw := `{"specversion":"1.0","id":"c1","source":"/s","type":"ettervern.EventCorrected.v1","subject":"` + about(name).ID +
			`","time":"2025-03-14T10:30:00Z","data":{"eventId":"e1","reason":"typing_error","replacement":` + replacement + `}}`
		read, err := events.ReadSubmission([]byte(raw))
		require.NoError(t, err, name)
		assert.Equal(t, about(name), read.Entity, name)
	}
}

// TestARetractionAboutAUUIDLeavesTheKindOpen: of a unit it is plain, of a UUID the ledger knows.
func TestARetractionAboutAUUIDLeavesTheKindOpen(t *testing.T) {
	raw := sent(t, "EventRetracted")
	read, err := events.ReadSubmission([]byte(raw))
	require.NoError(t, err)
	assert.Equal(t, events.Entity{ID: youth}, read.Entity)
	read, err = events.ReadSubmission([]byte(strings.Replace(raw, youth, unit, 1)))
	require.NoError(t, err)
	assert.Equal(t, events.Entity{Kind: events.Unit, ID: unit}, read.Entity)
}

// TestDurations: one unit at a time, within bounds.
func TestDurations(t *testing.T) {
	for text, want := range map[string]string{"P6M": "P6M", "P1Y": "P12M", "P4W": "P28D", "P30D": "P30D", "P0D": "P0D", "P84Y": "P84Y"} {
		d, err := events.ParseDuration(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, d.String())
	}
	for _, text := range []string{"", "P", "6M", "P6", "PM", "P1Y6M", "PT6H", "P-6M", "P+6M", "p6m", "P1000M", "P100Y", "P10000D", "P６M"} {
		_, err := events.ParseDuration(text)
		assert.Error(t, err, text)
	}
}
