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

// Gate looks at the credential that a request brings: "Authorization: Bearer …" (RFC 6750).
type Gate struct{ Tokens *Tokens }

// Identify is who asks: nil for somebody without a credential, ErrNotGood for one that is not good.
func (g Gate) Identify(r *http.Request) (*access.Principal, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, nil
	}
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, ErrNotGood
	}
	return g.Tokens.Identify(strings.TrimSpace(secret))
}

// Caller is the principal, whoever asks.
func (e Everyone) Caller(string) (*access.Principal, error) { return e.Principal, nil }
