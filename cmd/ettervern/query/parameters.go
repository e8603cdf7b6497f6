package query

import (
	"slices"
	"strconv"
	"strings"

	"ettervern/events"
	"ettervern/projections"
)

// Params are the parameters of a question by their public names, as text; several values have commas between them.
type Params = map[string]string

// Parameter is one that a question may have.
type Parameter struct {
	Name    string // public: as in HTTP and NATS, and on the command line with dashes
	Type    string // of one value, as JSON Schema says it
	Many    bool   // several values, with commas between them
	Doc     string
	Example string
	read    func(*ask, string) error
}

// The parameters. A name is for ever.
var (
	validAt = Parameter{"validAt", "string", false, "The civil date asked about: facts dated up to and including it count. Default: today in Norway.", "2025-03-14",
		func(a *ask, s string) (err error) { a.query.ValidAt, err = dateIn("validAt", s); return err }}
	knownAt = Parameter{"knownAt", "string", false, "What was known: only what was recorded by this instant, or up to the sequence in seq:N, counts. Default: now.", "seq:1200",
		func(a *ask, s string) (err error) { a.query.KnownAt, err = projections.ParseKnownAt(s); return err }}
	awaitSequence = Parameter{"awaitSequence", "integer", false, "Answer only when the entry at this sequence counts: read what you wrote. It is in the receipt.", "1200",
		func(a *ask, s string) (err error) {
			if a.await, err = strconv.ParseUint(s, 10, 64); err != nil {
				err = bad("awaitSequence", "a sequence, as in a receipt")
			}
			return err
		}}
	municipality = Parameter{"municipality", "string", false, "Only verdicts that belong to this municipality: four digits.", "3403",
		func(a *ask, s string) error { a.query.Municipality = s; return nil }}
	requirement = Parameter{"requirement", "string", false, "Only this requirement, by its id in the catalogue.", "information",
		func(a *ask, s string) error { a.query.Requirement = s; return nil }}
	norm = Parameter{"norm", "string", false, "Only requirements of this norm level: statute, guideline or routine.", "statute",
		func(a *ask, s string) error { a.query.Norm = s; return nil }}
	status = Parameter{"status", "string", true, "Only these statuses. Default: overdue in the list of the overdue, otherwise all.", "overdue,due",
		func(a *ask, s string) error { a.query.Status = strings.Split(s, ","); return nil }}
	youth = Parameter{"youth", "string", true, "Only these youths, by their UUIDs.", "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01",
		func(a *ask, s string) error { a.query.Youths = strings.Split(s, ","); return nil }}
	lawAt = Parameter{"lawAt", "string", false, "Judge everything by the law of this day: a rehearsal. Default: each day by its own law.", "2023-01-01",
		func(a *ask, s string) (err error) { a.query.LawAt, err = dateIn("lawAt", s); return err }}
	from = Parameter{"from", "string", false, "The day of the one law. Required.", "2022-12-31",
		func(a *ask, s string) (err error) { a.from, err = dateIn("from", s); return err }}
	to = Parameter{"to", "string", false, "The day of the other law. Required.", "2023-01-01",
		func(a *ask, s string) (err error) { a.to, err = dateIn("to", s); return err }}
	limit = Parameter{"limit", "integer", false, "How many rows at most, from 1 to " + strconv.Itoa(projections.MaxLimit) + ".", "100",
		func(a *ask, s string) (err error) {
			if a.query.Limit, err = strconv.Atoi(s); err != nil || a.query.Limit < 1 {
				err = bad("limit", "a number from 1 to "+strconv.Itoa(projections.MaxLimit))
			}
			return err
		}}
	after = Parameter{"after", "string", false, "Go on after the page whose next was this.", "",
		func(a *ask, s string) error { a.query.After = s; return nil }}
)

// The parameters that each question has.
var (
	OfHistory  = []Parameter{validAt, knownAt, awaitSequence}
	OfYouth    = []Parameter{validAt, knownAt, lawAt, requirement, norm, status, awaitSequence}
	OfOverdue  = []Parameter{validAt, knownAt, municipality, requirement, norm, status, limit, after, awaitSequence}
	OfVerdicts = []Parameter{validAt, knownAt, lawAt, municipality, requirement, norm, status, youth, limit, awaitSequence}
	OfLawDiff  = []Parameter{from, to, validAt, knownAt, municipality, requirement, norm, youth, awaitSequence}
	ofPages    = []Parameter{validAt, knownAt, lawAt, municipality, requirement, norm, status, youth, limit, after, awaitSequence}
)

// ask is a question understood.
type ask struct {
	query    projections.Query
	await    uint64
	from, to events.Date // of the laws to compare

	supervision projections.SupervisionQuery // what only it has; the rest is in query
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
			return bad(name, "left out: this has no such parameter, but "+names(known))
		case params[name] == "":
			return bad(name, "given a value, or left out")
		}
	}
	return nil
}

func names(all []Parameter) string {
	list := make([]string, len(all))
	for i, p := range all {
		list[i] = p.Name
	}
	return strings.Join(list, ", ")
}

func bad(field, allowed string) error { return &projections.BadQuery{Field: field, Allowed: allowed} }
