package commands

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
)

func told(id int, e events.Event) events.Occurrence {
	return events.Occurrence{ID: fmt.Sprint(id), Source: "/s", Time: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC), Event: e}
}

// TestStatesAreValues: whatever is added to a state, by its owner or by those it was lent to, all others still say what
// they said.
func TestStatesAreValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		states, youth := NewStates(), events.YouthEntity("7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01")
		var held []State
		var was [][]record
		hold := func(s State) {
			held, was = append(held, s), append(was, slices.Clone(s.records))
		}
		any := func(id int) events.Occurrence {
			if id > 0 && rapid.Bool().Draw(t, "retract") {
				return told(id, &events.EventRetracted{EventID: fmt.Sprint(rapid.IntRange(0, id-1).Draw(t, "which"))})
			}
			return told(id, &events.ResidenceChanged{Municipality: "0301"})
		}
		number := uint64(0)
		for id := range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "owner") {
				number++
				states.Apply(events.Entry{Entity: youth, Number: number, Sequence: number, Events: []events.Occurrence{any(id)}})
				hold(states.Of(youth))
			} else if len(held) > 0 {
				from := rapid.SampledFrom(held).Draw(t, "from")
				hold(Evolve(from, any(id)))
				hold(Fold(from, events.Entry{Number: from.Number + 1, Events: []events.Occurrence{any(id), any(id)}}))
			}
		}
		for i := range held {
			require.Equal(t, was[i], held[i].records)
		}
	})
}
