package projections

import (
	"iter"
	"regexp"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// A limit mostly lies some whole months from a birthday: its day tells the birth date. Beyond the municipality rows
// therefore carry the month alone.

var anyDay = regexp.MustCompile(`\b([0-9]{4}-[0-9]{2})-[0-9]{2}\b`)

// ByMonth is the verdict with months in place of days, also in its instance and its explanation.
func (v Verdict) ByMonth() Verdict {
	v.TargetMonth, v.LimitMonth, v.Target, v.Limit = month(v.Target), month(v.Limit), nil, nil
	v.Instance, v.Explanation = months(v.Instance), monthsIn(v.Explanation)
	return v
}

// ByMonth is the difference with months in place of days.
func (l LawDifference) ByMonth() LawDifference {
	l.Instance, l.From, l.To = months(l.Instance), l.From.byMonth(), l.To.byMonth()
	why := make([]requirements.Text, len(l.Why))
	for i, text := range l.Why {
		why[i] = monthsIn(text)
	}
	l.Why = why
	return l
}

func (s *LawSide) byMonth() *LawSide {
	if s == nil {
		return nil
	}
	by := *s
	by.TargetMonth, by.LimitMonth, by.Target, by.Limit = month(s.Target), month(s.Limit), nil, nil
	return &by
}

// ByMonths is all the rows with months in place of days.
func ByMonths[T interface{ ByMonth() T }](rows iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for row := range rows {
			if !yield(row.ByMonth()) {
				return
			}
		}
	}
}

func month(d *events.Date) string {
	if d == nil {
		return ""
	}
	return months(d.String())
}

func months(text string) string { return anyDay.ReplaceAllString(text, "$1") }

func monthsIn(t requirements.Text) requirements.Text {
	return requirements.Text{NB: months(t.NB), NN: months(t.NN), EN: months(t.EN)}
}
