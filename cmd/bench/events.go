package main

import (
	"fmt"
	"time"

	"ettervern/events"
)

var began = time.Date(2024, 1, 15, 12, 0, 0, 0, time.UTC)

func youthID(n int) string { return fmt.Sprintf("7b0c8f5e-5a43-4c6e-9a55-%012d", n) }

// occurrence is event number i of the history of youth n: the registration, a measure, and what a good and a less
// good service would do before 18.
func occurrence(n, i int) events.Occurrence {
	o := events.Occurrence{
		ID: fmt.Sprintf("0190a1b2-%04x-7000-8000-%012d", i, n), Source: "/fagsystem/0301",
		Time: began.AddDate(0, 0, i*7),
	}
	switch {
	case i == 0:
		o.Event = &events.YouthRegistered{BirthDate: events.NewDate(2006+n%3, time.Month(1+n%12), 1+n%28), Municipality: municipality(n)}
	case i == 1:
		o.Event = &events.MeasureStarted{MeasureID: "m1", Kind: events.Voluntary, Category: "4.6", LegalBasis: "BVL2021 § 3-1"}
	case i == 5 && n%3 > 0:
		o.Event = &events.InformationGiven{Service: events.ChildWelfare, Topics: []events.Topic{"aftercare"}, Form: "oral", Adapted: true}
	case i == 7 && n%2 > 0:
		o.Event = &events.ParticipationRecorded{Service: events.ChildWelfare, Concerning: events.ConcernAftercare, Mode: events.ModeTalk}
	case i == 9 && n%4 > 0:
		o.Event = &events.AssessmentCompleted{Service: events.ChildWelfare, Domains: []events.Domain{"housing", "economy"}, Conclusion: "needs_aftercare"}
	case i%2 == 0:
		o.Event = &events.FollowUpHeld{Service: events.ChildWelfare, YouthMet: events.Yes}
	default:
		o.Event = &events.ContactAttempted{Service: events.ChildWelfare, Purpose: "follow_up", Channel: "phone", Outcome: "answered"}
	}
	return o
}

// municipality spreads youths over 356 municipalities.
func municipality(n int) string { return fmt.Sprintf("%04d", 301+n%356) }

// cloudEvent is the occurrence as an emitter sends it.
func cloudEvent(n, i int) []byte {
	o := occurrence(n, i)
	b := make([]byte, 0, 512)
	b = append(append(b, `{"specversion":"1.0","id":"`...), o.ID...)
	b = append(append(b, `","source":"`...), o.Source...)
	b = append(append(b, `","type":"`...), events.TypeOf(o.Event)...)
	b = append(append(b, `","subject":"`...), youthID(n)...)
	b = o.Time.AppendFormat(append(b, `","time":"`...), time.RFC3339)
	b = append(append(b, `","datacontenttype":"application/json","data":`...), events.Data(o.Event)...)
	return append(b, '}')
}
