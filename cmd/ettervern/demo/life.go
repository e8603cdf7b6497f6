package demo

import (
	"math/rand/v2"
	"slices"
	"time"

	"ettervern/events"
)

// life is one invented youth.
type life struct {
	draw   *rand.Rand
	bytes  *rand.ChaCha8
	today  events.Date
	entity events.Entity
	home   Municipality
	birth  events.Date
	adult  events.Date // the 18th birthday
	told   []Told
}

// history is everything that befell the youth up to today, in the order of its days.
func (l *life) history() []Told {
	kind := l.kind()
	end := l.measure(kind)
	if end > l.adult.AddMonths(-12) { // else nothing more is owed
		l.transition(kind, end)
		l.afterwards(end)
	}
	l.mishaps()
	return l.sorted()
}

// sorted is what was told, in the order of its days.
func (l *life) sorted() []Told {
	slices.SortStableFunc(l.told, func(a, b Told) int { return a.Time.Compare(b.Time) })
	return l.inOrder()
}

// inOrder lets nothing be recorded before what happened earlier, and leaves out what is not recorded yet.
func (l *life) inOrder() []Told {
	recorded := events.Date(0)
	for i := range l.told {
		recorded = max(recorded, l.told[i].Recorded)
		if recorded >= l.today {
			return l.told[:i]
		}
		l.told[i].Recorded = recorded
	}
	return l.told
}

// tell adds an event on a day, at some hour of a working day; what lies ahead is not told.
func (l *life) tell(day events.Date, e events.Event) {
	at := day.Time().Add(time.Duration(7*60+l.draw.IntN(8*60)) * time.Minute)
	id := l.id()
	recorded := day
	if l.chance(0.03 * (2 - l.home.practice)) { // forgotten, and recorded weeks later
		recorded = day.AddDays(15 + l.draw.IntN(60))
	}
	if day >= l.today {
		return
	}
	l.told = append(l.told, Told{Recorded: friday(recorded), Submission: events.Submission{Entity: l.entity, Occurrence: events.Occurrence{
		ID: id, Source: "/demo/fagsystem/" + l.home.Code, Time: at, Event: e,
	}}})
}

// friday is the last day of the week on which a day's work is recorded.
func friday(day events.Date) events.Date {
	return day.AddDays((int(time.Friday) - int(day.Time().Weekday()) + 7) % 7)
}

func (l *life) chance(p float64) bool { return l.draw.Float64() < p }

// around is a day from a number of days before day to a number of days after it.
func (l *life) around(day events.Date, before, after int) events.Date {
	return day.AddDays(l.draw.IntN(before+after+1) - before)
}

func (l *life) register(day events.Date) {
	birth := l.birth
	if l.chance(0.01) { // put right when the register answers
		birth = birth.AddDays(1 + l.draw.IntN(20))
		l.tell(day.AddDays(30), &events.BirthDateCorrected{BirthDate: l.birth, Reason: "register"})
	}
	l.tell(day, &events.YouthRegistered{BirthDate: birth, Municipality: l.home.Code})
}

func (l *life) kind() events.MeasureKind {
	kinds := []events.MeasureKind{events.Voluntary, events.Voluntary, events.Voluntary, events.Voluntary, events.Voluntary,
		events.CareOrder, events.CareOrder, events.CareOrder, events.Placement, events.Behaviour}
	return kinds[l.draw.IntN(len(kinds))]
}

var basis = map[events.MeasureKind]string{
	events.Voluntary: "BVL2021 § 3-1", events.CareOrder: "BVL2021 § 5-1", events.Placement: "BVL2021 § 3-2", events.Behaviour: "BVL2021 § 6-2",
}

