package events

// RegisterSource is the source of every event that the import of the national child-welfare register tells. It is one
// for all municipalities: a case keeps its events when municipalities merge.
const RegisterSource = "/barnevernregisteret"

// SubmissionRead: a submission to the national register (innrapportering) about this youth was read, as extracted at
// the event's time. What it told is told by the events whose causationid is this event's id; what it left as it was
// is told here. So a history knows by itself how new each thing in it is, and which submissions it rests on.
type SubmissionRead struct {
	CaseID       string // Sak/@Id
	SubmissionID string // Barnevern/@Id
	PreviousID   string // optional: ForrigeId, the submission before it in the same case
	SecretID     string // which secret made the youth's pseudonym; it tells nothing of the secret
	// Whole: it held or deleted every element of the case that the history knew, those that it left as they were too.
	Whole     bool
	Confirmed []string // when not whole: the elements that it left as they were, by their keys (correlationid)
	Empty     []string // elements that came to no event, deleted ones among them, and that the history did not know
}

func (*SubmissionRead) event() {}

func (e *SubmissionRead) fields(f *form) {
	f.text("caseId", &e.CaseID, identifier, false)
	f.text("submissionId", &e.SubmissionID, identifier, false)
	f.text("previousId", &e.PreviousID, identifier, true)
	f.text("secretId", &e.SecretID, identifier, false)
	f.boolean("whole", &e.Whole)
	f.texts("confirmed", &e.Confirmed, identifier)
	f.texts("empty", &e.Empty, identifier)
}
