package projections

import (
	"slices"
	"time"

	"ettervern/events"
)

// Supervision is what is said of one supervision: the public line of supervisions. Its fields and their order are a
// contract; fields are only added.
type Supervision struct {
	ID        string                `json:"id"`
	Number    uint64                `json:"number"` // of entries in its whole history, for If-Match
	Theme     string                `json:"theme"`
	Year      int                   `json:"year"`
	Authority string                `json:"authority"`
	Status    string                `json:"status"` // not_opened, open or closed
	Stage     string                `json:"stage"`  // the last step of the life cycle that was taken, or rectified
	OpenSince *events.Date          `json:"openSince"`
	Dates     SupervisionDates      `json:"dates"`
	Units     []SupervisionUnit     `json:"units"`
	Findings  []Finding             `json:"findings"`
	Plan      *SupervisionPlan      `json:"plan"` // the last that came
	Deadlines []SupervisionDeadline `json:"deadlines"`
	Flags     []string              `json:"flags"`
	Flagged   []Flagged             `json:"flagged"`
	ValidAt   events.Date           `json:"validAt"`
	KnownAt   time.Time             `json:"knownAt"`
	Sequence  uint64                `json:"sequence"`

	stood bool // something had happened by then
}

// SupervisionDates is when each step was taken. Of what can happen again, visits are taken together, the draft, plan
// and demand are the last, the comments and the report the first.
type SupervisionDates struct {
	Opened           *events.Date `json:"opened"`
	VisitFrom        *events.Date `json:"visitFrom"`
	VisitTo          *events.Date `json:"visitTo"`
	DraftSent        *events.Date `json:"draftSent"`
	CommentsReceived *events.Date `json:"commentsReceived"`
	ReportIssued     *events.Date `json:"reportIssued"` // from this day on it counts in figures
	PlanDemanded     *events.Date `json:"planDemanded"`
	PlanReceived     *events.Date `json:"planReceived"`
	PlanAssessed     *events.Date `json:"planAssessed"`
	Closed           *events.Date `json:"closed"`
}

// SupervisionUnit is one of the units looked at, with the gravest that was found there.
type SupervisionUnit struct {
	Unit         string `json:"unit"`
	Municipality string `json:"municipality"`
	Service      string `json:"service"`
	Outcome      string `json:"outcome"` // breach, deviation, remark or none
}

// Finding is one breach, deviation or remark, and whether it was put right.
type Finding struct {
	ID             string       `json:"id"`
	Event          string       `json:"event"` // that told of it
	Unit           string       `json:"unit"`
	Service        string       `json:"service"`
	Kind           string       `json:"kind"`
	Themes         []string     `json:"themes"`
	LegalBasis     string       `json:"legalBasis"`
	Found          events.Date  `json:"found"`
	RectifyBy      *events.Date `json:"rectifyBy"`
	Rectified      *events.Date `json:"rectified"`
	RectifiedEvent *string      `json:"rectifiedEvent"`
	Evidence       *Evidence    `json:"evidence"`
	DaysToRectify  *int         `json:"daysToRectify"` // from the report; from the finding where that is later, or was put right before the report
	BlocksClosing  bool         `json:"blocksClosing"` // a breach or deviation that is not put right
}

// Evidence is the document that shows that a finding was put right.
type Evidence struct {
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
}

// SupervisionPlan is a plan for putting the findings right.
type SupervisionPlan struct {
	Event        string       `json:"event"`
	Received     events.Date  `json:"received"`
	Missing      []string     `json:"missing"` // of the four parts it must have
	ExpectedDate *events.Date `json:"expectedDate"`
	Assessed     *events.Date `json:"assessed"`
	Sufficient   *bool        `json:"sufficient"` // as assessed
}

// inspection is what stands of one supervision at a moment.
type inspection struct {
	*asOf
	opening *told  // whatever its date: it says what all the rest is about; nil when it was taken back
	known   []told // whatever their date, in the order they were told
	facts   []told // those that had happened, by date
	row     Supervision
}

// supervision works out what is to be said of one supervision.
func (m *asOf) supervision(one *supervised) Supervision {
	i := inspection{asOf: m, known: one.told.known(m.sequence)}
	i.row = Supervision{ID: one.id, Number: one.number, Units: []SupervisionUnit{}, Findings: []Finding{},
		Deadlines: []SupervisionDeadline{}, Flags: []string{}, Flagged: []Flagged{},
		ValidAt: m.validAt, KnownAt: m.knownAt, Sequence: m.sequence}
	i.settle()
	i.identify()
	for k := range i.facts {
		i.date(&i.facts[k])
		i.find(&i.facts[k])
	}
	i.rectify()
	i.units()
	i.plan()
	i.stand()
	i.deadlines()
	i.flags()
	return i.row
}

// settle picks what had happened by the day asked about, by date; of one day, in the order it was told.
func (i *inspection) settle() {
	for k := range i.known {
		if _, is := i.known[k].Event.(*events.SupervisionOpened); is {
			i.opening = &i.known[k]
		}
		if i.known[k].Date() <= i.validAt {
			i.facts = append(i.facts, i.known[k])
		}
	}
	slices.SortStableFunc(i.facts, func(a, b told) int { return int(a.Date() - b.Date()) })
	i.row.stood = len(i.facts) > 0
}

// identify says what the supervision is about.
func (i *inspection) identify() {
	if i.opening == nil {
		return
	}
	e := i.opening.Event.(*events.SupervisionOpened)
	i.row.Theme, i.row.Year, i.row.Authority = e.Theme, e.Year, e.Authority
	for _, unit := range e.Units {
		i.unit(unit)
	}
}