// measure starts the youth's measure and, for some, ends it; the day it ends is given.
func (l *life) measure(kind events.MeasureKind) events.Date {
	start := min(l.around(l.adult.AddMonths(-40), 500, 600), l.today.AddDays(-30-l.draw.IntN(300)))
	l.register(start.AddDays(-3))
	l.tell(start, &events.MeasureStarted{MeasureID: "t1", Kind: kind, Category: "4.1", LegalBasis: basis[kind], Municipality: l.home.Code})
	end, reason := l.around(l.adult.AddMonths(30), 700, 900), events.EndReason("other")
	switch draw := l.draw.Float64(); {
	case draw < 0.08:
		end, reason = l.adult.AddMonths(-14).AddDays(-l.draw.IntN(60)), "returned_home"
	case draw < 0.38:
		end, reason = l.adult, "turned_18"
	}
	if end > start {
		l.tell(end, &events.MeasureEnded{MeasureID: "t1", Reason: reason})
	}
	return end
}

// transition is what the service does before 18, or should have done.
func (l *life) transition(kind events.MeasureKind, end events.Date) {
	p := l.home.practice
	if kind == events.Voluntary {
		p *= 0.75 // those with voluntary measures are told least: the supervision of 2019
	}
	if l.chance(p) {
		l.tell(l.inTime(), &events.InformationGiven{
			Service: events.ChildWelfare, Topics: []events.Topic{events.TopicAftercare, "right_to_return"}, Form: "oral", Adapted: !l.chance(0.05), Language: "nb",
		})
	}
	l.participation(p)
	if l.chance(p) {
		conclusions := []events.Conclusion{"needs_aftercare", "needs_aftercare", events.NeedsNav, "no_need", "declined"}
		conclusion, day := conclusions[l.draw.IntN(len(conclusions))], l.inTime()
		l.tell(day, &events.AssessmentCompleted{
			Service: events.ChildWelfare, Domains: []events.Domain{"housing", "economy", "education_work", "health"}, Conclusion: conclusion,
		})
		if conclusion == events.NeedsNav {
			l.handover(day)
		}
	}
	outcome := events.Continue
	if end == l.adult {
		outcome = events.End
	}
	l.decision("v1", l.inTime(), outcome, p)
}

// inTime is most often a day in the year before 18, and now and then too late.
func (l *life) inTime() events.Date {
	if l.chance(0.06) {
		return l.around(l.adult.AddDays(60), 58, 120)
	}
	return l.around(l.adult.AddMonths(-6), 150, 160)
}

func (l *life) participation(p float64) {
	mode := events.ModeTalk
	switch draw := l.draw.Float64(); {
	case draw > p+0.05:
		return
	case draw > p:
		mode = events.ModeDenied
	case l.chance(0.08):
		mode = events.ModeUnwilling
	}
	l.tell(l.inTime(), &events.ParticipationRecorded{Service: events.ChildWelfare, Concerning: events.ConcernAftercare, Mode: mode})
}

// decision is a decision that most often is made, most often with reasons, and then told of.
func (l *life) decision(id string, day events.Date, outcome events.Outcome, p float64) {
	if !l.chance(p) {
		return
	}
	reasons := []events.Reason{"facts", "rules", events.BestInterests, "youth_view"}
	if l.chance(0.12) {
		reasons = reasons[:2]
	}
	l.tell(day, &events.DecisionMade{
		DecisionID: id, Service: events.ChildWelfare, Outcome: outcome, LegalBasis: "BVL2021 § 3-6", InWriting: !l.chance(0.04), Reasons: reasons,
	})
	l.tell(day.AddDays(3), &events.DecisionNotified{DecisionID: id, Channel: "letter", ComplaintRightStated: l.chance(0.9)})
}

// mishaps are what befalls few: a move, an event told of the wrong person, a death.
func (l *life) mishaps() {
	if l.chance(0.04) {
		moved, to := l.around(l.adult, 300, 300), l.municipality().Code
		l.tell(moved, &events.ResidenceChanged{Municipality: to})
		if l.chance(0.5) {
			l.tell(moved.AddDays(20), &events.ResponsibilityAssigned{Municipality: to, Basis: "agreement"})
		}
	}
	for _, told := range l.told {
		if _, ok := told.Event.(*events.InformationGiven); ok && l.chance(0.02) {
			l.tell(told.Recorded.AddDays(10), &events.EventRetracted{EventID: told.ID, Reason: "wrong_person"})
		}
	}
	if l.chance(0.002) {
		l.tell(l.around(l.adult, 200, 600), &events.YouthDied{})
	}
}
