package events

// NavHandoverSent: the case was sent to a Nav office. It stays open until Nav itself says received.
type NavHandoverSent struct {
	HandoverID string
	Office     string // four digits
	Consented  bool
}

// NavHandoverReceived: Nav has it.
type NavHandoverReceived struct{ HandoverID string }

// NavHandoverAccepted: Nav has taken it on.
type NavHandoverAccepted struct{ HandoverID string }

// NavHandoverRejected: Nav has sent it back.
type NavHandoverRejected struct {
	HandoverID string
	Reason     string // optional: a code of the office
}

// ChildWelfareHistoryAsked: Nav asked whether the youth has been with child welfare.
type ChildWelfareHistoryAsked struct{ Answer HistoryAnswer }

func (*NavHandoverSent) event()          {}
func (*NavHandoverReceived) event()      {}
func (*NavHandoverAccepted) event()      {}
func (*NavHandoverRejected) event()      {}
func (*ChildWelfareHistoryAsked) event() {}

func (e *NavHandoverSent) fields(f *form) {
	f.text("handoverId", &e.HandoverID, identifier, false)
	f.text("office", &e.Office, office, false)
	f.boolean("consented", &e.Consented)
}

func (e *NavHandoverReceived) fields(f *form) {
	f.text("handoverId", &e.HandoverID, identifier, false)
}

func (e *NavHandoverAccepted) fields(f *form) {
	f.text("handoverId", &e.HandoverID, identifier, false)
}

func (e *NavHandoverRejected) fields(f *form) {
	f.text("handoverId", &e.HandoverID, identifier, false)
	f.text("reason", &e.Reason, reasonCode, true)
}

func (e *ChildWelfareHistoryAsked) fields(f *form) {
	code(f, "answer", &e.Answer, historyAnswers, false)
}
