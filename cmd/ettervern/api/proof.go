package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/query"
)

const plainText = "text/plain; charset=utf-8"

func (a *api) proofRoutes() {
	get(a, "/v1/youths/{id}/proof", "youth-proof", "One youth's entries as stored, each with the proof that it is in the ledger", query.OfProof, a.proof)
	a.text("/v1/checkpoint", "checkpoint", "The signed checkpoint over everything recorded so far", query.OfCheckpoint, a.checkpoint)
	a.text("/v1/checkpoint/key", "checkpoint-key", "The public key that checkpoints are checked with", nil, a.verifierKey)
}

// text registers a question that is answered in the text of a specification.
func (a *api) text(path, id, summary string, params []query.Parameter, handle func(context.Context, *none) (*text, error)) {
	huma.Register(a.huma, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Parameters: parameters(params), SkipValidateParams: true,
		Errors: append(errorsOf(path), http.StatusNotImplemented), // on servers of others
		Responses: map[string]*huma.Response{"200": {Description: summary, Content: map[string]*huma.MediaType{
			"text/plainText": {Schema: &huma.Schema{Type: huma.TypeString}},
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

func (a *api) verifierKey(ctx context.Context, _ *none) (*text, error) {
	return a.textOf(a.Core.VerifierKey(ctx, askedIn(ctx).params))
}
