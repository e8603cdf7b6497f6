package projections

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/requirements"
)

func everyVerdict(t require.TestingT, y *Youths, q Query) []Verdict {
	_, all, err := y.Verdicts(q)
	require.NoError(t, err)
	return slices.Collect(all)
}

// alike takes away what only tells when the answer was computed.
func alike(all []Verdict) []Verdict {
	for i := range all {
		all[i].KnownAt, all[i].Sequence = time.Time{}, 0
	}
	return all
}

func folded(entries []events.Entry) *Youths {
	y := NewYouths()
	y.Routines = routinesIn(entries)
	for _, e := range entries {
		y.Apply(e)
	}
	return y
}

func TestFoldingInPartsAndTwiceIsFoldingInOneGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		day := drawDay(t, entries)
		parts := NewYouths()
		parts.Routines = routinesIn(entries)
		for i, e := range entries {
			parts.Apply(e)
			parts.Apply(entries[rapid.IntRange(0, i).Draw(t, "again")])
			if rapid.Bool().Draw(t, "ask") {
				parts.Today()
			}
		}
		require.Equal(t, alike(everyVerdict(t, folded(entries), Query{ValidAt: day})), alike(everyVerdict(t, parts, Query{ValidAt: day})))
	})
}

func TestAnswersAreThoseOfTheHistoryCutThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		day := drawDay(t, entries)
		n := rapid.IntRange(1, len(entries)).Draw(t, "cut")
		whole, cut := folded(entries), folded(entries[:n])
		asKnown := everyVerdict(t, whole, Query{ValidAt: day, KnownAt: KnownAt{Sequence: uint64(n)}})
		require.Equal(t, alike(everyVerdict(t, cut, Query{ValidAt: day})), alike(asKnown))

		last := n // knownAt as an instant takes all that was recorded up to it
		for last < len(entries) && !entries[last].Recorded.After(entries[n-1].Recorded) {
			last++
		}
		head, _, err := whole.Verdicts(Query{ValidAt: day, KnownAt: KnownAt{Time: entries[n-1].Recorded}})
		require.NoError(t, err)
		require.Equal(t, uint64(last), head.Sequence)
		require.Equal(t, alike(everyVerdict(t, cut, Query{ValidAt: day})), alike(everyVerdict(t, folded(datedUpTo(entries[:n], day)), Query{ValidAt: day})))
	})
}

// datedUpTo leaves out what happened later, as if it were not yet told; what says who someone is, or takes something
// back, stays.
func datedUpTo(entries []events.Entry, day events.Date) []events.Entry {
	var kept []events.Entry
	for _, e := range entries {
		e.Events = slices.DeleteFunc(slices.Clone(e.Events), func(o events.Occurrence) bool {
			switch o.Event.(type) {
			case *events.YouthRegistered, *events.BirthDateCorrected, *events.EventCorrected, *events.EventRetracted:
				return false
			}
			return o.Date() > day && !touched(entries, o.ID)
		})
		kept = append(kept, e)
	}
	return kept
}

// touched tells whether something was said of the event with that id later.
func touched(entries []events.Entry, id string) bool {
	for _, e := range entries {
		for _, o := range e.Events {
			switch later := o.Event.(type) {
			case *events.EventCorrected:
				if later.EventID == id {
					return true
				}
			case *events.EventRetracted:
				if later.EventID == id {
					return true
				}
			}
		}
	}
	return false
}

func TestTodaysIndexSaysWhatJudgingEveryoneSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		now := entries[0].Recorded
		live := NewYouths()
		live.Routines = routinesIn(entries)
		live.Now = func() time.Time { return now }
		for _, e := range entries {
			live.Apply(e)
			if now.Before(e.Recorded) {
				now = e.Recorded
			}
			if rapid.Bool().Draw(t, "later") {
				now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "days")) * 24 * time.Hour)
			}
			if rapid.Bool().Draw(t, "ask") {
				sameAsScan(t, live)
			}
		}
		sameAsScan(t, live)
	})
}

func sameAsScan(t *rapid.T, y *Youths) {
	q := Query{Limit: rapid.IntRange(1, 7).Draw(t, "limit")}
	q.Municipality = rapid.SampledFrom([]string{"", "3020", "0301", "1103"}).Draw(t, "municipality")
	q.Requirement = rapid.SampledFrom(append(requirements.IDs(), "", "")).Draw(t, "requirement")
	q.Status = rapid.SliceOfDistinct(rapid.SampledFrom(requirements.StatusNames()), rapid.ID[string]).Draw(t, "status")
	for {
		fast, err := y.Overdue(q)
		require.NoError(t, err)
		slow := q
		slow.KnownAt.Sequence = y.Sequence()
		want, err := y.Overdue(slow)
		require.NoError(t, err)
		require.Equal(t, alike(want.Rows), alike(fast.Rows))
		require.Equal(t, want.Next, fast.Next)
		if q.After = fast.Next; q.After == "" {
			break
		}
	}
	counts := map[string]int{}
	all, err := y.Overdue(Query{Limit: MaxLimit})
	require.NoError(t, err)
	for _, v := range all.Rows {
		counts[v.Municipality]++
	}
	require.Equal(t, counts, y.OverdueByMunicipality())
}

func TestStatusesChangeOnlyOnTheirOwnDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		var facts requirements.Facts
		for _, e := range entries {
			if e.Entity.ID != entries[0].Entity.ID {
				continue
			}
			for i := range e.Events {
				facts.Add(&e.Events[i], e.Sequence, e.Recorded)
			}
		}
		var c requirements.Case
		first := entries[0].Events[0].Date()
		was := judge(&c, facts, requirements.Moment{ValidAt: first - 1, Known: 1 << 40}, nil)
		for day := first; day < first+4000; day++ {
			now := judge(&c, facts, requirements.Moment{ValidAt: day, Known: 1 << 40}, nil)
			if day != was.next && (was.next != now.next || !slices.Equal(was.stands, now.stands)) {
				require.Equal(t, was, now, day.String())
			}
			was = now
		}
	})
}

func TestHistoryEndsWhereTheVerdictsStand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		day := drawDay(t, entries)
		id := entries[0].Entity.ID
		entries = slices.DeleteFunc(entries, func(e events.Entry) bool { return e.Entity.ID != id })
		stands := map[string]string{}
		for _, row := range History(entries, requirements.Moment{ValidAt: day, Known: 1 << 40}) {
			for _, c := range row.Changed {
				require.Equal(t, c.From, cmp.Or(stands[c.Requirement+" "+c.Instance], "not_applicable"))
				stands[c.Requirement+" "+c.Instance] = c.To
			}
		}
		for _, v := range everyVerdict(t, folded(entries), Query{ValidAt: day}) {
			require.Equal(t, v.Status, cmp.Or(stands[v.Requirement+" "+v.Instance], "not_applicable"))
		}
	})
}
