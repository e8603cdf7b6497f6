package events

// InformationGiven: the youth was told of their rights.
type InformationGiven struct {
	Service     Service
	Topics      []Topic
	Form        Form
	Adapted     bool   // to the youth's age and understanding
	Language    string // optional
	Interpreter Answer
}

// ContactAttempted is one attempt to reach the youth, whatever came of it.
type ContactAttempted struct {
	Service Service
	Purpose Purpose
	Channel Channel
	Outcome ContactOutcome
}

// ParticipationRecorded: the youth took part, was not given the chance, or did not want to.
type ParticipationRecorded struct {
	Service    Service
	Concerning Concern
	Mode       Mode
	Document   Document
}

// AssessmentCompleted: the youth's needs were mapped and assessed.
type AssessmentCompleted struct {
	Service    Service
	Domains    []Domain
	Conclusion Conclusion
	Document   Document
}

// CooperationMeetingHeld: services met about this youth.
type CooperationMeetingHeld struct {
	Services     []Service
	YouthPresent bool
}

func (*InformationGiven) event()       {}
func (*ContactAttempted) event()       {}
func (*ParticipationRecorded) event()  {}
func (*AssessmentCompleted) event()    {}
func (*CooperationMeetingHeld) event() {}

func (e *InformationGiven) fields(f *form) {
	code(f, "service", &e.Service, services, false)
	codes(f, "topics", &e.Topics, topics)
	code(f, "form", &e.Form, forms, false)
	f.boolean("adapted", &e.Adapted)
	f.text("language", &e.Language, language, true)
	f.answer("interpreter", &e.Interpreter)
}

func (e *ContactAttempted) fields(f *form) {
	code(f, "service", &e.Service, services, false)
	code(f, "purpose", &e.Purpose, purposes, false)
	code(f, "channel", &e.Channel, channels, false)
	code(f, "outcome", &e.Outcome, contactOutcomes, false)
}

func (e *ParticipationRecorded) fields(f *form) {
	code(f, "service", &e.Service, services, false)
	code(f, "concerning", &e.Concerning, concerns, false)
	code(f, "mode", &e.Mode, modes, false)
	f.document("document", &e.Document, true)
}

func (e *AssessmentCompleted) fields(f *form) {
	code(f, "service", &e.Service, services, false)
	codes(f, "domains", &e.Domains, domains)
	code(f, "conclusion", &e.Conclusion, conclusions, false)
	f.document("document", &e.Document, true)
}

func (e *CooperationMeetingHeld) fields(f *form) {
	codes(f, "services", &e.Services, services)
	f.boolean("youthPresent", &e.YouthPresent)
}
