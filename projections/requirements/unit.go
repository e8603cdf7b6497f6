package requirements

import (
	"slices"

	"ettervern/events"
)

// UnitStatus is what is said of one requirement for one unit. The names are for ever.
type UnitStatus uint8

// The statuses of a unit's requirement.
const (
	UnitMet           UnitStatus = iota // it was done within the period, or is in force
	UnitOverdue                         // it was done, but the last time is older than the period, or has expired
	UnitNotDocumented                   // nothing recorded shows that it was ever done
	UnitNotAssessable                   // there was no case in the period: neither met nor a fault
	unitStatuses
)

var unitStatusNames = [unitStatuses]string{"met", "overdue", "not_documented", "not_assessable"}

// String is the status as it is written in answers.
func (s UnitStatus) String() string { return unitStatusNames[s] }

// UnitStatusNames lists every status of a unit's requirement as it is written.
func UnitStatusNames() []string { return unitStatusNames[:] }

// UnitRequirement is one demand on a service that child welfare and Nav must both meet: that cooperation is arranged, and
// that someone checks that it happens and works. They are what the supervision of 2008 looked for.
type UnitRequirement struct {
	ID        string
	Norm      Norm
	Title     Text
	Lasting   bool   // it counts as long as it is in force; otherwise it must have been done within UnitPeriod
	Fulfilled Text   // what fulfils it, with its date following
	Terms     string // what fulfils it, for the published catalogue

	fulfils func(events.Event) bool
}

// UnitRequirements is the catalogue of the system level. The events of a unit count for itself; which of them count for others
// too, projections.Units knows.
var UnitRequirements = []UnitRequirement{
	{
		ID: "agreement", Terms: "CooperationAgreementSigned, validTo absent or on or after the day asked about; for each party too",
		Norm: RoutineNorm, Lasting: true, fulfils: is[*events.CooperationAgreementSigned],
		Title:     Text{"Samarbeidsavtale", "Samarbeidsavtale", "Cooperation agreement"},
		Fulfilled: Text{"Samarbeidsavtale ble inngått", "Samarbeidsavtale vart inngått", "A cooperation agreement was signed on"},
	},
	{
		ID: "forum", Terms: "CooperationForumHeld with two or more services; for each of them in the same municipality and district too",
		Norm: RoutineNorm, fulfils: func(e events.Event) bool {
			forum, is := e.(*events.CooperationForumHeld)
			return is && len(forum.Services) >= 2
		},
		Title:     Text{"Samarbeidsforum", "Samarbeidsforum", "Cooperation forum"},
		Fulfilled: Text{"Samarbeidsforum med to eller flere tjenester ble holdt", "Samarbeidsforum med to eller fleire tenester vart halde", "A cooperation forum of two or more services was held on"},
	},
	{
		ID: "training", Terms: "TrainingHeld; for each service it names in the same municipality and district too",
		Norm: RoutineNorm, fulfils: is[*events.TrainingHeld],
		Title:     Text{"Opplæring", "Opplæring", "Training"},
		Fulfilled: Text{"Opplæring ble holdt", "Opplæring vart halden", "Training was held on"},
	},
	{
		ID: "cooperation_followed_up", Terms: "CooperationReviewed",
		Norm: Statute, fulfils: is[*events.CooperationReviewed],
		Title:     Text{"Fulgt opp at samarbeidet skjer", "Følgt opp at samarbeidet skjer", "Checked that cooperation takes place"},
		Fulfilled: Text{"Det ble fulgt opp at samarbeidet skjer", "Det vart følgt opp at samarbeidet skjer", "It was checked that cooperation takes place on"},
	},
	{
		ID: "attendance_followed_up", Terms: "AttendanceReviewed",
		Norm: RoutineNorm, fulfils: is[*events.AttendanceReviewed],
		Title:     Text{"Ledelsen følger opp deltakelse", "Leiinga følgjer opp deltaking", "Leaders follow up attendance"},
		Fulfilled: Text{"Ledelsen fulgte opp deltakelsen", "Leiinga følgde opp deltakinga", "Leaders followed up attendance on"},
	},
	{
		ID: "children_followed_up", Terms: "ChildrenOfUsersReviewed",
		Norm: RoutineNorm, fulfils: is[*events.ChildrenOfUsersReviewed],
		Title:     Text{"Ledelsen følger opp at brukeres barn blir vurdert", "Leiinga følgjer opp at barn av brukarar blir vurderte", "Leaders check that users' children are considered"},
		Fulfilled: Text{"Ledelsen fulgte opp at brukeres barn blir vurdert", "Leiinga følgde opp at barn av brukarar blir vurderte", "Leaders checked that users' children are considered on"},
	},
	{
		ID: "statistics_used", Terms: "ConcernStatisticsReviewed",
		Norm: RoutineNorm, fulfils: is[*events.ConcernStatisticsReviewed],
		Title:     Text{"Meldingsstatistikk drøftet", "Meldingsstatistikk drøfta", "Concern-report statistics discussed"},
		Fulfilled: Text{"Meldingsstatistikken ble drøftet", "Meldingsstatistikken vart drøfta", "The statistics of concern reports were discussed on"},
	},
	{
		ID: "effect_checked", Terms: "EffectivenessReviewed",
		Norm: Statute, fulfils: is[*events.EffectivenessReviewed],
		Title:     Text{"Virkningen er undersøkt", "Verknaden er undersøkt", "Effect was checked"},
		Fulfilled: Text{"Virkningen ble undersøkt", "Verknaden vart undersøkt", "The effect was examined on"},
	},
	{
		ID: "routine_in_good_time", Terms: "RoutineAdopted where topic = in_good_time",
		Norm: RoutineNorm, Lasting: true, fulfils: func(e events.Event) bool {
			routine, is := e.(*events.RoutineAdopted)
			return is && routine.Topic == events.RoutineInGoodTime
		},
		Title:     Text{"Rutine for «i god tid»", "Rutine for «i god tid»", "Routine for “in good time”"},
		Fulfilled: Text{"Rutine for «i god tid» ble vedtatt", "Rutine for «i god tid» vart vedteken", "A routine for “in good time” was adopted on"},
	},
}

