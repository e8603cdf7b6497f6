// Package scorecard counts verdicts: of a municipality, a county governor's office or the nation, for a period, as of a day.
// Lines that must not be mixed are counted apart, and what would tell of few people is withheld from everyone but the
// municipality itself. It is pure: the verdicts, judged at one moment, come from elsewhere.
package scorecard

import (
	"fmt"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// Question says what is counted, and for whom. Nothing but the period is required.
type Question struct {
	From, To     events.Date // of the limits, both inclusive
	Municipality uint16      // only this one; 0 for none
	Office       string      // only this county governor's office; "" for none
	By           By
	Own          bool // the asker is the municipality: nothing is withheld
	Lines        func(*Line) bool
	OfficeOf     func(municipality string) string
}

// By is what a scorecard is broken down by, beside its lines.
type By string

// The breakdowns.
const (
	ByNothing      By = ""
	ByKind         By = "kind"
	ByQuarter      By = "quarter"
	ByOffice       By = "office"
	ByMunicipality By = "municipality"
)

// Breakdowns lists what a scorecard can be broken down by, as it is written.
func Breakdowns() []string {
	return []string{string(ByKind), string(ByQuarter), string(ByOffice), string(ByMunicipality)}
}

// maxYears is how long a period may be.
const maxYears = 50

// Check finds what cannot be asked, by the name of its parameter, and what would be right; nothing where all is well.
func (q *Question) Check() (field, allowed string) {
	switch {
	case q.To < q.From:
		return "to", "on or after from"
	case year(q.To)-year(q.From) >= maxYears:
		return "to", "less than 50 years after from"
	case q.Municipality != 0 && q.Office != "":
		return "office", "left out where a municipality is asked for"
	case q.Own && q.Municipality == 0:
		return "own", "given with the municipality that asks for its own figures"
	case q.By == ByOffice && (q.Municipality != 0 || q.Office != ""):
		return "by", "something else: by office goes for the nation only"
	case q.By == ByMunicipality && q.Municipality != 0:
		return "by", "something else: one municipality is asked for"
	case q.Own:
		return "", ""
	}
	return q.checkProtected()
}

// checkProtected holds others than the municipality itself to what can be protected as a whole: whole years, and their quarters.
// With any days, one answer less another would be the figures of a day.
func (q *Question) checkProtected() (field, allowed string) {
	switch {
	case !startsQuarter(q.From):
		return "from", "the first day of a quarter; only the municipality itself (own) can ask for any days"
	case !startsQuarter(q.To + 1):
		return "to", "the last day of a quarter; only the municipality itself (own) can ask for any days"
	case q.Municipality != 0 && q.By != ByNothing:
		return "by", "left out: only the municipality itself (own) sees its figures broken down"
	case q.wholeYears():
		return "", ""
	case q.Municipality != 0 || q.By == ByMunicipality || q.By == ByKind:
		return "from", "1 January of a year, and to 31 December of a year: municipalities and kinds of measure are counted by whole years"
	}
	return "", ""
}

func (q *Question) wholeYears() bool {
	return q.From == newYear(year(q.From)) && q.To+1 == newYear(year(q.To+1))
}

// counted is the days whose verdicts must be counted: the period, but whole years where something may be withheld.
func (q *Question) counted() (from, to events.Date) {
	if q.Own {
		return q.From, q.To
	}
	return newYear(year(q.From)), newYear(year(q.To)+1) - 1
}

// grouping is what verdicts are counted under beside line, municipality and year.
type grouping uint8

const (
	nothing grouping = iota
	measures
	quarters
)

// size is how many groups there are.
func (g grouping) size() int { return [...]int{nothing: 1, measures: len(kinds), quarters: 4}[g] }

func (q *Question) groups() grouping {
	switch {
	case q.By == ByKind:
		return measures
	case q.By == ByQuarter || !q.Own && !q.wholeYears():
		return quarters
	}
	return nothing
}

// kinds of measure, the gravest first, and none.
var kinds = append(requirements.Gravest(), 0)

func kindName(k requirements.Kinds) string {
	if k == 0 {
		return "none"
	}
	return k.String()
}

func year(d events.Date) int { return d.Time().Year() }

func newYear(year int) events.Date { return events.NewDate(year, time.January, 1) }

// quarter of a year in which a day lies, from 0.
func quarter(d events.Date) int { return (int(d.Time().Month()) - 1) / 3 }

func quarterName(d events.Date) string { return fmt.Sprintf("%04d-Q%d", year(d), quarter(d)+1) }

func nextQuarter(d events.Date) events.Date { return newYear(year(d)).AddMonths(3*quarter(d) + 3) }

func startsQuarter(d events.Date) bool {
	_, month, day := d.Time().Date()
	return day == 1 && month%3 == 1
}
