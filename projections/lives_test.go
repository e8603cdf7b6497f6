package projections

import (
	"pgregory.net/rapid"

	"ettervern/events"
)

// The threads of a life: each tells of things that belong together, on the days around the limits.

// measures: one after the other, with aftercare in each and an ending after it.
func (l *life) measures() {
	start := l.after(l.adult, -800, -366, -100, -1, 0, 1, 200)
	if rapid.IntRange(0, 5).Draw(l.t, "late") == 0 {
		start = l.after(l.upper, -100, -20)
	}
	for range rapid.IntRange(1, 3).Draw(l.t, "measures") {
		id := l.fresh("m")
		l.happens(start, &events.MeasureStarted{MeasureID: id, Kind: events.MeasureKind(l.pick("voluntary", "placement")), Category: "4.6", LegalBasis: "x", Municipality: l.pick("", "1103")})
		l.aftercare(max(start, l.adult))
		if l.yes() {
			return
		}
		end := l.after(max(start, l.adult), -1, 0, 1, 20, 30, 31, 92, 93, 200, 400)
		l.happens(end, &events.MeasureEnded{MeasureID: id, Reason: "other"})
		l.ending(end)
		start = l.after(end, 0, 1, 100, 364, 365, 366)
	}
}

func (l *life) aftercare(start events.Date) {
	if l.yes() {
		l.happens(l.after(start, -100, 10, 30, 31, 60), &events.PlanAdopted{PlanID: l.fresh("p"), PlanType: events.PlanType(l.pick("aftercare", "aftercare", "individual"))})
	}
	for range rapid.IntRange(0, 3).Draw(l.t, "follow-ups") {
		start = l.after(start, 0, 30, 91, 92, 93, 120)
		if l.yes() {
			l.happens(start, &events.FollowUpHeld{Service: events.Service(l.pick("child_welfare", "child_welfare", "nav"))})
		} else {
			l.happens(start, &events.PlanEvaluated{PlanID: l.some("p")})
		}
	}
}

func (l *life) ending(end events.Date) {
	if l.yes() {
		l.decision(l.after(end, -185, -100, 0, 0, 1, 40), "end", "")
	}
	for range rapid.IntRange(0, 4).Draw(l.t, "attempts") {
		l.happens(l.after(end, 0, 1, 100, 364, 365, 366, 380), &events.ContactAttempted{Service: "child_welfare", Purpose: "one_year", Channel: "sms", Outcome: events.ContactOutcome(l.pick("no_answer", "no_answer", "no_answer", "answered"))})
	}
}

func (l *life) transition() {
	near := func() events.Date { return l.after(l.adult, -300, -190, -1, 0, 30) }
	for range rapid.IntRange(1, 5).Draw(l.t, "before 18") {
		switch rapid.IntRange(0, 3).Draw(l.t, "which") {
		case 0:
			l.happens(near(), &events.InformationGiven{Service: "child_welfare", Topics: []events.Topic{"aftercare"}, Form: "oral", Adapted: l.yes()})
		case 1:
			l.happens(near(), &events.ParticipationRecorded{Service: "child_welfare", Concerning: "aftercare", Mode: events.Mode(l.pick("1.1", "2.1", "2.2"))})
		case 2:
			l.happens(near(), &events.AssessmentCompleted{Service: "child_welfare", Domains: []events.Domain{"housing"}, Conclusion: "no_need"})
		default:
			l.decision(near(), events.Outcome(l.pick("continue", "end")), "")
		}
	}
}

func (l *life) decision(day events.Date, outcome events.Outcome, request string) {
	id := l.fresh("d")
	l.happens(day, &events.DecisionMade{DecisionID: id, Service: events.Service(l.pick("child_welfare", "child_welfare", "nav")), Outcome: outcome, LegalBasis: "x", InWriting: l.yes(), Reasons: l.reasons(), AnswersRequest: request})
	if l.yes() {
		l.happens(l.after(day, 0, 7, 8, 30), &events.DecisionNotified{DecisionID: id, Channel: "letter", ComplaintRightStated: l.yes()})
	}
	if l.pick("stands", "stands", "annulled") == "annulled" {
		l.happens(l.after(day, 3, 40), &events.ComplaintDecided{ComplaintID: l.fresh("c"), DecisionID: id, Outcome: "annulled"})
	}
}

