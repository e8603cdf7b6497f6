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
	first, second := 0, 0
	for i := range 11 {
		first += firstWeights[i] * int(n[i]-'0')
		second += secondWeights[i] * int(n[i]-'0')
	}
	return first%11 <= 3 && second%11 == 0 && birthdayPart(n)
}

// birthdayPart tells whether the first six digits are a day in some century, with the additions in use.
func birthdayPart(n []byte) bool {
	two := func(i int) int { return int(n[i]-'0')*10 + int(n[i+1]-'0') }
	day, month, year := two(0), two(2), two(4)
	if day > 40 {
		day -= 40
	}
	for _, added := range []int{80, 40} {
		if month > added {
			month -= added
			break
		}
	}
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	return time.Date(2000+year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() == day ||
		time.Date(1900+year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() == day
}
