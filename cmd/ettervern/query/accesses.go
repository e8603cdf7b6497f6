package query

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/accesslog"
	"ettervern/events"
	"ettervern/projections"
	"ettervern/projections/requirements"
)

// Accesses keeps who has looked.
type Accesses interface {
	// Record returns when the access is on disk; if it fails, nothing may be shown.
	Record(ctx context.Context, shown events.ContentsShown) error
	// Of is every access that names the youth, and Lists every question about many youths, in order.
	Of(ctx context.Context, youth string) ([]accesslog.Line, error)
	Lists() []accesslog.Line
}

// purpose goes with every question whose answer is about youths.
var purpose = Parameter{Name: "purpose", Type: "string", Example: "casework", Codes: events.AccessPurposes(),
	Doc: "Why you ask: it is recorded with who asked what. Default: what the credential's role is for.",
	read: func(a *ask, s string) error {
		if !slices.Contains(events.AccessPurposes(), s) {
			return bad("purpose", "one of "+strings.Join(events.AccessPurposes(), ", "))
		}
		a.purpose = events.AccessPurpose(s)
		return nil
	}}

// OfAccesses are the parameters of the question who has looked.
var OfAccesses = []Parameter{purpose, proofs}

// OfAccessYear are those of the question for a year of accesses.
var OfAccessYear = []Parameter{purpose}

var proofs = Parameter{Name: "proofs", Type: "boolean",
	Doc: "With each entry of the log that a row is from as it is stored, and the proof that it is there. Default: false.",
	read: func(a *ask, s string) (err error) {
		if a.proofs, err = strconv.ParseBool(s); err != nil {
			err = bad("proofs", "true or false")
		}
		return err
	}}

// purposeOf is what a role asks for when it does not say otherwise.
func purposeOf(g access.Grant) events.AccessPurpose {
	switch g.Role {
	case access.Caseworker:
		return events.ForCasework
	case access.Supervisor:
		if g.Nation || g.Office != "" {
			return events.ForOversight
		}
		return events.ForManagement
	case access.Auditor:
		return events.ForAudit
	case access.Emitter, access.Witness, access.Administrator, access.Operator:
	}
	return events.ForOperation
}

// shown is an answer that is about to be given.
type shown struct {
	what     events.Shown
	youth    string
	validAt  events.Date
	sequence uint64
	count    int
}

// record puts an answer on record before it is given. An error means that it must not be.
func (c *Core) record(ctx context.Context, a *ask, params Params, s shown) error {
	why := a.purpose
	if why == "" {
		why = purposeOf(a.grant)
	}
	return c.config.Accesses.Record(ctx, events.ContentsShown{
		Who: a.grant.Name, Role: string(a.grant.Role), Purpose: why, What: s.what, Youth: s.youth,
		Filter: filterOf(params, a.query.Status), Within: withinOf(a.grant), ValidAt: s.validAt, Sequence: s.sequence, Count: uint64(s.count),
	})
}

// What is kept of a long question, in characters; and up to how many youths a sample is kept by name.
const (
	maxFilter = 2000
	maxSample = 100
)

// filterOf is a question's parameters as they are recorded, with the statuses that it has by default.
func filterOf(params Params, statuses []string) string {
	values := url.Values{}
	for name, value := range params {
		switch name {
		case purpose.Name, awaitSequence.Name:
		case since.Name: // of a checkpoint its size, the second line, says which
			values.Set(name, strings.SplitN(value+"\n\n", "\n", 3)[1])
		default:
			values.Set(name, value)
		}
	}
	if params[status.Name] == "" && len(statuses) > 0 && len(statuses) < len(requirements.StatusNames()) {
		values.Set(status.Name, strings.Join(statuses, ","))
	}
	text := values.Encode()
	if len(text) > maxFilter {
		sum := sha256.Sum256([]byte(text))
		text = text[:maxFilter] + "&sha256=" + hex.EncodeToString(sum[:])
	}
	return text
}

// withinOf is what the asker may see at all, as it is recorded.
func withinOf(g access.Grant) string {
	values := url.Values{}
	set := func(given bool, name, value string) {
		if given {
			values.Set(name, value)
		}
	}
	set(g.Reach == access.Own || g.Reach == access.Territory && len(g.Municipalities) > 0, "municipalities", strings.Join(g.Municipalities, ","))
	set(g.Reach == access.Territory && g.Office != "", "office", g.Office)
	set(g.Reach == access.Territory && g.Nation, "nation", "true")
	set(g.Reach == access.Sample, "sample", strconv.Itoa(len(g.Youths)))
	set(g.Reach == access.Sample && len(g.Youths) <= maxSample, "youths", strings.Join(g.Youths, ","))
	set(g.Protected, "protected", "true")
	return values.Encode()
}

// YouthAccesses is who has looked at a youth.
type YouthAccesses struct {
	Youth string      `json:"youth"`
	Rows  []AccessRow `json:"rows" doc:"Every access, in the order in which they were recorded."`

	Checkpoint string        `json:"checkpoint,omitempty" doc:"The signed checkpoint of the log of accesses (C2SP tlog-checkpoint) that the proofs are under."`
	Entries    []AccessEntry `json:"entries,omitempty" doc:"The entries that the rows are from, in order."`
}

// AccessEntry is an entry of the log of accesses and its proof. It is sealed under the key of its year, which opens what is told
// of others too: what a row says can be compared by whoever has that.
type AccessEntry struct {
	Entry  uint64 `json:"entry" doc:"Where it stands in the log of accesses; the leaf's index is one less."`
	Stored []byte `json:"stored" doc:"The bytes as stored, sealed. The leaf is SHA-256 of a zero byte and these."`
	Proof  string `json:"proof" doc:"c2sp.org/tlog-proof@v1"`
}

