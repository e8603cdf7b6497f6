package projections

import (
	"cmp"
	"slices"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// SupervisionFigures counts the supervisions of one theme and year, of all authorities or of one. A supervision counts
// from the day of its report; with breach when a breach or deviation was found by then or later up to the day asked
// about, whether or not it was put right since (domain § 5). The first three counts below add up to Supervisions.
type SupervisionFigures struct {
	Theme          string           `json:"theme"`
	Year           int              `json:"year"`
	Authority      string           `json:"authority"` // empty: all
	Supervisions   int              `json:"supervisions"`
	WithBreach     int              `json:"withBreach"`     // a breach or deviation
	WithRemarkOnly int              `json:"withRemarkOnly"` // a remark, and nothing graver
	NothingFound   int              `json:"nothingFound"`   // no finding of any kind
	Closed         int              `json:"closed"`         // of Supervisions, those closed by then
	NotReported    int              `json:"notReported"`    // opened by then, without a report: not in Supervisions
	Services       []ServiceFigures `json:"services"`
	Findings       []FindingFigures `json:"findings"`
	ValidAt        events.Date      `json:"validAt"`
	KnownAt        time.Time        `json:"knownAt"`
	Sequence       uint64           `json:"sequence"`
}

// ServiceFigures counts the supervisions of a service, and its units, each once. A supervision of several services
// counts in each of them, with breach in those where it was found.
type ServiceFigures struct {
	Service         string `json:"service"`
	Supervisions    int    `json:"supervisions"`
	WithBreach      int    `json:"withBreach"`
	Units           int    `json:"units"`
	UnitsWithBreach int    `json:"unitsWithBreach"`
}

// FindingFigures counts the findings of a service on a theme, or on all themes where Theme is empty: a finding on two
// themes counts under both, so the rows of themes do not add up.
type FindingFigures struct {
	Service             string   `json:"service"`
	Theme               string   `json:"theme"`        // empty: all
	Supervisions        int      `json:"supervisions"` // with such a finding
	Breaches            int      `json:"breaches"`
	Deviations          int      `json:"deviations"`
	Remarks             int      `json:"remarks"`
	Rectified           int      `json:"rectified"`
	MedianDaysToRectify *float64 `json:"medianDaysToRectify"` // of those put right, from the report or the later finding

	days []int
}

// FiguresPage is the figures of each theme and year asked for, never added up, with what they were computed from.
type FiguresPage struct {
	Rows       []SupervisionFigures `json:"rows"`
	Definition requirements.Text    `json:"definition"`
	ValidAt    events.Date          `json:"validAt"`
	KnownAt    time.Time            `json:"knownAt"`
	Sequence   uint64               `json:"sequence"`
}

// figuresDefinition is what the figures mean, for those who read them.
var figuresDefinition = requirements.Text{
	NB: "Et tilsyn teller fra dagen for endelig rapport, og med lovbrudd når et lovbrudd eller avvik er funnet til og med dagen det spørres om. At det er rettet, tar det ikke ut.",
	NN: "Eit tilsyn tel frå dagen for endeleg rapport, og med lovbrot når eit lovbrot eller avvik er funne til og med dagen det blir spurt om. At det er retta, tek det ikkje ut.",
	EN: "A supervision counts from the day of its final report, and with breach when a breach or deviation was found up to and including the day asked about. Being put right does not take it out.",
}

// Figures counts the supervisions asked for, a row for each theme and year, sorted by year, theme and authority. Unit,
// Municipality, Status, Limit and After are not used. Its only errors are *BadQuery.
func (s *Supervisions) Figures(q SupervisionQuery) (FiguresPage, error) {
	m, rows, err := s.rows(&SupervisionQuery{ValidAt: q.ValidAt, KnownAt: q.KnownAt, Theme: q.Theme, Year: q.Year, Authority: q.Authority})
	if err != nil {
		return FiguresPage{}, err
	}
	page := FiguresPage{Rows: []SupervisionFigures{}, Definition: figuresDefinition, ValidAt: m.validAt, KnownAt: m.knownAt, Sequence: m.sequence}
	for key, some := range grouped(rows, q.ByAuthority || q.Authority != "") {
		f := SupervisionFigures{Theme: key.theme, Year: key.year, Authority: key.authority,
			ValidAt: m.validAt, KnownAt: m.knownAt, Sequence: m.sequence}
		f.count(some)
		page.Rows = append(page.Rows, f)
	}
	slices.SortFunc(page.Rows, func(a, b SupervisionFigures) int {
		return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Theme, b.Theme), cmp.Compare(a.Authority, b.Authority))
	})
	return page, nil
}

