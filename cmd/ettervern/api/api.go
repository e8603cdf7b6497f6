// Package api is the HTTP door: events come in, questions are answered, and the machine's health is told. Its
// description in OpenAPI 3.1 is at /openapi.json; errors are problems of RFC 9457.
package api

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/query"
	"ettervern/commands"
	"ettervern/projections"
)

// Recorder is the one path into the ledger. A receipt of success is given only after it is durable.
type Recorder interface {
	Record(ctx context.Context, raw []byte, actor string) commands.Receipt
	// RecordAfter records if the entity's history has exactly number entries; else the receipt's error is events.ErrConflict.
	RecordAfter(ctx context.Context, raw []byte, actor string, number uint64) commands.Receipt
	RecordAtomic(ctx context.Context, raws [][]byte, actor string) []commands.Receipt
	// RecordAll calls each with the receipts in order. After an error, some of the last have no receipt.
	RecordAll(ctx context.Context, raws iter.Seq2[[]byte, error], actor string, each func(commands.Receipt) error) error
}

// Ledger tells how the ledger is.
type Ledger interface {
	Health() error  // nil when it takes entries, the stream is well and the views show everything durable
	Stopped() error // why it takes and shows nothing more, or nil
	Durable() uint64
	Applied() uint64
	Durability() string
	Witnesses() (told string, enough bool) // of the last checkpoint, in words; "" for none
}

// Warrant holds those who record to what their credential says.
type Warrant interface {
	// Issue is the context in which whoever asks may do this, and the role that is stored with it; or an *access.Denied.
	Issue(ctx context.Context, operation access.Operation) (context.Context, string, error)
}

// Config is what the door needs. Log, Metrics, Tokens, Backups and Login may be nil.
type Config struct {
	Gate     Gate
	Warrant  Warrant
	Tokens   Tokens
	Login    map[string]http.Handler // of people, by method and path
	Recorder Recorder
	Core     *query.Core
	Ledger   Ledger
	Youths   *projections.Youths
	Register Register
	Privacy  Privacy
	Backups  Backups // nil for nowhere
	Version  string  // of the program
	Log      *slog.Logger
	Metrics  *Metrics // those that Recorder and the ledger report to
}

// Limits on requests.
const (
	maxBody   = 16 << 20         // bytes of one event or an array of them
	maxEvents = 10_000           // in an array
	maxStream = 256 << 20        // bytes of events on lines
	patience  = 60 * time.Second // for an event or an array to be recorded
	idle      = 60 * time.Second // for the next bytes of a request to come
	answering = 5 * time.Minute  // for an answer to be taken
)

type api struct {
	Config
	huma   huma.API
	opened uint64 // the last entry when the door was made; before the views show it, nothing is taken or answered
}

// New is the door as a handler.
func New(config Config) http.Handler {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Metrics == nil {
		config.Metrics = NewMetrics()
	}
	config.Metrics.watch(config.Ledger, config.Youths)
	mux := http.NewServeMux()
	a := &api{Config: config, huma: humago.New(mux, describe(config.Version)), opened: config.Ledger.Durable()}
	a.huma.UseMiddleware(a.caughtUp, gather)
	a.routes()
	mux.HandleFunc("GET /metrics", ofMetrics(config.Metrics.Handler()))
	for route, handler := range config.Login {
		mux.Handle(route, handler)
	}
	mux.HandleFunc("/", elsewhere(mux))
	return http.NewCrossOriginProtection().Handler(a.guard(mux))
}

// Description is the door in OpenAPI 3.1, as /openapi.yaml serves it.
func Description(version string) ([]byte, error) {
	a := &api{huma: humago.New(http.NewServeMux(), describe(version))}
	a.routes()
	return a.huma.OpenAPI().YAML()
}

// NewServer is an HTTP server with limits on time and size.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: answering, IdleTimeout: 2 * time.Minute,
	}
}

// schemaName tells the parts of a scorecard from those of other answers.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if path.Base(t.PkgPath()) == "scorecard" {
		name = "Scorecard" + name
	}
	return name
}

