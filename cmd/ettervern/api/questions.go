package api

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/query"
	"ettervern/commands"
	"ettervern/projections"
)

const (
	noStore = "no-store"
	ndjson  = "application/x-ndjson"
)

// dated is an answer that depends on time: nobody may keep it and give it to others later.
type dated[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

// tagged is one about one entity.
type tagged[T any] struct {
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag" doc:"The entity's number, for If-Match on writes."`
	Body         T
}

func answer[T any](a *api, body T, err error) (*dated[T], error) {
	if err != nil {
		return nil, a.failed(err)
	}
	return &dated[T]{CacheControl: noStore, Body: body}, nil
}

type none struct{}

type ofYouth struct {
	ID string `path:"id" doc:"The youth's UUID."`
}

func (a *api) routes() {
	a.recording()
	a.importing()
	a.shredding()
	get(a, "/v1/overdue", "overdue", "Who is overdue, on any day, by what was known at any time", query.OfOverdue, a.overdue)
	get(a, "/v1/youths/{id}/verdicts", "youth-verdicts", "Every verdict about one youth", query.OfYouth, a.youth)
	get(a, "/v1/youths/{id}/history", "youth-history", "One youth's events, and what each of them changed", query.OfHistory, a.history)
	get(a, "/v1/youths/{id}/accesses", "youth-accesses", "Who has looked at one youth: what, when and why", query.OfAccesses, a.accesses)
	a.supervisionRoutes()
	a.unitRoutes()
	a.proofRoutes()
	a.tileRoutes()
	a.scorecardRoutes()
	a.tokenRoutes()
	a.backupRoutes()
	get(a, "/v1/receipts", "receipts", "Which of a source's ids does the ledger have", query.OfReceipts, a.receipts)
	get(a, "/healthz", "health", "The program runs and its ledger has not stopped", nil, a.health)
	get(a, "/readyz", "ready", "The ledger is open, its stream healthy, its views caught up", nil, a.ready)
	huma.Register(a.huma, huma.Operation{
		OperationID: "verdicts", Method: http.MethodGet, Path: "/v1/verdicts", Summary: "Every verdict, as a stream of lines",
		Parameters: parameters(query.OfVerdicts), SkipValidateParams: true, Errors: errorsOf("/v1/verdicts"),
		Responses: map[string]*huma.Response{"200": {Description: "One verdict a line", Content: map[string]*huma.MediaType{
			ndjson: {Schema: huma.SchemaFromType(a.huma.OpenAPI().Components.Schemas, verdictType)},
		}}},
	}, a.verdicts)
	huma.Register(a.huma, huma.Operation{
		OperationID: "law-diff", Method: http.MethodGet, Path: "/v1/law/diff", Summary: "Whose verdicts differ between the laws of two days, and why, as a stream of lines",
		Parameters: parameters(query.OfLawDiff), SkipValidateParams: true,
		Responses: map[string]*huma.Response{"200": {Description: "One duty a line", Content: map[string]*huma.MediaType{
			ndjson: {Schema: huma.SchemaFromType(a.huma.OpenAPI().Components.Schemas, reflect.TypeFor[projections.LawDifference]())},
		}}},
	}, a.lawDiff)
	for path := range public {
		if item := a.huma.OpenAPI().Paths[path]; item != nil {
			item.Get.Security = []map[string][]string{{}, {"token": {}}} // a token is not needed, but tells more
		}
	}
	a.huma.OpenAPI().Paths["/metrics"] = &huma.PathItem{Get: &huma.Operation{
		OperationID: "metrics", Summary: "How the machine does, for Prometheus; nothing in it is about one youth",
		Responses: map[string]*huma.Response{"200": {Description: "Metrics", Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}}}},
	}}
}

func get[I, O any](a *api, path, id, summary string, params []query.Parameter, handle func(context.Context, *I) (*O, error)) {
	huma.Register(a.huma, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Parameters: parameters(params), SkipValidateParams: true,
		Errors: errorsOf(path),
	}, handle)
}

// errorsOf are the statuses of the problems that a question at a path can end in.
func errorsOf(path string) []int {
	if strings.Contains(path, "{") { // a youth that the ledger may not know
		return []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusServiceUnavailable}
	}
	return []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable}
}

func (a *api) overdue(ctx context.Context, _ *none) (*dated[projections.Page], error) {
	page, err := a.Core.Overdue(ctx, askedIn(ctx).params)
	return answer(a, page, err)
}

func (a *api) youth(ctx context.Context, in *ofYouth) (*dated[projections.Page], error) {
	page, err := a.Core.Youth(ctx, in.ID, askedIn(ctx).params)
	return answer(a, page, err)
}

func (a *api) history(ctx context.Context, in *ofYouth) (*tagged[query.History], error) {
	history, err := a.Core.History(ctx, in.ID, askedIn(ctx).params)
	if err != nil {
		return nil, a.failed(err)
	}
	return &tagged[query.History]{noStore, etag(history.Number), history}, nil
}

