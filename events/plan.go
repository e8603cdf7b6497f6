package events

// PlanAdopted: a plan applies from its date on.
type PlanAdopted struct {
	PlanID        string
	PlanType      PlanType
	AgreedByYouth Answer
	ValidTo       Date // optional
}

// PlanEvaluated: a plan was evaluated.
type PlanEvaluated struct {
	PlanID        string
	YouthTookPart Answer
}

// CoordinatorAppointed: one service coordinates the others (samordnende instans).
type CoordinatorAppointed struct{ Service Service }

func (*PlanAdopted) event()          {}
func (*PlanEvaluated) event()        {}
func (*CoordinatorAppointed) event() {}

func (e *PlanAdopted) fields(f *form) {
	f.text("planId", &e.PlanID, identifier, false)
	code(f, "planType", &e.PlanType, planTypes, false)
	f.answer("agreedByYouth", &e.AgreedByYouth)
	f.date("validTo", &e.ValidTo, true)
}

func (e *PlanEvaluated) fields(f *form) {
	f.text("planId", &e.PlanID, identifier, false)
	f.answer("youthTookPart", &e.YouthTookPart)
}

func (e *CoordinatorAppointed) fields(f *form) {
	code(f, "service", &e.Service, services, false)
}
