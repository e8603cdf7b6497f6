package events_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
)

func TestDateOfIsTheDayInNorway(t *testing.T) {
	for _, c := range []struct{ instant, want, why string }{
		{"2025-03-13T22:30:00Z", "2025-03-13", "winter: one hour ahead"},
		{"2025-03-13T23:30:00Z", "2025-03-14", "23:30Z on the eve is on the day"},
		{"2025-03-13T23:00:00Z", "2025-03-14", "midnight in Norway"},
		{"2025-03-13T22:59:59.999999999Z", "2025-03-13", "the last nanosecond before"},
		{"2025-07-13T21:59:59Z", "2025-07-13", "summer: two hours ahead"},
		{"2025-07-13T22:00:00Z", "2025-07-14", "summer: two hours ahead"},
		{"2025-03-29T23:00:00Z", "2025-03-30", "the day that summer time begins"},
		{"2025-03-30T21:59:00Z", "2025-03-30", "the day of 23 hours ends at 22Z"},
		{"2025-03-30T22:00:00Z", "2025-03-31", "the day of 23 hours ends at 22Z"},
		{"2025-10-25T22:00:00Z", "2025-10-26", "the day that summer time ends"},
		{"2025-10-26T22:59:00Z", "2025-10-26", "the day of 25 hours ends at 23Z"},
		{"2025-10-26T23:00:00Z", "2025-10-27", "the day of 25 hours ends at 23Z"},
		{"2025-03-14T00:30:00+09:00", "2025-03-13", "another offset, the same instant"},
		{"2024-12-31T23:00:00Z", "2025-01-01", "a new year"},
		{"1969-12-31T22:59:59Z", "1969-12-31", "before 1970"},
		{"1969-12-31T23:00:00Z", "1970-01-01", "before 1970"},
		{"1943-07-01T21:59:00Z", "1943-07-01", "wartime summer"},
	} {
		instant, err := time.Parse(time.RFC3339Nano, c.instant)
		require.NoError(t, err)
		assert.Equal(t, c.want, events.DateOf(instant).String(), "%s %s", c.instant, c.why)
	}
}

func TestDateOfAgreesWithTheCalendarOfTheZone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		instant := time.Unix(rapid.Int64Range(-2208988800, 7258118400).Draw(t, "second"), rapid.Int64Range(0, 999999999).Draw(t, "ns"))
		require.Equal(t, instant.In(events.Norway).Format(time.DateOnly), events.DateOf(instant).String())
	})
}

func TestBirthday(t *testing.T) {
	for _, c := range []struct {
		born string
		n    int
		want string
	}{
		{"2007-03-14", 18, "2025-03-14"},
		{"2007-12-31", 18, "2025-12-31"},
		{"2008-02-29", 18, "2026-03-01"}, // no such day in 2026
		{"2008-02-29", 20, "2028-02-29"},
		{"2008-02-28", 18, "2026-02-28"},
		{"2000-02-29", 100, "2100-03-01"}, // 2100 is no leap year
		{"1998-01-01", 23, "2021-01-01"},
		{"2007-03-14", 0, "2007-03-14"},
	} {
		assert.Equal(t, c.want, events.MustDate(c.born).Birthday(c.n).String(), "%s turns %d", c.born, c.n)
	}
}

func TestAddMonthsKeepsWithinTheMonth(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2025-11-30", 3, "2026-02-28"},
		{"2025-08-31", -6, "2025-02-28"},
		{"2024-08-31", -6, "2024-02-29"},
		{"2025-01-31", 1, "2025-02-28"},
		{"2025-03-31", -1, "2025-02-28"},
		{"2025-12-31", 2, "2026-02-28"},
		{"2025-01-15", -1, "2024-12-15"},
		{"2025-05-31", 13, "2026-06-30"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", -12, "2023-02-28"},
		{"2025-05-05", 0, "2025-05-05"},
	} {
		assert.Equal(t, c.want, events.MustDate(c.from).AddMonths(c.months).String(), "%s + %d", c.from, c.months)
	}
}