// unit is the line of a unit, added where there is none yet.
func (i *inspection) unit(id string) *SupervisionUnit {
	at := slices.IndexFunc(i.row.Units, func(u SupervisionUnit) bool { return u.Unit == id })
	if at < 0 {
		place, service := splitUnit(id)
		at = len(i.row.Units)
		i.row.Units = append(i.row.Units, SupervisionUnit{Unit: id, Municipality: place[:min(4, len(place))], Service: service, Outcome: nothingFound})
	}
	return &i.row.Units[at]
}

// date notes when a step was taken.
func (i *inspection) date(t *told) {
	d, on := &i.row.Dates, t.Date()
	switch e := t.Event.(type) {
	case *events.SupervisionOpened:
		once(&d.Opened, on)
	case *events.VisitHeld:
		once(&d.VisitFrom, e.From)
		if e.From < *d.VisitFrom {
			d.VisitFrom = &e.From
		}
		if once(&d.VisitTo, e.To); e.To > *d.VisitTo {
			d.VisitTo = &e.To
		}
	case *events.DraftReportSent:
		d.DraftSent = &on
	case *events.CommentsReceived:
		once(&d.CommentsReceived, on)
	case *events.ReportIssued:
		once(&d.ReportIssued, on)
	case *events.PlanDemanded:
		d.PlanDemanded = &on
	case *events.PlanReceived:
		d.PlanReceived = &on
	case *events.PlanAssessed:
		d.PlanAssessed = &on
	case *events.SupervisionClosed:
		once(&d.Closed, on)
	default:
	}
}

func once(to **events.Date, on events.Date) {
	if *to == nil {
		*to = &on
	}
}

// find takes up a finding.
func (i *inspection) find(t *told) {
	e, is := t.Event.(*events.FindingRecorded)
	if !is {
		return
	}
	_, service := splitUnit(e.Unit)
	f := Finding{ID: e.FindingID, Event: t.ID, Unit: e.Unit, Service: service, Kind: string(e.Kind), Themes: []string{},
		LegalBasis: e.LegalBasis, Found: t.Date(), RectifyBy: present(e.RectifyBy), BlocksClosing: e.Kind.Blocks()}
	for _, theme := range e.Themes {
		if !slices.Contains(f.Themes, string(theme)) {
			f.Themes = append(f.Themes, string(theme))
		}
	}
	i.row.Findings = append(i.row.Findings, f)
}

// rectify notes which findings were put right, by the first that says so.
func (i *inspection) rectify() {
	for k := range i.facts {
		e, is := i.facts[k].Event.(*events.FindingRectified)
		if !is {
			continue
		}
		if f := i.finding(e.FindingID); f != nil && f.Rectified == nil {
			f.rectify(&i.facts[k], e, i.row.Dates.ReportIssued)
		}
	}
}

func (i *inspection) finding(id string) *Finding {
	at := slices.IndexFunc(i.row.Findings, func(f Finding) bool { return f.ID == id })
	if at < 0 {
		return nil
	}
	return &i.row.Findings[at]
}

func (f *Finding) rectify(t *told, e *events.FindingRectified, report *events.Date) {
	on := t.Date()
	f.Rectified, f.RectifiedEvent, f.BlocksClosing = &on, &t.ID, false
	f.Evidence = &Evidence{e.Evidence.ID, e.Evidence.SHA256}
	from := f.Found
	if report != nil && *report > from && *report <= on {
		from = *report
	}
	if days := int(on - from); days >= 0 {
		f.DaysToRectify = &days
	}
}

// nothingFound is the outcome of a unit in which nothing was found.
const nothingFound = "none"

// gravity is how grave each outcome is.
var gravity = []string{nothingFound, string(events.Remark), string(events.Deviation), string(events.Breach)}

// units gives each unit its own outcome. A finding in a unit that the opening, as corrected, no longer names stands.
func (i *inspection) units() {
	for k := range i.row.Findings {
		f := &i.row.Findings[k]
		if u := i.unit(f.Unit); slices.Index(gravity, f.Kind) > slices.Index(gravity, u.Outcome) {
			u.Outcome = f.Kind
		}
	}
}

// planParts is what a plan must have.
var planParts = []events.PlanPart{"measures", "control_of_execution", "control_of_effect", "expected_date"}

// plan takes up the last plan that came, and how it was assessed since.
func (i *inspection) plan() {
	for k := range i.facts {
		on := i.facts[k].Date()
		switch e := i.facts[k].Event.(type) {
		case *events.PlanReceived:
			i.row.Plan = &SupervisionPlan{Event: i.facts[k].ID, Received: on, Missing: []string{}, ExpectedDate: present(e.ExpectedDate)}
			for _, part := range planParts {
				if !slices.Contains(e.Parts, part) {
					i.row.Plan.Missing = append(i.row.Plan.Missing, string(part))
				}
			}
		case *events.PlanAssessed:
			if i.row.Plan != nil {
				i.row.Plan.Assessed, i.row.Plan.Sufficient = &on, &e.Sufficient
			}
		default:
		}
	}
}

func (p *SupervisionPlan) insufficient() bool {
	return p != nil && (len(p.Missing) > 0 || p.Sufficient != nil && !*p.Sufficient)
}

// blocked tells whether a breach or deviation is open; graver whether there ever was one.
func (i *inspection) blocked() (blocked, grave bool) {
	for k := range i.row.Findings {
		f := &i.row.Findings[k]
		blocked = blocked || f.BlocksClosing
		grave = grave || events.FindingKind(f.Kind).Blocks()
	}
	return blocked, grave
}
