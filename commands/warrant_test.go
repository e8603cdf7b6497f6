package commands_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
)

// mine is a warrant for one youth and one source.
type mine struct{ youth, source string }

func (w mine) OwnsSource(source string) bool { return source == w.source }

func (w mine) About(_ context.Context, entity events.Entity, _ uint64) (commands.Leave, error) {
	if entity.ID != w.youth {
		return commands.Leave{Refused: commands.NotYourMunicipality}, nil
	}
	return commands.Leave{Event: func(s events.Submission) error {
		if _, is := s.Event.(*events.YouthDied); is {
			return commands.NotYourService
		}
		return nil
	}}, nil
}

// TestAWarrantHoldsEveryWayIn: one event, several, an atomic batch, and a revision of a history.
func TestAWarrantHoldsEveryWayIn(t *testing.T) {
	d := openDesk(t)
	registered := `{"birthDate":"2008-02-03","municipality":"3403"}`
	own, others := cloudEvent(anna, "/fagsystem", "r", "YouthRegistered", "2024-01-10", registered), cloudEvent(bo, "/fagsystem", "r2", "YouthRegistered", "2024-01-10", registered)
	ctx := commands.Under(t.Context(), mine{anna, "/fagsystem"})
	code := func(r commands.Receipt) string {
		if r.Err == nil {
			return string(r.Status)
		}
		return commands.ProblemOf(r.Err).Code
	}
	require.Equal(t, "not_your_municipality", code(d.handler.Record(ctx, others, "emitter")))
	require.Equal(t, "not_your_municipality", code(d.handler.RecordAfter(ctx, others, "emitter", 0)))
	require.Equal(t, "not_your_municipality", code(d.handler.RecordAtomic(ctx, [][]byte{others}, "emitter")[0]))
	require.Equal(t, "recorded", code(d.handler.Record(ctx, own, "emitter")))
	require.Equal(t, "not_your_service", code(d.handler.Record(ctx, cloudEvent(anna, "/fagsystem", "d", "YouthDied", "2025-01-10", `{}`), "emitter")))
	require.Equal(t, "not_your_source", code(d.handler.Record(ctx, cloudEvent(anna, "/other", "d", "YouthDied", "2025-01-10", `{}`), "emitter")))

	theirs := commands.Under(t.Context(), mine{bo, "/fagsystem"})
	require.Equal(t, "duplicate", code(d.handler.Record(theirs, own, "emitter")), "what was recorded is told to its source")
	for _, revise := range []func() ([]commands.Receipt, error){
		func() ([]commands.Receipt, error) {
			return d.handler.Revise(theirs, events.YouthEntity(anna), "emitter", unseen(t))
		},
		func() ([]commands.Receipt, error) {
			return d.handler.Rehearse(theirs, events.YouthEntity(anna), unseen(t))
		},
	} {
		_, err := revise()
		require.ErrorIs(t, err, commands.NotYourMunicipality)
	}
}

// unseen is a revision that must not see the history.
func unseen(t *testing.T) commands.Revision {
	return func([]events.Entry) []events.Submission {
		t.Error("the history was shown")
		return nil
	}
}
