package query

import (
	"slices"
	"strconv"
	"strings"

	"ettervern/cmd/ettervern/access"
	"ettervern/events"
	"ettervern/projections"
	"ettervern/projections/requirements"
)

// Params are the parameters of a question by their public names, as text; several values have commas between them.
type Params = map[string]string

// Parameter is one that a question may have.
type Parameter struct {
	Name     string // public: as in HTTP and NATS, and on the command line with dashes
	Type     string // of one value, as JSON Schema says it
	Doc      string
	Example  string   // "" for none
	Codes    []string // the closed list that a value is from, if there is one
	Many     bool     // several values, with commas between them
	Repeated bool     // several values, each given with the name again: they may hold commas
	Required bool
	read     func(*ask, string) error
}

// The parameters. A name is for ever.
var (
	validAt = Parameter{Name: "validAt", Type: "string", Example: "2025-03-14",
		Doc:  "The civil date asked about: facts dated up to and including it count. Default: today in Norway.",
		read: func(a *ask, s string) (err error) { a.query.ValidAt, err = dateIn("validAt", s); return err }}
	knownAt = Parameter{Name: "knownAt", Type: "string", Example: "seq:1200",
		Doc:  "What was known: only what was recorded by this instant, or up to the sequence in seq:N, counts. Default: now.",
		read: func(a *ask, s string) (err error) { a.query.KnownAt, err = projections.ParseKnownAt(s); return err }}
	awaitSequence = Parameter{Name: "awaitSequence", Type: "integer", Example: "1200",
		Doc: "Answer only when the entry at this sequence counts: read what you wrote. It is in the receipt.",
		read: func(a *ask, s string) (err error) {
			if a.await, err = strconv.ParseUint(s, 10, 64); err != nil {
				err = bad("awaitSequence", "a sequence, as in a receipt")
			}
			return err
		}}
	municipality = Parameter{Name: "municipality", Type: "string", Example: "3403",
		Doc:  "Only verdicts that belong to this municipality: four digits.",
		read: func(a *ask, s string) error { a.query.Municipality = s; return nil }}
	requirement = Parameter{Name: "requirement", Type: "string", Example: "information",
		Doc:  "Only this requirement, by its id in the catalogue.",
		read: func(a *ask, s string) error { a.query.Requirement = s; return nil }}
	norm = Parameter{Name: "norm", Type: "string", Example: "statute", Codes: requirements.Norms(),
		Doc:  "Only requirements of this norm level.",
		read: func(a *ask, s string) error { a.query.Norm = s; return nil }}
	status = Parameter{Name: "status", Type: "string", Many: true, Example: "overdue,due", Codes: requirements.StatusNames(),
		Doc:  "Only these statuses. Default: overdue in the list of the overdue, otherwise all.",
		read: func(a *ask, s string) error { a.query.Status = strings.Split(s, ","); return nil }}
	youth = Parameter{Name: "youth", Type: "string", Many: true, Example: "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01",
		Doc:  "Only these youths, by their UUIDs.",
		read: func(a *ask, s string) error { a.query.Youths = strings.Split(s, ","); return nil }}
	lawAt = Parameter{Name: "lawAt", Type: "string", Example: "2023-01-01",
		Doc:  "Judge everything by the law of this day: a rehearsal. Default: each day by its own law.",
		read: func(a *ask, s string) (err error) { a.query.LawAt, err = dateIn("lawAt", s); return err }}
	from = Parameter{Name: "from", Type: "string", Example: "2022-12-31", Required: true,
		Doc:  "The day of the one law.",
		read: func(a *ask, s string) (err error) { a.from, err = dateIn("from", s); return err }}
	to = Parameter{Name: "to", Type: "string", Example: "2023-01-01", Required: true,
		Doc:  "The day of the other law.",
		read: func(a *ask, s string) (err error) { a.to, err = dateIn("to", s); return err }}
	old = Parameter{Name: "old", Type: "integer", Example: "1000",
		Doc: "The size of an earlier checkpoint: prove that the ledger begins with it, in the form that a witness takes (C2SP tlog-witness).",
		read: func(a *ask, s string) error {
			size, err := strconv.ParseUint(s, 10, 63)
			if err != nil {
				return bad("old", "the size of an earlier checkpoint, a number")
			}
			a.old = &size
			return nil
		}}
	since = Parameter{Name: "since", Type: "string",
		Doc:  "A checkpoint of this ledger that was kept, as it was signed: prove that the ledger has only grown since.",
		read: func(a *ask, s string) error { a.since = s; return nil }}
	absence = Parameter{Name: "absence", Type: "boolean",
		Doc: "Of a youth that the ledger does not have: prove that. Default: false, which answers 404.",
		read: func(a *ask, s string) (err error) {
			if a.absence, err = strconv.ParseBool(s); err != nil {
				err = bad("absence", "true or false")
			}
			return err
		}}
	size = Parameter{Name: "size", Type: "integer", Example: "1000",
		Doc: "Of a checkpoint: only the leaves of its tree. Default: all.",
		read: func(a *ask, s string) error {
			size, err := strconv.ParseUint(s, 10, 63)
			if err != nil {
				return bad("size", "the size of a checkpoint, a number")
			}
			a.size = &size
			return nil
		}}
	limit = Parameter{Name: "limit", Type: "integer", Example: "100",
		Doc: "How many rows at most, from 1 to " + strconv.Itoa(projections.MaxLimit) + ".",
		read: func(a *ask, s string) (err error) {
			if a.query.Limit, err = strconv.Atoi(s); err != nil || a.query.Limit < 1 {
				err = bad("limit", "a number from 1 to "+strconv.Itoa(projections.MaxLimit))
			}
			return err
		}}
	after = Parameter{Name: "after", Type: "string",
		Doc:  "Go on after the page whose next was this. Give the validAt of that page and its sequence as knownAt=seq:N too: then both are of one list, however the ledger grows.",
		read: func(a *ask, s string) error { a.query.After = s; return nil }}
)

