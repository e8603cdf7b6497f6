package projections

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// The histories drawn here are as odd as the ledger allows: late, out of order, corrected, retracted, about youths
// around their 18th birthday.

var firstDay = events.MustDate("2021-06-01")

func youthNumber(n int) string {
	return fmt.Sprintf("%08x-5a43-4c6e-9a55-2f0e7a1d9c01", n*2654435761%(1<<32))
}

type drawer struct {
	t       *rapid.T
	entries []events.Entry
	ids     map[string][]events.Occurrence // of each youth
	now     time.Time
	named   map[string]int // how many things have a name with this letter
}

// fresh is an id that nothing has yet: the ledger refuses one that was used before.
func (d *drawer) fresh(letter string) string {
	d.named[letter]++
	return fmt.Sprint(letter, d.named[letter])
}

func drawLedger(t *rapid.T) []events.Entry {
	d := drawer{t: t, ids: map[string][]events.Occurrence{}, now: firstDay.Time(), named: map[string]int{}}
	for range rapid.IntRange(1, 40).Draw(t, "entries") {
		d.now = d.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 600, 86400 * 3, 86400 * 60}).Draw(t, "pause")) * time.Second)
		d.entry(youthNumber(rapid.IntRange(1, 5).Draw(t, "youth")))
	}
	return d.entries
}

func (d *drawer) entry(youth string) {
	e := events.Entry{Entity: events.YouthEntity(youth), Sequence: uint64(len(d.entries) + 1), Recorded: d.now, Actor: "emitter"}
	for range rapid.IntRange(1, 3).Draw(d.t, "events") {
		o := events.Occurrence{ID: fmt.Sprintf("e%d-%d", e.Sequence, len(e.Events)), Source: "/s"}
		o.Time = d.now.Add(-time.Duration(rapid.IntRange(-1, 500).Draw(d.t, "ago")) * 24 * time.Hour)
		o.Event = d.event(youth, &o)
		e.Events = append(e.Events, o)
		d.ids[youth] = append(d.ids[youth], o)
	}
	d.entries = append(d.entries, e)
}

func (d *drawer) event(youth string, o *events.Occurrence) events.Event {
	known := d.ids[youth]
	if len(known) == 0 {
		return d.plain(0)
	}
	about := rapid.SampledFrom(known).Draw(d.t, "about")
	switch rapid.IntRange(0, 9).Draw(d.t, "sort") {
	case 0:
		if _, taken := about.Event.(*events.EventRetracted); !taken {
			return &events.EventRetracted{EventID: about.ID, Reason: "not_happened"}
		}
	case 1:
		if kind := slices.IndexFunc(plainKinds, func(k events.Event) bool { return events.RowOf(k) == events.RowOf(about.Event) }); kind >= 0 {
			about.Time, about.Event = o.Time, d.plain(kind)
			return &events.EventCorrected{EventID: about.ID, Reason: "typing_error", Replacement: events.Submission{Entity: events.YouthEntity(youth), Occurrence: about}}
		}
	}
	return d.plain(rapid.IntRange(1, len(plainKinds)-1).Draw(d.t, "kind"))
}

var plainKinds = []events.Event{&events.YouthRegistered{}, &events.BirthDateCorrected{}, &events.ResponsibilityAssigned{}, &events.YouthDied{},
	&events.MeasureStarted{}, &events.MeasureStarted{}, &events.MeasureEnded{}, &events.InformationGiven{}, &events.ParticipationRecorded{},
	&events.AssessmentCompleted{}, &events.DecisionMade{}, &events.ComplaintDecided{}, &events.AftercareRequested{}, &events.FollowUpHeld{},
	&events.ContactAttempted{}, &events.CooperationMeetingHeld{}, &events.AftercareOffered{}, &events.OfferDeclined{}, &events.ConsentWithdrawn{},
	&events.DecisionNotified{}, &events.PlanAdopted{}, &events.PlanEvaluated{}, &events.NavHandoverSent{}, &events.NavHandoverReceived{},
	&events.NavHandoverAccepted{}, &events.NavHandoverRejected{}}

