package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/query"
	"ettervern/commands"
	"ettervern/events"
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

// statuses is the one table from codes to HTTP; every code that is not here is a refusal, 422.
var statuses = map[string]int{
	"bad_form":        http.StatusBadRequest,
	"bad_request":     http.StatusBadRequest,
	"bad_query":       http.StatusBadRequest,
	"not_found":       http.StatusNotFound,
	"conflict":        http.StatusConflict,
	"not_matching":    http.StatusPreconditionFailed,
	"too_large":       http.StatusRequestEntityTooLarge,
	"media_type":      http.StatusUnsupportedMediaType,
	"internal":        http.StatusInternalServerError,
	"outcome_unknown": http.StatusServiceUnavailable,
	"not_yet":         http.StatusServiceUnavailable,
	"not_ready":       http.StatusServiceUnavailable,
	"stopping":        http.StatusServiceUnavailable,
}

func problem(code, detail string, errs ...Detail) *Problem {
	status, known := statuses[code]
	if !known {
		status = http.StatusUnprocessableEntity
	}
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code, Errors: errs,
		again: status == http.StatusServiceUnavailable,
	}
}

// problemOf puts an error into words for the asker. What is not meant for them is "internal".
func problemOf(err error) *Problem {
	var asked *projections.BadQuery
	switch {
	case errors.As(err, &asked):
		return problem("bad_query", asked.Error(), Detail{Parameter: asked.Field, Detail: "must be " + asked.Allowed})
	case errors.Is(err, query.ErrNotYet):
		return problem("not_yet", "the ledger does not show that sequence yet; ask again")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return problem("stopping", "the answer was not ready in time; ask again")
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

// fromHuma makes problems of what huma itself finds wrong with a request.
func fromHuma(status int, message string, errs ...error) huma.StatusError {
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: message, Code: "bad_request"}
	switch status {
	case http.StatusRequestEntityTooLarge:
		p.Code, p.Detail = "too_large", "a request may hold at most "+strconv.Itoa(maxBody)+" bytes; send the events in parts"
	case http.StatusInternalServerError:
		p.Code = "internal"
	case http.StatusServiceUnavailable:
		p.Code = "not_ready"
	}
	for _, err := range errs {
		p.Errors = append(p.Errors, Detail{Detail: err.Error()})
	}
	return p
}

// huma makes its own errors by a variable of the package: it is set once, before any API is made.
func init() { huma.NewError = fromHuma }

// indexed is a receipt whose pointers begin with the event's place in the request.
func indexed(i int, r commands.Receipt) commands.Receipt {
	at := "/" + strconv.Itoa(i)
	var form *events.FormError
	var refusal *commands.Refusal
	switch {
	case errors.As(r.Err, &form):
		r.Err = &events.FormError{Faults: moved(at, form.Faults)}
	case errors.As(r.Err, &refusal):
		r.Err = &commands.Refusal{Code: refusal.Code, Message: refusal.Message, Pointer: at + refusal.Pointer, Faults: moved(at, refusal.Faults)}
	}
	return r
}

func moved(to string, faults []events.Fault) []events.Fault {
	var all []events.Fault
	for _, f := range faults {
		all = append(all, events.Fault{Pointer: to + f.Pointer, Problem: f.Problem})
	}
	return all
}
