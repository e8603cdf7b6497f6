package events

// EventCorrected replaces an earlier event by another of the same id, source, type and entity. The last recorded
// correction that is not itself retracted counts.
type EventCorrected struct {
	EventID     string // the original
	Replacement Submission
	Reason      string // a code of the emitter
}

// EventRetracted takes an event back as if it had not been told; a correction can be retracted, a retraction cannot.
type EventRetracted struct {
	EventID string
	Reason  RetractionReason
}

func (*EventCorrected) event() {}
func (*EventRetracted) event() {}

func (e *EventCorrected) fields(f *form) {
	f.text("eventId", &e.EventID, eventID, false)
	f.replacement("replacement", &e.Replacement)
	f.text("reason", &e.Reason, reasonCode, false)
}

func (e *EventRetracted) fields(f *form) {
	f.text("eventId", &e.EventID, eventID, false)
	code(f, "reason", &e.Reason, retractionReasons, false)
}