func describe(version string) huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Ettervern", Version: version,
				Description: "The ledger of aftercare: record what happened, ask who is overdue on any day. A verdict is a computation and not an administrative decision.",
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: "http://127.0.0.1:8080", Description: "As serve and demo listen, unless told otherwise."}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {
					Type: "http", Scheme: "bearer", Description: "A token that an administrator of the ledger hands out. Not asked for with --insecure.",
				}},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		OpenAPIPath: "/openapi", Formats: huma.DefaultFormats, DefaultFormat: "application/json",
	}
}

// caughtUp lets nobody record or ask before the views have folded what the ledger held at the start: events recorded
// long ago would be taken for new ones.
func (a *api) caughtUp(ctx huma.Context, next func(huma.Context)) {
	if !strings.HasPrefix(ctx.Operation().Path, "/v1/") || a.Ledger.Applied() >= a.opened {
		next(ctx)
		return
	}
	wait := "the ledger is being read; ask again in a moment"
	if a.Ledger.Stopped() != nil {
		wait = "the ledger has stopped; /readyz says why"
	}
	ctx.SetHeader("Retry-After", "1")
	_ = huma.WriteErr(a.huma, ctx, http.StatusServiceUnavailable, wait) // huma logs its error
}

// asked is what the request line and headers say, for handlers.
type asked struct {
	params  query.Params
	values  map[string][]string
	media   string
	ifMatch string
	request *http.Request
	writer  http.ResponseWriter
}

// body is the request's body: at most limit bytes, of which the next must come in time. When it has been read there is
// time again to write the answer.
func (a asked) body(limit int64) io.Reader {
	return &body{http.MaxBytesReader(a.writer, a.request.Body, limit), http.NewResponseController(a.writer)}
}

type body struct {
	in      io.Reader
	control *http.ResponseController
}

// Read reads the next bytes. A connection that has no deadlines is in this process.
func (b *body) Read(p []byte) (int, error) {
	_ = b.control.SetReadDeadline(time.Now().Add(idle))
	n, err := b.in.Read(p)
	if err != nil {
		_ = b.control.SetWriteDeadline(time.Now().Add(answering))
	}
	return n, err
}

type askedKey struct{}

// gather puts the request's parameters where the handler finds them; those given more than once get commas between.
func gather(ctx huma.Context, next func(huma.Context)) {
	url := ctx.URL()
	a := asked{params: query.Params{}, values: url.Query(), ifMatch: ctx.Header("If-Match")}
	a.request, a.writer = humago.Unwrap(ctx)
	for name, values := range a.values {
		a.params[name] = strings.Join(values, ",")
	}
	a.media, _, _ = strings.Cut(ctx.Header("Content-Type"), ";")
	a.media = strings.ToLower(strings.TrimSpace(a.media))
	next(huma.WithValue(ctx, askedKey{}, a))
}

func askedIn(ctx context.Context) asked { return ctx.Value(askedKey{}).(asked) }

// parameters describes the parameters of a question.
func parameters(all []query.Parameter) []*huma.Param {
	params := make([]*huma.Param, len(all))
	for i, p := range all {
		params[i] = &huma.Param{Name: p.Name, In: "query", Description: p.Doc, Required: p.Required, Schema: schemaOf(p)}
		if p.Many || p.Repeated {
			repeated := p.Repeated
			params[i].Style, params[i].Explode = "form", &repeated
		}
	}
	return params
}

func schemaOf(p query.Parameter) *huma.Schema {
	schema := &huma.Schema{Type: p.Type}
	for _, code := range p.Codes {
		schema.Enum = append(schema.Enum, code)
	}
	var example any
	if json.Unmarshal([]byte(p.Example), &example) != nil || p.Type == "string" {
		example = strings.Split(p.Example, ",")[0]
	}
	if p.Example != "" {
		schema.Examples = []any{example}
	}
	if p.Many || p.Repeated {
		return &huma.Schema{Type: huma.TypeArray, Items: schema}
	}
	return schema
}