func TestAddMonthsIsInTheRightMonthAndNeverLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate(t)
		n := rapid.IntRange(-600, 600).Draw(t, "months")
		got, from := d.AddMonths(n).Time(), d.Time()
		require.Equal(t, from.Year()*12+int(from.Month())+n, got.Year()*12+int(got.Month()))
		require.LessOrEqual(t, got.Day(), from.Day())
		if got.Day() < from.Day() {
			require.Equal(t, 1, got.AddDate(0, 0, 1).Day(), "shortened only to the last of the month")
		}
	})
}

func TestBirthdaysComeInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		born, n := anyDate(t), rapid.IntRange(0, 120).Draw(t, "n")
		require.Less(t, born.Birthday(n), born.Birthday(n+1))
		require.LessOrEqual(t, born.Birthday(n), born.AddDays(1).Birthday(n))
	})
}

func TestDuration(t *testing.T) {
	half, month := events.Duration{Months: 6}, events.Duration{Days: 30}
	assert.Equal(t, "2025-02-28", half.Before(events.MustDate("2025-08-31")).String())
	assert.Equal(t, "2025-08-28", half.After(events.MustDate("2025-02-28")).String())
	assert.Equal(t, "2025-01-29", month.Before(events.MustDate("2025-02-28")).String())
	assert.Equal(t, "P6M", half.String())
	assert.Equal(t, "P30D", month.String())
}

func TestParseDate(t *testing.T) {
	for _, good := range []string{"0001-01-01", "1900-01-01", "1970-01-01", "2000-02-29", "2025-12-31", "9999-12-31"} {
		d, err := events.ParseDate(good)
		require.NoError(t, err)
		assert.Equal(t, good, d.String())
		assert.False(t, d.IsZero())
	}
	for _, bad := range []string{
		"", "0000-12-31", "10000-01-01", "2025-1-1", "2025-02-29", "1900-02-29", "2025-04-31", "2025-13-01", "2025-00-01",
		"2025-01-00", "25-01-01", "2025/01/01", "20250101", "2025-01-01T00:00:00Z", " 2025-01-01", "2025-01-01 ", "+025-01-01",
	} {
		_, err := events.ParseDate(bad)
		assert.Error(t, err, bad)
	}
	assert.Panics(t, func() { events.MustDate("tomorrow") })
}

func TestDatesAsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate(t)
		text, err := d.MarshalText()
		require.NoError(t, err)
		var back events.Date
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, d, back)
		require.Equal(t, d, events.NewDate(d.Time().Date()))
		require.Equal(t, d.AddDays(1).String(), d.Time().AddDate(0, 0, 1).Format(time.DateOnly))
	})
	text, err := events.Date(0).MarshalText()
	require.NoError(t, err)
	assert.Empty(t, text)
	assert.Empty(t, events.Date(0).String())
}

func TestOccurrenceIsOnItsDayInNorway(t *testing.T) {
	o := events.Occurrence{Time: time.Date(2025, 3, 13, 23, 30, 0, 0, time.UTC)}
	assert.Equal(t, events.MustDate("2025-03-14"), o.Date())
}

func anyDate(t *rapid.T) events.Date {
	return events.Date(rapid.Int32Range(int32(events.MustDate("1900-01-01")), int32(events.MustDate("2200-12-31"))).Draw(t, "date"))
}

func TestEveryDateReadsBack(t *testing.T) {
	for d := events.MustDate("1599-12-31"); d < events.MustDate("2400-03-01"); d++ {
		read, err := events.ParseDate(d.Time().Format(time.DateOnly))
		require.NoError(t, err)
		require.Equal(t, d, read)
	}
	for _, border := range []string{"0001-01-01", "0004-02-29", "9999-12-31"} {
		require.Equal(t, border, events.MustDate(border).Time().Format(time.DateOnly))
	}
}
