package events

// AftercareOffered is an offer of measures after 18.
type AftercareOffered struct {
	OfferID  string
	Measures []string // register codes, such as 4.6
	AnswerBy Date     // optional
}

// ConsentGiven: the youth agreed.
type ConsentGiven struct {
	OfferID string // optional: the offer agreed to
	Scope   Scope
	Form    Form // optional: how it was given; absent is not documented, as in the national register
}

// OfferDeclined: the youth turned an offer down.
type OfferDeclined struct {
	OfferID       string
	Reason        DeclineReason
	ToldMayReturn Answer
}

// ConsentWithdrawn: the youth no longer agrees.
type ConsentWithdrawn struct{ Scope Scope }

// AftercareRequested: the youth asked for aftercare.
type AftercareRequested struct{ RequestID string }

func (*AftercareOffered) event()   {}
func (*ConsentGiven) event()       {}
func (*OfferDeclined) event()      {}
func (*ConsentWithdrawn) event()   {}
func (*AftercareRequested) event() {}

func (e *AftercareOffered) fields(f *form) {
	f.text("offerId", &e.OfferID, identifier, false)
	f.texts("measures", &e.Measures, category)
	f.date("answerBy", &e.AnswerBy, true)
}

func (e *ConsentGiven) fields(f *form) {
	f.text("offerId", &e.OfferID, identifier, true)
	code(f, "scope", &e.Scope, scopes, false)
	code(f, "form", &e.Form, forms, true)
}

func (e *OfferDeclined) fields(f *form) {
	f.text("offerId", &e.OfferID, identifier, false)
	code(f, "reason", &e.Reason, declineReasons, false)
	f.answer("toldMayReturn", &e.ToldMayReturn)
}

func (e *ConsentWithdrawn) fields(f *form) {
	code(f, "scope", &e.Scope, scopes, false)
}

func (e *AftercareRequested) fields(f *form) {
	f.text("requestId", &e.RequestID, identifier, false)
}
