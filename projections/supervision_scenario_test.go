package projections_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/projections"
)

// A supervision scenario tells what an authority recorded, in words its lawyer can read, and what is to be said of it.
// Everything goes through the real path: what the ledger would refuse is refused here.
//
//	scenario: what it shows
//	2019-04-01                      opened aftercare 2019 by Fylkesmannen i Vestland: 1235-child_welfare 1235-nav
//	2019-05-09 recorded 2019-06-30  visit 2019-05-07 to 2019-05-09, as visit
//	2019-06-01                      breach 1 in 1235-nav: mapping plan; STL § 42; rectify by 2019-12-01
//	2020-01-01                      closed; refused open_findings: finding 1 in 1235-nav is open
//	on 2019-12-02                   stage visited; overdue rectification 1; outcome 1235-nav breach
//	on 2019-12-02 known 2019-05-31  outcome 1235-nav none
//	figures aftercare 2019 on 2020-01-01: 1 of 1; nav 1 of 1
//
// Flags are none unless they are named. Events happen and are recorded at noon, never before the line above; `known
// seq N` counts entries. A line `supervision NAME` begins another one in the same ledger.
func TestSupervisionScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/supervision/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, part := range strings.Split("\n"+string(text), "\nscenario:")[1:] {
			title, lines, _ := strings.Cut(part, "\n")
			t.Run(filepath.Base(file)+"/"+strings.TrimSpace(title), func(t *testing.T) {
				t.Parallel()
				o := newOffice(t)
				for _, line := range strings.Split(lines, "\n") {
					line, _, _ = strings.Cut(line, "#")
					o.read(strings.TrimSpace(line))
				}
			})
		}
	}
}

// office is an authority with a ledger of its own.
type office struct {
	t       *testing.T
	handler *commands.Handler
	ledger  *jetstream.Ledger
	view    *projections.Supervisions
	now     atomic.Int64 // of the ledger, Unix
	names   []string     // of the supervisions, in the order they were begun
	current string
	told    map[string]events.Submission
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, view: projections.NewSupervisions(), told: map[string]events.Submission{}}
	now := func() time.Time { return time.Unix(o.now.Load(), 0) }
	states := commands.NewStates()
	o.view.Now = now
	o.ledger = ledgertest.Open(t, func(c *jetstream.Config) { c.Views, c.Now = []jetstream.View{states, o.view}, now })
	o.handler = commands.NewHandler(o.ledger, states, now)
	o.begin("the only one")
	return o
}

func (o *office) begin(name string) {
	if !slices.Contains(o.names, name) {
		o.names = append(o.names, name)
	}
	o.current = fmt.Sprintf("00000000-0000-4000-8000-%012d", slices.Index(o.names, name))
}

func (o *office) nameOf(id string) string {
	var n int
	_, err := fmt.Sscanf(id, "00000000-0000-4000-8000-%d", &n)
	require.NoError(o.t, err)
	return o.names[n]
}

func (o *office) read(line string) {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "":
	case "supervision":
		o.begin(rest)
	case "on":
		o.expect(line, rest)
	case "figures":
		o.expectFigures(line, rest)
	case "list":
		o.expectList(line, rest)
	default:
		o.tell(line, word, rest)
	}
}

func noon(word string) time.Time { return events.MustDate(word).Time().Add(12 * time.Hour) }

// tell records one event, and demands that it is recorded, or refused as the line says.
func (o *office) tell(line, day, what string) {
	s := events.Submission{Entity: events.Entity{Kind: events.Supervision, ID: o.current}}
	s.Occurrence = events.Occurrence{ID: fmt.Sprintf("line-%d", len(o.told)+1), Source: "/tilsyn", Time: noon(day)}
	recorded := s.Time
	if after, given := strings.CutPrefix(what, "recorded "); given {
		day, rest, _ := strings.Cut(after, " ")
		recorded, what = noon(day), strings.TrimSpace(rest)
	}
	what, refusal, refused := strings.Cut(what, "; refused ")
	what, label, labelled := strings.Cut(what, ", as ")
	if labelled {
		s.ID = label
	}
	s.Event = o.event(line, what)
	o.now.Store(max(o.now.Load(), recorded.Unix()))
	receipt := o.handler.Record(o.t.Context(), events.EncodeSubmission(s), "authority")
	if refused {
		code, fault, _ := strings.Cut(refusal, ": ")
		o.refused(line, receipt.Err, code, fault)
		return
	}
	require.NoError(o.t, receipt.Err, line)
	require.Equal(o.t, commands.Recorded, receipt.Status, line)
	o.told[s.ID] = s
}

