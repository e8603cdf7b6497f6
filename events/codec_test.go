package events_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

const youth = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"

func informed() events.Entry {
	return events.Entry{
		Entity: events.YouthEntity(youth), Number: 3, Actor: "emitter", Sequence: 7,
		Recorded: time.Date(2025, 3, 14, 10, 31, 2, 123456000, time.UTC),
		Events: []events.Occurrence{{
			ID: "0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", Source: "/fagsystem/familia/3020",
			Time: time.Date(2025, 3, 14, 10, 30, 0, 0, time.UTC),
			Event: &events.InformationGiven{Service: events.ChildWelfare, Topics: []events.Topic{"aftercare", "right_to_return"},
				Form: "oral", Adapted: true, Language: "nb"},
		}},
	}
}

func TestWhatIsStoredReadsBackEqual(t *testing.T) {
	want := informed()
	got, err := events.Decode(want.Entity, want.Sequence, events.Encode(want))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func BenchmarkDecodeStored(b *testing.B) {
	body := events.Encode(informed())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := events.Decode(events.YouthEntity(youth), 7, body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	e := informed()
	b.ReportAllocs()
	for b.Loop() {
		events.Encode(e)
	}
}
