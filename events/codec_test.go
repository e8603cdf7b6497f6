package events_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ettervern/events"
)

func informed() events.Entry {
	e := entry(&events.InformationGiven{
		Service: events.ChildWelfare, Topics: []events.Topic{"aftercare", "right_to_return"},
		Form: "oral", Adapted: true, Language: "nb",
	})
	e.Events[0].CorrelationID, e.Events[0].CausationID = "", ""
	return e
}

func TestWhatIsStoredReadsBackEqual(t *testing.T) {
	want := informed()
	for _, e := range samples {
		if o := occurrence(e); about(nameOf(e)) == want.Entity {
			o.Source = "/another/system"
			want.Events = append(want.Events, o)
		}
	}
	got, err := events.Decode(want.Entity, want.Sequence, events.Encode(want))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestWhatIsSentReadsBackEqual(t *testing.T) {
	for _, e := range samples {
		want := events.Submission{Entity: about(nameOf(e)), Occurrence: occurrence(e)}
		if nameOf(e) == "EventRetracted" {
			want.Entity.Kind = "" // of a UUID only the ledger knows whether it is a youth or a supervision
		}
		got, err := events.ReadSubmission(events.EncodeSubmission(want))
		require.NoError(t, err, nameOf(e))
		require.Equal(t, want, got)
		assert.True(t, events.SameContent(want, got))
	}
}

func TestSameContentIgnoresOnlyHowEventsWereCorrelated(t *testing.T) {
	sent := events.Submission{Entity: events.YouthEntity(youth), Occurrence: occurrence(&events.PlanEvaluated{PlanID: "p"})}
	for name, c := range map[string]struct {
		change func(*events.Submission)
		same   bool
	}{
		"correlated otherwise": {func(s *events.Submission) { s.CorrelationID, s.CausationID = "other", "" }, true},
		"the same instant":     {func(s *events.Submission) { s.Time = s.Time.In(events.Norway) }, true},
		"another time":         {func(s *events.Submission) { s.Time = s.Time.Add(time.Nanosecond) }, false},
		"another youth":        {func(s *events.Submission) { s.Entity.ID = "0c9d4f6a-0d0b-4d52-8a1c-5a3f2b7e6d10" }, false},
		"another type":         {func(s *events.Submission) { s.Event = &events.FollowUpHeld{Service: events.Nav} }, false},
		"other data":           {func(s *events.Submission) { s.Event = &events.PlanEvaluated{PlanID: "p", YouthTookPart: events.No} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			other := sent
			c.change(&other)
			assert.Equal(t, c.same, events.SameContent(sent, other))
		})
	}
}

func TestStampSetsEveryRecordedTimeAndNothingElse(t *testing.T) {
	want := informed()
	want.Events = append(want.Events, occurrence(&events.YouthDied{}))
	body := events.Encode(want)
	want.Recorded = time.Date(2031, 12, 31, 23, 59, 59, 1000, time.UTC)
	events.Stamp(body, want.Recorded)
	assert.Equal(t, string(events.Encode(want)), string(body))
}

// TestDecodeStopsAtWhatIsNotOneEntry: whatever went wrong with the bytes, they are not half read.
func TestDecodeStopsAtWhatIsNotOneEntry(t *testing.T) {
	good := string(events.Encode(informed()))
	other := informed()
	other.Number++
	second := string(events.Encode(other))
	for name, body := range map[string]string{
		"nothing":          "",
		"an empty batch":   "[]",
		"no batch":         good[1 : len(good)-1],
		"two batches":      good + good,
		"something after":  good + "x",
		"cut off":          good[:len(good)/2],
		"its end cut off":  good[:len(good)-1],
		"numbers differ":   good[:len(good)-1] + "," + second[1:],
		"null":             "null",
		"a batch of nulls": "[null]",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := events.Decode(events.YouthEntity(youth), 7, []byte(body))
			require.ErrorIs(t, err, events.ErrUnreadable)
			assert.ErrorContains(t, err, "sequence 7")
		})
	}
	for name, entity := range map[string]events.Entity{
		"another youth": events.YouthEntity("0c9d4f6a-0d0b-4d52-8a1c-5a3f2b7e6d10"), "a unit": {Kind: events.Unit, ID: youth},
	} {
		_, err := events.Decode(entity, 7, []byte(good))
		assert.ErrorIs(t, err, events.ErrUnreadable, name)
	}
}

