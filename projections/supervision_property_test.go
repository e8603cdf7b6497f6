package projections

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
)

// The histories drawn here are odder than the ledger allows: steps in any order, findings in units that are not looked
// at, corrections of anything, openings taken back. A view must stand them all.

type supervisionDrawer struct {
	t       *rapid.T
	entries []events.Entry
	now     time.Time
}

// firstDay is when the drawn supervisions begin.
var firstDay = events.MustDate("2021-06-01")

func supervisionDay(t *rapid.T) events.Date {
	return firstDay.AddDays(rapid.IntRange(-200, 2000).Draw(t, "day"))
}

func drawSupervisions(t *rapid.T) []events.Entry {
	d := supervisionDrawer{t: t, now: firstDay.Time()}
	for range rapid.IntRange(1, 40).Draw(t, "entries") {
		d.now = d.now.Add(time.Duration(rapid.SampledFrom([]int{0, 600, 86400 * 3, 86400 * 30}).Draw(t, "pause")) * time.Second)
		d.entry(youthNumber(rapid.IntRange(1, 4).Draw(t, "supervision")))
	}
	return d.entries
}

func (d *supervisionDrawer) entry(id string) {
	e := events.Entry{Entity: events.Entity{Kind: events.Supervision, ID: id}, Sequence: uint64(len(d.entries) + 1), Recorded: d.now, Actor: "authority"}
	for range rapid.IntRange(1, 3).Draw(d.t, "events") {
		o := events.Occurrence{ID: fmt.Sprintf("e%d-%d", e.Sequence, len(e.Events)), Source: "/s"}
		o.Time = d.now.Add(-time.Duration(rapid.IntRange(-1, 200).Draw(d.t, "ago")) * 24 * time.Hour)
		o.Event = d.event(&e, &o)
		e.Events = append(e.Events, o)
	}
	d.entries = append(d.entries, e)
}

// event begins a history with an opening; later ones tell anything, or correct or take back what was told.
func (d *supervisionDrawer) event(e *events.Entry, o *events.Occurrence) events.Event {
	var known []events.Occurrence
	for _, earlier := range d.entries {
		if earlier.Entity == e.Entity {
			known = append(known, earlier.Events...)
		}
	}
	if len(known)+len(e.Events) == 0 {
		return d.opening()
	}
	if sort := rapid.IntRange(0, 9).Draw(d.t, "sort"); sort < 2 && len(known) > 0 {
		about := rapid.SampledFrom(known).Draw(d.t, "about")
		switch about.Event.(type) {
		case *events.EventRetracted:
		case *events.EventCorrected:
			return &events.EventRetracted{EventID: about.ID, Reason: "not_happened"}
		case *events.SupervisionOpened:
			if sort == 0 {
				return d.correction(e, o, about, d.opening())
			}
			return &events.EventRetracted{EventID: about.ID, Reason: "not_happened"}
		default:
			if sort == 0 {
				return d.correction(e, o, about, d.step(places[stepOf(about.Event)]))
			}
			return &events.EventRetracted{EventID: about.ID, Reason: "not_happened"}
		}
	}
	return d.step(rapid.IntRange(0, len(steps)-1).Draw(d.t, "step"))
}

func (d *supervisionDrawer) correction(e *events.Entry, o *events.Occurrence, about events.Occurrence, to events.Event) events.Event {
	about.Time, about.Event = o.Time, to
	return &events.EventCorrected{EventID: about.ID, Reason: "typing_error", Replacement: events.Submission{Entity: e.Entity, Occurrence: about}}
}

func (d *supervisionDrawer) opening() events.Event {
	units := rapid.SliceOfNDistinct(rapid.SampledFrom(drawnUnits), 1, 3, rapid.ID[string]).Draw(d.t, "units")
	return &events.SupervisionOpened{Theme: rapid.SampledFrom([]string{"aftercare", "cooperation"}).Draw(d.t, "theme"),
		Year: 2021, Authority: rapid.SampledFrom([]string{"Agder", "Vestland"}).Draw(d.t, "authority"), Units: units}
}

var (
	drawnUnits = []string{"0904-nav", "0904-child_welfare", "0301_09-nav", "1833-municipality"}
	steps      = []events.Event{&events.VisitHeld{}, &events.DraftReportSent{}, &events.CommentsReceived{}, &events.FindingRecorded{},
		&events.FindingRecorded{}, &events.ReportIssued{}, &events.ReportIssued{}, &events.PlanDemanded{}, &events.PlanReceived{},
		&events.PlanAssessed{}, &events.FindingRectified{}, &events.FindingRectified{}, &events.SupervisionClosed{}}
	places = func() map[step]int {
		all := map[step]int{}
		for i, e := range steps {
			all[stepOf(e)] = i
		}
		return all
	}()
)

