package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"ettervern/cmd/ettervern/query"
	"ettervern/commands"
	"ettervern/events"
)

// The forms in which events come in.
const (
	structured = "application/cloudevents+json"
	batch      = "application/cloudevents-batch+json"
	plain      = "application/json" // an object or an array of them
)

var ofRecording = []query.Parameter{
	{Name: "atomic", Type: "boolean", Doc: "true: a batch about one entity stands or falls whole.", Example: "true"},
}

type posted struct {
	IfMatch string `header:"If-Match" doc:"Record one event only if the entity's number is this; \"0\" for one without a history."`
	RawBody []byte `contentType:"application/cloudevents+json"`
}

type outcome struct {
	Status       int
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         any
}

func (a *api) recording() {
	huma.Register(a.huma, huma.Operation{
		OperationID: "record", Method: http.MethodPost, Path: "/v1/events", Summary: "Record one event or several",
		Description: "An answer of success is given only after the events are durable. The same event again is answered with its first receipt.",
		Parameters:  parameters(ofRecording), SkipValidateParams: true, SkipValidateBody: true,
		MaxBodyBytes: maxBody, BodyReadTimeout: time.Minute,
		Errors: []int{400, 409, 412, 413, 415, 503},
	}, a.record)
	a.describeRecording()
}

func (a *api) record(ctx context.Context, in *posted) (*outcome, error) {
	request := askedIn(ctx)
	if err := query.Check(request.params, ofRecording); err != nil {
		return nil, a.failed(err)
	}
	atomic, given := request.params["atomic"]
	if given && atomic != "true" && atomic != "false" {
		return nil, problem("bad_query", "atomic must be true or false", Detail{Parameter: "atomic", Detail: "must be true or false"})
	}
	raws, several, err := split(request.media, in.RawBody)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	switch {
	case !several:
		return a.recordOne(ctx, raws[0], request.ifMatch)
	case request.ifMatch != "":
		return nil, badRequest("", "If-Match goes with one event, not with several")
	case atomic == "true":
		return answerSeveral(a.Recorder.RecordAtomic(ctx, raws, a.Actor)), nil
	}
	return answerSeveral(a.recordAll(ctx, raws)), nil
}

func (a *api) recordOne(ctx context.Context, raw []byte, ifMatch string) (*outcome, error) {
	var r commands.Receipt
	if ifMatch == "" {
		r = a.Recorder.Record(ctx, raw, a.Actor)
	} else {
		number, err := strconv.ParseUint(strings.Trim(ifMatch, `"`), 10, 64)
		if err != nil {
			return nil, badRequest("", `If-Match must be an entity's number in quotes, such as "3", as ETag gives it`)
		}
		r = a.Recorder.RecordAfter(ctx, raw, a.Actor, number)
	}
	switch {
	case ifMatch != "" && errors.Is(r.Err, events.ErrConflict):
		return nil, problem("not_matching", "the entity's history has another number than If-Match says; read it and decide again")
	case r.Err != nil:
		return nil, a.failed(r.Err)
	}
	out := &outcome{Status: http.StatusCreated, ETag: etag(r.Number), CacheControl: noStore, Body: receipt{r}}
	if r.Status == commands.Duplicate {
		out.Status = http.StatusOK
	}
	return out, nil
}

// recordAll gives each event its receipt; those whose turn did not come in time are refused with what stopped it.
func (a *api) recordAll(ctx context.Context, raws [][]byte) []commands.Receipt {
	receipts := make([]commands.Receipt, 0, len(raws))
	each := func(yield func([]byte, error) bool) {
		for _, raw := range raws {
			if !yield(raw, nil) {
				return
			}
		}
	}
	err := a.Recorder.RecordAll(ctx, each, a.Actor, func(r commands.Receipt) error {
		receipts = append(receipts, r)
		return nil
	})
	for _, raw := range raws[len(receipts):] {
		s, _ := events.ReadSubmission(raw)
		receipts = append(receipts, commands.Receipt{ID: s.ID, Source: s.Source, Status: commands.Refused, Err: err})
	}
	return receipts
}

func answerSeveral(receipts []commands.Receipt) *outcome {
	for i := range receipts {
		receipts[i] = indexed(i, receipts[i])
	}
	return &outcome{Status: http.StatusOK, CacheControl: noStore, Body: described(receipts)}
}

// split cuts a body into events without judging them, and tells whether it came in a form for several.
func split(media string, body []byte) (raws [][]byte, several bool, err error) {
	body = bytes.TrimSpace(body)
	array := len(body) > 0 && body[0] == '['
	switch media {
	case structured, plain:
		if array && media == plain {
			break
		}
		return [][]byte{body}, false, nil
	case batch:
		if !array {
			return nil, true, badRequest("", "must be an array of CloudEvents")
		}
	case ndjson, "application/ndjson", "application/jsonl":
		return counted(lines(body))
	default:
		return nil, false, problem("media_type", "Content-Type must be "+structured+", "+batch+", "+ndjson+" or "+plain)
	}
	raws, err = elements(body)
	if err != nil {
		return nil, true, err
	}
	return counted(raws)
}

func counted(raws [][]byte) ([][]byte, bool, error) {
	if len(raws) == 0 || len(raws) > maxEvents {
		return nil, true, badRequest("", "a request must hold between one event and "+strconv.Itoa(maxEvents))
	}
	return raws, true, nil
}

func lines(body []byte) (raws [][]byte) {
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			raws = append(raws, line)
		}
	}
	return raws
}

// elements are those of an array. Whether each is an event, also one with a name twice, is judged later and alone.
func elements(body []byte) (raws [][]byte, err error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	_, _ = decoder.ReadToken() // the bracket that was seen
	for decoder.PeekKind() != ']' {
		raw, err := decoder.ReadValue()
		if err != nil {
			return nil, badRequest("/"+strconv.Itoa(len(raws)), "must be JSON; nothing was recorded")
		}
		raws = append(raws, bytes.Clone(raw))
	}
	if _, err := decoder.ReadToken(); err != nil || len(bytes.TrimSpace(body[decoder.InputOffset():])) > 0 {
		return nil, badRequest("", "must end after the array; nothing was recorded")
	}
	return raws, nil
}
