package projections

import (
	"slices"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// step is where an event stands in the life cycle of a supervision (domain § 5).
type step uint8

const (
	noStep step = iota
	stepOpened
	stepVisited
	stepFound
	stepDraftSent
	stepCommented
	stepReported
	stepPlanDemanded
	stepPlanReceived
	stepPlanAssessed
	stepRectified
	stepClosed
)

// lifeCycle is the order of the steps, one row for each. The domain draws it as a line; but a finding may come to light
// at any time once the supervision is open, and may be put right at any time after that.
var lifeCycle = [...]struct {
	name  string
	after []step // not dated before the first of these
	needs []step // not without these either
}{
	noStep:           {name: notOpened},
	stepOpened:       {name: "opened"},
	stepVisited:      {"visited", nil, []step{stepOpened}},
	stepFound:        {"", nil, []step{stepOpened}},
	stepDraftSent:    {"draft_sent", []step{stepVisited}, []step{stepOpened}},
	stepCommented:    {"commented", []step{stepVisited}, []step{stepOpened, stepDraftSent}},
	stepReported:     {"reported", []step{stepVisited, stepDraftSent, stepCommented}, []step{stepOpened}},
	stepPlanDemanded: {"plan_demanded", []step{stepVisited, stepDraftSent, stepCommented}, []step{stepOpened, stepReported}},
	stepPlanReceived: {"plan_received", []step{stepVisited, stepDraftSent, stepCommented, stepPlanDemanded}, []step{stepOpened, stepReported}},
	stepPlanAssessed: {"plan_assessed", []step{stepVisited, stepDraftSent, stepCommented, stepPlanDemanded}, []step{stepOpened, stepReported, stepPlanReceived}},
	stepRectified:    {"rectified", nil, []step{stepOpened}},
	stepClosed:       {"closed", nil, []step{stepOpened}},
}

func stepOf(e events.Event) step {
	switch e.(type) {
	case *events.SupervisionOpened:
		return stepOpened
	case *events.VisitHeld:
		return stepVisited
	case *events.DraftReportSent:
		return stepDraftSent
	case *events.CommentsReceived:
		return stepCommented
	case *events.FindingRecorded:
		return stepFound
	case *events.ReportIssued:
		return stepReported
	case *events.PlanDemanded:
		return stepPlanDemanded
	case *events.PlanReceived:
		return stepPlanReceived
	case *events.PlanAssessed:
		return stepPlanAssessed
	case *events.FindingRectified:
		return stepRectified
	case *events.SupervisionClosed:
		return stepClosed
	default:
		return noStep
	}
}

// The statuses of a supervision. overdueStatus can be asked for, and is one that is open and has something overdue.
const (
	notOpened     = "not_opened"
	openStatus    = "open"
	closedStatus  = "closed"
	overdueStatus = "overdue"
)

// stand says how far it has come: the furthest step, but of plans, which can go back and forth, the last. When
// everything that must be put right has been, it is rectified.
func (i *inspection) stand() {
	at := noStep
	for k := range i.facts {
		s := stepOf(i.facts[k].Event)
		plan := s >= stepPlanDemanded && s <= stepPlanAssessed
		if s != stepFound && s != stepRectified && (s > at || plan && at <= stepPlanAssessed) {
			at = s
		}
	}
	blocked, grave := i.blocked()
	if at >= stepReported && at < stepClosed && grave && !blocked {
		at = stepRectified
	}
	i.row.Stage = lifeCycle[at].name
	switch d := &i.row.Dates; {
	case d.Opened == nil:
		i.row.Status = notOpened
	case d.Closed != nil:
		i.row.Status = closedStatus
	default:
		i.row.Status, i.row.OpenSince = openStatus, d.Opened
	}
}

// The flags of a supervision.
const (
	outOfOrder        = "out_of_order"              // its date is against the order of the life cycle
	insufficientPlan  = "insufficient_plan"         // the last plan lacks some of the four parts, or was assessed so
	refersToRetracted = "refers_to_retracted"       // it refers to something taken back
	unitNotIncluded   = "unit_not_included"         // a finding in a unit that the opening, as corrected, does not name
	closedWithOpen    = "closed_with_open_findings" // closed while a breach or deviation is open, after a correction or by the dates
	recordedLate      = "recorded_late"             // recorded too long after it happened
)

// Flagged is an event that is odd, and how.
type Flagged struct {
	Flag  string  `json:"flag"`
	Event string  `json:"event"`
	After *string `json:"after"` // out of order: the event that it should have come after; null where there is none
}

// flags looks at each event, in the order of their dates, and gathers what is odd.
func (i *inspection) flags() {
	for k := range i.facts {
		t := &i.facts[k]
		i.flagOrder(t)
		i.flagReference(t)
		late, _ := requirements.LateRecording.On(t.Date())
		if events.DateOf(t.recorded) > late.Duration.After(t.Date()) {
			i.flag(recordedLate, t, nil)
		}
	}
	slices.Sort(i.row.Flags)
}

func (i *inspection) flag(name string, t *told, after *string) {
	i.row.Flagged = append(i.row.Flagged, Flagged{name, t.ID, after})
	if !slices.Contains(i.row.Flags, name) {
		i.row.Flags = append(i.row.Flags, name)
	}
}

// flagOrder flags an event once when its date is against the order.
func (i *inspection) flagOrder(t *told) {
	if i.opening == nil { // flagReference says more
		return
	}
	if after, wrong := i.disorder(t); wrong {
		i.flag(outOfOrder, t, after)
	}
}

// disorder is what an event should have come after and did not.
func (i *inspection) disorder(t *told) (after *string, wrong bool) {
	s := stepOf(t.Event)
	switch e := t.Event.(type) {
	case *events.VisitHeld:
		if e.To < e.From {
			return nil, true
		}
	case *events.FindingRectified:
		if f := i.finding(e.FindingID); f != nil && t.Date() < f.Found {
			return &f.Event, true
		} else if f == nil && i.names(e.FindingID) {
			return nil, true // it is found later
		}
	case *events.SupervisionClosed:
		if last := &i.facts[len(i.facts)-1]; last.Date() > t.Date() {
			return &last.ID, true
		}
	default:
	}
	for _, before := range lifeCycle[s].needs {
		if other := i.first(before); other == nil {
			return nil, true
		} else if begins(t) < other.Date() {
			return &other.ID, true
		}
	}
	for _, before := range lifeCycle[s].after {
		if other := i.first(before); other != nil && t.Date() < other.Date() {
			return &other.ID, true
		}
	}
	return nil, false
}

// begins is the first day of what an event tells of.
func begins(t *told) events.Date {
	if e, is := t.Event.(*events.VisitHeld); is {
		return min(e.From, t.Date())
	}
	return t.Date()
}

// first is the first event of a step.
func (i *inspection) first(s step) *told {
	for k := range i.facts {
		if stepOf(i.facts[k].Event) == s {
			return &i.facts[k]
		}
	}
	return nil
}

// names tells whether a finding of that id stands, whatever its date.
func (i *inspection) names(finding string) bool {
	return slices.ContainsFunc(i.known, func(t told) bool {
		e, is := t.Event.(*events.FindingRecorded)
		return is && e.FindingID == finding
	})
}

func (i *inspection) flagReference(t *told) {
	switch e := t.Event.(type) {
	case *events.FindingRectified:
		if i.opening == nil || !i.names(e.FindingID) {
			i.flag(refersToRetracted, t, nil)
		}
		return
	case *events.FindingRecorded:
		if i.opening != nil && !slices.Contains(i.opening.Event.(*events.SupervisionOpened).Units, e.Unit) {
			i.flag(unitNotIncluded, t, nil)
		}
	case *events.SupervisionClosed:
		if blocked, _ := i.blocked(); blocked {
			i.flag(closedWithOpen, t, nil)
		}
	case *events.PlanReceived:
		if i.row.Plan.Event == t.ID && i.row.Plan.insufficient() {
			i.flag(insufficientPlan, t, nil)
		}
	default:
	}
	if i.opening == nil {
		i.flag(refersToRetracted, t, nil)
	}
}
