// Package access decides who may do what. All of it is one table: for each operation how far each role reaches. What is not
// in the table is refused. It is pure: who somebody is, and what the ledger holds, comes in as data.
package access

import "slices"

// Role is in which capacity somebody asks. Its name is stored as the actor of what is recorded, and never changes.
type Role string

// The roles. Operator is whoever has the ledger's files, and everyone where no credentials are asked for: no credential says it.
const (
	Emitter       Role = "emitter"       // a system that tells what happened
	Caseworker    Role = "caseworker"    // works with the youths of municipalities
	Supervisor    Role = "supervisor"    // answers for, or supervises, a municipality, an office's or the nation's
	Auditor       Role = "auditor"       // checks a named sample of youths, until a day
	Witness       Role = "witness"       // cosigns checkpoints
	Administrator Role = "administrator" // runs the machine and hands out credentials, and sees nothing of the contents
	Operator      Role = "operator"
)

// Roles lists what a credential can say.
func Roles() []Role {
	return []Role{Emitter, Caseworker, Supervisor, Auditor, Witness, Administrator}
}

// Operation is what is to be done.
type Operation string

// The operations.
const (
	Record       Operation = "record"        // events
	Import       Operation = "import"        // the register's files
	Pseudonym    Operation = "pseudonym"     // of an identity number
	Receipts     Operation = "receipts"      // of a source's events
	List         Operation = "list"          // verdicts of many youths: overdue, verdicts, law diff
	Verdicts     Operation = "verdicts"      // of one youth
	History      Operation = "history"       // of one youth
	Proof        Operation = "proof"         // of one youth's history, with its bytes
	Accesses     Operation = "accesses"      // who has looked at one youth
	AccessYear   Operation = "access_year"   // of everyone's accesses, with what opens them
	Units        Operation = "units"         // how services stand
	Supervisions Operation = "supervisions"  // and their figures
	Scorecard    Operation = "scorecard"     // with small numbers withheld
	OwnScorecard Operation = "own_scorecard" // of the asker's municipality, nothing withheld
	Checkpoint   Operation = "checkpoint"    // signed, its key, and the hashes below it
	Leaves       Operation = "leaves"        // of the whole ledger: who knows a pseudonym sees whether it is there
	Metrics      Operation = "metrics"       // and what readiness says in words
	Credentials  Operation = "credentials"   // to hand out and revoke
	Shred        Operation = "shred"         // to hide a youth's history, or erase it, without seeing it
	Backup       Operation = "backup"        // to have one made on the server, without getting it
)

// Operations lists them all, as the table is shown.
func Operations() []Operation {
	return []Operation{Record, Import, Pseudonym, Receipts, List, Verdicts, History, Proof, Accesses, AccessYear, Units, Supervisions, Scorecard, OwnScorecard, Checkpoint, Leaves, Metrics, Credentials, Shred, Backup}
}

// Reach is how far a role reaches in an operation.
type Reach int

// The reaches. Of a youth, what counts is the municipality responsible today; of a verdict, the one it belongs to.
const (
	Nothing   Reach = iota
	Own             // the credential's municipalities; for an emitter also its service and its source
	Territory       // those, or all of an office or the nation: there with months instead of days
	Sample          // the youths named, until a day
	Named           // everything, until a day, for a credential that names it beside its role
	All             // everything
)

// Words is the reach as docs/access.md shows it.
func (r Reach) Words() string {
	return [...]string{"–", "own municipalities", "its territory", "its sample", "if it says so", "all"}[r]
}

// table is the decisions. A row that is missing is Nothing.
var table = map[Operation]map[Role]Reach{
	Record:       {Emitter: Own},
	Import:       {Emitter: Own},
	Pseudonym:    {Emitter: All, Caseworker: All},
	Receipts:     {Emitter: Own},
	List:         {Caseworker: Own, Supervisor: Territory, Auditor: Sample},
	Verdicts:     {Caseworker: Own, Supervisor: Territory, Auditor: Sample},
	History:      {Caseworker: Own, Supervisor: Own, Auditor: Sample},
	Proof:        {Caseworker: Own, Supervisor: Own, Auditor: Sample},
	Accesses:     {Caseworker: Own, Supervisor: Own, Auditor: Sample},
	AccessYear:   {Auditor: Named},
	Units:        {Caseworker: All, Supervisor: All, Auditor: All},
	Supervisions: {Caseworker: All, Supervisor: All, Auditor: All},
	Scorecard:    {Caseworker: All, Supervisor: All, Auditor: All},
	OwnScorecard: {Caseworker: Own, Supervisor: Own},
	Checkpoint:   {Emitter: All, Caseworker: All, Supervisor: All, Auditor: All, Witness: All, Administrator: All},
	Leaves:       {Auditor: All},
	Metrics:      {Administrator: All},
	Credentials:  {Administrator: All},
	Shred:        {Administrator: All},
	Backup:       {Administrator: All},
}

// ReachOf is how far a role reaches in an operation.
func ReachOf(role Role, operation Operation) Reach {
	if role == Operator && slices.Contains(Operations(), operation) {
		return All
	}
	return table[operation][role]
}
