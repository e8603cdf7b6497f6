package projections

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// A file in testdata/units tells what leaders of services did and what is to be said of them, in words a leader can read:
//
//	scenario: what it shows
//	cases in 3403 from 2023-01-01 to 2023-12-31
//	2024-05-02                               3403-nav holds a forum with child_welfare nav, as forum
//	2024-05-02 recorded 2024-06-20           3403-nav reviews the cooperation
//	on 2025-05-01                            3403-nav forum met; evidence forum; last 2024-05-02
//	on 2025-05-01 known 2024-06-10           3403-nav cooperation_followed_up not_documented
//	on 2025-05-01                            3403 has 3403-child_welfare 3403-nav
//
// Events are recorded in the order of the file, each when it occurred unless it says otherwise, and never before the one above.
// `known seq N` counts their lines. Without a line of cases every unit can be assessed. See unitTeller.event for what can happen
// and unitTeller.said for what can be asked.
func TestUnitScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/units/*.txt")
	require.NoError(t, err)
	shown := map[string]map[string]bool{}
	for _, id := range requirements.UnitIDs() {
		shown[id] = map[string]bool{}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, part := range strings.Split("\n"+string(text), "\nscenario:")[1:] {
			title, lines, _ := strings.Cut(part, "\n")
			t.Run(filepath.Base(file)+"/"+strings.TrimSpace(title), func(t *testing.T) { runUnitScenario(t, lines, shown) })
		}
	}
	for _, id := range requirements.UnitIDs() {
		for _, status := range requirements.UnitStatusNames() {
			if id == "routine_in_good_time" && status == "overdue" {
				continue // a routine holds until another takes its place
			}
			require.True(t, shown[id][status], "no scenario shows %s %s", id, status)
		}
	}
}

func runUnitScenario(t *testing.T, lines string, shown map[string]map[string]bool) {
	s := unitTeller{t: t, units: NewUnits(), told: map[string]events.Submission{}}
	for _, line := range strings.Split(lines, "\n") {
		line, _, _ = strings.Cut(line, "#")
		switch words := strings.Fields(line); {
		case len(words) == 0:
		case words[0] == "cases":
			s.cases(line, words)
		case words[0] == "on":
			s.expect(line, words[1:], shown)
		default:
			s.tell(line, words)
		}
	}
}

// unitTeller turns the lines of a scenario into entries.
type unitTeller struct {
	t        *testing.T
	units    *Units
	open     openCases
	recorded []time.Time
	told     map[string]events.Submission
	last     time.Time
}

// openCases is when youths in a municipality had duties open.
type openCases map[string][][2]events.Date

func (c openCases) DutyOpen(municipality string, from, to, _ events.Date, _ uint64) bool {
	return slices.ContainsFunc(c[municipality], func(days [2]events.Date) bool { return days[0] <= to && from <= days[1] })
}

// cases in MUNICIPALITY from DATE to DATE.
func (s *unitTeller) cases(line string, words []string) {
	require.Len(s.t, words, 7, line)
	if s.open == nil {
		s.open = openCases{}
		s.units.Cases = s.open
	}
	s.open[words[2]] = append(s.open[words[2]], [2]events.Date{events.MustDate(words[4]), events.MustDate(words[6])})
}

func noonOf(date string) time.Time { return events.MustDate(date).Time().Add(11 * time.Hour) }

func (s *unitTeller) tellLine(line string) { s.tell(line, strings.Fields(line)) }

func (s *unitTeller) tell(line string, words []string) {
	o := events.Occurrence{Source: "/scenario", Time: noonOf(words[0]), ID: fmt.Sprintf("line-%d", len(s.recorded)+1)}
	words = words[1:]
	if s.last.Before(o.Time) {
		s.last = o.Time
	}
	if words[0] == "recorded" {
		s.last = noonOf(words[1])
		words = words[2:]
	}
	what := strings.Join(words[1:], " ")
	if before, label, ok := strings.Cut(what, ", as "); ok {
		what, o.ID = before, label
	}
	entity := events.Entity{Kind: events.Unit, ID: words[0]}
	require.True(s.t, events.IsUnitID(entity.ID), line)
	o.Event = s.event(line, entity.ID, what)
	s.told[o.ID] = events.Submission{Entity: entity, Occurrence: o}
	s.recorded = append(s.recorded, s.last)
	s.units.Apply(events.Entry{Entity: entity, Sequence: uint64(len(s.recorded)), Recorded: s.last, Actor: "leader", Events: []events.Occurrence{o}})
}

func (s *unitTeller) event(line, unit, what string) events.Event {
	var a, b string
	scan := func(format string, into ...any) bool {
		n, err := fmt.Sscanf(what, format, into...)
		return err == nil && n == len(into)
	}
	after := func(phrase string) []string {
		if rest, is := strings.CutPrefix(what, phrase); is {
			return strings.Fields(strings.NewReplacer(",", " ").Replace(rest))
		}
		return nil
	}
	switch {
	case scan("correct %s to %s", &a, &b):
		corrected := s.told[a]
		corrected.Time = noonOf(b)
		corrected.Event = s.event(line, unit, strings.SplitN(what, " ", 5)[4])
		return &events.EventCorrected{EventID: a, Reason: "typing_error", Replacement: corrected}
	case scan("retract %s", &a):
		return &events.EventRetracted{EventID: a, Reason: "not_happened"}
	case strings.HasPrefix(what, "signs an agreement with "):
		parties, until, _ := strings.Cut(strings.TrimPrefix(what, "signs an agreement with "), ", valid to ")
		e := &events.CooperationAgreementSigned{Parties: append([]string{unit}, strings.Fields(parties)...)}
		if until != "" {
			e.ValidTo = events.MustDate(until)
		}
		return e
	case after("holds a forum with ") != nil:
		return &events.CooperationForumHeld{Services: servicesIn(after("holds a forum with "))}
	case after("trains ") != nil:
		return &events.TrainingHeld{Topic: "aftercare", Services: servicesIn(after("trains "))}
	case what == "reviews the cooperation":
		return &events.CooperationReviewed{}
	case scan("reviews attendance of %s", &a):
		return &events.AttendanceReviewed{Service: events.Service(a)}
	case what == "reviews the children of users":
		return &events.ChildrenOfUsersReviewed{Service: serviceOf(unit)}
	case scan("discusses the statistics of %s", &a):
		return &events.ConcernStatisticsReviewed{Period: a, Services: []events.Service{events.ChildWelfare}}
	case what == "examines the effect":
		return &events.EffectivenessReviewed{}
	case scan("adopts %s of %s", &a, &b):
		value, err := events.ParseDuration(b)
		require.NoError(s.t, err, line)
		return &events.RoutineAdopted{Topic: events.Routine(a), Value: value}
	case scan("reports deviation %s", &a):
		return &events.DeviationReported{DeviationID: a, Topic: "participation"}
	case scan("closes deviation %s", &a):
		return &events.DeviationClosed{DeviationID: a}
	case after("serves ") != nil:
		return &events.UnitServes{Municipalities: after("serves ")}
	case scan("becomes %s", &a):
		return &events.UnitRenumbered{From: unit, To: a}
	case after("is merged from ") != nil:
		return &events.UnitsMerged{From: after("is merged from "), To: unit}
	}
	s.t.Fatalf("cannot read what happens in %q", line)
	return nil
}

func servicesIn(words []string) (all []events.Service) {
	for _, w := range words {
		all = append(all, events.Service(w))
	}
	return all
}

// asOf is a day, and what was known at an instant or at a sequence.
func (s *unitTeller) asOf(words []string) (AsOf, []string) {
	at := AsOf{ValidAt: events.MustDate(words[0]), KnownAt: s.last, Sequence: uint64(len(s.recorded))}
	words = words[1:]
	if words[0] != "known" {
		return at, words
	}
	words = words[1:]
	if words[0] == "seq" {
		_, err := fmt.Sscan(words[1], &at.Sequence)
		require.NoError(s.t, err)
		return at, words[2:]
	}
	at.KnownAt, at.Sequence = noonOf(words[0]), 0
	for _, recorded := range s.recorded {
		if !recorded.After(at.KnownAt) {
			at.Sequence++
		}
	}
	return at, words[1:]
}

// expect: DATE [known T] MUNICIPALITY has UNIT…, UNIT unknown, UNIT REQUIREMENT … as in said, or UNIT … as in toldOf.
func (s *unitTeller) expect(line string, words []string, shown map[string]map[string]bool) {
	at, words := s.asOf(words)
	if words[1] == "has" {
		m, err := s.units.Municipality(words[0], UnitQuery{}, at)
		require.NoError(s.t, err, line)
		ids := []string{}
		for _, u := range m.Units {
			ids = append(ids, u.Unit)
		}
		require.Equal(s.t, words[2:], ids, line)
		return
	}
	u, err := s.units.Unit(words[0], UnitQuery{}, at)
	if words[1] == "unknown" {
		require.ErrorIs(s.t, err, events.ErrNotFound, line)
		return
	}
	require.NoError(s.t, err, line)
	if i := requirements.FindUnit(words[1]); i >= 0 {
		v := u.Requirements[i]
		shown[v.Requirement][v.Status] = true
		s.said(line, &v, strings.Split(strings.Join(words[2:], " "), "; "))
		return
	}
	require.Equal(s.t, strings.Join(words[2:], " "), toldOf(s.t, &u, words[1]), line)
}

// said: REQUIREMENT STATUS[; evidence ID…][; last DATE][; basis TEXT][; says TEXT].
func (s *unitTeller) said(line string, v *UnitVerdict, clauses []string) {
	require.Equal(s.t, clauses[0], v.Status, line)
	s.readable(line, v)
	for _, clause := range clauses[1:] {
		name, value, _ := strings.Cut(clause, " ")
		switch name {
		case "says":
			require.Contains(s.t, v.Explanation.NB+v.Explanation.NN+v.Explanation.EN, value, line)
		case "evidence":
			require.Equal(s.t, value, strings.Join(v.Evidence, " "), line)
		case "last":
			require.Equal(s.t, value, v.Last.String(), line)
		case "from":
			require.Equal(s.t, value, v.PeriodFrom.String(), line)
		case "basis":
			require.Equal(s.t, value, *v.LegalBasis, line)
		default:
			s.t.Fatalf("nothing is known of %s in %q", name, line)
		}
	}
}

// readable: every explanation names the last of the evidence in each language, and says that it decides nothing.
func (s *unitTeller) readable(line string, v *UnitVerdict) {
	for _, text := range []string{v.Explanation.NB, v.Explanation.NN, v.Explanation.EN} {
		if len(v.Evidence) > 0 {
			require.Contains(s.t, text, v.Last.String(), line)
			require.Contains(s.t, text, v.Evidence[len(v.Evidence)-1], line)
		}
		require.NotContains(s.t, text, "  ", line)
	}
	require.Contains(s.t, v.Explanation.NB, "ikke et enkeltvedtak")
	require.Contains(s.t, v.Explanation.NN, "ikkje eit enkeltvedtak")
	require.Contains(s.t, v.Explanation.EN, "not an administrative decision")
}

// toldOf is another thing that is told of a unit, in words.
func toldOf(t *testing.T, u *Unit, what string) string {
	all := []string{}
	linked := func(links []UnitLink) {
		for _, l := range links {
			all = append(all, l.Unit+" "+l.From.String())
		}
	}
	switch what {
	case "deviations":
		for _, d := range u.Deviations {
			all = append(all, d.DeviationID)
		}
	case "routines":
		for _, r := range u.Routines {
			all = append(all, fmt.Sprintf("%s %s from %s", r.Topic, r.Value, r.From))
		}
	case "serves":
		for _, m := range u.Serves {
			all = append(all, m.Municipality)
		}
	case "ended":
		all = append(all, day(u.Ended))
	case "was":
		linked(u.RenumberedFrom)
	case "is":
		linked(u.RenumberedTo)
	case "comes":
		linked(u.MergedFrom)
	case "went":
		linked(u.MergedInto)
	case "requirements":
		all = append(all, fmt.Sprint(len(u.Requirements)))
	default:
		t.Fatalf("nothing is known of %s", what)
	}
	return strings.Join(all, " ")
}

func day(d *events.Date) string {
	if d == nil {
		return "not"
	}
	return d.String()
}
