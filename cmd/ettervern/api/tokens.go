package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/events"
)

// Tokens are the credentials that this ledger itself hands out.
type Tokens interface {
	Create(credentials.Order) (credentials.Token, string, error)
	List() ([]credentials.Token, error)
	Revoke(id string) error
}

// MadeToken is a new token with its secret.
type MadeToken struct {
	credentials.Token
	Secret string `json:"secret" doc:"Told this once."`
}

type tokenList struct {
	Rows []credentials.Token `json:"rows" doc:"Every token there ever was."`
}

type tokenOrder struct{ Body credentials.Order }

type ofToken struct {
	ID string `path:"id" doc:"The token's id."`
}

type nothing struct{}

func (a *api) tokenRoutes() {
	a.describeLogin()
	get(a, "/v1/me", "me", "Who asks: the role and scope of the credential", nil, a.me)
	get(a, "/v1/tokens", "tokens", "The tokens of this ledger, without their secrets", nil, a.listTokens)
	huma.Register(a.huma, huma.Operation{
		OperationID: "token-create", Method: http.MethodPost, Path: "/v1/tokens", Summary: "Hand out a token",
		DefaultStatus: http.StatusCreated, Errors: []int{400, 401, 403, 422, 501, 503}, Middlewares: huma.Middlewares{a.only(access.Credentials)},
	}, a.createToken)
	huma.Register(a.huma, huma.Operation{
		OperationID: "token-revoke", Method: http.MethodDelete, Path: "/v1/tokens/{id}", Summary: "End a token at once",
		DefaultStatus: http.StatusNoContent, Errors: []int{401, 403, 404, 501, 503},
	}, a.revokeToken)
}

// only lets those who may do this be told what is wrong with what they ask for, and nobody else.
func (a *api) only(operation access.Operation) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if _, err := access.Allowed(ctx.Context(), operation); err != nil {
			p := problemOf(err)
			ctx.SetHeader("Content-Type", p.ContentType(""))
			ctx.SetStatus(p.Status)
			_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // nobody listens any more
			return
		}
		next(ctx)
	}
}

// tokens is the tokens, for those who may hand them out, and who asks.
func (a *api) tokens(ctx context.Context) (Tokens, access.Grant, error) {
	grant, err := access.Allowed(ctx, access.Credentials)
	if err != nil {
		return nil, grant, err
	}
	if a.Tokens == nil {
		return nil, grant, problem("no_tokens", "this ledger asks nobody for credentials, and hands out none")
	}
	return a.Tokens, grant, nil
}

func (a *api) listTokens(ctx context.Context, _ *none) (*dated[tokenList], error) {
	tokens, _, err := a.tokens(ctx)
	if err != nil {
		return nil, a.failed(err)
	}
	rows, err := tokens.List()
	return answer(a, tokenList{rows}, err)
}

func (a *api) createToken(ctx context.Context, order *tokenOrder) (*dated[MadeToken], error) {
	tokens, grant, err := a.tokens(ctx)
	if err != nil {
		return nil, a.failed(err)
	}
	token, secret, err := tokens.Create(order.Body)
	if err == nil {
		a.Log.Info("a token was handed out", "token", token.ID, "role", token.Role, "by", inLog(grant))
	}
	return answer(a, MadeToken{token, secret}, err)
}

func (a *api) revokeToken(ctx context.Context, of *ofToken) (*nothing, error) {
	tokens, grant, err := a.tokens(ctx)
	if err == nil {
		err = tokens.Revoke(of.ID)
	}
	if err != nil {
		return nil, a.failed(err)
	}
	a.Log.Info("a token was revoked", "token", of.ID, "by", inLog(grant))
	return &nothing{}, nil
}

// inLog is who did something, as the log may say it: an issuer may know people by their identity numbers.
func inLog(g access.Grant) string {
	if events.HoldsIdentityNumber(g.Name) {
		return string(g.Role)
	}
	return g.Name
}