type figuresKey struct {
	theme     string
	year      int
	authority string
}

// grouped is the supervisions by what they are counted under. One whose opening was taken back is about nothing.
func grouped(rows []Supervision, byAuthority bool) map[figuresKey][]*Supervision {
	groups := map[figuresKey][]*Supervision{}
	for i := range rows {
		if rows[i].Theme == "" || rows[i].Dates.ReportIssued == nil && rows[i].Dates.Opened == nil {
			continue
		}
		key := figuresKey{theme: rows[i].Theme, year: rows[i].Year}
		if byAuthority {
			key.authority = rows[i].Authority
		}
		groups[key] = append(groups[key], &rows[i])
	}
	return groups
}

func (f *SupervisionFigures) count(some []*Supervision) {
	services := counter[ServiceFigures]{}
	findings := counter[FindingFigures]{}
	units := map[string]bool{} // with breach
	for _, s := range some {
		if s.Dates.ReportIssued == nil {
			f.NotReported++
			continue
		}
		f.add(s)
		s.countServices(services)
		s.countFindings(findings)
		for i := range s.Units {
			units[s.Units[i].Unit] = units[s.Units[i].Unit] || s.Units[i].breached()
		}
	}
	countUnits(services, units)
	f.Services = services.sorted()
	f.Findings = findings.sorted()
	for i := range f.Findings {
		f.Findings[i].MedianDaysToRectify = median(f.Findings[i].days)
	}
}

func (f *SupervisionFigures) add(s *Supervision) {
	f.Supervisions++
	if s.Status == closedStatus {
		f.Closed++
	}
	switch s.outcome("") {
	case string(events.Breach), string(events.Deviation):
		f.WithBreach++
	case string(events.Remark):
		f.WithRemarkOnly++
	default:
		f.NothingFound++
	}
}

// counter is rows by what they count: a service, and a theme where there is one.
type counter[T any] map[[2]string]*T

func (c counter[T]) row(key [2]string, made T) *T {
	if c[key] == nil {
		c[key] = &made
	}
	return c[key]
}

func (c counter[T]) sorted() []T {
	keys := make([][2]string, 0, len(c))
	for key := range c {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	rows := make([]T, len(keys))
	for i, key := range keys {
		rows[i] = *c[key]
	}
	return rows
}

// outcome is the gravest that was found in the units of a service, or in all for "".
func (s *Supervision) outcome(service string) string {
	gravest := 0
	for i := range s.Units {
		if service == "" || s.Units[i].Service == service {
			gravest = max(gravest, slices.Index(gravity, s.Units[i].Outcome))
		}
	}
	return gravity[gravest]
}

func (u *SupervisionUnit) breached() bool { return events.FindingKind(u.Outcome).Blocks() }

func (s *Supervision) countServices(into counter[ServiceFigures]) {
	counted := map[string]bool{}
	for i := range s.Units {
		service := s.Units[i].Service
		if counted[service] {
			continue
		}
		counted[service] = true
		row := into.row([2]string{service}, ServiceFigures{Service: service})
		row.Supervisions++
		if events.FindingKind(s.outcome(service)).Blocks() {
			row.WithBreach++
		}
	}
}

func countUnits(into counter[ServiceFigures], breached map[string]bool) {
	for unit, is := range breached {
		_, service := splitUnit(unit)
		row := into.row([2]string{service}, ServiceFigures{Service: service})
		row.Units++
		if is {
			row.UnitsWithBreach++
		}
	}
}

func (s *Supervision) countFindings(into counter[FindingFigures]) {
	counted := map[*FindingFigures]bool{}
	for i := range s.Findings {
		f := &s.Findings[i]
		for _, theme := range append([]string{""}, f.Themes...) {
			row := into.row([2]string{f.Service, theme}, FindingFigures{Service: f.Service, Theme: theme})
			row.add(f)
			if !counted[row] {
				counted[row] = true
				row.Supervisions++
			}
		}
	}
}

func (row *FindingFigures) add(f *Finding) {
	switch events.FindingKind(f.Kind) {
	case events.Breach:
		row.Breaches++
	case events.Deviation:
		row.Deviations++
	case events.Remark:
		row.Remarks++
	}
	if f.Rectified != nil {
		row.Rectified++
	}
	if f.DaysToRectify != nil {
		row.days = append(row.days, *f.DaysToRectify)
	}
}

// median is the middle one, or between the middle two; nil of none.
func median(days []int) *float64 {
	if len(days) == 0 {
		return nil
	}
	slices.Sort(days)
	middle := float64(days[(len(days)-1)/2]+days[len(days)/2]) / 2
	return &middle
}
