package requirements

import "ettervern/events"

// Value is what a parameter is from a date on. One of Number, Duration and MonthDay holds it.
type Value struct {
	From     events.Date
	Number   int             // ages in years, or a count
	Duration events.Duration // calendar months or days
	MonthDay string          // MM-DD
}

// Parameter is a value of the law by date. No such value is a constant in code.
//
// To change one, add a Value from the day it changes; never alter one that was in force.
type Parameter struct {
	ID      string
	Values  []Value          // ascending by From, at least one
	Assumed bool             // no readable source: every answer that rests on it says so
	Routine events.Routine   // the routine topic by which a municipality may replace it
	By      []events.Service // whose routine it may be, the first that has one
	Index   string           // which day's value counts, where it is not the duty's trigger date
}

// On is the value in force on a day. Before the first day the first value holds, and early is true.
func (p *Parameter) On(day events.Date) (v Value, early bool) {
	v = p.Values[0]
	for _, next := range p.Values[1:] {
		if next.From <= day {
			v = next
		}
	}
	return v, day < p.Values[0].From
}

func from(date string) Value { return Value{From: events.MustDate(date)} }

func number(date string, n int) Value {
	v := from(date)
	v.Number = n
	return v
}

func months(date string, n int) Value {
	v := from(date)
	v.Duration.Months = n
	return v
}

func days(date string, n int) Value {
	v := from(date)
	v.Duration.Days = n
	return v
}

func monthDay(date, md string) Value {
	v := from(date)
	v.MonthDay = md
	return v
}

var byChildWelfare = []events.Service{events.ChildWelfare}

// The parameters of catalogue version 1.
var (
	MajorityAge      = Parameter{ID: "majority_age", Values: []Value{number("1979-01-01", 18)}}
	UpperAge         = Parameter{ID: "upper_age", Values: []Value{number("1993-01-01", 20), number("1998-01-01", 23), number("2021-01-01", 25)}, Index: "the day the youth reaches the earlier limit"}
	LeapDayBirthday  = Parameter{ID: "leap_day_birthday", Values: []Value{monthDay("1900-01-01", "03-01")}, Assumed: true}
	TransitionWindow = Parameter{ID: "transition_window", Values: []Value{months("1993-01-01", 12)}, Assumed: true}
	InGoodTime       = Parameter{ID: "in_good_time", Values: []Value{months("1993-01-01", 6)}, Assumed: true, Routine: events.RoutineInGoodTime, By: byChildWelfare}
	FollowUpInterval = Parameter{ID: "follow_up_interval", Values: []Value{months("1993-01-01", 3)}, Assumed: true, Routine: events.RoutineFollowUp, By: byChildWelfare}
	PlanAfterStart   = Parameter{ID: "plan_after_start", Values: []Value{days("1993-01-01", 30)}, Assumed: true, Routine: events.RoutinePlan, By: byChildWelfare}
	HandoverReceived = Parameter{ID: "handover_received", Values: []Value{days("2010-01-01", 14)}, Assumed: true, Routine: events.RoutineNavHandover, By: []events.Service{events.Nav, events.ChildWelfare}}
	NavMapping       = Parameter{ID: "nav_mapping", Values: []Value{days("2010-01-01", 30)}, Assumed: true}
	RequestAnswered  = Parameter{ID: "request_answered", Values: []Value{days("1993-01-01", 30)}, Assumed: true}
	Notification     = Parameter{ID: "notification", Values: []Value{days("1993-01-01", 7)}, Assumed: true}
	OneYearContact   = Parameter{ID: "one_year_contact", Values: []Value{months("1993-01-01", 12)}}
	UnreachableTries = Parameter{ID: "unreachable_attempts", Values: []Value{number("1993-01-01", 3)}, Assumed: true}
	HandoverSent     = Parameter{ID: "handover_sent", Values: []Value{days("2010-01-01", 14)}, Assumed: true}
	LateRecording    = Parameter{ID: "late_recording", Values: []Value{days("1993-01-01", 14)}, Assumed: true}
	UnitPeriod       = Parameter{ID: "unit_period", Values: []Value{months("1993-01-01", 12)}, Assumed: true}
)

// responsibleStarter: from then the municipality that last started a measure before 18 is responsible (Child Welfare Act
// 2021 § 3-6 fourth paragraph; the date is assumed).
var responsibleStarter = events.MustDate("2026-01-01")

// Parameters lists every parameter, for the published catalogue.
var Parameters = []*Parameter{
	&MajorityAge, &UpperAge, &LeapDayBirthday, &TransitionWindow, &InGoodTime, &FollowUpInterval, &PlanAfterStart, &HandoverReceived,
	&NavMapping, &RequestAnswered, &Notification, &OneYearContact, &UnreachableTries, &HandoverSent, &LateRecording, &UnitPeriod,
}
