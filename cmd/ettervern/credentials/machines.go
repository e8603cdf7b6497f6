package credentials

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/time/rate"

	"ettervern/cmd/ettervern/access"
)

// Machines knows machines by the tokens of issuers. It is safe for concurrent use.
type Machines struct {
	byIssuer map[string]*machineIssuer
	log      *slog.Logger
	telling  *rate.Limiter // of the log: whoever sends tokens must not fill it
}

type machineIssuer struct {
	Issuer
	now func() time.Time

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier // guarded by mu; nil until the issuer's keys were found
}

// NewMachines takes those of the issuers that are for machines.
func NewMachines(issuers []Issuer, now func() time.Time, log *slog.Logger) *Machines {
	m := &Machines{byIssuer: map[string]*machineIssuer{}, log: log, telling: rate.NewLimiter(1, 10)}
	for _, i := range issuers {
		if i.machines() {
			m.byIssuer[i.Issuer] = &machineIssuer{Issuer: i, now: now}
		}
	}
	return m
}

// Identify is the principal of a token, or ErrNotGood; why, the log tells.
func (m *Machines) Identify(ctx context.Context, token string) (*access.Principal, error) {
	from, known := m.byIssuer[issuerOf(token)]
	if !known {
		return nil, ErrNotGood
	}
	who, err := from.identify(ctx, token)
	if err != nil {
		if m.telling.Allow() {
			m.log.Info("a machine's token was refused", "issuer", from.Issuer.Issuer, "why", err)
		}
		return nil, ErrNotGood
	}
	return who, nil
}

func (i *machineIssuer) identify(ctx context.Context, raw string) (*access.Principal, error) {
	verifier, err := i.keys()
	if err != nil {
		return nil, err
	}
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	claims := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		return nil, err
	}
	if !i.allows(claims) {
		return nil, errors.New("its scope does not hold " + i.Scope)
	}
	grant := i.grant(claims)
	if grant == nil {
		return nil, errors.New("no grant is for what " + i.Claim + " says")
	}
	return grant.principal(grant.Name + " of " + grant.Of), nil
}

// allows tells whether the token's scope, words with spaces between or a list of them (RFC 8693 § 4.2), holds the one needed.
func (i *machineIssuer) allows(claims map[string]any) bool {
	if i.Scope == "" {
		return true
	}
	return slices.Contains(strings.Fields(strings.Join(valuesOf(claims, "scope"), " ")), i.Scope)
}

// keys is what verifies the issuer's tokens. New keys of the issuer are fetched when a token names one; an issuer that cannot be
// reached is asked again with the next token.
func (i *machineIssuer) keys() (*oidc.IDTokenVerifier, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verifier != nil {
		return i.verifier, nil
	}
	// The library keeps this context for as long as it fetches keys: it is no request's.
	ctx := oidc.ClientContext(context.Background(), polite())
	config := &oidc.Config{ClientID: i.Audience, SupportedSigningAlgs: algorithms, Now: i.now}
	if i.JWKS != "" {
		i.verifier = oidc.NewVerifier(i.Issuer.Issuer, oidc.NewRemoteKeySet(ctx, i.JWKS), config)
		return i.verifier, nil
	}
	provider, err := oidc.NewProvider(ctx, i.Issuer.Issuer)
	if err != nil {
		return nil, fmt.Errorf("find the issuer's keys: %w", err)
	}
	i.verifier = provider.Verifier(config)
	return i.verifier, nil
}

// issuerOf is whom a token says it is from, to choose the keys that settle whether it is; "" for what is no JWT.
func issuerOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var said struct {
		Issuer string `json:"iss"`
	}
	if err != nil || json.Unmarshal(payload, &said) != nil {
		return ""
	}
	return said.Issuer
}