func (a *api) accesses(ctx context.Context, in *ofYouth) (*dated[query.YouthAccesses], error) {
	accesses, err := a.Core.YouthAccesses(ctx, in.ID, askedIn(ctx).params)
	return answer(a, accesses, err)
}

func etag(number uint64) string { return strconv.Quote(strconv.FormatUint(number, 10)) }

func (a *api) receipts(ctx context.Context, _ *none) (*dated[[]receipt], error) {
	in := askedIn(ctx)
	if err := query.Check(in.params, query.OfReceipts); err != nil {
		return nil, a.failed(err)
	}
	receipts, err := a.Core.Receipts(ctx, in.params["source"], in.values["id"])
	return answer(a, described(receipts), err)
}

// stream is an answer written line by line; its head is in the headers.
type stream struct {
	CacheControl string `header:"Cache-Control"`
	ContentType  string `header:"Content-Type"`
	ValidAt      string `header:"Ettervern-Valid-At" doc:"The civil date the verdicts are for."`
	KnownAt      string `header:"Ettervern-Known-At" doc:"What was known by then counts."`
	Sequence     uint64 `header:"Ettervern-Sequence" doc:"The last entry that counts."`
	Erased       int    `header:"Ettervern-Erased" doc:"How many youths the answer says nothing of, for they were erased."`
	Restricted   int    `header:"Ettervern-Restricted" doc:"How many it says nothing of, for their history is not shown."`
	Body         func(huma.Context)
}

func (a *api) verdicts(ctx context.Context, _ *none) (*stream, error) {
	head, rows, err := a.Core.Verdicts(ctx, askedIn(ctx).params)
	return streamed(ctx, a, head, rows, err)
}

func (a *api) lawDiff(ctx context.Context, _ *none) (*stream, error) {
	head, rows, err := a.Core.LawDiff(ctx, askedIn(ctx).params)
	return streamed(ctx, a, head, rows, err)
}

// streamed writes rows as lines while they are worked out.
func streamed[T any](ctx context.Context, a *api, head projections.Page, rows iter.Seq[T], err error) (*stream, error) {
	if err != nil {
		return nil, a.failed(err)
	}
	return &stream{
		CacheControl: noStore, ContentType: ndjson,
		ValidAt: head.ValidAt.String(), KnownAt: head.KnownAt.Format(time.RFC3339Nano), Sequence: head.Sequence, Erased: head.Erased, Restricted: head.Restricted,
		Body: func(out huma.Context) {
			lines := json.NewEncoder(out.BodyWriter())
			lines.SetEscapeHTML(false)
			for row := range rows {
				if lines.Encode(row) != nil || ctx.Err() != nil {
					return // nobody listens any more
				}
			}
		},
	}, nil
}

type state struct {
	Status   string  `json:"status" enum:"ok,ready"`
	Sequence *uint64 `json:"sequence,omitempty" doc:"The last durable entry. This and what follows is not told to strangers."`
	Applied  *uint64 `json:"applied,omitempty" doc:"The last entry that questions see."`

	Durability string `json:"durability,omitempty" doc:"How entries become durable, in words for operators."`
	Witnesses  string `json:"witnesses,omitempty" doc:"How many witnesses have cosigned the last checkpoint, and how many must. Too few do not make the ledger unready."`
}

// health fails when the ledger has stopped: only a new start can help then.
func (a *api) health(ctx context.Context, _ *none) (*dated[state], error) {
	if err := a.Ledger.Stopped(); err != nil {
		return nil, unwell(ctx, "stopped", err)
	}
	return answer(a, a.state(ctx, "ok"), nil)
}

// ready fails also while the views catch up, and while the server finds something wrong with the stream.
func (a *api) ready(ctx context.Context, _ *none) (*dated[state], error) {
	if err := a.Ledger.Health(); err != nil {
		return nil, unwell(ctx, "not_ready", err)
	}
	return answer(a, a.state(ctx, "ready"), nil)
}

// unwell says why to those with a credential, and to strangers only that.
func unwell(ctx context.Context, code string, why error) error {
	if access.From(ctx) == nil {
		return problem(code, "the ledger is not well; with a credential this says why")
	}
	return problem(code, why.Error())
}

func (a *api) state(ctx context.Context, status string) state {
	if access.From(ctx) == nil {
		return state{Status: status}
	}
	durable, applied := a.Ledger.Durable(), a.Ledger.Applied()
	witnesses, _ := a.Ledger.Witnesses()
	return state{status, &durable, &applied, a.Ledger.Durability(), witnesses}
}

// receipt is described for OpenAPI as it is written.
type receipt struct{ commands.Receipt }

func described(receipts []commands.Receipt) []receipt {
	all := make([]receipt, len(receipts))
	for i, r := range receipts {
		all[i] = receipt{r}
	}
	return all
}
