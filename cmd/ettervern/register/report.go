package register

import (
	"cmp"
	"slices"
)

// Severity is how the register takes a fault (Kravspesifikasjon).
type Severity string

// The severities of the register, gravest first.
const (
	Fatal   Severity = "FATAL"
	Error   Severity = "ERROR"
	Warning Severity = "WARNING"
	Info    Severity = "INFO"
)

// FileFinding is one thing to be said of a file. Its texts hold dates, codes and ids of elements, never a number or a name.
type FileFinding struct {
	Element  string   `json:"element"` // its path in the file; "" is the whole file
	Rule     string   `json:"rule"`    // the register's own name of the rule, or ours: ledger/<code>, import/<code>
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Refused  bool     `json:"refused"` // what it is about was not recorded
}

// Outcome is what became of a file.
type Outcome string

// The outcomes.
const (
	Imported  Outcome = "imported"  // something of it was recorded
	Unchanged Outcome = "unchanged" // all it tells was in the ledger already, or newer there
	LeftOut   Outcome = "left_out"  // the child is too young for the ledger to need to know
	Refused   Outcome = "refused"   // nothing of it was recorded; the findings say why
)

// Counts is how often something came up, by its name.
type Counts map[string]int

// add counts once more.
func (c *Counts) add(name string) {
	if *c == nil {
		*c = Counts{}
	}
	(*c)[name]++
}

func (c *Counts) addAll(more Counts) {
	for name, n := range more {
		c.add(name)
		(*c)[name] += n - 1
	}
}

// Report tells what became of one file.
type Report struct {
	File       string        `json:"file"`
	Outcome    Outcome       `json:"outcome"`
	Case       string        `json:"case,omitempty"`       // Sak/@Id
	Submission string        `json:"submission,omitempty"` // Barnevern/@Id
	Missing    string        `json:"missing,omitempty"`    // ForrigeId, when neither this import nor the ledger has it
	Youth      string        `json:"youth,omitempty"`      // the pseudonym
	Read       Counts        `json:"read,omitempty"`       // elements of the form
	Ignored    Counts        `json:"ignored,omitempty"`    // elements that the ledger has no use for
	Unknown    Counts        `json:"unknown,omitempty"`    // elements and attributes that the form does not have
	Recorded   Counts        `json:"recorded,omitempty"`   // event types
	Corrected  Counts        `json:"corrected,omitempty"`  // event types
	Retracted  Counts        `json:"retracted,omitempty"`  // event types
	Same       int           `json:"same"`                 // events that were in the ledger already
	Older      int           `json:"older"`                // elements of which the ledger has a newer extract
	Findings   []FileFinding `json:"findings"`
}

func newReport(file string) *Report { return &Report{File: file, Findings: []FileFinding{}} }

// maxFindings is how many findings a report holds of one file; the count goes on.
const maxFindings = 500

// find adds a finding.
func (r *Report) find(f FileFinding) {
	if len(r.Findings) == maxFindings {
		f = FileFinding{Rule: "import/more", Severity: Info, Message: "there are more findings in this file"}
	}
	if len(r.Findings) <= maxFindings {
		r.Findings = append(r.Findings, f)
	}
}

// refuse ends a file: nothing of it is recorded.
func (r *Report) refuse(rule, element, message string) {
	r.Outcome = Refused
	r.Findings = append(r.Findings, FileFinding{Element: element, Rule: rule, Severity: Fatal, Message: message, Refused: true})
}

// incomplete ends a file of which not everything is recorded, or nothing.
func (r *Report) incomplete(rule, message string) {
	recorded := len(r.Recorded)+len(r.Corrected)+len(r.Retracted) > 0
	if r.refuse(rule, "", message); recorded {
		r.Outcome = Imported
	}
}

// stopped ends a file that the import did not come to, or did not finish.
func (r *Report) stopped() {
	r.incomplete("import/stopped", "the import ended before this file was done; import it again")
}

// Totals adds up the reports of an import.
type Totals struct {
	Files      int             `json:"files"`
	Outcomes   map[Outcome]int `json:"outcomes"`
	Read       Counts          `json:"read"`
	Ignored    Counts          `json:"ignored"`
	Unknown    Counts          `json:"unknown"`
	Recorded   Counts          `json:"recorded"`
	Corrected  Counts          `json:"corrected"`
	Retracted  Counts          `json:"retracted"`
	Same       int             `json:"same"`
	Older      int             `json:"older"`
	Refused    int             `json:"refused"` // files and elements
	Findings   []Count         `json:"findings"`
	Lost       []Lost          `json:"lost"`       // submissions that others say came before them
	PassedOver int             `json:"passedOver"` // files that are neither XML nor archives
	DryRun     bool            `json:"dryRun"`

	byRule map[Count]int
	seen   map[string]bool // submissions of this import
	lost   []Lost
}

// Count is how often a rule had something to say.
type Count struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Count    int      `json:"count"`
}

// Lost is a submission that was never read, though the one after it was.
type Lost struct {
	File    string `json:"file"`    // of the one after it
	Case    string `json:"case"`    // Sak/@Id
	Missing string `json:"missing"` // ForrigeId
}

// NewTotals is an import of nothing.
func NewTotals(dryRun bool) *Totals {
	return &Totals{
		Outcomes: map[Outcome]int{}, Read: Counts{}, Ignored: Counts{}, Unknown: Counts{},
		Recorded: Counts{}, Corrected: Counts{}, Retracted: Counts{}, DryRun: dryRun,
		byRule: map[Count]int{}, seen: map[string]bool{},
	}
}

// Add adds a file's report.
func (t *Totals) Add(r *Report) {
	t.Files++
	t.Outcomes[r.Outcome]++
	t.Same += r.Same
	t.Older += r.Older
	t.Read.addAll(r.Read)
	t.Ignored.addAll(r.Ignored)
	t.Unknown.addAll(r.Unknown)
	t.Recorded.addAll(r.Recorded)
	t.Corrected.addAll(r.Corrected)
	t.Retracted.addAll(r.Retracted)
	for _, f := range r.Findings {
		t.byRule[Count{Rule: f.Rule, Severity: f.Severity}]++
		if f.Refused {
			t.Refused++
		}
	}
	if r.Submission != "" {
		t.seen[r.Submission] = true
	}
	if r.Missing != "" {
		t.lost = append(t.lost, Lost{r.File, r.Case, r.Missing})
	}
}

// Close works out what can be said only at the end: which submissions are lost, for a file read later may be the one.
func (t *Totals) Close() *Totals {
	t.Lost, t.Findings = []Lost{}, []Count{}
	for _, l := range t.lost {
		if !t.seen[l.Missing] {
			t.Lost = append(t.Lost, l)
		}
	}
	for c, n := range t.byRule {
		c.Count = n
		t.Findings = append(t.Findings, c)
	}
	slices.SortFunc(t.Findings, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Severity, b.Severity))
	})
	return t
}