func (l *life) reasons() []events.Reason {
	return []events.Reason{"facts", events.BestInterests}[:rapid.IntRange(1, 2).Draw(l.t, "reasons")]
}

func (l *life) offer() {
	id := l.fresh("o")
	l.happens(l.after(l.adult, -370, -100), &events.AftercareOffered{OfferID: id, Measures: []string{"4.6"}})
	l.happens(l.after(l.adult, -366, -365, -50, 0, 1), &events.OfferDeclined{OfferID: id, Reason: "wants_none"})
	l.ending(l.adult)
}

func (l *life) request() {
	id, day := l.fresh("r"), l.after(l.adult, -100, 10, 400)
	l.happens(day, &events.AftercareRequested{RequestID: id})
	if l.yes() {
		l.decision(l.after(day, 0, 30, 31, 60), events.Outcome(l.pick("grant", "refuse")), id)
	}
}

func (l *life) nav() {
	found := l.after(l.adult, -120, -14, 100)
	l.happens(found, &events.AssessmentCompleted{Service: "child_welfare", Domains: []events.Domain{"housing"}, Conclusion: events.NeedsNav})
	if l.yes() {
		l.happens(l.after(found, -1, 0, 14, 15), &events.ConsentWithdrawn{Scope: events.Scope(l.pick("nav_sharing", "nav_sharing", "aftercare"))})
	}
	for range rapid.IntRange(0, 2).Draw(l.t, "handovers") {
		id, sent := l.fresh("h"), l.after(found, -1, 0, 14, 15, 40)
		l.happens(sent, &events.NavHandoverSent{HandoverID: id, Office: "0301"})
		if l.yes() {
			l.happens(l.after(sent, -190, -100, 30, 31), &events.CooperationMeetingHeld{Services: []events.Service{"child_welfare", events.Service(l.pick("nav", "nav", "health"))}})
		}
		if l.yes() {
			l.answered(id, l.after(sent, 0, 14, 15))
		}
	}
}

// answered: Nav answers a handover and does some of what follows.
func (l *life) answered(id string, day events.Date) {
	switch l.pick("received", "accepted", "rejected") {
	case "received":
		l.happens(day, &events.NavHandoverReceived{HandoverID: id})
	case "accepted":
		l.happens(day, &events.NavHandoverAccepted{HandoverID: id})
	default:
		l.happens(day, &events.NavHandoverRejected{HandoverID: id})
	}
	near := func() events.Date { return l.after(day, -1, 0, 30, 31, 60) }
	if l.yes() {
		l.happens(near(), &events.AssessmentCompleted{Service: "nav", Domains: []events.Domain{"economy"}, Conclusion: "no_need"})
	}
	if l.yes() {
		l.happens(near(), &events.ParticipationRecorded{Service: "nav", Concerning: "nav_mapping", Mode: events.Mode(l.pick("1.1", "2.1", "2.2"))})
	}
	if l.yes() {
		l.happens(near(), &events.InformationGiven{Service: "nav", Topics: []events.Topic{"nav_services"}, Form: "oral"})
	}
}

// death, soon after something that happened.
func (l *life) death() {
	if l.pick("lives", "dies", "dies") == "dies" {
		l.happens(l.after(rapid.SampledFrom(l.told).Draw(l.t, "before").Date(), 0, 1, 7, 8, 14, 20, 31), &events.YouthDied{})
	}
}

var plainKinds = []events.Event{&events.YouthRegistered{}, &events.BirthDateCorrected{}, &events.ResponsibilityAssigned{}, &events.YouthDied{},
	&events.MeasureStarted{}, &events.MeasureStarted{}, &events.MeasureEnded{}, &events.InformationGiven{}, &events.ParticipationRecorded{},
	&events.AssessmentCompleted{}, &events.DecisionMade{}, &events.ComplaintDecided{}, &events.AftercareRequested{}, &events.FollowUpHeld{},
	&events.ContactAttempted{}, &events.CooperationMeetingHeld{}, &events.AftercareOffered{}, &events.OfferDeclined{}, &events.ConsentWithdrawn{},
	&events.DecisionNotified{}, &events.PlanAdopted{}, &events.PlanEvaluated{}, &events.NavHandoverSent{}, &events.NavHandoverReceived{},
	&events.NavHandoverAccepted{}, &events.NavHandoverRejected{}}

