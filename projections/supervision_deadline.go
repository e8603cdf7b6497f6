package projections

import "ettervern/events"

// SupervisionDeadline is a day by which something must have come. The day itself is in time.
type SupervisionDeadline struct {
	What     string       `json:"what"`    // comments, plan, rectification (of one finding) or expected_date (of the plan)
	Finding  *string      `json:"finding"` // of a rectification
	By       events.Date  `json:"by"`
	Done     *events.Date `json:"done"`
	Status   string       `json:"status"`   // open, met, met_late, overdue, or lapsed: it did not come before what ended it
	DaysLate int          `json:"daysLate"` // up to the day it came or, while it is overdue, the day asked about
}

// The statuses of a deadline that are looked for.
const (
	deadlineOverdue = "overdue"
	deadlineLapsed  = "lapsed"
)

// deadlines lists what was asked for with a day, in the order of the life cycle. Only the last draft, demand and plan
// count: each takes the place of the one before it.
func (i *inspection) deadlines() {
	dates := &i.row.Dates
	draft, comments := i.asked(stepDraftSent, stepCommented)
	if draft != nil {
		ended := dates.ReportIssued
		if ended == nil {
			ended = dates.Closed
		}
		i.deadline("comments", nil, draft.Event.(*events.DraftReportSent).CommentsBy, comments, ended)
	}
	demand, plan := i.asked(stepPlanDemanded, stepPlanReceived)
	if demand != nil {
		i.deadline("plan", nil, demand.Event.(*events.PlanDemanded).Deadline, plan, dates.Closed)
	}
	for k := range i.row.Findings {
		if f := &i.row.Findings[k]; f.RectifyBy != nil {
			i.deadline("rectification", &f.ID, *f.RectifyBy, f.Rectified, dates.Closed)
		}
	}
	if p := i.row.Plan; p != nil && p.ExpectedDate != nil {
		if done, grave := i.allRectified(); grave {
			i.deadline("expected_date", nil, *p.ExpectedDate, done, dates.Closed)
		}
	}
}

// asked is the last demand, and the day it was first answered. The first demand may be answered before it is made; a
// later one asks for something new.
func (i *inspection) asked(demand, answer step) (last *told, answered *events.Date) {
	demands := 0
	for k := range i.facts {
		if stepOf(i.facts[k].Event) == demand {
			last = &i.facts[k]
			demands++
		}
	}
	for k := range i.facts {
		on := i.facts[k].Date()
		if last != nil && stepOf(i.facts[k].Event) == answer && (demands == 1 || on >= last.Date()) {
			return last, &on
		}
	}
	return last, nil
}

// allRectified is when the last breach or deviation was put right, nil while some are open; grave tells whether there
// are any.
func (i *inspection) allRectified() (done *events.Date, grave bool) {
	blocked, grave := i.blocked()
	if blocked {
		return nil, grave
	}
	for k := range i.row.Findings {
		f := &i.row.Findings[k]
		if events.FindingKind(f.Kind).Blocks() && (done == nil || *f.Rectified > *done) {
			done = f.Rectified
		}
	}
	return done, grave
}

func (i *inspection) deadline(what string, finding *string, by events.Date, done, ended *events.Date) {
	d := SupervisionDeadline{What: what, Finding: finding, By: by, Done: done, Status: openStatus}
	switch {
	case done != nil && *done <= by:
		d.Status = "met"
	case done != nil:
		d.Status, d.DaysLate = "met_late", int(*done-by)
	case ended != nil:
		d.Status = deadlineLapsed
	case by < i.validAt:
		d.Status, d.DaysLate = deadlineOverdue, int(i.validAt-by)
	}
	i.row.Deadlines = append(i.row.Deadlines, d)
}

// late tells whether something is overdue.
func (s *Supervision) late() bool {
	for i := range s.Deadlines {
		if s.Deadlines[i].Status == deadlineOverdue {
			return true
		}
	}
	return false
}
