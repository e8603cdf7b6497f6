package events

// DecisionMade is an individual decision (enkeltvedtak).
type DecisionMade struct {
	DecisionID     string
	Service        Service
	Outcome        Outcome
	LegalBasis     string
	InWriting      bool
	Reasons        []Reason
	AnswersRequest string // optional: the request it answers
}

// DecisionNotified: the youth was told of a decision (underretning).
type DecisionNotified struct {
	DecisionID           string
	Channel              Channel
	ComplaintRightStated bool
}

// ComplaintFiled: the youth complained of a decision.
type ComplaintFiled struct {
	ComplaintID string
	DecisionID  string
}

// ComplaintForwarded: the complaint was sent to the one who decides it.
type ComplaintForwarded struct {
	ComplaintID string
	DecisionID  string
}

// ComplaintDecided: the complaint was decided. A decision annulled is treated as never made.
type ComplaintDecided struct {
	ComplaintID string
	DecisionID  string
	Outcome     ComplaintOutcome
}

func (*DecisionMade) event()       {}
func (*DecisionNotified) event()   {}
func (*ComplaintFiled) event()     {}
func (*ComplaintForwarded) event() {}
func (*ComplaintDecided) event()   {}

func (e *DecisionMade) fields(f *form) {
	f.text("decisionId", &e.DecisionID, identifier, false)
	code(f, "service", &e.Service, services, false)
	code(f, "outcome", &e.Outcome, outcomes, false)
	f.text("legalBasis", &e.LegalBasis, legalBasis, false)
	f.boolean("inWriting", &e.InWriting)
	codes(f, "reasons", &e.Reasons, reasons)
	f.text("answersRequest", &e.AnswersRequest, identifier, true)
}

func (e *DecisionNotified) fields(f *form) {
	f.text("decisionId", &e.DecisionID, identifier, false)
	code(f, "channel", &e.Channel, channels, false)
	f.boolean("complaintRightStated", &e.ComplaintRightStated)
}

func (e *ComplaintFiled) fields(f *form) {
	f.text("complaintId", &e.ComplaintID, identifier, false)
	f.text("decisionId", &e.DecisionID, identifier, false)
}

func (e *ComplaintForwarded) fields(f *form) {
	f.text("complaintId", &e.ComplaintID, identifier, false)
	f.text("decisionId", &e.DecisionID, identifier, false)
}

func (e *ComplaintDecided) fields(f *form) {
	f.text("complaintId", &e.ComplaintID, identifier, false)
	f.text("decisionId", &e.DecisionID, identifier, false)
	code(f, "outcome", &e.Outcome, complaintOutcomes, false)
}