func (o *office) refused(line string, err error, code, fault string) {
	var refusal *commands.Refusal
	require.True(o.t, errors.As(err, &refusal), line)
	require.Equal(o.t, code, refusal.Code, line)
	var all []string
	for _, f := range refusal.Faults {
		all = append(all, f.Problem)
	}
	require.Equal(o.t, fault, strings.Join(all, ", "), line)
}

const document = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func (o *office) event(line, what string) events.Event {
	word, rest, _ := strings.Cut(what, " ")
	words := strings.Fields(rest)
	switch word {
	case "opened":
		return o.opening(line, rest)
	case "visit":
		return &events.VisitHeld{From: events.MustDate(words[0]), To: events.MustDate(words[2])}
	case "draft": // sent, comments by DATE
		return &events.DraftReportSent{CommentsBy: events.MustDate(words[3])}
	case "comments":
		return &events.CommentsReceived{}
	case "breach", "deviation", "remark":
		return o.finding(line, events.FindingKind(word), rest)
	case "report":
		return &events.ReportIssued{}
	case "plan":
		return o.plan(line, words)
	case "rectified":
		return &events.FindingRectified{FindingID: words[0], Evidence: events.Document{ID: "sak-" + words[0], SHA256: document}}
	case "closed":
		return &events.SupervisionClosed{}
	case "retract":
		return &events.EventRetracted{EventID: rest, Reason: "not_happened"}
	case "correct": // LABEL to DATE EVENT
		s, told := o.told[words[0]]
		require.True(o.t, told, line)
		s.Time = noon(words[2])
		s.Event = o.event(line, strings.Join(words[3:], " "))
		return &events.EventCorrected{EventID: words[0], Reason: "typing_error", Replacement: s}
	}
	o.t.Fatalf("cannot read what happens in %q", line)
	return nil
}

// opening: THEME YEAR by AUTHORITY: UNIT…
func (o *office) opening(line, what string) events.Event {
	head, units, ok := strings.Cut(what, ": ")
	about, authority, also := strings.Cut(head, " by ")
	require.True(o.t, ok && also, line)
	e := &events.SupervisionOpened{Authority: authority, Units: strings.Fields(units)}
	_, err := fmt.Sscan(about, &e.Theme, &e.Year)
	require.NoError(o.t, err, line)
	return e
}

// finding: ID in UNIT: THEME…; BASIS[; rectify by DATE]
func (o *office) finding(line string, kind events.FindingKind, what string) events.Event {
	e := &events.FindingRecorded{Kind: kind}
	head, tail, ok := strings.Cut(what, ": ")
	require.True(o.t, ok, line)
	_, err := fmt.Sscanf(head, "%s in %s", &e.FindingID, &e.Unit)
	require.NoError(o.t, err, line)
	parts := strings.Split(tail, "; ")
	for _, theme := range strings.Fields(parts[0]) {
		e.Themes = append(e.Themes, events.Theme(theme))
	}
	e.LegalBasis = parts[1]
	if len(parts) > 2 {
		e.RectifyBy = events.MustDate(strings.TrimPrefix(parts[2], "rectify by "))
	}
	return e
}

// plan: demanded by DATE | received with PART…[, expected DATE] | received with all parts… | sufficient | insufficient
func (o *office) plan(line string, words []string) events.Event {
	switch words[0] {
	case "demanded":
		return &events.PlanDemanded{Deadline: events.MustDate(words[2])}
	case "sufficient", "insufficient":
		return &events.PlanAssessed{Sufficient: words[0] == "sufficient"}
	}
	e := &events.PlanReceived{}
	parts, expected, dated := strings.Cut(strings.Join(words[2:], " "), ", expected ")
	if dated {
		e.ExpectedDate = events.MustDate(expected)
	}
	if parts == "all parts" {
		parts = "measures control_of_execution control_of_effect expected_date"
	}
	for _, part := range strings.Fields(parts) {
		e.Parts = append(e.Parts, events.PlanPart(part))
	}
	require.Equal(o.t, "received", words[0], line)
	return e
}
