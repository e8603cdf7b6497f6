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
//
// Events are recorded in the order of the file, each when it occurred unless it says otherwise, and never before the
// one above. Times are UTC; a date alone is noon. `known seq N` counts the lines. See teller.words for what can happen.

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
	teller := teller{t: t}
	for _, line := range strings.Split(lines, "\n") {
		line, _, _ = strings.Cut(line, "#")
		switch words := strings.Fields(line); {
		case len(words) == 0:
		case words[0] == "on":
			shown[words[slices.IndexFunc(words, func(w string) bool { return requirements.Find(w) >= 0 })]] = true
			teller.expect(line, words[1:])
		default:
			teller.tell(line, words)
		}
	}
}

// teller turns the lines of a scenario into entries.
type teller struct {
	t       *testing.T
	entries []events.Entry
	told    map[string]events.Occurrence
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
	o := events.Occurrence{Source: "/scenario", Time: s.when(words[0]), ID: fmt.Sprintf("line-%d", len(s.entries)+1)}
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
	o.Event = s.event(line, rest)
	if s.told == nil {
		s.told = map[string]events.Occurrence{}
	}
	s.told[o.ID] = o
	n := uint64(len(s.entries) + 1)
	s.entries = append(s.entries, events.Entry{Entity: events.YouthEntity(scenarioYouth), Number: n, Sequence: n, Actor: "emitter",
		Recorded: s.last, Events: []events.Occurrence{o}})
}

func (s *teller) event(line, what string) events.Event {
	var a, b string
	scan := func(format string, into ...any) bool {
		n, err := fmt.Sscanf(what, format, into...)
		return err == nil && n == len(into)
	}
	has := func(phrase string) bool { return strings.Contains(what, phrase) }
	service := events.ChildWelfare
	if has("by nav") {
		service = events.Nav
	}
	switch {
	case scan("correct %s to %s", &a, &b):
		return s.correction(line, a, b, strings.SplitN(what, " ", 5)[4])
	case scan("registered, born %s in %s", &a, &b):
		return &events.YouthRegistered{BirthDate: events.MustDate(a), Municipality: b}
	case scan("birth date corrected to %s", &a):
		return &events.BirthDateCorrected{BirthDate: events.MustDate(a), Reason: "register"}
	case scan("responsible is %s", &a):
		return &events.ResponsibilityAssigned{Municipality: a, Basis: "agreement"}
	case scan("moves to %s", &a):
		return &events.ResidenceChanged{Municipality: a}
	case what == "dies":
		return &events.YouthDied{}
	case scan("measure %s starts as %s in %s", &a, &b, new(string)):
		return &events.MeasureStarted{MeasureID: a, Kind: events.MeasureKind(b), Category: "4.6", LegalBasis: "BVL", Municipality: what[len(what)-4:]}
	case scan("measure %s starts as %s", &a, &b):
		return &events.MeasureStarted{MeasureID: a, Kind: events.MeasureKind(b), Category: "4.6", LegalBasis: "BVL"}
	case scan("measure %s ends", &a):
		return &events.MeasureEnded{MeasureID: a, Reason: "other"}
	case scan("%s", &a) && strings.HasPrefix(a, "informed"):
		topic := events.TopicAftercare
		if has("only of complaint") {
			topic = "complaint"
		}
		return &events.InformationGiven{Service: service, Topics: []events.Topic{topic}, Form: "oral", Adapted: !has("not adapted")}
	case has("takes part"):
		return &events.ParticipationRecorded{Service: service, Concerning: events.ConcernAftercare, Mode: events.ModeTalk}
	case has("not given the chance"):
		return &events.ParticipationRecorded{Service: service, Concerning: events.ConcernAftercare, Mode: events.ModeDenied}
	case has("does not want to"):
		return &events.ParticipationRecorded{Service: service, Concerning: events.ConcernAftercare, Mode: events.ModeUnwilling}
	case has("assessed"):
		return &events.AssessmentCompleted{Service: service, Domains: []events.Domain{"housing"}, Conclusion: "no_need"}
	case scan("requests %s", &a):
		return &events.AftercareRequested{RequestID: a}
	case scan("decision %s to %s", &a, &b):
		return decisionOf(a, strings.TrimSuffix(b, ","), what, service)
	case scan("complaint annuls %s", &a):
		return &events.ComplaintDecided{ComplaintID: "c", DecisionID: a, Outcome: events.Annulled}
	case scan("retract %s", &a):
		return &events.EventRetracted{EventID: a, Reason: "not_happened"}
	}
	s.t.Fatalf("cannot read what happens in %q", line)
	return nil
}

func decisionOf(id, outcome, what string, by events.Service) events.Event {
	d := &events.DecisionMade{DecisionID: id, Service: by, Outcome: events.Outcome(outcome), LegalBasis: "BVL", InWriting: !strings.Contains(what, "oral"),
		Reasons: []events.Reason{"facts", events.BestInterests}}
	if strings.Contains(what, "without best interests") {
		d.Reasons = d.Reasons[:1]
	}
	if _, request, ok := strings.Cut(what, "answering "); ok {
		d.AnswersRequest = request
	}
	return d
}

// correction: correct LABEL to DATE EVENT.
func (s *teller) correction(line, id, day, what string) events.Event {
	replacement := s.told[id]
	require.NotEmpty(s.t, replacement.ID, line)
	replacement.Time = s.when(day)
	replacement.Event = s.event(line, what)
	return &events.EventCorrected{EventID: id, Reason: "typing_error",
		Replacement: events.Submission{Entity: events.YouthEntity(scenarioYouth), Occurrence: replacement}}
}

// expect: DATE [known T] REQUIREMENT STATUS[; evidence ID][; flags A B][; limit D][; target D][; municipality N][; basis TEXT][; says TEXT].
func (s *teller) expect(line string, words []string) {
	q := Query{ValidAt: events.MustDate(words[0]), Youths: []string{scenarioYouth}}
	words = words[1:]
	if words[0] == "known" {
		words = words[1:]
		if words[0] == "seq" {
			k, err := ParseKnownAt("seq:" + words[1])
			require.NoError(s.t, err)
			q.KnownAt, words = k, words[1:]
		} else {
			q.KnownAt = KnownAt{Time: s.when(words[0])}
		}
		words = words[1:]
	}
	q.Requirement = words[0]
	clauses := strings.Split(strings.Join(words[1:], " "), "; ")
	v := verdictsOf(s.t, s.entries, q)
	if clauses[0] == "unknown" {
		require.Empty(s.t, v, line)
		return
	}
	require.Len(s.t, v, 1, line)
	require.Equal(s.t, clauses[0], v[0].Status, line)
	readable(s.t, line, &v[0])
	flags := []string{}
	for _, clause := range clauses[1:] {
		name, value, _ := strings.Cut(clause, " ")
		switch name {
		case "flags":
			flags = strings.Fields(value)
		case "says":
			require.Contains(s.t, v[0].Explanation.NB+v[0].Explanation.NN+v[0].Explanation.EN, value, line)
		default:
			require.Equal(s.t, value, said(&v[0], name), line)
		}
	}
	require.Equal(s.t, flags, v[0].Flags, line)
}

func said(v *Verdict, name string) string {
	switch name {
	case "evidence":
		return strings.Join(v.Evidence, " ")
	case "limit":
		return v.Limit.String()
	case "target":
		if v.Target == nil {
			return "none"
		}
		return v.Target.String()
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
	for _, e := range entries {
		y.Apply(e)
	}
	_, all, err := y.Verdicts(q)
	require.NoError(t, err)
	return slices.Collect(all)
}
