package events

// MeasureStarted: a measure (tiltak) is active from its date on.
type MeasureStarted struct {
	MeasureID    string
	Kind         MeasureKind
	Category     string // register code, such as 4.6
	LegalBasis   string
	Municipality string // optional: who started it
}

// MeasureEnded: the measure is no longer active on its date.
type MeasureEnded struct {
	MeasureID  string
	Reason     EndReason
	DecisionID string // optional: the decision that ended it
}

// FollowUpHeld is one follow-up (oppfølging) of the youth in a measure.
type FollowUpHeld struct {
	Service  Service
	YouthMet Answer
}

func (*MeasureStarted) event() {}
func (*MeasureEnded) event()   {}
func (*FollowUpHeld) event()   {}

func (e *MeasureStarted) fields(f *form) {
	f.text("measureId", &e.MeasureID, identifier, false)
	code(f, "kind", &e.Kind, measureKinds, false)
	f.text("category", &e.Category, category, false)
	f.text("legalBasis", &e.LegalBasis, legalBasis, false)
	f.text("municipality", &e.Municipality, municipality, true)
}

func (e *MeasureEnded) fields(f *form) {
	f.text("measureId", &e.MeasureID, identifier, false)
	code(f, "reason", &e.Reason, endReasons, false)
	f.text("decisionId", &e.DecisionID, identifier, true)
}

func (e *FollowUpHeld) fields(f *form) {
	code(f, "service", &e.Service, services, false)
	f.answer("youthMet", &e.YouthMet)
}
