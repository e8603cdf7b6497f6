package events

import (
	"slices"
	"time"
)

// HoldsIdentityNumber tells whether s holds a run of digits that could be a national identity number:
// eleven digits, or six and five with one separator between, with a day and month that exist (also day + 40 of
// D-numbers, month + 40 and month + 80 of synthetic ones) and both control digits right.
// From 2032 the first control digit accepts four rests; they are accepted already, for the check refuses.
func HoldsIdentityNumber(s string) bool { return holdsIdentityNumber([]byte(s)) }

func holdsIdentityNumber(s []byte) bool {
	for i := 0; i < len(s); {
		n := digits(s[i:])
		switch {
		case n == 11 && identityNumber(s[i:i+11]):
			return true
		case n == 6 && i+12 <= len(s) && separator(s[i+6]) && digits(s[i+7:]) == 5 && identityNumber(slices.Concat(s[i:i+6], s[i+7:i+12])):
			return true
		}
		i += max(n, 1)
	}
	return false
}

func separator(c byte) bool { return c == ' ' || c == '-' || c == '.' }

func digits(s []byte) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

var (
	firstWeights  = [11]int{3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0}
	secondWeights = [11]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}
)

func identityNumber(n []byte) bool {
	number, ok := readIdentityNumber(n)
	return ok && number.FirstRest <= MaxFirstRest
}

// MaxFirstRest is the highest rest of the first control sum that any identity number has: 0, and in those given out
// from 2032 on, 0 to 3.
const MaxFirstRest = 3

// IdentityNumber is what the eleven digits of a national identity number or D-number say about themselves. Nobody's
// age or sex is ever derived from them.
type IdentityNumber struct {
	FirstRest        int // of the first control sum by 11
	Day, Month, Year int // of birth, two digits of the year, without what D-numbers and synthetic ones add
	DNumber          bool
	Synthetic        bool // month + 80 or + 40: given out for testing, nobody's
}

// ReadIdentityNumber reads eleven digits. It is false when they are not such a number: the second control digit is
// wrong, or there is no such day. What the first control digit allows is for the caller to say, by FirstRest.
func ReadIdentityNumber(s string) (IdentityNumber, bool) {
	if len(s) != 11 || digits([]byte(s)) != 11 {
		return IdentityNumber{}, false
	}
	return readIdentityNumber([]byte(s))
}

func readIdentityNumber(n []byte) (IdentityNumber, bool) {
	first, second := 0, 0
	for i := range 11 {
		first += firstWeights[i] * int(n[i]-'0')
		second += secondWeights[i] * int(n[i]-'0')
	}
	two := func(i int) int { return int(n[i]-'0')*10 + int(n[i+1]-'0') }
	number := IdentityNumber{FirstRest: first % 11, Day: two(0), Month: two(2), Year: two(4)}
	if number.Day > 40 {
		number.Day, number.DNumber = number.Day-40, true
	}
	for _, added := range []int{80, 40} {
		if number.Month > added {
			number.Month, number.Synthetic = number.Month-added, true
			break
		}
	}
	return number, second%11 == 0 && number.dayExists()
}

// dayExists tells whether there is such a day in some century.
func (n IdentityNumber) dayExists() bool {
	if n.Month < 1 || n.Month > 12 || n.Day < 1 {
		return false
	}
	return time.Date(2000+n.Year, time.Month(n.Month), n.Day, 0, 0, 0, 0, time.UTC).Day() == n.Day ||
		time.Date(1900+n.Year, time.Month(n.Month), n.Day, 0, 0, 0, 0, time.UTC).Day() == n.Day
}
