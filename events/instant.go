package events

import "time"

// The instants of events lie from the one up to the other, in seconds of Unix.
var (
	earliest = NewDate(1900, 1, 1).Time().Unix()
	latest   = NewDate(2201, 1, 1).Time().Unix()
)

// parseTime reads an instant of RFC 3339 between 1900 and 2200, in UTC. Package time reads more than RFC 3339 has:
// 1:30:00, 10:30:00,5 and +24:60.
func parseTime(text []byte) (time.Time, bool) {
	if len(text) < len("2006-01-02T15:04:05Z") || text[10] != 'T' {
		return time.Time{}, false
	}
	date, isDate := parseDate(text[:10])
	second, isClock := parseClock(text[11:19])
	nanosecond, zone := parseFraction(text[19:])
	offset, isOffset := parseOffset(zone)
	unix := int64(date-unixEpoch)*86400 + int64(second-offset)
	if !isDate || !isClock || !isOffset || unix < earliest || unix >= latest {
		return time.Time{}, false
	}
	return time.Unix(unix, int64(nanosecond)).UTC(), true
}

// ParseRecorded reads a recorded time as AppendRecorded writes it, and no other form of it.
func ParseRecorded(text []byte) (time.Time, bool) {
	if len(text) != len(recordedLayout) || text[len("2006-01-02T15:04:05")] != '.' || text[len(text)-1] != 'Z' {
		return time.Time{}, false
	}
	return parseTime(text)
}

// parseClock is the second of the day at hh:mm:ss. Leap seconds are not known.
func parseClock(b []byte) (int, bool) {
	minutes, ok := parseHours(b[:5])
	second := number(b[6:])
	return minutes*60 + second, ok && b[5] == ':' && digits(b[6:]) == 2 && second < 60
}

// parseHours is the minutes of hh:mm.
func parseHours(b []byte) (int, bool) {
	hour, minute := number(b[:2]), number(b[3:])
	return hour*60 + minute, digits(b) == 2 && b[2] == ':' && digits(b[3:]) == 2 && hour < 24 && minute < 60
}

// parseFraction is the nanoseconds at the beginning of b, and what follows; further digits are dropped.
func parseFraction(b []byte) (int, []byte) {
	if b[0] != '.' || digits(b[1:]) == 0 {
		return 0, b
	}
	n, end := 0, 1+digits(b[1:])
	for i := 1; i <= 9; i++ {
		n *= 10
		if i < end {
			n += int(b[i] - '0')
		}
	}
	return n, b[end:]
}

// parseOffset is the seconds that Z, +hh:mm or -hh:mm is ahead of UTC.
func parseOffset(b []byte) (int, bool) {
	if string(b) == "Z" {
		return 0, true
	}
	if len(b) != len("+01:00") || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	minutes, ok := parseHours(b[1:])
	if b[0] == '-' {
		minutes = -minutes
	}
	return minutes * 60, ok
}
