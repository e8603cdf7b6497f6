package events

import (
	"errors"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // the law counts days in Norway, also on machines without a zone database
)

// Date is a civil date, a day in the calendar without a time or a zone. The zero Date is no date.
// Dates compare with <, == and >. Years 1 to 9999.
type Date int32 // days since 31 December of the year 0

const unixEpoch = 719163 // 1970-01-01 as a Date

// Norway is the zone whose days the law counts.
var Norway = mustLoad("Europe/Oslo")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the zone database is compiled in
	}
	return zone
}

// NewDate is the date year-month-day; a day outside the month runs over into the next, as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/86400 + unixEpoch)
}

// DateOf is the civil date in Norway at the instant t.
func DateOf(t time.Time) Date {
	_, offset := t.In(Norway).Zone()
	return Date(floorDiv(t.Unix()+int64(offset), 86400) + unixEpoch)
}

func floorDiv(a, b int64) int64 {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

var errDate = errors.New("must be a date that exists, as YYYY-MM-DD")

// ParseDate reads a date in the form 2006-01-02.
func ParseDate(s string) (Date, error) {
	d, ok := parseDate([]byte(s))
	if !ok {
		return 0, errDate
	}
	return d, nil
}

func parseDate(b []byte) (Date, bool) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' || digits(b) != 4 || digits(b[5:]) != 2 || digits(b[8:]) != 2 {
		return 0, false
	}
	year, month, day := number(b[:4]), time.Month(number(b[5:7])), number(b[8:])
	if year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	return dayNumber(year, int(month), day), true
}

// dayNumber counts the days since 31 December of the year 0 (Reingold and Dershowitz, Calendrical Calculations: R.D.),
// in years that begin with March, so that the leap day is their last.
func dayNumber(year, month, day int) Date {
	if month -= 3; month < 0 {
		year, month = year-1, month+12
	}
	return Date(365*year + year/4 - year/100 + year/400 + (153*month+2)/5 + day - 306)
}

func daysIn(year int, month time.Month) int {
	switch {
	case month == time.February && year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	case month == time.February:
		return 28
	case month == time.April || month == time.June || month == time.September || month == time.November:
		return 30
	}
	return 31
}

func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}

// MustDate is ParseDate for dates written in code.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(fmt.Sprintf("%q: %v", s, err))
	}
	return d
}

// Time is midnight UTC on the date, for arithmetic and formatting.
func (d Date) Time() time.Time { return time.Unix(int64(d-unixEpoch)*86400, 0).UTC() }

// IsZero tells whether d is no date.
func (d Date) IsZero() bool { return d == 0 }

// String is the date as 2006-01-02, or nothing for no date.
func (d Date) String() string { return string(d.appendText(nil)) }

// Append writes the date as 2006-01-02 to b. Lists are full of dates: time's own formatting takes five times as long.
func (d Date) Append(b []byte) []byte { return appendDate(b, d.Time()) }

// appendText is Append, but nothing for no date.
func (d Date) appendText(b []byte) []byte {
	if d == 0 {
		return b
	}
	return d.Append(b)
}

func appendDate(b []byte, t time.Time) []byte {
	b = slices.Grow(b, len(time.DateOnly))
	year, month, day := t.Date()
	b = appendPadded(b, year, 4)
	b = append(appendPadded(append(b, '-'), int(month), 2), '-')
	return appendPadded(b, day, 2)
}

// appendPadded writes n with leading zeros.
func appendPadded(b []byte, n, width int) []byte {
	from := len(b)
	for range width {
		b = append(b, '0')
	}
	for i := from + width - 1; i >= from; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

// AddDays is the date n days later.
func (d Date) AddDays(n int) Date { return d + Date(n) }

// AddMonths is the same day n months later, or the month's last day where it has no such day:
// 31 August less 6 months is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	year, month, day := d.Time().Date()
	first := time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	if last := first.AddDate(0, 1, -1).Day(); day > last {
		day = last
	}
	return NewDate(first.Year(), first.Month(), day)
}

// Birthday is the day on which someone born on d turns n. Someone born on 29 February turns on 1 March in
// years without that day (the catalogue's leap_day_birthday).
func (d Date) Birthday(n int) Date {
	year, month, day := d.Time().Date()
	return NewDate(year+n, month, day)
}

// MarshalText writes the date as 2006-01-02.
func (d Date) MarshalText() ([]byte, error) {
	if d == 0 {
		return nil, nil
	}
	return d.Append(nil), nil
}

// UnmarshalText reads a date in the form 2006-01-02.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// Duration is a length of time in the calendar, as ISO 8601 writes it: whole months or whole days, never both.
type Duration struct {
	Months int
	Days   int
}

// After is d plus the duration, clamped to the month.
func (p Duration) After(d Date) Date { return d.AddMonths(p.Months).AddDays(p.Days) }

// Before is d less the duration, clamped to the month.
func (p Duration) Before(d Date) Date { return d.AddMonths(-p.Months).AddDays(-p.Days) }

var errDuration = errors.New("must be an ISO 8601 duration in one unit, such as P6M, P1Y, P4W or P30D")

// ParseDuration reads an ISO 8601 duration in years, months, weeks or days: P1Y, P6M, P4W, P30D. Months and days
// together are an error: which of the two comes first would change the day.
func ParseDuration(s string) (Duration, error) {
	if len(s) < len("P0D") || s[0] != 'P' {
		return Duration{}, errDuration
	}
	count, unit := []byte(s[1:len(s)-1]), s[len(s)-1]
	n := number(count)
	switch {
	case len(count) > 4 || digits(count) != len(count):
	case unit == 'Y' && len(count) <= 2:
		return Duration{Months: 12 * n}, nil
	case unit == 'M' && len(count) <= 3:
		return Duration{Months: n}, nil
	case unit == 'W' && len(count) <= 3:
		return Duration{Days: 7 * n}, nil
	case unit == 'D':
		return Duration{Days: n}, nil
	}
	return Duration{}, errDuration
}

// String is the duration in ISO 8601, such as P6M or P30D.
func (p Duration) String() string {
	switch {
	case p.Months > 999:
		return fmt.Sprintf("P%dY", p.Months/12) // only whole years are that long
	case p.Months != 0:
		return fmt.Sprintf("P%dM", p.Months)
	}
	return fmt.Sprintf("P%dD", p.Days)
}