func (d *drawer) plain(kind int) events.Event {
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(d.t, "pick") }
	yes := func() bool { return rapid.Bool().Draw(d.t, "yes") }
	born := func() events.Date {
		return events.NewDate(2003, 6, 1).AddDays(rapid.IntRange(0, 2000).Draw(d.t, "born"))
	}
	service := events.Service(pick("child_welfare", "child_welfare", "nav"))
	switch plainKinds[kind].(type) {
	case *events.YouthRegistered:
		return &events.YouthRegistered{BirthDate: born(), Municipality: pick("3020", "0301")}
	case *events.BirthDateCorrected:
		return &events.BirthDateCorrected{BirthDate: born(), Reason: "register"}
	case *events.ResponsibilityAssigned:
		return &events.ResponsibilityAssigned{Municipality: pick("3020", "0301", "4601"), Basis: "agreement"}
	case *events.YouthDied:
		return &events.YouthDied{}
	case *events.MeasureStarted:
		return &events.MeasureStarted{MeasureID: pick("m1", "m2", "m3"), Kind: events.MeasureKind(pick("voluntary", "placement")), Category: "4.6", LegalBasis: "x", Municipality: pick("", "1103")}
	case *events.MeasureEnded:
		return &events.MeasureEnded{MeasureID: pick("m1", "m2", "m3"), Reason: "other"}
	case *events.InformationGiven:
		return &events.InformationGiven{Service: service, Topics: []events.Topic{"aftercare"}, Form: "oral", Adapted: yes()}
	case *events.ParticipationRecorded:
		return &events.ParticipationRecorded{Service: service, Concerning: events.Concern(pick("aftercare", "nav_mapping")), Mode: events.Mode(pick("1.1", "2.1", "2.2"))}
	case *events.AssessmentCompleted:
		return &events.AssessmentCompleted{Service: service, Domains: []events.Domain{"housing"}, Conclusion: events.Conclusion(pick("no_need", "needs_nav"))}
	case *events.DecisionMade:
		return &events.DecisionMade{DecisionID: d.fresh("d"), Service: service, Outcome: events.Outcome(pick("end", "refuse", "continue")), LegalBasis: "x", InWriting: yes(), Reasons: []events.Reason{"best_interests"}[:rapid.IntRange(0, 1).Draw(d.t, "reasons")], AnswersRequest: pick("", "r1", "r2")}
	case *events.ComplaintDecided:
		return &events.ComplaintDecided{ComplaintID: "c", DecisionID: pick("d1", "d2"), Outcome: events.ComplaintOutcome(pick("annulled", "upheld"))}
	case *events.AftercareRequested:
		return &events.AftercareRequested{RequestID: d.fresh("r")}
	case *events.FollowUpHeld:
		return &events.FollowUpHeld{Service: service}
	}
	return d.later(plainKinds[kind], pick, yes)
}

// later are the events of aftercare itself, and of Nav.
func (d *drawer) later(kind events.Event, pick func(...string) string, yes func() bool) events.Event {
	switch kind.(type) {
	case *events.ContactAttempted:
		return &events.ContactAttempted{Service: "child_welfare", Purpose: events.Purpose(pick("one_year", "follow_up")), Channel: "sms", Outcome: events.ContactOutcome(pick("answered", "no_answer", "no_answer"))}
	case *events.CooperationMeetingHeld:
		return &events.CooperationMeetingHeld{Services: []events.Service{"child_welfare", events.Service(pick("nav", "health"))}}
	case *events.AftercareOffered:
		return &events.AftercareOffered{OfferID: "o"}
	case *events.OfferDeclined:
		return &events.OfferDeclined{OfferID: "o", Reason: "wants_none"}
	case *events.ConsentWithdrawn:
		return &events.ConsentWithdrawn{Scope: events.Scope(pick("nav_sharing", "aftercare"))}
	case *events.DecisionNotified:
		return &events.DecisionNotified{DecisionID: pick("d1", "d2"), Channel: "letter", ComplaintRightStated: yes()}
	case *events.PlanAdopted:
		return &events.PlanAdopted{PlanID: "p", PlanType: events.PlanType(pick("aftercare", "individual"))}
	case *events.PlanEvaluated:
		return &events.PlanEvaluated{PlanID: "p"}
	case *events.NavHandoverSent:
		return &events.NavHandoverSent{HandoverID: d.fresh("h"), Office: "0301"}
	case *events.NavHandoverReceived:
		return &events.NavHandoverReceived{HandoverID: pick("h1", "h2")}
	case *events.NavHandoverAccepted:
		return &events.NavHandoverAccepted{HandoverID: pick("h1", "h2")}
	}
	return &events.NavHandoverRejected{HandoverID: pick("h1", "h2")}
}

func drawDay(t *rapid.T) events.Date {
	return firstDay.AddDays(rapid.IntRange(-200, 2000).Draw(t, "day"))
}

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
	for _, e := range entries {
		y.Apply(e)
	}
	return y
}

func TestFoldingInPartsAndTwiceIsFoldingInOneGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, day := drawLedger(t), drawDay(t)
		parts := NewYouths()
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
		entries, day := drawLedger(t), drawDay(t)
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
			return o.Date() > day && !corrected(entries, o.ID)
		})
		kept = append(kept, e)
	}
	return kept
}

func corrected(entries []events.Entry, id string) bool {
	for _, e := range entries {
		for _, o := range e.Events {
			if c, ok := o.Event.(*events.EventCorrected); ok && c.EventID == id {
				return true
			}
		}
	}
	return false
}

func TestTodaysIndexSaysWhatJudgingEveryoneSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawLedger(t)
		now := firstDay.Time().Add(12 * time.Hour)
		live := NewYouths()
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
		was := judge(&c, facts, requirements.Moment{ValidAt: firstDay - 400, Known: 1 << 40}, nil)
		for day := firstDay - 399; day < firstDay+4000; day++ {
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
		entries, day := drawLedger(t), drawDay(t)
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
