package vault

import (
	"errors"
	"fmt"
	"strings"

	"ettervern/events"
)

// What is wrong with an identity number. None of them repeats it.
var (
	ErrNoNumber   = errors.New("must be a national identity number or D-number of 11 digits, or a DUF number of 12")
	ErrCheck      = errors.New("is no such number: a control digit or the day in it is wrong")
	ErrSynthetic  = errors.New("is a synthetic number, and this ledger takes only real ones; --synthetic lets them in")
	ErrReal       = errors.New("is a real number, and this ledger holds only made-up people")
	fourRestsFrom = events.MustDate("2032-01-01") // numbers given out from then on allow four rests of the first control sum
)

// Rules say which numbers a ledger takes.
type Rules uint8

// The rules.
const (
	RealOnly         Rules = iota // the default
	AlsoSynthetic                 // for trying out
	SyntheticNumbers              // the demo: no real person belongs in it. DUF numbers cannot be told apart, and are not taken
)

// kind keeps numbers of different registers apart: the same digits in two of them are two people.
type kind string

const (
	national kind = "national" // national identity numbers and D-numbers, which share no digits
	duf      kind = "duf"
	ofCase   kind = "case" // a case whose child has no number yet
)

// Number is an identity number that was checked. It never shows its digits: it is made for Pseudonyms.Of only.
type Number struct {
	kind   kind
	digits string
	// DNumber tells that the population register may give the person another number later.
	DNumber bool
}

// String hides the number, in logs too.
func (Number) String() string { return "(identity number)" }

// GoString hides the number.
func (n Number) GoString() string { return n.String() }

// IsZero tells whether there is no number.
func (n Number) IsZero() bool { return n.digits == "" }

// ParseNumber checks a national identity number, a D-number or a DUF number, on the day it is. One space or hyphen may
// stand before the last five of eleven digits. Its errors are those above.
func ParseNumber(s string, rules Rules, today events.Date) (Number, error) {
	s = strings.TrimSpace(s)
	if len(s) == 12 && (s[6] == ' ' || s[6] == '-') {
		s = s[:6] + s[7:]
	}
	switch {
	case strings.Trim(s, "0123456789") != "":
		return Number{}, ErrNoNumber
	case len(s) == 11:
		return parseNational(s, rules, today)
	case len(s) == 12:
		return parseDUF(s, rules)
	}
	return Number{}, ErrNoNumber
}

func parseNational(s string, rules Rules, today events.Date) (Number, error) {
	read, ok := events.ReadIdentityNumber(s)
	switch {
	case !ok || read.FirstRest > rests(today):
		return Number{}, ErrCheck
	case read.Synthetic && rules == RealOnly:
		return Number{}, ErrSynthetic
	case !read.Synthetic && rules == SyntheticNumbers:
		return Number{}, ErrReal
	}
	return Number{national, s, read.DNumber}, nil
}

// rests is the highest rest of the first control sum that a number may have today.
func rests(today events.Date) int {
	if today < fourRestsFrom {
		return 0
	}
	return events.MaxFirstRest
}

var dufWeights = [10]int{4, 6, 3, 2, 4, 6, 3, 2, 7, 5}

// parseDUF checks the number of the immigration authorities: a year, a serial number, and two digits that are the
// weighted sum of the others by 11.
func parseDUF(s string, rules Rules) (Number, error) {
	sum := 0
	for i, weight := range dufWeights {
		sum += weight * int(s[i]-'0')
	}
	switch {
	case s[10:] != fmt.Sprintf("%02d", sum%11):
		return Number{}, ErrCheck
	case rules == SyntheticNumbers:
		return Number{}, ErrReal
	}
	return Number{duf, s, false}, nil
}

// CaseNumber stands for a child without a number, by the id of its case in the register.
func CaseNumber(caseID string) Number { return Number{ofCase, caseID, false} }
