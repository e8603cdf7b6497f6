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

// A scenario file tells histories and what is to be said of them, in words a caseworker can read:
//
//	scenario: what it shows
//	2006-06-02                          registered, born 2006-06-02 in 3020
//	2024-06-01 recorded 2024-06-20      informed, as info
//	on 2024-06-01                       information met; evidence info
//	on 2024-07-01 known 2024-06-10      information overdue
//	2024-06-02                          measure m1 starts as voluntary
//	on 2024-07-02                       plan[2024-06-02] open
//	on 2024-07-02                       follow_up instances 2024-06-02
//	2024-07-02                          decision d1 to continue, without reasons, says the register
//	2024-07-03                          3020-child_welfare adopts in_good_time of P9M, as routine
//
// Events are recorded in the order of the file, each when it occurred unless it says otherwise, and never before the
// one above. Times are UTC; a date alone is noon. `known seq N` counts the lines. See sayings for what can happen, and
// teller.expect for what can be expected.

const scenarioYouth = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	shown := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, part := range strings.Split("\n"+string(text), "\nscenario:")[1:] {
			title, lines, _ := strings.Cut(part, "\n")
			t.Run(filepath.Base(file)+"/"+strings.TrimSpace(title), func(t *testing.T) { runScenario(t, lines, shown) })
		}
	}
	for _, id := range requirements.IDs() {
		require.True(t, shown[id], "no scenario shows "+id)
	}
}

func runScenario(t *testing.T, lines string, shown map[string]bool) {
	teller := teller{t: t, told: map[string]events.Submission{}}
	for _, line := range strings.Split(lines, "\n") {
		line, _, _ = strings.Cut(line, "#")
		switch words := strings.Fields(line); {
		case len(words) == 0:
		case words[0] == "on":
			shown[teller.expect(line, words[1:])] = true
		default:
			teller.tell(line, words)
		}
	}
}

// teller turns the lines of a scenario into entries.
type teller struct {
	t       *testing.T
	entries []events.Entry
	told    map[string]events.Submission
	last    time.Time
}

func (s *teller) when(word string) time.Time {
	if d, err := events.ParseDate(word); err == nil {
		return d.Time().Add(11 * time.Hour)
	}
	at, err := time.Parse("2006-01-02T15:04Z", word)
	require.NoError(s.t, err, word)
	return at
}

func (s *teller) tell(line string, words []string) {
	o := events.Submission{Entity: events.YouthEntity(scenarioYouth)}
	o.Source, o.Time, o.ID = "/scenario", s.when(words[0]), fmt.Sprintf("line-%d", len(s.entries)+1)
	words = words[1:]
	if s.last.Before(o.Time) {
		s.last = o.Time
	}
	if words[0] == "recorded" {
		s.last = s.when(words[1])
		words = words[2:]
	}
	rest := strings.Join(words, " ")
	if what, label, ok := strings.Cut(rest, ", as "); ok {
		rest, o.ID = what, label
	}
	if what, ok := strings.CutSuffix(rest, ", says the register"); ok {
		rest, o.Source = what, events.RegisterSource
	}
	if events.IsUnitID(words[0]) {
		o.Entity = events.Entity{Kind: events.Unit, ID: words[0]}
		o.Event = s.event(line, strings.TrimPrefix(rest, words[0]), unitSayings)
	} else {
		o.Event = s.happens(line, rest)
	}
	s.record(line, o)
}

// record takes in what any door would.
func (s *teller) record(line string, o events.Submission) {
	_, err := events.ReadSubmission(events.EncodeSubmission(o))
	require.NoError(s.t, err, line)
	s.told[o.ID] = o
	n := uint64(len(s.entries) + 1)
	s.entries = append(s.entries, events.Entry{Entity: o.Entity, Number: n, Sequence: n, Actor: "emitter", Recorded: s.last, Events: []events.Occurrence{o.Occurrence}})
}

// happens to the youth: an event, or correct LABEL to DATE EVENT.
func (s *teller) happens(line, what string) events.Event {
	rest, isCorrection := strings.CutPrefix(what, "correct ")
	if !isCorrection {
		return s.event(line, what, sayings)
	}
	words := strings.Fields(rest)
	replacement := s.told[words[0]]
	require.NotEmpty(s.t, replacement.ID, line)
	replacement.Time = s.when(words[2])
	replacement.Event = s.event(line, strings.Join(words[3:], " "), sayings)
	return &events.EventCorrected{EventID: words[0], Reason: "typing_error", Replacement: replacement}
}

