package events

// YouthRestricted hides a youth's history from answers without destroying it. What is recorded about the youth meanwhile
// is kept, and hidden likewise.
type YouthRestricted struct{ Reason PrivacyReason }

// RestrictionLifted shows the youth's history again.
type RestrictionLifted struct{ Reason PrivacyReason }

// YouthErased: the key that opens the youth's history was destroyed, for ever. It is the one event that is stored in plain
// in a sealed ledger, or it would be the first that nobody can read.
type YouthErased struct {
	Reason      PrivacyReason
	Clearance   string // the archive authority's, by which it is lawful
	KeyGoneFrom Date   // from this day on no backup holds the key either
}

func (*YouthRestricted) event()   {}
func (*RestrictionLifted) event() {}
func (*YouthErased) event()       {}

func (e *YouthRestricted) fields(f *form) {
	code(f, "reason", &e.Reason, privacyReasons, false)
}

func (e *RestrictionLifted) fields(f *form) {
	code(f, "reason", &e.Reason, privacyReasons, false)
}

func (e *YouthErased) fields(f *form) {
	code(f, "reason", &e.Reason, privacyReasons, false)
	f.text("clearance", &e.Clearance, clearance, false)
	f.date("keyGoneFrom", &e.KeyGoneFrom, false)
}
