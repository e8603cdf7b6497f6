package projections

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// saying is a way to say that something happened: words that must come first, * for one of the teller's own, and what it means.
// What follows them (rest) says more of it.
type saying struct {
	words string
	means func(own []string, rest *words) events.Event
}

// words are what follows a saying. What is understood is taken away, and in the end nothing may be unread.
type words struct{ left string }

func (w *words) has(phrase string) bool {
	before, after, found := strings.Cut(w.left, phrase)
	if found {
		w.left = before + after
	}
	return found
}

// after is the word that follows a phrase, or nothing.
func (w *words) after(phrase string) string {
	before, rest, found := strings.Cut(w.left, phrase+" ")
	if !found {
		return ""
	}
	word, after, _ := strings.Cut(rest, " ")
	w.left = before + after
	return word
}

// each is every word.
func (w *words) each() []string {
	all := strings.Fields(w.left)
	w.left = ""
	return all
}

// unread is what was not understood but for the words between.
func (w *words) unread() []string {
	return slices.DeleteFunc(strings.Fields(w.left), func(word string) bool { return word == "as" || word == "of" || word == "in" })
}

func (w *words) service() events.Service {
	for _, s := range []events.Service{events.Nav, events.Health} {
		if w.has("by " + string(s)) {
			return s
		}
	}
	return events.ChildWelfare
}

// of is the code that the words name, or the first.
func of[T ~string](w *words, first T, others ...T) T {
	for _, code := range others {
		if w.has(strings.ReplaceAll(string(code), "_", " ")) {
			return code
		}
	}
	return first
}

// sayings is all that can happen to a youth in a scenario.
var sayings = []saying{
	{"registered born * in *", func(own []string, rest *words) events.Event {
		return &events.YouthRegistered{BirthDate: events.MustDate(own[0]), Municipality: own[1], District: rest.after("district")}
	}},
	{"birth date corrected to *", func(own []string, _ *words) events.Event {
		return &events.BirthDateCorrected{BirthDate: events.MustDate(own[0]), Reason: "register"}
	}},
	{"responsible is *", func(own []string, rest *words) events.Event {
		return &events.ResponsibilityAssigned{Municipality: own[0], District: rest.after("district"), Basis: "agreement"}
	}},
	{"moves to *", func(own []string, _ *words) events.Event { return &events.ResidenceChanged{Municipality: own[0]} }},
	{"dies", func([]string, *words) events.Event { return &events.YouthDied{} }},
	{"measure * starts as *", func(own []string, rest *words) events.Event {
		return &events.MeasureStarted{MeasureID: own[0], Kind: events.MeasureKind(own[1]), Category: "4.6", LegalBasis: "BVL", Municipality: rest.after("in")}
	}},
	{"measure * ends", func(own []string, rest *words) events.Event {
		return &events.MeasureEnded{MeasureID: own[0], DecisionID: rest.after("by"), Reason: of[events.EndReason](rest, "other", "returned_home", "age_limit", "declined")}
	}},
	{"informed", func(_ []string, rest *words) events.Event {
		return &events.InformationGiven{Service: rest.service(), Topics: []events.Topic{of(rest, events.TopicAftercare, "complaint", "nav_services")}, Form: "oral", Adapted: !rest.has("not adapted")}
	}},
	{"takes part", func(_ []string, rest *words) events.Event {
		return participation(rest, of(rest, events.ModeTalk, events.ModeRepresentative, events.ModeObservation, events.ModeOther))
	}},
	{"not given the chance", func(_ []string, rest *words) events.Event { return participation(rest, events.ModeDenied) }},
	{"does not want to", func(_ []string, rest *words) events.Event {
		rest.has("take part")
		return participation(rest, events.ModeUnwilling)
	}},
	{"assessed", func(_ []string, rest *words) events.Event {
		return &events.AssessmentCompleted{Service: rest.service(), Domains: []events.Domain{"housing"}, Conclusion: of(rest, "no_need", "needs_aftercare", events.NeedsNav, "declined")}
	}},
	{"aftercare offered as *", func(own []string, _ *words) events.Event {
		return &events.AftercareOffered{OfferID: own[0], Measures: []string{"4.6"}}
	}},
	{"offer * declined", func(own []string, _ *words) events.Event {
		return &events.OfferDeclined{OfferID: own[0], Reason: "wants_none"}
	}},
	{"consent to share with nav withdrawn", func([]string, *words) events.Event { return &events.ConsentWithdrawn{Scope: events.ScopeNavSharing} }},
	{"consent to aftercare withdrawn", func([]string, *words) events.Event { return &events.ConsentWithdrawn{Scope: "aftercare"} }},
	{"requests *", func(own []string, _ *words) events.Event { return &events.AftercareRequested{RequestID: own[0]} }},
	{"decision * to *", decisionTold},
	{"told of decision * with the right to complain", func(own []string, _ *words) events.Event {
		return &events.DecisionNotified{DecisionID: own[0], Channel: "letter", ComplaintRightStated: true}
	}},
	{"told of decision * without the right to complain", func(own []string, _ *words) events.Event {
		return &events.DecisionNotified{DecisionID: own[0], Channel: "letter"}
	}},
	{"complaint annuls *", func(own []string, _ *words) events.Event { return complaint(own[0], events.Annulled) }},
	{"complaint upholds *", func(own []string, _ *words) events.Event { return complaint(own[0], "upheld") }},
	{"complaint changes *", func(own []string, _ *words) events.Event { return complaint(own[0], "changed") }},
	{"plan * adopted", func(own []string, rest *words) events.Event {
		return &events.PlanAdopted{PlanID: own[0], PlanType: of(rest, events.PlanAftercare, "individual", "measure")}
	}},
	{"plan * evaluated", func(own []string, _ *words) events.Event { return &events.PlanEvaluated{PlanID: own[0]} }},
	{"follow-up held", func(_ []string, rest *words) events.Event { return &events.FollowUpHeld{Service: rest.service()} }},
	{"one-year contact:", func(_ []string, rest *words) events.Event { return contact(rest, events.PurposeOneYear) }},
	{"follow-up contact:", func(_ []string, rest *words) events.Event { return contact(rest, "follow_up") }},
	{"meets * about the case", func(own []string, _ *words) events.Event { return meeting(events.ChildWelfare, own[0]) }},
	{"nav meets * about the case", func(own []string, _ *words) events.Event { return meeting(events.Nav, own[0]) }},
	{"handover * sent to nav", func(own []string, _ *words) events.Event {
		return &events.NavHandoverSent{HandoverID: own[0], Office: "0301", Consented: true}
	}},
	{"nav receives *", func(own []string, _ *words) events.Event { return &events.NavHandoverReceived{HandoverID: own[0]} }},
	{"nav accepts *", func(own []string, _ *words) events.Event { return &events.NavHandoverAccepted{HandoverID: own[0]} }},
	{"nav rejects *", func(own []string, _ *words) events.Event { return &events.NavHandoverRejected{HandoverID: own[0]} }},
	{"retract *", func(own []string, _ *words) events.Event {
		return &events.EventRetracted{EventID: own[0], Reason: "not_happened"}
	}},
}

