package commands

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"ettervern/events"
)

// Status says what became of an event.
type Status string

// The statuses of a receipt.
const (
	Recorded  Status = "recorded"  // it is in the ledger, durably, by this request
	Duplicate Status = "duplicate" // it was there already, with the same content
	Refused   Status = "refused"   // it is not in the ledger by this request; Err says why
	Unknown   Status = "unknown"   // asked for a receipt: the ledger does not have it

	OutcomeUnknown Status = "outcome_unknown" // it may be in the ledger or not; its receipt tells, later
)

// Receipt tells an emitter what became of one event. Recorded and Duplicate are said only of what is durably stored.
type Receipt struct {
	ID       string
	Source   string
	Status   Status
	Sequence uint64    // of the entry in the ledger, 0 when refused
	Number   uint64    // of the entry in the entity's history
	Recorded time.Time // when the ledger took it
	Err      error     // why it was refused
}

// Objection is an error as emitters read it.
type Objection struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Faults  []events.Fault `json:"faults,omitempty"`
}

// ProblemOf puts an error into words for the asker. What is not meant for them is "internal".
func ProblemOf(err error) *Objection {
	var form *events.FormError
	var refusal *Refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &form):
		return &Objection{"bad_form", "the event does not have the right form: " + form.Error(), form.Faults}
	case errors.As(err, &refusal):
		return &Objection{refusal.Code, refusal.Message, refusal.faults()}
	case errors.Is(err, events.ErrOutcomeUnknown):
		return &Objection{Code: "outcome_unknown", Message: "it is not known whether the event was stored; ask for its receipt before sending it again"}
	case errors.Is(err, events.ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &Objection{Code: "unavailable", Message: "the ledger could not do this now; nothing was recorded, send it again"}
	case errors.Is(err, events.ErrNotYet):
		return &Objection{Code: "not_yet", Message: "the ledger does not show that sequence yet; ask again"}
	case errors.Is(err, events.ErrConflict):
		return &Objection{Code: "conflict", Message: "the history grew while this was decided; send it again"}
	case errors.Is(err, events.ErrNotFound):
		return &Objection{Code: "not_found", Message: "not found in the ledger"}
	}
	return &Objection{Code: "internal", Message: "the ledger could not do this; nothing was recorded"}
}

// At is the receipt of an event that came as number i of several, from 0: its pointers begin with that place.
func (r Receipt) At(i int) Receipt {
	place := "/" + strconv.Itoa(i)
	var form *events.FormError
	var refusal *Refusal
	switch {
	case errors.As(r.Err, &form):
		r.Err = &events.FormError{Faults: moved(place, form.Faults)}
	case errors.As(r.Err, &refusal):
		r.Err = &Refusal{Code: refusal.Code, Message: refusal.Message, Pointer: place + refusal.Pointer, Faults: moved(place, refusal.Faults)}
	}
	return r
}

// moved is the same faults, within the place.
func moved(place string, faults []events.Fault) (all []events.Fault) {
	for _, f := range faults {
		all = append(all, events.Fault{Pointer: place + f.Pointer, Problem: f.Problem})
	}
	return all
}

// HTTPStatus is the status of a problem by its code. A code that is not here is a refusal.
func HTTPStatus(code string) int {
	switch code {
	case "bad_form":
		return http.StatusBadRequest
	case "not_found":
		return http.StatusNotFound
	case "conflict":
		return http.StatusConflict
	case "not_your_source", "not_your_service", "not_your_municipality":
		return http.StatusForbidden
	case "outcome_unknown", "unavailable", "not_yet":
		return http.StatusServiceUnavailable
	case "internal":
		return http.StatusInternalServerError
	}
	return http.StatusUnprocessableEntity
}

// MarshalJSON is the receipt of the public contract; what a refused event does not have is null.
func (r Receipt) MarshalJSON() ([]byte, error) {
	out := struct {
		ID       string     `json:"id"`
		Source   string     `json:"source"`
		Status   Status     `json:"status"`
		Sequence *uint64    `json:"sequence"`
		Number   *uint64    `json:"number"`
		Recorded *time.Time `json:"recorded"`
		Error    *Objection `json:"error,omitempty"`
	}{ID: r.ID, Source: r.Source, Status: r.Status, Error: ProblemOf(r.Err)}
	if r.Sequence > 0 {
		out.Sequence, out.Number, out.Recorded = &r.Sequence, &r.Number, &r.Recorded
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads a receipt back; its error is a *Refusal with the code and message that were sent.
func (r *Receipt) UnmarshalJSON(data []byte) error {
	var in struct {
		ID, Source       string
		Status           Status
		Sequence, Number uint64
		Recorded         time.Time
		Error            *Objection
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = Receipt{ID: in.ID, Source: in.Source, Status: in.Status, Sequence: in.Sequence, Number: in.Number, Recorded: in.Recorded}
	switch {
	case in.Error == nil:
	case in.Error.Code == "bad_form":
		r.Err = &events.FormError{Faults: in.Error.Faults}
	default:
		refusal := &Refusal{Code: in.Error.Code, Message: in.Error.Message}
		if len(in.Error.Faults) > 0 {
			refusal.Pointer = in.Error.Faults[0].Pointer
		}
		if len(in.Error.Faults) > 1 || refusal.Code == openFindings {
			refusal.Faults = in.Error.Faults
		}
		r.Err = refusal
	}
	return nil
}
