package intake

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/batch"
	"ettervern/commands"
	"ettervern/events"
)

// maxEvents in one request, so that their receipts fit into one answer.
const maxEvents = 1000

// split cuts a body into events without judging them, and tells whether it was a form for several: an array or lines.
// At least one event, or an *events.FormError.
func split(body []byte) (raws [][]byte, several bool, err error) {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return nil, false, fault("", "must hold a CloudEvent, an array of them, or one on each line")
	case body[0] == '[':
		raws, err = elements(body)
	case isLines(body):
		raws, err = batch.All(batch.Lines(bytes.NewReader(body)))
	default:
		return [][]byte{body}, false, nil
	}
	if err == nil && (len(raws) == 0 || len(raws) > maxEvents) {
		err = fault("", "must hold between one event and "+strconv.Itoa(maxEvents))
	}
	return raws, true, err
}

// elements are those of an array; nothing of a broken one is recorded.
func elements(body []byte) ([][]byte, error) {
	raws, err := batch.All(batch.Elements(bytes.NewReader(body)))
	var broken *batch.ErrBroken
	if errors.As(err, &broken) {
		err = fault("/"+strconv.Itoa(broken.Position), "must be JSON, and end after the array; nothing was recorded")
	}
	return raws, err
}

// isLines tells NDJSON from one event spread over lines, even when one line of it is broken: a second line begins
// an object where one event alone would be indented or in the middle of itself.
func isLines(body []byte) bool {
	end := bytes.IndexByte(body, '\n')
	if end < 0 || jsontext.Value(body).IsValid() {
		return false
	}
	return jsontext.Value(body[:end]).IsValid(jsontext.AllowDuplicateNames(true)) || bytes.Contains(body, []byte("\n{"))
}

func fault(pointer, problem string) error {
	return &events.FormError{Faults: []events.Fault{{Pointer: pointer, Problem: problem}}}
}

func badRequest(err error) answer {
	var denied *access.Denied
	if errors.As(err, &denied) {
		return failed(&commands.Objection{Code: "not_allowed", Message: denied.Error()})
	}
	var form *events.FormError
	if !errors.As(err, &form) {
		return failed(commands.ProblemOf(err))
	}
	return failed(&commands.Objection{Code: "bad_request", Message: "the request does not have the right form: " + form.Error(), Faults: form.Faults})
}
