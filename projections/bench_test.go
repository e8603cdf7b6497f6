package projections

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

const (
	benchYouths = 50_000
	benchEvents = 20 // of each
)

var benchDay = events.MustDate("2025-03-01")

func uuid(r *rand.Rand) string {
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}

// county is a read model of youths from 14 to 24, each with twenty events recorded one by one.
func county(b testing.TB, youths int) *Youths {
	r := rand.New(rand.NewPCG(1, 2))
	y := NewYouths()
	y.Now = func() time.Time { return benchDay.Time().Add(10 * time.Hour) }
	sequence := uint64(0)
	for range youths {
		id := uuid(r)
		for n, o := range benchHistory(r) {
			sequence++
			y.Apply(events.Entry{Entity: events.YouthEntity(id), Number: uint64(n + 1), Sequence: sequence, Actor: "emitter",
				Recorded: time.UnixMicro(1.6e15 + int64(sequence)*1e6).UTC(), Events: []events.Occurrence{o}})
		}
	}
	require.Equal(b, uint64(youths*benchEvents), y.Sequence())
	return y
}

func benchHistory(r *rand.Rand) []events.Occurrence {
	born := benchDay.AddDays(-14*365 - r.IntN(10*365))
	m1, m2, d1 := uuid(r), uuid(r), uuid(r)
	facts := []events.Event{
		&events.YouthRegistered{BirthDate: born, Municipality: fmt.Sprintf("%04d", 301+r.IntN(350))},
		&events.MeasureStarted{MeasureID: m1, Kind: events.Voluntary, Category: "4.6", LegalBasis: "x"},
		&events.MeasureEnded{MeasureID: m1, Reason: "other"},
		&events.MeasureStarted{MeasureID: m2, Kind: events.Placement, Category: "4.6", LegalBasis: "x"},
	}
	if r.IntN(3) > 0 {
		facts = append(facts, &events.InformationGiven{Service: events.ChildWelfare, Topics: []events.Topic{events.TopicAftercare}, Adapted: true})
	}
	if r.IntN(3) > 0 {
		facts = append(facts, &events.DecisionMade{DecisionID: d1, Service: events.ChildWelfare, Outcome: events.End, InWriting: true, Reasons: []events.Reason{events.BestInterests}})
	}
	for len(facts) < benchEvents {
		facts = append(facts, &events.FollowUpHeld{Service: events.ChildWelfare})
	}
	var told []events.Occurrence
	for i, f := range facts {
		day := born.Birthday(16).AddDays(i * 40)
		told = append(told, events.Occurrence{ID: uuid(r), Source: "/s", Time: day.Time(), Event: f})
	}
	return told
}

func BenchmarkApply(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var entries []events.Entry
	for range 10_000 {
		id := uuid(r)
		for _, o := range benchHistory(r) {
			n := len(entries)
			entries = append(entries, events.Entry{Entity: events.YouthEntity(id), Sequence: uint64(n + 1), Recorded: time.UnixMicro(1.6e15 + int64(n)*1e6), Events: []events.Occurrence{o}})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		folded(entries)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(entries)), "ns/entry")
}

// measured runs ask often enough to tell the median and the 99th percentile.
func measured(b *testing.B, ask func(int)) {
	var took []time.Duration
	i := 0
	for b.Loop() {
		start := time.Now()
		ask(i)
		took = append(took, time.Since(start))
		i++
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkOverdueToday(b *testing.B) {
	y := county(b, benchYouths)
	start := time.Now()
	y.Today()
	built := float64(time.Since(start).Milliseconds())
	ask := func(q Query) func(int) {
		return func(int) {
			p, err := y.Overdue(q)
			require.NoError(b, err)
			require.NotEmpty(b, p.Rows)
		}
	}
	b.Run("nation", func(b *testing.B) { measured(b, ask(Query{})); b.ReportMetric(built, "build-ms") })
	b.Run("municipality", func(b *testing.B) { measured(b, ask(Query{Municipality: "0310"})) })
	b.Run("open-decisions", func(b *testing.B) { measured(b, ask(Query{Requirement: "decision", Status: []string{"open"}})) })
	b.Run("new-day", func(b *testing.B) {
		now := y.Now()
		y.Now = func() time.Time { return now }
		measured(b, func(i int) { now = now.Add(24 * time.Hour); ask(Query{})(i) })
	})
}

func BenchmarkOverduePastDay(b *testing.B) {
	y := county(b, benchYouths)
	measured(b, func(i int) {
		p, err := y.Overdue(Query{ValidAt: benchDay.AddDays(-365 - i%30)})
		require.NoError(b, err)
		require.Len(b, p.Rows, DefaultLimit)
	})
}

func BenchmarkMemoryPerYouth(b *testing.B) {
	for b.Loop() {
		before := inUse()
		y := county(b, benchYouths)
		y.Today()
		b.ReportMetric(float64(inUse()-before)/benchYouths, "B/youth")
		runtime.KeepAlive(y)
	}
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