// unitSayings is what a unit can do in a scenario, after its name.
var unitSayings = []saying{
	{"adopts * of *", func(own []string, _ *words) events.Event {
		value, err := events.ParseDuration(own[1])
		if err != nil {
			panic(err)
		}
		return &events.RoutineAdopted{Topic: events.Routine(own[0]), Value: value}
	}},
	{"retracts *", func(own []string, _ *words) events.Event {
		return &events.EventRetracted{EventID: own[0], Reason: "not_happened"}
	}},
	{"serves", func(_ []string, rest *words) events.Event { return &events.UnitServes{Municipalities: rest.each()} }},
}

// participation is in the aftercare, unless the words name Nav's mapping, which is Nav's own, the decision, the plan or the ending.
func participation(rest *words, mode events.Mode) events.Event {
	p := &events.ParticipationRecorded{Service: rest.service(), Concerning: of[events.Concern](rest, events.ConcernAftercare, "decision", "plan", "ending"), Mode: mode}
	if rest.has("nav's mapping") {
		p.Service, p.Concerning = events.Nav, events.ConcernNavMapping
	}
	if rest.has("told by child welfare") {
		p.Service = events.ChildWelfare
	}
	return p
}

func decisionTold(own []string, rest *words) events.Event {
	d := &events.DecisionMade{DecisionID: own[0], Service: rest.service(), Outcome: events.Outcome(own[1]), LegalBasis: "BVL", InWriting: !rest.has("oral"),
		Reasons: []events.Reason{"facts", events.BestInterests}, AnswersRequest: rest.after("answering")}
	switch {
	case rest.has("without best interests"):
		d.Reasons = d.Reasons[:1]
	case rest.has("without reasons"):
		d.Reasons = nil
	}
	return d
}

func complaint(decision string, outcome events.ComplaintOutcome) events.Event {
	return &events.ComplaintDecided{ComplaintID: "c", DecisionID: decision, Outcome: outcome}
}

func contact(rest *words, purpose events.Purpose) events.Event {
	return &events.ContactAttempted{Service: rest.service(), Purpose: purpose, Channel: "phone",
		Outcome: of(rest, "", events.ContactAnswered, "no_answer", "wrong_number", events.ContactRefused)}
}

func meeting(one events.Service, other string) events.Event {
	return &events.CooperationMeetingHeld{Services: []events.Service{one, events.Service(other)}, YouthPresent: true}
}

// event is what the words say happened, by one of the sayings.
func (s *teller) event(line, what string, sayings []saying) events.Event {
	told := strings.Fields(strings.ReplaceAll(what, ",", ""))
	for _, one := range sayings {
		if own, rest, ok := one.match(told); ok {
			more := words{strings.Join(rest, " ")}
			event := one.means(own, &more)
			require.Empty(s.t, more.unread(), "cannot read the end of %q", line)
			return event
		}
	}
	require.Fail(s.t, "cannot read what happens", line)
	return nil
}

func (one *saying) match(told []string) (own, rest []string, ok bool) {
	pattern := strings.Fields(one.words)
	if len(told) < len(pattern) {
		return nil, nil, false
	}
	ok = slices.EqualFunc(pattern, told[:len(pattern)], func(p, w string) bool {
		if p == "*" {
			own = append(own, w)
		}
		return p == "*" || p == w
	})
	return own, told[len(pattern):], ok
}
