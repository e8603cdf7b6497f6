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
	told   []events.Submission
}

// history is everything that befell the youth up to today, in the order of its days.
func (l *life) history() []events.Submission {
	l.register()
	kind := l.kind()
	end := l.measure(kind)
	if end > l.adult.AddMonths(-12) { // else nothing more is owed
		l.transition(kind)
		l.afterwards(end)
	}
	slices.SortStableFunc(l.told, func(a, b events.Submission) int { return a.Time.Compare(b.Time) })
	return l.told
}

// tell adds an event on a day, at some hour of a working day; what lies ahead is not told.
func (l *life) tell(day events.Date, e events.Event) {
	at := day.Time().Add(time.Duration(7*60+l.draw.IntN(8*60)) * time.Minute)
	id := l.id()
	if day >= l.today {
		return
	}
	l.told = append(l.told, events.Submission{Entity: l.entity, Occurrence: events.Occurrence{
		ID: id, Source: "/demo/fagsystem/" + l.home.Code, Time: at, Event: e,
	}})
}

func (l *life) chance(p float64) bool { return l.draw.Float64() < p }

// between is a day from a number of days before day to a number of days after it.
func (l *life) around(day events.Date, before, after int) events.Date {
	return day.AddDays(l.draw.IntN(before+after+1) - before)
}

func (l *life) register() {
	l.tell(l.birth.AddMonths(12*11), &events.YouthRegistered{BirthDate: l.birth, Municipality: l.home.Code})
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
	start := l.around(l.adult.AddMonths(-40), 500, 600)
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
func (l *life) transition(kind events.MeasureKind) {
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
		conclusions := []events.Conclusion{"needs_aftercare", "needs_aftercare", "needs_nav", "no_need", "declined"}
		l.tell(l.inTime(), &events.AssessmentCompleted{
			Service: events.ChildWelfare, Domains: []events.Domain{"housing", "economy", "education_work", "health"}, Conclusion: conclusions[l.draw.IntN(len(conclusions))],
		})
	}
	l.decision(p)
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

func (l *life) decision(p float64) {
	if !l.chance(p) {
		return
	}
	reasons := []events.Reason{"facts", "rules", events.BestInterests, "youth_view"}
	if l.chance(0.12) {
		reasons = reasons[:2]
	}
	day := l.inTime()
	l.tell(day, &events.DecisionMade{
		DecisionID: "v1", Service: events.ChildWelfare, Outcome: events.Continue, LegalBasis: "BVL2021 § 3-6", InWriting: !l.chance(0.04), Reasons: reasons,
	})
	l.tell(day.AddDays(3), &events.DecisionNotified{DecisionID: "v1", Channel: "letter", ComplaintRightStated: l.chance(0.9)})
}

// afterwards is what follows in aftercare, as long as it lasts.
func (l *life) afterwards(end events.Date) {
	offered := l.adult.AddDays(-40)
	l.tell(offered, &events.AftercareOffered{OfferID: "o1", Measures: []string{"4.1", "7.2"}})
	if end == l.adult {
		l.tell(offered.AddDays(14), &events.OfferDeclined{OfferID: "o1", Reason: "wants_none", ToldMayReturn: events.Yes})
		return
	}
	l.tell(offered.AddDays(14), &events.ConsentGiven{OfferID: "o1", Scope: "aftercare", Form: "written"})
	if l.chance(l.home.practice) {
		l.tell(l.adult.AddDays(20), &events.PlanAdopted{PlanID: "p1", PlanType: "aftercare", AgreedByYouth: events.Yes})
	}
	for day := l.adult.AddMonths(3); day < end; day = day.AddMonths(3) {
		if l.chance(l.home.practice) {
			l.tell(day.AddDays(-l.draw.IntN(20)), &events.FollowUpHeld{Service: events.ChildWelfare, YouthMet: events.Yes})
		}
	}
}