func (l *life) plain(kind int) events.Event {
	service := events.Service(l.pick("child_welfare", "child_welfare", "nav"))
	switch plainKinds[kind].(type) {
	case *events.YouthRegistered:
		return &events.YouthRegistered{BirthDate: l.born(), Municipality: l.pick("3020", "0301")}
	case *events.BirthDateCorrected:
		return &events.BirthDateCorrected{BirthDate: l.born(), Reason: "register"}
	case *events.ResponsibilityAssigned:
		return &events.ResponsibilityAssigned{Municipality: l.pick("3020", "0301", "4601"), Basis: "agreement"}
	case *events.YouthDied:
		return &events.YouthDied{}
	case *events.MeasureStarted:
		return &events.MeasureStarted{MeasureID: l.fresh("m"), Kind: events.MeasureKind(l.pick("voluntary", "placement")), Category: "4.6", LegalBasis: "x", Municipality: l.pick("", "1103")}
	case *events.MeasureEnded:
		return &events.MeasureEnded{MeasureID: l.some("m"), Reason: "other"}
	case *events.InformationGiven:
		return &events.InformationGiven{Service: service, Topics: []events.Topic{"aftercare"}, Form: "oral", Adapted: l.yes()}
	case *events.ParticipationRecorded:
		return &events.ParticipationRecorded{Service: service, Concerning: events.Concern(l.pick("aftercare", "nav_mapping")), Mode: events.Mode(l.pick("1.1", "2.1", "2.2"))}
	case *events.AssessmentCompleted:
		return &events.AssessmentCompleted{Service: service, Domains: []events.Domain{"housing"}, Conclusion: events.Conclusion(l.pick("no_need", "needs_nav"))}
	case *events.DecisionMade:
		return &events.DecisionMade{DecisionID: l.fresh("d"), Service: service, Outcome: events.Outcome(l.pick("end", "refuse", "continue")), LegalBasis: "x", InWriting: l.yes(), Reasons: l.reasons(), AnswersRequest: l.pick("", l.some("r"))}
	case *events.ComplaintDecided:
		return &events.ComplaintDecided{ComplaintID: l.fresh("c"), DecisionID: l.some("d"), Outcome: events.ComplaintOutcome(l.pick("annulled", "upheld"))}
	case *events.AftercareRequested:
		return &events.AftercareRequested{RequestID: l.fresh("r")}
	case *events.FollowUpHeld:
		return &events.FollowUpHeld{Service: service}
	}
	return l.later(plainKinds[kind])
}

// later are the events of aftercare itself, and of Nav.
func (l *life) later(kind events.Event) events.Event {
	switch kind.(type) {
	case *events.ContactAttempted:
		return &events.ContactAttempted{Service: "child_welfare", Purpose: events.Purpose(l.pick("one_year", "follow_up")), Channel: "sms", Outcome: events.ContactOutcome(l.pick("answered", "no_answer", "no_answer"))}
	case *events.CooperationMeetingHeld:
		return &events.CooperationMeetingHeld{Services: []events.Service{"child_welfare", events.Service(l.pick("nav", "health"))}}
	case *events.AftercareOffered:
		return &events.AftercareOffered{OfferID: l.fresh("o")}
	case *events.OfferDeclined:
		return &events.OfferDeclined{OfferID: l.some("o"), Reason: "wants_none"}
	case *events.ConsentWithdrawn:
		return &events.ConsentWithdrawn{Scope: events.Scope(l.pick("nav_sharing", "aftercare"))}
	case *events.DecisionNotified:
		return &events.DecisionNotified{DecisionID: l.some("d"), Channel: "letter", ComplaintRightStated: l.yes()}
	case *events.PlanAdopted:
		return &events.PlanAdopted{PlanID: l.fresh("p"), PlanType: events.PlanType(l.pick("aftercare", "individual"))}
	case *events.PlanEvaluated:
		return &events.PlanEvaluated{PlanID: l.some("p")}
	case *events.NavHandoverSent:
		return &events.NavHandoverSent{HandoverID: l.fresh("h"), Office: "0301"}
	case *events.NavHandoverReceived:
		return &events.NavHandoverReceived{HandoverID: l.some("h")}
	case *events.NavHandoverAccepted:
		return &events.NavHandoverAccepted{HandoverID: l.some("h")}
	}
	return &events.NavHandoverRejected{HandoverID: l.some("h")}
}
