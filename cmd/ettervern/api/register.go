package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/query"
	"ettervern/cmd/ettervern/register"
	"ettervern/commands"
	"ettervern/events"
)

// Register reads the national register's files, and knows the pseudonyms of those in them.
type Register interface {
	// Import imports each file whole or not at all, and is the report of each, in order.
	Import(ctx context.Context, files []register.File, options register.Options) ([]*register.Report, error)
	// Youth is the pseudonym of whoever has an identity number; an *events.FormError for what is no number.
	Youth(ctx context.Context, number string) (string, error)
}

const (
	xmlFile  = "application/xml"
	zipFiles = "application/zip"
)

var ofRegister = []query.Parameter{
	{Name: "total", Type: "boolean", Doc: "true: the files are whole cases, and what they do not mention is taken back.", Example: "true"},
	{Name: "all", Type: "boolean", Doc: "true: also children who are too young for the ledger to need to know.", Example: "true"},
	{Name: "synthetic", Type: "boolean", Doc: "true: take synthetic identity numbers too.", Example: "true"},
	{Name: "dryRun", Type: "boolean", Doc: "true: record nothing, and tell what would be.", Example: "true"},
}

// ImportAnswer is what became of an import.
type ImportAnswer struct {
	Files  []*register.Report `json:"files" doc:"Each file, in order."`
	Totals *register.Totals   `json:"totals"`
	// Sequence is not that of the import alone: others may have recorded meanwhile.
	Sequence uint64 `json:"sequence" doc:"How far the ledger is: questions with awaitSequence of this see all of the import."`
}

type postedFiles struct {
	RawBody []byte `contentType:"application/zip"`
}

// importing are the routes of the register.
func (a *api) importing() {
	huma.Register(a.huma, huma.Operation{
		OperationID: "import-register", Method: http.MethodPost, Path: "/v1/register", Summary: "Import the national register's XML: one case, or a ZIP of them",
		Description: "Each file is recorded whole or not at all, and told of in the answer. One XML file of which nothing could be recorded is a problem.",
		Parameters:  parameters(ofRegister), SkipValidateParams: true, SkipValidateBody: true,
		MaxBodyBytes: maxBody, BodyReadTimeout: time.Minute, Errors: []int{400, 401, 403, 413, 415, 422, 503},
	}, a.importFiles)
	huma.Register(a.huma, huma.Operation{
		OperationID: "pseudonym", Method: http.MethodPost, Path: "/v1/pseudonyms", Summary: "The youth's UUID for an identity number; nothing is stored",
		SkipValidateBody: true, MaxBodyBytes: 4 << 10, Errors: []int{400, 401, 403, 413, 415, 422, 503},
	}, a.pseudonym)
	a.describeRegister()
}

func (a *api) importFiles(ctx context.Context, in *postedFiles) (*dated[ImportAnswer], error) {
	request := askedIn(ctx)
	ctx, actor, err := a.Warrant.Issue(ctx, access.Import)
	if err == nil {
		err = query.Check(request.params, ofRegister)
	}
	if err != nil {
		return nil, a.failed(err)
	}
	options, err := registerOptions(request.params)
	if err != nil {
		return nil, err
	}
	options.Actor = actor
	files, passedOver, err := registerFiles(request.media, in.RawBody)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	reports, err := a.Register.Import(ctx, files, options)
	if err != nil {
		return nil, a.failed(err)
	}
	totals := register.NewTotals(options.DryRun)
	totals.PassedOver = passedOver
	for _, r := range reports {
		totals.Add(r)
	}
	if request.media != zipFiles && reports[0].Outcome == register.Refused {
		return nil, registerProblem(reports[0])
	}
	return answer(a, ImportAnswer{reports, totals.Close(), a.Ledger.Durable()}, nil)
}

func registerOptions(params query.Params) (o register.Options, err error) {
	for name, to := range map[string]*bool{"total": &o.Total, "all": &o.All, "synthetic": &o.Synthetic, "dryRun": &o.DryRun} {
		value, given := params[name]
		if given && value != "true" && value != "false" {
			return o, problem("bad_query", name+" must be true or false", Detail{Parameter: name, Detail: "must be true or false"})
		}
		*to = value == "true"
	}
	return o, nil
}

