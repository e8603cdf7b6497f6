package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/batch"
	"ettervern/cmd/ettervern/query"
	"ettervern/commands"
	"ettervern/events"
)

// The forms in which events come in.
const (
	structured = "application/cloudevents+json"
	batched    = "application/cloudevents-batch+json"
	plain      = "application/json" // an object or an array of them
)

var ofRecording = []query.Parameter{
	{Name: "atomic", Type: "boolean", Doc: "true: a batch about one entity stands or falls whole.", Example: "true"},
}

type posted struct {
	IfMatch string `header:"If-Match" doc:"Record one event only if the entity's number is this; \"0\" for one without a history."`
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
		Parameters:  parameters(ofRecording), SkipValidateParams: true,
		Errors: []int{400, 401, 403, 409, 412, 413, 415, 422, 503},
	}, a.record)
	a.describeRecording()
}

func (a *api) record(ctx context.Context, _ *posted) (*outcome, error) {
	request := askedIn(ctx)
	ctx, actor, err := a.Warrant.Issue(ctx, access.Record)
	if err == nil {
		err = query.Check(request.params, ofRecording)
	}
	if err != nil {
		return nil, a.failed(err)
	}
	atomic, given := request.params["atomic"]
	if given && atomic != "true" && atomic != "false" {
		return nil, problem("bad_query", "atomic must be true or false", Detail{Parameter: "atomic", Detail: "must be true or false"})
	}
	if isLines(request.media) && atomic != "true" && request.ifMatch == "" {
		return a.recordLines(ctx, actor, request)
	}
	raws, several, err := split(request)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	switch {
	case !several:
		return a.recordOne(ctx, actor, raws[0], request.ifMatch)
	case request.ifMatch != "":
		return nil, badRequest("", "If-Match goes with one event, not with several")
	case atomic == "true":
		return answerSeveral(a.Recorder.RecordAtomic(ctx, raws, actor)), nil
	}
	return answerSeveral(a.recordAll(ctx, actor, raws)), nil
}

// recordLines records events as they come in, so that a request may be much larger than memory should hold; only the
// receipts are kept until all of it was read. When the request ends before its end, what came before stands.
func (a *api) recordLines(ctx context.Context, actor string, request asked) (*outcome, error) {
	answer, n := bytes.NewBufferString("["), 0
	err := a.Recorder.RecordAll(ctx, batch.Lines(request.body(maxStream)), actor, func(r commands.Receipt) error {
		if n > 0 {
			answer.WriteByte(',')
		}
		n++
		written, err := json.Marshal(r.At(n - 1))
		answer.Write(written)
		return err
	})
	if err == nil && n == 0 {
		return nil, badRequest("", "a request must hold an event")
	}
	if err != nil {
		p := brokenOff(err, maxStream)
		p.Detail += "; the first " + strconv.Itoa(n) + " events were dealt with, sent again they get their receipts"
		return nil, p
	}
	answer.WriteByte(']')
	return &outcome{Status: http.StatusOK, CacheControl: noStore, Body: json.RawMessage(answer.Bytes())}, nil
}

// brokenOff is why a request could not be read to its end.
func brokenOff(err error, limit int64) *Problem {
	var tooLarge *http.MaxBytesError
	var broken *batch.ErrBroken
	switch {
	case errors.As(err, &tooLarge):
		return problem("too_large", "a request may hold at most "+strconv.FormatInt(limit, 10)+" bytes; send the events in parts")
	case errors.As(err, &broken):
		at := "/" + strconv.Itoa(broken.Position)
		return problem("bad_request", "must be JSON, and end after the array; nothing was recorded", Detail{Pointer: at, Detail: "must be JSON"})
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, events.ErrUnavailable):
		return problemOf(err)
	}
	return problem("bad_request", "the request broke off")
}

func (a *api) recordOne(ctx context.Context, actor string, raw []byte, ifMatch string) (*outcome, error) {
	var r commands.Receipt
	if ifMatch == "" {
		r = a.Recorder.Record(ctx, raw, actor)
	} else {
		number, err := strconv.ParseUint(strings.Trim(ifMatch, `"`), 10, 64)
		if err != nil {
			return nil, badRequest("", `If-Match must be an entity's number in quotes, such as "3", as ETag gives it`)
		}
		r = a.Recorder.RecordAfter(ctx, raw, actor, number)
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
func (a *api) recordAll(ctx context.Context, actor string, raws [][]byte) []commands.Receipt {
	receipts := make([]commands.Receipt, 0, len(raws))
	err := a.Recorder.RecordAll(ctx, batch.Of(raws), actor, func(r commands.Receipt) error {
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
		receipts[i] = receipts[i].At(i)
	}
	return &outcome{Status: http.StatusOK, CacheControl: noStore, Body: described(receipts)}
}

func isLines(media string) bool {
	return media == ndjson || media == "application/ndjson" || media == "application/jsonl"
}

// split reads a body and cuts it into events without judging them, and tells whether it came in a form for several.
func split(request asked) (raws [][]byte, several bool, err error) {
	media := request.media
	if media != structured && media != plain && media != batched && !isLines(media) {
		return nil, false, problem("media_type", "Content-Type must be "+structured+", "+batched+", "+ndjson+" or "+plain)
	}
	body, err := io.ReadAll(request.body(maxBody))
	if err != nil {
		return nil, false, brokenOff(err, maxBody)
	}
	body = bytes.TrimSpace(body)
	array := len(body) > 0 && body[0] == '['
	switch {
	case len(body) == 0:
		return nil, false, badRequest("", "a request must hold an event")
	case isLines(media):
		raws, err = batch.All(batch.Lines(bytes.NewReader(body)))
	case media == structured || media == plain && !array:
		return [][]byte{body}, false, nil
	case !array:
		return nil, true, badRequest("", "must be an array of CloudEvents")
	default:
		raws, err = batch.All(batch.Elements(bytes.NewReader(body)))
	}
	if err != nil {
		return nil, true, brokenOff(err, maxBody)
	}
	if len(raws) == 0 || len(raws) > maxEvents {
		return nil, true, badRequest("", "a request must hold between one event and "+strconv.Itoa(maxEvents)+"; more may come as "+ndjson)
	}
	return raws, true, nil
}
