package api

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/query"
)

const (
	plainText = "text/plain; charset=utf-8"
	zipFile   = "application/zip"
)

func (a *api) proofRoutes() {
	get(a, "/v1/youths/{id}/proof", "youth-proof", "One youth's entries as stored, each with the proof that it is in the ledger", query.OfProof, a.proof)
	document(a, "/v1/youths/{id}/bundle", "youth-bundle", "The audit bundle of one youth: every entry with proofs, that these are all, the law, and the verdicts that follow", zipFile, query.OfBundle, a.bundle)
	document(a, "/v1/checkpoint", "checkpoint", "The signed checkpoint over everything recorded so far", plainText, query.OfCheckpoint, a.checkpoint)
	document(a, "/v1/checkpoint/key", "checkpoint-key", "The public key that checkpoints are checked with", plainText, nil, a.verifierKey)
	document(a, "/v1/checkpoint/leaves", "checkpoint-leaves", "Every leaf of the ledger, by which the whole of a checkpoint can be worked out again: of each entry the key of its entity, its number and its hash", plainText, query.OfLeaves, a.leaves)
	document(a, "/v1/accesses/years/{year}", "accesses-year", "A year of the log of who has looked, with the key that opens it, to be checked offline", plainText, query.OfAccessYear, a.accessYear)
	document(a, "/v1/accesses/checkpoint", "accesses-checkpoint", "The signed checkpoint over the log of who has looked", plainText, query.OfCheckpoint, a.accessCheckpoint)
	document(a, "/v1/accesses/checkpoint/key", "accesses-checkpoint-key", "The public key that its checkpoints are checked with", plainText, nil, a.accessVerifierKey)
}

// document registers a question that is answered by a document of a type of its own.
func document[I, O any](a *api, path, id, summary, media string, params []query.Parameter, handle func(context.Context, *I) (*O, error)) {
	schema := &huma.Schema{Type: huma.TypeString}
	if media == zipFile {
		schema.Format = "binary"
	}
	huma.Register(a.huma, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Parameters: parameters(params), SkipValidateParams: true,
		Errors: append(errorsOf(path), http.StatusNotImplemented), // on servers of others
		Responses: map[string]*huma.Response{"200": {Description: summary, Content: map[string]*huma.MediaType{
			strings.TrimSuffix(media, "; charset=utf-8"): {Schema: schema},
		}}},
	}, handle)
}

type text struct {
	CacheControl string `header:"Cache-Control"`
	ContentType  string `header:"Content-Type"`
	Body         []byte
}

func (a *api) textOf(body []byte, err error) (*text, error) {
	if err != nil {
		return nil, a.failed(err)
	}
	return &text{noStore, plainText, body}, nil
}

func (a *api) proof(ctx context.Context, in *ofYouth) (*dated[query.Proof], error) {
	proof, err := a.Core.Proof(ctx, in.ID, askedIn(ctx).params)
	return answer(a, proof, err)
}

func (a *api) checkpoint(ctx context.Context, _ *none) (*text, error) {
	return a.textOf(a.Core.Checkpoint(ctx, askedIn(ctx).params))
}

func (a *api) accessCheckpoint(ctx context.Context, _ *none) (*text, error) {
	return a.textOf(a.Core.AccessCheckpoint(ctx, askedIn(ctx).params))
}

func (a *api) accessVerifierKey(ctx context.Context, _ *none) (*text, error) {
	return a.textOf(a.Core.AccessVerifierKey(ctx, askedIn(ctx).params))
}

func (a *api) verifierKey(ctx context.Context, _ *none) (*text, error) {
	return a.textOf(a.Core.VerifierKey(ctx, askedIn(ctx).params))
}

// attached is a document that browsers are to save.
type attached struct {
	CacheControl string `header:"Cache-Control"`
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	Body         []byte
}

func (a *api) bundle(ctx context.Context, in *ofYouth) (*attached, error) {
	archive, err := a.Core.Bundle(ctx, in.ID, askedIn(ctx).params)
	if err != nil {
		return nil, a.failed(err)
	}
	return &attached{noStore, zipFile, `attachment; filename="` + in.ID + `.zip"`, archive}, nil
}

// written is a document that is written while it is read from the ledger. When that fails it ends too early: whoever reads
// it knows how many lines it must have.
type written struct {
	CacheControl string `header:"Cache-Control"`
	ContentType  string `header:"Content-Type"`
	Body         func(huma.Context)
}

func (a *api) leaves(ctx context.Context, _ *none) (*written, error) {
	return a.writtenBy(a.Core.Leaves(ctx, askedIn(ctx).params))
}

type ofYear struct {
	Year string `path:"year" doc:"Four digits."`
}

func (a *api) accessYear(ctx context.Context, in *ofYear) (*written, error) {
	return a.writtenBy(a.Core.AccessYear(ctx, in.Year, askedIn(ctx).params))
}

func (a *api) writtenBy(write func(io.Writer) error, err error) (*written, error) {
	if err != nil {
		return nil, a.failed(err)
	}
	return &written{noStore, plainText, func(out huma.Context) {
		lines := bufio.NewWriterSize(out.BodyWriter(), 1<<16)
		if write(lines) == nil {
			_ = lines.Flush() // nobody listens any more
		}
	}}, nil
}