func registerFiles(media string, body []byte) ([]register.File, int, error) {
	switch media {
	case xmlFile, "text/xml":
		return []register.File{{Name: "the file", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }}}, 0, nil
	case zipFiles:
		files, passedOver, err := register.Archive(body)
		switch {
		case errors.Is(err, register.ErrUnpacked):
			return nil, 0, problem("too_large", err.Error())
		case err != nil:
			return nil, 0, badRequest("", err.Error())
		case len(files) > maxEvents:
			return nil, 0, badRequest("", "an archive may hold at most 10,000 files; send them in parts")
		}
		return files, passedOver, nil
	}
	return nil, 0, problem("media_type", "Content-Type must be "+xmlFile+" or "+zipFiles)
}

// registerProblem is one file of which nothing was recorded.
func registerProblem(r *register.Report) *Problem {
	details := make([]Detail, 0, len(r.Findings))
	for _, f := range r.Findings {
		if f.Refused {
			details = append(details, Detail{Detail: strings.TrimSpace(f.Element + " " + f.Rule + ": " + f.Message)})
		}
	}
	return problem("register_refused", "nothing of the file was recorded", details...)
}

// Pseudonym is the answer to an identity number.
type Pseudonym struct {
	Youth string `json:"youth" doc:"The subject of the youth's events."`
}

type numberPosted struct {
	RawBody []byte `contentType:"application/json"`
}

// pseudonym reads the body itself: errors made by others repeat what they do not understand.
func (a *api) pseudonym(ctx context.Context, in *numberPosted) (*dated[Pseudonym], error) {
	if _, err := access.Allowed(ctx, access.Pseudonym); err != nil {
		return nil, a.failed(err)
	}
	if askedIn(ctx).media != plain {
		return nil, problem("media_type", "Content-Type must be "+plain)
	}
	var asked struct {
		IdentityNumber string `json:"identityNumber"`
	}
	decoder := json.NewDecoder(bytes.NewReader(in.RawBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil || decoder.InputOffset() < int64(len(bytes.TrimRight(in.RawBody, " \n\r\t"))) {
		return nil, badRequest("/identityNumber", `the body must be {"identityNumber": "…"} and nothing else`)
	}
	youth, err := a.Register.Youth(ctx, asked.IdentityNumber)
	if wrong := (*events.FormError)(nil); errors.As(err, &wrong) { // it is of no event
		return nil, badRequest(wrong.Faults[0].Pointer, wrong.Faults[0].Pointer+" "+wrong.Faults[0].Problem)
	}
	return answer(a, Pseudonym{youth}, err)
}

// CountRefusals counts what the ledger refuses of an import.
func (m *Metrics) CountRefusals(l register.Ledger) register.Ledger { return countingLedger{l, m} }

type countingLedger struct {
	register.Ledger
	metrics *Metrics
}

// Revise is the ledger's.
func (c countingLedger) Revise(ctx context.Context, entity events.Entity, actor string, revise commands.Revision) ([]commands.Receipt, error) {
	receipts, err := c.Ledger.Revise(ctx, entity, actor, revise)
	for _, r := range receipts {
		c.metrics.count(r)
	}
	return receipts, err
}

// describeRegister says what the doors of the register take, which huma cannot tell from bytes.
func (a *api) describeRegister() {
	paths := a.huma.OpenAPI().Paths
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	paths["/v1/register"].Post.RequestBody.Content = map[string]*huma.MediaType{zipFiles: {Schema: binary}, xmlFile: {Schema: binary}}
	paths["/v1/pseudonyms"].Post.RequestBody.Content = map[string]*huma.MediaType{plain: {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"identityNumber"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"identityNumber": {Type: huma.TypeString, Description: "A national identity number or D-number of 11 digits, or a DUF number of 12."}},
	}}}
}