// The parameters that each question has.
var (
	OfProof      = []Parameter{awaitSequence, purpose}
	OfCheckpoint = []Parameter{old, awaitSequence}
	OfBundle     = []Parameter{validAt, since, absence, awaitSequence, purpose}
	OfLeaves     = []Parameter{size, awaitSequence}
	OfHistory    = []Parameter{validAt, knownAt, awaitSequence, purpose}
	OfYouth      = []Parameter{validAt, knownAt, lawAt, requirement, norm, status, awaitSequence, purpose}
	OfOverdue    = []Parameter{validAt, knownAt, municipality, requirement, norm, status, limit, after, awaitSequence, purpose}
	OfVerdicts   = []Parameter{validAt, knownAt, lawAt, municipality, requirement, norm, status, youth, limit, awaitSequence, purpose}
	OfLawDiff    = []Parameter{from, to, validAt, knownAt, municipality, requirement, norm, youth, awaitSequence, purpose}
	OfPages      = []Parameter{validAt, knownAt, lawAt, municipality, requirement, norm, status, youth, limit, after, awaitSequence, purpose}
)

// OfReceipts are those of a question for receipts, which each door gives in its own form.
var OfReceipts = []Parameter{
	{Name: "source", Type: "string", Required: true, Doc: "The source of the events.", Example: "/fagsystem/3403"},
	{Name: "id", Type: "string", Required: true, Repeated: true, Doc: "The ids asked about, at most " + strconv.Itoa(MaxIDs) + ".", Example: "0190a1b2"},
}

// ask is a question understood.
type ask struct {
	query    projections.Query
	await    uint64
	from, to events.Date // of the laws to compare
	old      *uint64     // the size of an earlier checkpoint; nil for none
	size     *uint64     // of a checkpoint; nil for none
	since    string      // an earlier checkpoint; "" for none
	absence  bool        // proof of it is asked for
	proofs   bool        // are asked for beside rows

	grant   access.Grant         // of whoever asks
	purpose events.AccessPurpose // "" for that of the role

	supervision projections.SupervisionQuery // what only it has; the rest is in query
	scorecard   projections.ScorecardQuery   // likewise
}

func dateIn(field, s string) (events.Date, error) {
	d, err := events.ParseDate(s)
	if err != nil {
		return 0, bad(field, "a date that exists, as YYYY-MM-DD")
	}
	return d, nil
}

// parse reads a question's parameters. One that it does not have is an error: left out, it would change the answer
// unseen. So is an empty one. Its only errors are *projections.BadQuery.
func parse(params Params, known []Parameter) (a ask, err error) {
	if err := Check(params, known); err != nil {
		return a, err
	}
	for _, p := range known {
		if value, given := params[p.Name]; given && err == nil {
			err = p.read(&a, value)
		}
	}
	return a, err
}

// Check refuses, with a *projections.BadQuery, parameters that are not known or have no value.
func Check(params Params, known []Parameter) error {
	given := make([]string, 0, len(params))
	for name := range params {
		given = append(given, name)
	}
	slices.Sort(given)
	for _, name := range given {
		switch i := slices.IndexFunc(known, func(p Parameter) bool { return p.Name == name }); {
		case i < 0 && len(known) == 0:
			return bad(name, "left out: this has no parameters")
		case i < 0:
			return bad(name, "left out: this has no such parameter, but "+Names(known))
		case params[name] == "":
			return bad(name, "given a value, or left out")
		}
	}
	return nil
}

// Names are those of parameters, with commas between them.
func Names(all []Parameter) string {
	list := make([]string, len(all))
	for i, p := range all {
		list[i] = p.Name
	}
	return strings.Join(list, ", ")
}

func bad(field, allowed string) error { return &projections.BadQuery{Field: field, Allowed: allowed} }
