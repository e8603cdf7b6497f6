package events

import "slices"

// CooperationAgreementSigned: services have agreed in writing to cooperate. It counts for every unit that is a party.
type CooperationAgreementSigned struct {
	Parties []string // units
	ValidTo Date     // optional: the last day
}

// CooperationForumHeld: services met in a forum, not about one case.
type CooperationForumHeld struct{ Services []Service }

// TrainingHeld: staff were trained for cooperation.
type TrainingHeld struct {
	Topic    string // a code of the unit
	Services []Service
}

// CooperationReviewed: someone checked whether the cooperation that was arranged takes place.
type CooperationReviewed struct {
	Findings bool
	Document Document
}

// AttendanceReviewed: the leader followed up whether staff attend the forums.
type AttendanceReviewed struct{ Service Service }

// ChildrenOfUsersReviewed: the leader followed up that the children of adult users are considered.
type ChildrenOfUsersReviewed struct{ Service Service }

// UnitServes: the unit serves these municipalities from its date on, beside or instead of its own (inter-municipal).
type UnitServes struct{ Municipalities []string }

// ConcernStatisticsReviewed: services discussed whether the number of concern reports is right.
type ConcernStatisticsReviewed struct {
	Period   string // 2024, 2024-Q1, 2024-03, or two dates with / between
	Services []Service
}

// EffectivenessReviewed: someone examined whether what is done works.
type EffectivenessReviewed struct{ Document Document }

// RoutineAdopted: the unit set itself a time limit. It takes the place of the catalogue's default.
type RoutineAdopted struct {
	Topic Routine
	Value Duration
}

// DeviationReported: the unit found that something was not done as it should.
type DeviationReported struct {
	DeviationID string
	Topic       string // a code of the unit
}

// DeviationClosed: the deviation was put right.
type DeviationClosed struct {
	DeviationID string
	Topic       string // optional
}

// UnitsMerged: units became one.
type UnitsMerged struct {
	From []string // units
	To   string   // unit
}

// UnitRenumbered: the same unit under another number.
type UnitRenumbered struct{ From, To string }

func (*CooperationAgreementSigned) event() {}
func (*CooperationForumHeld) event()       {}
func (*TrainingHeld) event()               {}
func (*CooperationReviewed) event()        {}
func (*AttendanceReviewed) event()         {}
func (*ChildrenOfUsersReviewed) event()    {}
func (*UnitServes) event()                 {}
func (*ConcernStatisticsReviewed) event()  {}
func (*EffectivenessReviewed) event()      {}
func (*RoutineAdopted) event()             {}
func (*DeviationReported) event()          {}
func (*DeviationClosed) event()            {}
func (*UnitsMerged) event()                {}
func (*UnitRenumbered) event()             {}

func (e *CooperationAgreementSigned) fields(f *form) {
	f.texts("parties", &e.Parties, unitID)
	f.date("validTo", &e.ValidTo, true)
}

func (e *CooperationForumHeld) fields(f *form) { codes(f, "services", &e.Services, services) }

func (e *TrainingHeld) fields(f *form) {
	f.text("topic", &e.Topic, reasonCode, false)
	codes(f, "services", &e.Services, services)
}

func (e *CooperationReviewed) fields(f *form) {
	f.boolean("findings", &e.Findings)
	f.document("document", &e.Document, true)
}

func (e *AttendanceReviewed) fields(f *form) { code(f, "service", &e.Service, services, false) }

func (e *ChildrenOfUsersReviewed) fields(f *form) { code(f, "service", &e.Service, services, false) }

func (e *UnitServes) fields(f *form) { f.texts("municipalities", &e.Municipalities, municipality) }

func (e *ConcernStatisticsReviewed) fields(f *form) {
	f.text("period", &e.Period, period, false)
	codes(f, "services", &e.Services, services)
}

func (e *EffectivenessReviewed) fields(f *form) { f.document("document", &e.Document, true) }

func (e *RoutineAdopted) fields(f *form) {
	code(f, "topic", &e.Topic, routines, false)
	f.duration("value", &e.Value)
}

func (e *DeviationReported) fields(f *form) {
	f.text("deviationId", &e.DeviationID, identifier, false)
	f.text("topic", &e.Topic, reasonCode, false)
}

func (e *DeviationClosed) fields(f *form) {
	f.text("deviationId", &e.DeviationID, identifier, false)
	f.text("topic", &e.Topic, reasonCode, true)
}

func (e *UnitsMerged) fields(f *form) {
	f.texts("from", &e.From, unitID)
	f.text("to", &e.To, unitID, false)
}

func (e *UnitRenumbered) fields(f *form) {
	f.text("from", &e.From, unitID, false)
	f.text("to", &e.To, unitID, false)
}

// IsUnitID tells whether s is a unit's id, such as 3403-nav, or 0301_01-child_welfare in a district.
func IsUnitID(s string) bool { return isUnit([]byte(s)) }

// Routines lists the topics of routines.
func Routines() []Routine { return slices.Clone(routines) }
