// Command supervisions prints made-up supervisions whose figures are those of the two nationwide ones, as CloudEvents:
//
//	go run ./docs/supervisions 2019 | go run ./cmd/ettervern record --data ./tilsyn -
//
// How many there were, and how many found something, is public; which, when and where is invented. The municipality
// numbers, from 9001, are nobody's. docs/supervision.md asks about them, and a test holds that page to the answers.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"time"

	"ettervern/events"
)

func main() {
	if len(os.Args) != 2 || examples[os.Args[1]] == nil {
		log.Fatal("say which: 2019 or 2008")
	}
	out := bufio.NewWriter(os.Stdout)
	for _, s := range examples[os.Args[1]]() {
		fmt.Fprintf(out, "%s\n", events.EncodeSubmission(s))
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

var examples = map[string]func() []events.Submission{"2019": aftercare2019, "2008": cooperation2008}

// story gathers the events of supervisions, one after the other.
type story struct {
	told []events.Submission
	id   string // of the supervision that is being told
}

func (s *story) begin(year, n int) { s.id = fmt.Sprintf("0000%d-0000-4000-8000-%012d", year, n) }

// tell adds an event, which happened at noon.
func (s *story) tell(on events.Date, e events.Event) {
	id := fmt.Sprintf("%s-%d", s.id, len(s.told)+1)
	s.told = append(s.told, events.Submission{Entity: events.Entity{Kind: events.Supervision, ID: s.id},
		Occurrence: events.Occurrence{ID: id, Source: "/example/supervision", Time: on.Time().Add(12 * time.Hour), Event: e}})
}

// aftercare2019 is 33 supervisions of child welfare in 49 municipalities and of 37 Nav offices. 22 of them find a breach;
// on 19 December 2019, 24 reports have been issued, 16 of them with a breach.
func aftercare2019() []events.Submission {
	var s story
	for n := 1; n <= 33; n++ {
		s.begin(2019, n)
		report := events.MustDate("2019-12-19").AddDays(8 * (n - 24))
		if n > 24 {
			report = events.MustDate("2019-12-20").AddDays(14 * (n - 25))
		}
		visit := report.AddDays(-90)
		s.tell(report.AddDays(-120), &events.SupervisionOpened{Theme: "aftercare", Year: 2019, Authority: fmt.Sprintf("Fylkesmannen (eksempel %d)", n%11+1), Units: unitsOf(n)})
		s.tell(visit, &events.VisitHeld{From: visit.AddDays(-2), To: visit})
		if n <= 16 || n >= 25 && n <= 29 {
			s.breaches(n, visit)
		}
		if n == 18 {
			s.tell(visit, finding(n, "nav", events.Remark))
		}
		s.tell(report, &events.ReportIssued{})
		switch {
		case n == 1: // put right and closed early: it stays among those with a breach
			right := report.AddDays(60)
			s.tell(right, &events.FindingRectified{FindingID: "child_welfare", Evidence: evidence("put right")})
			s.tell(right, &events.SupervisionClosed{})
		case n == 17: // found after the report: it counts from that day
			s.breaches(n, events.MustDate("2020-02-03"))
		case n >= 18 && n <= 24 || n >= 30:
			s.tell(report, &events.SupervisionClosed{})
		}
	}
	return s.told
}

// unitsOf is the units of a supervision of 2019: the first sixteen look at child welfare in two municipalities, the
// first four at Nav in both.
func unitsOf(n int) []string {
	units := []string{fmt.Sprintf("%d-child_welfare", 9000+n), fmt.Sprintf("%d-nav", 9000+n)}
	if n <= 16 {
		units = append(units, fmt.Sprintf("%d-child_welfare", 9050+n))
	}
	if n <= 4 {
		units = append(units, fmt.Sprintf("%d-nav", 9050+n))
	}
	return units
}

// breaches are found in child welfare, in Nav, or in both.
func (s *story) breaches(n int, on events.Date) {
	if n%3 != 0 {
		s.tell(on, finding(n, "child_welfare", events.Breach))
	}
	if n%3 != 1 {
		s.tell(on, finding(n, "nav", events.Breach))
	}
}

// found is what findings are about, in turn.
var found = []events.Theme{"information", "participation", "mapping", "assessment", "preparation", "follow_up", "ending", "cooperation"}

func finding(n int, service string, kind events.FindingKind) events.Event {
	themes := []events.Theme{found[n%len(found)], found[(n+3)%len(found)]}
	basis := "BVL1992 § 1-3"
	if service != "child_welfare" {
		basis = "STL §§ 17, 18, 42"
	}
	return &events.FindingRecorded{FindingID: service, Unit: fmt.Sprintf("%d-%s", 9000+n, service), Kind: kind, Themes: themes, LegalBasis: basis}
}

func evidence(what string) events.Document {
	sum := sha256.Sum256([]byte(what))
	return events.Document{ID: "example", SHA256: hex.EncodeToString(sum[:])}
}

// cooperation2008 is the audits of 114 municipalities. In 11 there was nothing to remark. How the others divide into
// remarks and deviations is invented.
func cooperation2008() []events.Submission {
	var s story
	for n := 1; n <= 114; n++ {
		s.begin(2008, n)
		unit := fmt.Sprintf("%d-municipality", 9000+n)
		report := events.MustDate("2008-04-01").AddDays(2 * n)
		s.tell(report.AddDays(-60), &events.SupervisionOpened{Theme: "cooperation", Year: 2008, Authority: fmt.Sprintf("Fylkesmannen (eksempel %d)", n%18+1), Units: []string{unit}})
		kind := events.Deviation
		if n <= 31 {
			kind = events.Remark
		}
		if n > 11 {
			s.tell(report, &events.FindingRecorded{FindingID: "1", Unit: unit, Kind: kind, Themes: []events.Theme{"cooperation"}, LegalBasis: "not given"})
		}
		s.tell(report, &events.ReportIssued{})
	}
	return s.told
}