func (d *supervisionDrawer) step(i int) events.Event {
	day := func() events.Date { return events.DateOf(d.now).AddDays(rapid.IntRange(-60, 60).Draw(d.t, "day")) }
	name := func() string { return rapid.SampledFrom([]string{"1", "2", "3"}).Draw(d.t, "finding") }
	switch steps[i].(type) {
	case *events.VisitHeld:
		return &events.VisitHeld{From: day(), To: day()}
	case *events.DraftReportSent:
		return &events.DraftReportSent{CommentsBy: day()}
	case *events.CommentsReceived:
		return &events.CommentsReceived{}
	case *events.FindingRecorded:
		return &events.FindingRecorded{FindingID: name(), Unit: rapid.SampledFrom(drawnUnits).Draw(d.t, "unit"), LegalBasis: "x", RectifyBy: day(),
			Kind:   rapid.SampledFrom([]events.FindingKind{events.Breach, events.Deviation, events.Remark}).Draw(d.t, "kind"),
			Themes: rapid.SliceOfN(rapid.SampledFrom([]events.Theme{"plan", "ending"}), 0, 2).Draw(d.t, "themes")}
	case *events.ReportIssued:
		return &events.ReportIssued{}
	case *events.PlanDemanded:
		return &events.PlanDemanded{Deadline: day()}
	case *events.PlanReceived:
		return &events.PlanReceived{Parts: rapid.SliceOfN(rapid.SampledFrom(planParts), 0, 4).Draw(d.t, "parts"), ExpectedDate: day()}
	case *events.PlanAssessed:
		return &events.PlanAssessed{Sufficient: rapid.Bool().Draw(d.t, "sufficient")}
	case *events.FindingRectified:
		return &events.FindingRectified{FindingID: name()}
	}
	return &events.SupervisionClosed{}
}

func foldedSupervisions(entries []events.Entry) *Supervisions {
	s := NewSupervisions()
	for _, e := range entries {
		s.Apply(e)
	}
	return s
}

// everySupervision is all rows and figures, without what only tells when they were computed.
func everySupervision(t require.TestingT, s *Supervisions, q SupervisionQuery) ([]Supervision, []SupervisionFigures) {
	q.Limit, q.ByAuthority = MaxLimit, true
	page, err := s.List(q)
	require.NoError(t, err)
	for i := range page.Rows {
		page.Rows[i].Number, page.Rows[i].Sequence, page.Rows[i].KnownAt = 0, 0, time.Time{}
	}
	return page.Rows, figuresOf(t, s, q)
}

func figuresOf(t require.TestingT, s *Supervisions, q SupervisionQuery) []SupervisionFigures {
	figures, err := s.Figures(q)
	require.NoError(t, err)
	for i := range figures.Rows {
		figures.Rows[i].Sequence, figures.Rows[i].KnownAt = 0, time.Time{}
	}
	return figures.Rows
}

func TestFoldingSupervisionsInPartsAndTwiceIsFoldingInOneGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, day := drawSupervisions(t), supervisionDay(t)
		parts := NewSupervisions()
		for i, e := range entries {
			parts.Apply(e)
			parts.Apply(entries[rapid.IntRange(0, i).Draw(t, "again")])
			if rapid.Bool().Draw(t, "ask") {
				everySupervision(t, parts, SupervisionQuery{ValidAt: day})
			}
		}
		rows, figures := everySupervision(t, parts, SupervisionQuery{ValidAt: day})
		wantRows, wantFigures := everySupervision(t, foldedSupervisions(entries), SupervisionQuery{ValidAt: day})
		require.Equal(t, wantRows, rows)
		require.Equal(t, wantFigures, figures)
	})
}

func TestSupervisionsAsKnownAreThoseOfTheHistoryCutThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, day := drawSupervisions(t), supervisionDay(t)
		n := rapid.IntRange(1, len(entries)).Draw(t, "cut")
		wantRows, wantFigures := everySupervision(t, foldedSupervisions(entries[:n]), SupervisionQuery{ValidAt: day})
		whole := foldedSupervisions(entries)
		rows, figures := everySupervision(t, whole, SupervisionQuery{ValidAt: day, KnownAt: KnownAt{Sequence: uint64(n)}})
		require.Equal(t, wantRows, rows)
		require.Equal(t, wantFigures, figures)

		last := n // knownAt as an instant takes all that was recorded up to it
		for last < len(entries) && !entries[last].Recorded.After(entries[n-1].Recorded) {
			last++
		}
		page, err := whole.List(SupervisionQuery{ValidAt: day, KnownAt: KnownAt{Time: entries[n-1].Recorded}})
		require.NoError(t, err)
		require.Equal(t, uint64(last), page.Sequence)
	})
}