// TestDecodeDoesNotGuess: stored texts are trusted, but not what has to be understood.
func TestDecodeDoesNotGuess(t *testing.T) {
	registered := string(events.Encode(entry(samples[0])))
	for name, change := range map[string][2]string{
		"a day that does not exist":  {`2008-02-29`, `2007-02-29`},
		"a time that does not exist": {`"time":"2025-03-14T10:30`, `"time":"2025-03-14T25:30`},
		"a number that is none":      {`"entitynumber":3`, `"entitynumber":-3`},
		"number zero":                {`"entitynumber":3`, `"entitynumber":0`},
		"an unknown type":            {`YouthRegistered`, `YouthUnregistered`},
		"a missing field":            {`"municipality":"0301",`, ``},
		"an unknown field":           {`"municipality"`, `"name":"x","municipality"`},
		"a number for a text":        {`"0301"`, `301`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := events.Decode(events.YouthEntity(youth), 7, replaceOnce(t, registered, change[0], change[1]))
			assert.ErrorIs(t, err, events.ErrUnreadable)
		})
	}
}

// TestCheckFindsEveryDifference: an entry is checked against its own bytes, and against those of one that differs.
func TestCheckFindsEveryDifference(t *testing.T) {
	for _, e := range samples {
		require.NoError(t, events.Check(entry(e), events.Encode(entry(e))), nameOf(e))
	}
	two := informed()
	two.Events = append(two.Events, two.Events[0])
	for name, change := range map[string]func(*events.Entry){
		"number":      func(e *events.Entry) { e.Number++ },
		"recorded":    func(e *events.Entry) { e.Recorded = e.Recorded.Add(time.Microsecond) },
		"actor":       func(e *events.Entry) { e.Actor = "caseworker" },
		"entity":      func(e *events.Entry) { e.Entity = events.YouthEntity("0c9d4f6a-0d0b-4d52-8a1c-5a3f2b7e6d10") },
		"kind":        func(e *events.Entry) { e.Entity.Kind = events.Unit },
		"one missing": func(e *events.Entry) { e.Events = e.Events[:1] },
		"one more":    func(e *events.Entry) { e.Events = append(e.Events, e.Events[0]) },
		"id":          func(e *events.Entry) { e.Events[1].ID = "another" },
		"source":      func(e *events.Entry) { e.Events[1].Source = "/another" },
		"time":        func(e *events.Entry) { e.Events[1].Time = e.Events[1].Time.Add(time.Nanosecond) },
		"correlation": func(e *events.Entry) { e.Events[1].CorrelationID = "another" },
		"causation":   func(e *events.Entry) { e.Events[1].CausationID = "another" },
		"type":        func(e *events.Entry) { e.Events[1].Event = &events.YouthDied{} },
		"data":        func(e *events.Entry) { e.Events[1].Event = &events.InformationGiven{} },
	} {
		other := two
		other.Events = slices.Clone(two.Events)
		change(&other)
		require.NoError(t, events.Check(two, events.Encode(two)))
		assert.ErrorIs(t, events.Check(other, events.Encode(two)), events.ErrUnreadable, name)
		if name != "kind" && name != "entity" {
			assert.ErrorIs(t, events.Check(two, events.Encode(other)), events.ErrUnreadable, name)
		}
	}
	body := events.Encode(two)
	assert.ErrorIs(t, events.Check(two, body[:len(body)-1]), events.ErrUnreadable)
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

func BenchmarkReadSubmission(b *testing.B) {
	e := informed()
	raw := events.EncodeSubmission(events.Submission{Entity: e.Entity, Occurrence: e.Events[0]})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := events.ReadSubmission(raw); err != nil {
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

func BenchmarkCheck(b *testing.B) {
	e := informed()
	body := events.Encode(e)
	b.ReportAllocs()
	for b.Loop() {
		if err := events.Check(e, body); err != nil {
			b.Fatal(err)
		}
	}
}
