package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/access"
	"ettervern/commands"
	"ettervern/events/proof"
	"ettervern/projections"
)

// Problem is an error as RFC 9457 has it, with a stable code for the machine.
type Problem struct {
	Type   string   `json:"type" example:"about:blank"`
	Title  string   `json:"title"`
	Status int      `json:"status"`
	Detail string   `json:"detail" doc:"What is wrong, in words."`
	Code   string   `json:"code" doc:"Stable: emitters branch on it."`
	Errors []Detail `json:"errors,omitempty" doc:"Each place that is wrong."`
	again  bool     // asking later can help
}

// Detail is one place that is wrong and what would be right there.
type Detail struct {
	Pointer   string `json:"pointer,omitempty" doc:"RFC 6901, into the body."`
	Parameter string `json:"parameter,omitempty"`
	Detail    string `json:"detail"`
}

// Error is the problem in words.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (*Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders tells clients to ask again, where that can help.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{"Cache-Control": {"no-store"}}
	if p.again {
		h.Set("Retry-After", "1")
	}
	return h
}

// statuses are those of problems with requests; of problems with events commands knows.
var statuses = map[string]int{
	"bad_request":  http.StatusBadRequest,
	"bad_query":    http.StatusBadRequest,
	"not_matching": http.StatusPreconditionFailed,
	"too_large":    http.StatusRequestEntityTooLarge,
	"media_type":   http.StatusUnsupportedMediaType,
	"no_such_path": http.StatusNotFound,
	"method":       http.StatusMethodNotAllowed,
	"key_left":     http.StatusInternalServerError,
	"no_proofs":    http.StatusNotImplemented,
	"not_ready":    http.StatusServiceUnavailable,
	"no_tokens":    http.StatusNotImplemented,
	"no_backups":   http.StatusNotImplemented,

	"backup_running": http.StatusConflict,

	"no_credential": http.StatusUnauthorized,
	"not_allowed":   http.StatusForbidden,
	"too_often":     http.StatusTooManyRequests,
	"stopped":       http.StatusServiceUnavailable,
}

func problem(code, detail string, errs ...Detail) *Problem {
	status, known := statuses[code]
	if !known {
		status = commands.HTTPStatus(code)
	}
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code, Errors: errs,
		again: status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests,
	}
}

// problemOf puts an error into words for the asker. What is not meant for them is "internal".
func problemOf(err error) *Problem {
	var asked *projections.BadQuery
	if errors.As(err, &asked) {
		return problem("bad_query", asked.Error(), Detail{Parameter: asked.Field, Detail: "must be " + asked.Allowed})
	}
	var denied *access.Denied
	if errors.As(err, &denied) {
		return problem("not_allowed", denied.Error())
	}
	var told *Problem
	if errors.As(err, &told) {
		return told
	}
	if errors.Is(err, proof.ErrNone) {
		return problem("no_proofs", proof.ErrNone.Error())
	}
	of := commands.ProblemOf(err)
	if of.Code == "internal" {
		return problem("internal", "the ledger could not answer this")
	}
	details := make([]Detail, len(of.Faults))
	for i, f := range of.Faults {
		details[i] = Detail{Pointer: f.Pointer, Detail: f.Problem}
	}
	return problem(of.Code, of.Message, details...)
}

// badRequest is a request that is wrong as a whole, at a place in its body.
func badRequest(pointer, what string) error {
	if pointer == "" {
		return problem("bad_request", what)
	}
	return problem("bad_request", what, Detail{Pointer: pointer, Detail: what})
}

// failed makes huma answer with a problem; what nobody foresaw is logged, without contents.
func (a *api) failed(err error) error {
	p := problemOf(err)
	if p.Code == "internal" {
		a.Log.Error("a request failed", "error", err)
	}
	return p
}

// elsewhere answers for paths and methods that nothing is registered for.
func elsewhere(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := problem("no_such_path", "there is nothing at this path; /openapi.json tells what there is")
		var allow []string
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "/" {
				allow = append(allow, method)
			}
		}
		if len(allow) > 0 {
			w.Header().Set("Allow", strings.Join(allow, ", "))
			p = problem("method", "this path takes "+strings.Join(allow, " and ")+" only")
		}
		p.write(w)
	}
}

// fromHuma makes problems of what huma itself finds wrong with a request.
func fromHuma(status int, message string, errs ...error) huma.StatusError {
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: message, Code: "bad_request"}
	switch status {
	case http.StatusInternalServerError:
		p.Code = "internal"
	case http.StatusServiceUnavailable:
		p.Code = "not_ready"
	case http.StatusRequestEntityTooLarge:
		p.Code = "too_large"
	}
	for _, err := range errs {
		p.Errors = append(p.Errors, Detail{Detail: err.Error()})
	}
	return p
}

// huma makes its own errors by a variable of the package: it is set once, before any API is made.
func init() { huma.NewError = fromHuma }