// TestFiguresAreWhatTheDefinitionSays counts again, by a straight reading of domain § 5.
func TestFiguresAreWhatTheDefinitionSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, day := drawSupervisions(t), supervisionDay(t)
		type counts struct{ all, breach, remark, nothing int }
		want, got := map[figuresKey]counts{}, map[figuresKey]counts{}
		for n := range 5 {
			now := tellAgain(entries, youthNumber(n))
			var key figuresKey
			reported, breach, found := false, false, false
			for _, o := range now {
				switch e := o.Event.(type) {
				case *events.SupervisionOpened:
					key = figuresKey{e.Theme, e.Year, e.Authority}
				case *events.ReportIssued:
					reported = reported || o.Date() <= day
				case *events.FindingRecorded:
					found = found || o.Date() <= day
					breach = breach || o.Date() <= day && e.Kind != events.Remark
				}
			}
			if !reported || key.theme == "" {
				continue
			}
			c := want[key]
			c.all++
			switch {
			case breach:
				c.breach++
			case found:
				c.remark++
			default:
				c.nothing++
			}
			want[key] = c
		}
		for _, f := range figuresOf(t, foldedSupervisions(entries), SupervisionQuery{ValidAt: day, ByAuthority: true}) {
			if f.Supervisions > 0 {
				got[figuresKey{f.Theme, f.Year, f.Authority}] = counts{f.Supervisions, f.WithBreach, f.WithRemarkOnly, f.NothingFound}
			}
		}
		require.Equal(t, want, got)
	})
}

// tellAgain is a supervision's events as they now say, by going through them once for each.
func tellAgain(entries []events.Entry, id string) (now []events.Occurrence) {
	var all []events.Occurrence
	for _, e := range entries {
		if e.Entity.ID == id {
			all = append(all, e.Events...)
		}
	}
	gone := func(id string) bool {
		return slices.ContainsFunc(all, func(o events.Occurrence) bool {
			r, is := o.Event.(*events.EventRetracted)
			return is && r.EventID == id
		})
	}
	for _, o := range all {
		for _, c := range all {
			if e, is := c.Event.(*events.EventCorrected); is && e.EventID == o.ID && !gone(c.ID) {
				o = e.Replacement.Occurrence
			}
		}
		if !gone(o.ID) {
			now = append(now, o)
		}
	}
	return now
}

// TestFiguresOnlyGrowWithTime: what is counted stays counted. Only supervisions without a breach can become fewer, by one
// being found, and those that are not reported, by their reports.
func TestFiguresOnlyGrowWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := foldedSupervisions(drawSupervisions(t))
		was := map[string]SupervisionFigures{}
		for day := firstDay - 260; day < firstDay+1300; day += 13 {
			national := map[string]int{}
			for _, f := range figuresOf(t, s, SupervisionQuery{ValidAt: day, ByAuthority: true}) {
				require.Equal(t, f.Supervisions, f.WithBreach+f.WithRemarkOnly+f.NothingFound)
				before := was[f.Theme+f.Authority]
				require.GreaterOrEqual(t, f.Supervisions, before.Supervisions)
				require.GreaterOrEqual(t, f.WithBreach, before.WithBreach)
				require.LessOrEqual(t, f.NothingFound-before.NothingFound, f.Supervisions-before.Supervisions)
				was[f.Theme+f.Authority] = f
				national[f.Theme] += f.WithBreach
			}
			for _, f := range figuresOf(t, s, SupervisionQuery{ValidAt: day}) {
				require.Equal(t, national[f.Theme], f.WithBreach, "the nation is the sum of the authorities")
			}
		}
	})
}

func TestPagesOfSupervisionsAreTheWholeList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, day := foldedSupervisions(drawSupervisions(t)), supervisionDay(t)
		s.Now = func() time.Time { return day.Time() }
		q := SupervisionQuery{ValidAt: day, Status: rapid.SliceOfDistinct(rapid.SampledFrom(SupervisionStatuses()), rapid.ID[string]).Draw(t, "status")}
		whole, err := s.List(q)
		require.NoError(t, err)
		rows := []Supervision{}
		for q.Limit = 1; ; {
			page, err := s.List(q)
			require.NoError(t, err)
			rows = append(rows, page.Rows...)
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		require.Equal(t, whole.Rows, rows)
		for i := 1; i < len(rows); i++ {
			require.Negative(t, rows[i-1].place().compare(rows[i].place()))
		}
	})
}
