package events

import "strconv"

// Access is the kind of entity that the log of accesses is about: a year of it, with the year as id. The log is a ledger of its
// own, beside the one of what happened; no door takes its events.
const Access Kind = "access"

// AccessPurpose is why contents were asked for.
type AccessPurpose string

// The purposes. A name is for ever.
const (
	ForCasework      AccessPurpose = "casework"       // saksbehandling
	ForManagement    AccessPurpose = "management"     // ledelse og internkontroll
	ForOversight     AccessPurpose = "oversight"      // tilsyn
	ForAudit         AccessPurpose = "audit"          // revisjon
	ForComplaint     AccessPurpose = "complaint"      // klagesak
	ForSubjectAccess AccessPurpose = "subject_access" // den registrertes innsyn
	ForCorrection    AccessPurpose = "correction"     // retting
	ForOperation     AccessPurpose = "operation"      // drift av løsningen
)

var reasonsToLook = list[AccessPurpose]{ForCasework, ForManagement, ForOversight, ForAudit, ForComplaint, ForSubjectAccess, ForCorrection, ForOperation}

// AccessPurposes lists them.
func AccessPurposes() []string { return reasonsToLook.strings() }

// Shown is what kind of contents was shown.
type Shown string

// What can be shown. A name is for ever.
const (
	ShownList     Shown = "list"     // verdicts of many youths
	ShownVerdicts Shown = "verdicts" // of one
	ShownHistory  Shown = "history"
	ShownProof    Shown = "proof"  // with the stored bytes
	ShownBundle   Shown = "bundle" // likewise, to take along
	ShownAccesses Shown = "accesses"
)

var shownCodes = list[Shown]{ShownList, ShownVerdicts, ShownHistory, ShownProof, ShownBundle, ShownAccesses}

// ContentsShown: somebody asked for contents of the ledger (innsyn gitt) and was answered after this was recorded.
type ContentsShown struct {
	Who      string // the credential, or the person as the issuer names them
	Role     string
	Purpose  AccessPurpose
	What     Shown
	Youth    string // optional: the one asked about
	Filter   string // optional: the question's parameters, as a URL's query; in part, with its SHA-256, when it is long
	Within   string // optional: what the asker may see at all, in the same form
	ValidAt  Date   // optional: the day asked about
	Sequence uint64 // the last entry that counted: with it the question can be asked again
	Count    uint64 // rows in the answer
}

// AccessesForgotten: the year has been kept for as long as it was to be, and the key of its lines was destroyed.
type AccessesForgotten struct{}

func (*ContentsShown) event()     {}
func (*AccessesForgotten) event() {}

func (*AccessesForgotten) fields(*form) {}

func (e *ContentsShown) fields(f *form) {
	f.text("who", &e.Who, asker, false)
	f.text("role", &e.Role, role, false)
	code(f, "purpose", &e.Purpose, reasonsToLook, false)
	code(f, "what", &e.What, shownCodes, false)
	f.text("youth", &e.Youth, youthID, true)
	f.text("filter", &e.Filter, question, true)
	f.text("within", &e.Within, question, true)
	f.date("validAt", &e.ValidAt, true)
	f.natural("sequence", &e.Sequence)
	f.natural("count", &e.Count)
}

// accesses is the table of the log's event types. They are no part of the Catalogue, which is what can happen to a youth, a
// unit or a supervision.
var accesses = []Row{
	{Name: "ContentsShown", Entity: Access, Norwegian: "innsyn gitt", New: func() Event { return &ContentsShown{} }},
	{Name: "AccessesForgotten", Entity: Access, Norwegian: "innsynslogg slettet", New: func() Event { return &AccessesForgotten{} }},
}

// natural shows a number from 0.
func (f *form) natural(name string, p *uint64) {
	switch f.use {
	case reading, comparing:
		v := f.take(name, false)
		if v.raw == nil {
			return
		}
		n, err := strconv.ParseUint(string(v.raw), 10, 63)
		if err != nil || len(v.raw) > 1 && v.raw[0] == '0' {
			f.fault(name, "must be a number from 0")
		}
		learn(f, name, p, n)
	case writing:
		f.key(name)
		f.out = strconv.AppendUint(f.out, *p, 10)
	case describing:
		f.describe(Description{Name: name, Number: true})
	case checking:
		if *p > 1<<63-1 {
			f.fault(name, "must be a number from 0")
		}
	}
}
