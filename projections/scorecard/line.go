package scorecard

import (
	"ettervern/events"
	"ettervern/projections/requirements"
)

// Line is what is counted together: the verdicts on one requirement, as the duty of one service, by a law that covers the
// same youths. Verdicts of different lines are never added up.
type Line struct {
	Requirement   string             `json:"requirement"`
	Title         requirements.Text  `json:"title"`
	Group         requirements.Group `json:"group"`
	Norm          requirements.Norm  `json:"norm"`
	Service       requirements.Owner `json:"service"`
	Turned18From  *events.Date       `json:"turned18From"`  // null: whenever
	Turned18Until *events.Date       `json:"turned18Until"` // inclusive; null: up to now
	Definition    requirements.Text  `json:"definition"`

	requirement, owner int  // in requirements.Requirements and requirements.Owners
	narrow             bool // the law gave the duty to fewer than everyone with measures
	appliesFrom        events.Date
}

// lines is every line, in the catalogue's order.
var lines = func() (all []Line) {
	for i := range requirements.Requirements {
		r := &requirements.Requirements[i]
		for owner, name := range requirements.Owners() {
			if r.Service == name || r.Service == "" && name != requirements.OfBoth {
				all = append(all, versions(i, owner)...)
			}
		}
	}
	return all
}()

// versions is a line for each set of youths that the law has covered.
func versions(requirement, owner int) (all []Line) {
	r := &requirements.Requirements[requirement]
	days := r.Versions()
	for v := range days {
		l := Line{
			Requirement: r.ID, Title: r.Title, Group: r.Group, Norm: r.Norm, Service: requirements.Owners()[owner],
			requirement: requirement, owner: owner, appliesFrom: r.AppliesFrom, narrow: r.Group == requirements.Before18 && !r.CoversAll(days[v]),
		}
		if v > 0 {
			l.Turned18From = &days[v]
		}
		if v+1 < len(days) {
			until := days[v+1] - 1
			l.Turned18Until = &until
		}
		l.Definition = l.define(r.Covered(days[v]))
		all = append(all, l)
	}
	return all
}

// lineOf is the index of the line under which a verdict is counted.
func lineOf(v *Verdict) int {
	at := firstLines[v.Requirement][v.Owner]
	for at+1 < len(lines) && lines[at+1].requirement == v.Requirement && lines[at+1].owner == v.Owner && *lines[at+1].Turned18From <= v.Limit {
		at++
	}
	return at
}

// firstLines is the index of the first line of each requirement and owner.
var firstLines = func() [][]int {
	first := make([][]int, len(requirements.Requirements))
	for i := len(lines) - 1; i >= 0; i-- {
		l := &lines[i]
		if first[l.requirement] == nil {
			first[l.requirement] = make([]int, len(requirements.Owners()))
		}
		first[l.requirement][l.owner] = i
	}
	return first
}()

// within tells whether a line can have verdicts in a period.
func (l *Line) within(from, to events.Date) bool {
	return l.appliesFrom <= to && (l.Turned18From == nil || *l.Turned18From <= to) && (l.Turned18Until == nil || *l.Turned18Until >= from)
}

// Tells tells whether a figure of that name says something of the line; withheld is another matter. Before 18 others than the
// municipality itself are told only of those who have the duty.
func (l *Line) Tells(figure string, protected bool) bool {
	if status, ok := requirements.ParseStatus(figure); ok {
		return !protected || l.totals(status)
	}
	return figure != medianDays || l.Group == requirements.Before18
}

const medianDays = "medianDaysBefore18"

// totals tells whether verdicts of a status are in the line's total: before 18, only of those who have the duty.
func (l *Line) totals(s requirements.Status) bool {
	return l.Group != requirements.Before18 || s != requirements.NotApplicable && s != requirements.Upcoming
}