func is[E events.Event](e events.Event) bool { _, is := e.(E); return is }

// FindUnit is the index of the requirement of that id in UnitRequirements, or -1.
func FindUnit(id string) int {
	return slices.IndexFunc(UnitRequirements, func(r UnitRequirement) bool { return r.ID == id })
}

// UnitIDs lists the ids of the unit requirements in the catalogue's order.
func UnitIDs() []string {
	ids := make([]string, len(UnitRequirements))
	for i := range UnitRequirements {
		ids[i] = UnitRequirements[i].ID
	}
	return ids
}

// UnitBasis is the legal basis of them all: no other than internal control could be read. Which regulation it was before
// 2021 differs by service, and since when was not found; the first row stands for all the time before.
var UnitBasis = []Basis{
	basis("1993-01-01", "the internal-control regulations", "internkontrollforskriftene", "internkontrollforskriftene"),
	basis("2021-01-01", "Local Government Act § 25-1", "kommuneloven § 25-1", "kommunelova § 25-1"),
}

// UnitFact is an event that counts for a unit.
type UnitFact struct {
	ID    string
	Unit  string // in whose history it lies
	Date  events.Date
	Event events.Event
}

// UnitCase is a unit on the day it is judged.
type UnitCase struct {
	Unit       string
	Day        events.Date // the day asked about; for a unit that has ended its last
	Ended      bool
	Assessable bool       // there was a case in the period
	Facts      []UnitFact // that count for it, dated up to Day, ascending by date
}

// Period is the days that count, both included: it ends on the day judged.
func (c *UnitCase) Period() (first, last events.Date) {
	length, _ := UnitPeriod.On(c.Day)
	return length.Duration.Before(c.Day).AddDays(1), c.Day
}

// UnitJudgement is how a unit stands to one requirement.
type UnitJudgement struct {
	Requirement int // its place in UnitRequirements
	Status      UnitStatus
	Evidence    []UnitFact // what fulfils it now, ascending by date; else the last that did
}

// Last is the latest of the evidence, or nil.
func (j *UnitJudgement) Last() *UnitFact {
	if len(j.Evidence) == 0 {
		return nil
	}
	return &j.Evidence[len(j.Evidence)-1]
}

// Judge tells how the unit stands to the requirement at a place in UnitRequirements. Without a case in the period nothing
// can be said, whatever was done: an office without cases does not comply, it cannot be assessed.
func (c *UnitCase) Judge(requirement int) UnitJudgement {
	r, j := &UnitRequirements[requirement], UnitJudgement{Requirement: requirement, Status: UnitNotDocumented}
	var last []UnitFact
	for i := range c.Facts {
		if f := &c.Facts[i]; r.fulfils(f.Event) {
			last = c.Facts[i : i+1]
			if c.current(r, f) {
				j.Evidence = append(j.Evidence, *f)
			}
		}
	}
	switch {
	case len(j.Evidence) > 0:
		j.Status = UnitMet
	case len(last) > 0:
		j.Status, j.Evidence = UnitOverdue, last
	}
	if !c.Assessable {
		j.Status = UnitNotAssessable
	}
	return j
}

// current tells whether what fulfils a requirement still does.
func (c *UnitCase) current(r *UnitRequirement, f *UnitFact) bool {
	if until := expires(f.Event); r.Lasting {
		return until == 0 || until >= c.Day
	}
	first, _ := c.Period()
	return f.Date >= first
}

// expires is the last day of an agreement, or zero.
func expires(e events.Event) events.Date {
	if agreement, is := e.(*events.CooperationAgreementSigned); is {
		return agreement.ValidTo
	}
	return 0
}

// LegalBasis is the legal basis in force on the day judged, or nil where none is known.
func (c *UnitCase) LegalBasis() *Basis {
	var found *Basis
	for i := range UnitBasis {
		if UnitBasis[i].From <= c.Day {
			found = &UnitBasis[i]
		}
	}
	return found
}
