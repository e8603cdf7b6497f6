package credentials

import (
	"net/http"
	"strings"

	"ettervern/cmd/ettervern/access"
)

// Everyone is let in as one principal, without a credential: where the operator said so, and inside this process.
type Everyone struct{ *access.Principal }

// Identify is the principal, whoever asks.
func (e Everyone) Identify(*http.Request) (*access.Principal, error) { return e.Principal, nil }

// Caller is the principal, whoever asks.
func (e Everyone) Caller(string) (*access.Principal, error) { return e.Principal, nil }

// Gate looks at the credential that a request brings: "Authorization: Bearer …" (RFC 6750) with a token of this ledger or of
// an issuer of machines' tokens, or the cookie of a login.
type Gate struct {
	Tokens   *Tokens
	Machines *Machines // nil for none
	People   *People   // nil for none
}

// Identify is who asks: nil for somebody without a credential, ErrNotGood for one that is not good.
func (g Gate) Identify(r *http.Request) (*access.Principal, error) {
	header := r.Header.Get("Authorization")
	switch {
	case header == "" && g.People != nil:
		return g.People.Identify(r)
	case header == "":
		return nil, nil
	}
	scheme, secret, _ := strings.Cut(header, " ")
	secret = strings.TrimSpace(secret)
	switch {
	case !strings.EqualFold(scheme, "Bearer"):
		return nil, ErrNotGood
	case g.Machines != nil && !strings.HasPrefix(secret, prefix):
		return g.Machines.Identify(r.Context(), secret)
	}
	return g.Tokens.Identify(secret)
}