// expect: DATE [known T] REQUIREMENT[INSTANCE] STATUS[; evidence ID][; flags A B][; limit D][; target D][; municipality N][; basis TEXT][; says TEXT],
// or, of all instances, REQUIREMENT instances [INSTANCE …], or REQUIREMENT none. It tells the requirement.
func (s *teller) expect(line string, words []string) string {
	q := Query{ValidAt: events.MustDate(words[0]), Youths: []string{scenarioYouth}}
	if words = words[1:]; words[0] == "known" {
		q.KnownAt, words = s.known(words[1:])
	}
	id, instance, one := strings.Cut(strings.TrimSuffix(words[0], "]"), "[")
	q.Requirement = id
	all := verdictsOf(s.t, s.entries, q)
	switch words[1] {
	case "none":
		require.Empty(s.t, all, line)
		return id
	case "instances":
		require.Equal(s.t, words[2:], instances(all), line)
		return id
	}
	if one {
		all = slices.DeleteFunc(all, func(v Verdict) bool { return v.Instance != instance })
	}
	require.Len(s.t, all, 1, line)
	s.same(line, &all[0], clausesOf(strings.Join(words[1:], " ")))
	return id
}

func (s *teller) known(words []string) (KnownAt, []string) {
	if words[0] != "seq" {
		return KnownAt{Time: s.when(words[0])}, words[1:]
	}
	k, err := ParseKnownAt("seq:" + words[1])
	require.NoError(s.t, err)
	return k, words[2:]
}

func instances(all []Verdict) (each []string) {
	for i := range all {
		each = append(each, all[i].Instance)
	}
	return each
}

var clauseNames = []string{"evidence", "flags", "limit", "target", "municipality", "basis", "service", "norm", "says"}

// clausesOf parts what is expected at each ; that a clause begins after.
func clausesOf(expected string) (clauses []string) {
	for _, part := range strings.Split(expected, "; ") {
		if name, _, _ := strings.Cut(part, " "); len(clauses) > 0 && !slices.Contains(clauseNames, name) {
			clauses[len(clauses)-1] += "; " + part
		} else {
			clauses = append(clauses, part)
		}
	}
	return clauses
}

func (s *teller) same(line string, v *Verdict, clauses []string) {
	require.Equal(s.t, clauses[0], v.Status, line)
	readable(s.t, line, v)
	flags := []string{}
	for _, clause := range clauses[1:] {
		name, value, _ := strings.Cut(clause, " ")
		switch name {
		case "flags":
			flags = strings.Fields(value)
		case "says":
			require.Contains(s.t, v.Explanation.NB+v.Explanation.NN+v.Explanation.EN, value, line)
		default:
			require.Equal(s.t, value, said(v, name), line)
		}
	}
	require.Equal(s.t, flags, v.Flags, line)
}

func said(v *Verdict, name string) string {
	switch name {
	case "evidence":
		return strings.Join(v.Evidence, " ")
	case "limit":
		return orNone(v.Limit)
	case "target":
		return orNone(v.Target)
	case "service":
		return v.Service
	case "norm":
		return v.Norm
	case "municipality":
		return v.Municipality
	case "basis":
		if v.LegalBasis == nil {
			return "none"
		}
		return *v.LegalBasis
	}
	return "nothing is known of " + name
}

func orNone(d *events.Date) string {
	if d == nil {
		return "none"
	}
	return d.String()
}

// readable: every explanation names the limit and the evidence in each language, and that it decides nothing.
func readable(t *testing.T, line string, v *Verdict) {
	for _, text := range []string{v.Explanation.NB, v.Explanation.NN, v.Explanation.EN} {
		require.Contains(t, text, v.Limit.String(), line)
		for _, id := range v.Evidence {
			require.Contains(t, text, id, line)
		}
		require.NotContains(t, text, "  ", line)
	}
	require.Contains(t, v.Explanation.NB, "ikke et enkeltvedtak")
	require.Contains(t, v.Explanation.NN, "ikkje eit enkeltvedtak")
	require.Contains(t, v.Explanation.EN, "not an administrative decision")
}

func verdictsOf(t require.TestingT, entries []events.Entry, q Query) []Verdict {
	y := NewYouths()
	y.Routines = routinesIn(entries)
	for _, e := range entries {
		y.Apply(e)
	}
	_, all, err := y.Verdicts(q)
	require.NoError(t, err)
	return slices.Collect(all)
}

// routinesIn is what the units in the entries have adopted, and whom they serve.
func routinesIn(entries []events.Entry) func(events.Date, uint64) *requirements.Routines {
	units := NewUnits()
	for _, e := range entries {
		units.Apply(e)
	}
	return units.Routines
}
