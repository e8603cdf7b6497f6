package events

// SupervisionOpened: an authority opened a supervision (tilsyn) of one or more units.
type SupervisionOpened struct {
	Theme     string // a code, the same for all supervisions of one nationwide theme
	Year      int
	Authority string
	Units     []string
}

// VisitHeld: the authority visited the units.
type VisitHeld struct{ From, To Date }

// DraftReportSent: the draft was sent for comments.
type DraftReportSent struct{ CommentsBy Date }

// CommentsReceived: the units commented on the draft.
type CommentsReceived struct{}

// FindingRecorded: a breach of the law, a deviation or a remark was found in one unit.
type FindingRecorded struct {
	FindingID  string
	Unit       string
	Kind       FindingKind
	Themes     []Theme
	LegalBasis string
	RectifyBy  Date // optional
}

// ReportIssued: the final report was issued. From its day on the supervision counts in figures.
type ReportIssued struct{}

// PlanDemanded: the authority demanded a plan for putting the findings right.
type PlanDemanded struct{ Deadline Date }

// PlanReceived: the plan came. It must have all four parts; one that lacks some is recorded and flagged as insufficient.
type PlanReceived struct {
	Parts        []PlanPart
	ExpectedDate Date // optional: when the findings should be put right, by the plan
}

// PlanAssessed: the authority assessed the plan.
type PlanAssessed struct{ Sufficient bool }

// FindingRectified: the finding was put right, as shown by the evidence.
type FindingRectified struct {
	FindingID string
	Evidence  Document
}

// SupervisionClosed: the supervision is closed; no breach or deviation may be open.
type SupervisionClosed struct{}

func (*SupervisionOpened) event() {}
func (*VisitHeld) event()         {}
func (*DraftReportSent) event()   {}
func (*CommentsReceived) event()  {}
func (*FindingRecorded) event()   {}
func (*ReportIssued) event()      {}
func (*PlanDemanded) event()      {}
func (*PlanReceived) event()      {}
func (*PlanAssessed) event()      {}
func (*FindingRectified) event()  {}
func (*SupervisionClosed) event() {}

func (e *SupervisionOpened) fields(f *form) {
	f.text("theme", &e.Theme, themeCode, false)
	f.year("year", &e.Year)
	f.text("authority", &e.Authority, authority, false)
	f.texts("units", &e.Units, unitID)
}

func (e *VisitHeld) fields(f *form) {
	f.date("from", &e.From, false)
	f.date("to", &e.To, false)
}

func (e *DraftReportSent) fields(f *form) { f.date("commentsBy", &e.CommentsBy, false) }

func (*CommentsReceived) fields(*form) {}

func (e *FindingRecorded) fields(f *form) {
	f.text("findingId", &e.FindingID, identifier, false)
	f.text("unit", &e.Unit, unitID, false)
	code(f, "kind", &e.Kind, findingKinds, false)
	codes(f, "themes", &e.Themes, themes)
	f.text("legalBasis", &e.LegalBasis, legalBasis, false)
	f.date("rectifyBy", &e.RectifyBy, true)
}

func (*ReportIssued) fields(*form) {}

func (e *PlanDemanded) fields(f *form) { f.date("deadline", &e.Deadline, false) }

func (e *PlanReceived) fields(f *form) {
	codes(f, "parts", &e.Parts, planParts)
	f.date("expectedDate", &e.ExpectedDate, true)
}

func (e *PlanAssessed) fields(f *form) { f.boolean("sufficient", &e.Sufficient) }

func (e *FindingRectified) fields(f *form) {
	f.text("findingId", &e.FindingID, identifier, false)
	f.document("evidence", &e.Evidence, false)
}

func (*SupervisionClosed) fields(*form) {}