// AccessRow is one access.
type AccessRow struct {
	Time     time.Time    `json:"time"`
	Who      string       `json:"who" doc:"The credential, or the person as the issuer names them."`
	Role     string       `json:"role"`
	Purpose  string       `json:"purpose"`
	What     string       `json:"what" doc:"history, verdicts, proof or accesses of the youth; or a list that takes the youth in."`
	Filter   string       `json:"filter" doc:"The question's parameters, as a URL's query."`
	Within   string       `json:"within" doc:"What the asker may see at all, in the same form."`
	ValidAt  *events.Date `json:"validAt"`
	Sequence uint64       `json:"sequence" doc:"The last entry that counted. With it and filter the question can be asked again."`
	Count    uint64       `json:"count" doc:"Rows in the answer; of a list those of all youths."`
	Entry    uint64       `json:"entry" doc:"Where it stands in the log of accesses."`
}

// YouthAccesses is who has looked at a youth: at it alone, at lists whose question takes it in, and at whole years of this log. A page of a
// list may have ended before the youth.
func (c *Core) YouthAccesses(ctx context.Context, id string, params Params) (YouthAccesses, error) {
	a, err := c.understand(ctx, access.Accesses, params, OfAccesses)
	if err == nil {
		err = c.known(a.grant, id)
	}
	if err != nil {
		return YouthAccesses{}, err
	}
	lines, err := c.looks(ctx, id)
	if err != nil {
		return YouthAccesses{}, err
	}
	answer := YouthAccesses{Youth: id, Rows: make([]AccessRow, len(lines))}
	for i, l := range lines {
		answer.Rows[i] = AccessRow{l.Time, l.Who, l.Role, string(l.Purpose), string(l.What), l.Filter, l.Within, dateOrNone(l.ValidAt), l.Sequence, l.Count, l.Entry}
	}
	err = c.record(ctx, &a, params, shown{what: events.ShownAccesses, youth: id, count: len(lines)})
	if err == nil && a.proofs {
		err = c.prove(ctx, &answer)
	}
	return answer, err
}

// looks is every access that a youth is told of, in order.
func (c *Core) looks(ctx context.Context, id string) (lines []accesslog.Line, err error) {
	for _, name := range append(c.config.Youths.Formers(id), id, "") { // a year of the log names nobody
		named, err := c.config.Accesses.Of(ctx, name)
		if err != nil {
			return nil, err
		}
		lines = append(lines, named...)
	}
	for _, list := range c.config.Accesses.Lists() {
		if c.takesIn(&list.ContentsShown, id) {
			lines = append(lines, list)
		}
	}
	slices.SortStableFunc(lines, func(a, b accesslog.Line) int { return a.Time.Compare(b.Time) })
	return lines, nil
}

// prove adds the entries that the rows are from, each once.
func (c *Core) prove(ctx context.Context, answer *YouthAccesses) error {
	var sequences []uint64
	for _, row := range answer.Rows {
		sequences = append(sequences, row.Entry)
	}
	slices.Sort(sequences)
	signed, proven, err := c.config.AccessProver.ProofsAt(ctx, slices.Compact(sequences))
	if err != nil {
		return err
	}
	answer.Checkpoint = string(signed.Note)
	for _, p := range proven {
		answer.Entries = append(answer.Entries, AccessEntry{p.Sequence, p.Stored, string(p.Proof)})
	}
	return nil
}

func dateOrNone(d events.Date) *events.Date {
	if d == 0 {
		return nil
	}
	return &d
}

// takesIn asks a list's question again, of one youth. What cannot be asked again, since the question was too long to keep,
// is taken to take in everyone.
func (c *Core) takesIn(list *events.ContentsShown, id string) bool {
	asked, within := valuesIn(list.Filter), valuesIn(list.Within)
	named := asked[youth.Name]
	switch {
	case list.Sequence == 0:
		return false
	case asked["sha256"] != "":
		return true
	case named != "" && !slices.Contains(strings.Split(named, ","), id), within["youths"] != "" && !slices.Contains(strings.Split(within["youths"], ","), id):
		return false
	}
	for _, other := range []string{limit.Name, after.Name, from.Name, to.Name, validAt.Name, knownAt.Name, youth.Name} {
		delete(asked, other)
	}
	a, err := parse(asked, OfPages)
	if err != nil {
		return true
	}
	a.query.Youths, a.query.ValidAt, a.query.KnownAt = []string{id}, list.ValidAt, projections.KnownAt{Sequence: list.Sequence}
	a.query.Within = &projections.Within{Protected: true, Municipalities: municipalitiesIn(within)}
	_, rows, err := c.config.Youths.Verdicts(a.query)
	if err != nil {
		return true
	}
	for range rows {
		return true
	}
	return false
}

// municipalitiesIn is those of a recorded scope; nil for any.
func municipalitiesIn(within Params) map[uint16]bool {
	if office := within["office"]; office != "" {
		return projections.MunicipalitiesOf(office)
	}
	if within["municipalities"] == "" {
		return nil
	}
	all := map[uint16]bool{}
	for _, m := range strings.Split(within["municipalities"], ",") {
		if number, ok := requirements.ParseMunicipality(m); ok {
			all[number] = true
		}
	}
	return all
}

func valuesIn(text string) Params {
	params := Params{}
	values, _ := url.ParseQuery(text) // what was recorded was encoded
	for name := range values {
		params[name] = values.Get(name)
	}
	return params
}

// YouthAccesses is who has looked at a youth.
func (a Asker) YouthAccesses(ctx context.Context, youth string, params Params) (any, error) {
	return answer(a.Core.YouthAccesses(ctx, youth, params))
}
