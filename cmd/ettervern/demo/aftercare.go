package demo

import (
	"fmt"

	"ettervern/events"
)

// afterwards is what follows: aftercare as long as it lasts, its end, and the question a year later.
func (l *life) afterwards(end events.Date) {
	offered := l.adult.AddDays(-40)
	l.tell(offered, &events.AftercareOffered{OfferID: "o1", Measures: []string{"4.1", "7.2"}})
	if end <= l.adult {
		l.tell(offered.AddDays(14), &events.OfferDeclined{OfferID: "o1", Reason: "wants_none", ToldMayReturn: events.Yes})
		l.yearAfter(l.adult)
		return
	}
	l.tell(offered.AddDays(14), &events.ConsentGiven{OfferID: "o1", Scope: "aftercare", Form: "written"})
	if l.chance(l.home.practice) {
		l.tell(l.around(l.adult.AddDays(15), 25, 20), &events.PlanAdopted{PlanID: "p1", PlanType: events.PlanAftercare, AgreedByYouth: events.Yes})
	}
	l.followUps(l.adult, end)
	if end < l.today {
		l.decision("v2", end.AddDays(-10-l.draw.IntN(60)), events.End, l.home.practice)
		l.yearAfter(end)
	}
}

// followUps come within three months of one another, but for those forgotten.
func (l *life) followUps(from, end events.Date) {
	for day := from.AddDays(60 + l.draw.IntN(28)); day < end && day < l.today; day = day.AddDays(60 + l.draw.IntN(28)) {
		if l.chance(0.15 * (1 - l.home.practice)) {
			return // nobody follows up any more
		}
		if l.chance(0.08) {
			day = day.AddDays(40)
		}
		l.tell(min(day, end.AddDays(-1)), &events.FollowUpHeld{Service: events.ChildWelfare, YouthMet: events.Yes})
	}
}

// yearAfter is the question whether the youth wants help after all: answered, not reached, or never asked.
func (l *life) yearAfter(end events.Date) {
	if !l.chance(l.home.practice) {
		return
	}
	day := l.around(end.AddMonths(9), 120, 80)
	attempt := events.ContactAttempted{Service: events.ChildWelfare, Purpose: events.PurposeOneYear, Channel: "sms", Outcome: "no_answer"}
	if l.chance(0.7) {
		attempt.Outcome = events.ContactAnswered
		l.tell(day, &attempt)
		l.returns(day.AddDays(5))
		return
	}
	for i := range 1 + l.draw.IntN(4) {
		l.tell(day.AddDays(7*i), &attempt)
	}
}

// returns: some want help after all, and ask for it.
func (l *life) returns(day events.Date) {
	if !l.chance(0.2) {
		return
	}
	l.tell(day, &events.AftercareRequested{RequestID: "s1"})
	if !l.chance(l.home.practice) {
		return
	}
	outcome, answered := events.Grant, day.AddDays(10+l.draw.IntN(30))
	if l.chance(0.15) {
		outcome = events.Refuse
	}
	l.tell(answered, &events.DecisionMade{
		DecisionID: "v3", Service: events.ChildWelfare, Outcome: outcome, LegalBasis: "BVL2021 § 3-6", InWriting: true,
		Reasons: []events.Reason{"facts", "rules", events.BestInterests}, AnswersRequest: "s1",
	})
	l.tell(answered.AddDays(2), &events.DecisionNotified{DecisionID: "v3", Channel: "digital", ComplaintRightStated: true})
	if outcome == events.Grant {
		l.tell(answered.AddDays(7), &events.MeasureStarted{MeasureID: "t2", Kind: events.Voluntary, Category: "4.1", LegalBasis: "BVL2021 § 3-6", Municipality: l.home.Code})
		l.tell(answered.AddDays(20), &events.PlanAdopted{PlanID: "p2", PlanType: events.PlanAftercare, AgreedByYouth: events.Yes})
		l.followUps(answered.AddDays(7), l.today)
	}
}

// handover is a case that goes to Nav, and what Nav does with it. It stays open until Nav itself says received.
func (l *life) handover(assessed events.Date) {
	p := l.home.practice
	if !l.chance(p) {
		return
	}
	sent := assessed.AddDays(3 + l.draw.IntN(14))
	l.tell(sent, &events.NavHandoverSent{HandoverID: "n1", Office: l.home.Code, Consented: true})
	if l.chance(p) {
		l.tell(l.around(sent, 60, 25), &events.CooperationMeetingHeld{Services: []events.Service{events.ChildWelfare, events.Nav}, YouthPresent: l.chance(0.8)})
	}
	if !l.chance(p * p) {
		return
	}
	received := sent.AddDays(1 + l.draw.IntN(15))
	l.nav(received, &events.NavHandoverReceived{HandoverID: "n1"})
	if l.chance(p) {
		l.nav(received.AddDays(4), &events.InformationGiven{Service: events.Nav, Topics: []events.Topic{"nav_services"}, Form: "oral", Adapted: true})
	}
	if l.chance(p * 0.8) { // Nav lets the young take part least of all: the supervision of 2019
		l.nav(received.AddDays(8), &events.ParticipationRecorded{Service: events.Nav, Concerning: events.ConcernNavMapping, Mode: events.ModeTalk})
	}
	if l.chance(p) {
		l.nav(received.AddDays(12+l.draw.IntN(25)), &events.AssessmentCompleted{Service: events.Nav, Domains: []events.Domain{"economy", "housing"}, Conclusion: "no_need"})
	}
}

// nav tells an event that Nav's own system sends.
func (l *life) nav(day events.Date, e events.Event) {
	n := len(l.told)
	l.tell(day, e)
	for i := n; i < len(l.told); i++ {
		l.told[i].Source = fmt.Sprintf("/demo/nav/%s", l.home.Code)
	}
}
