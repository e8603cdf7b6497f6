package credentials

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"ettervern/cmd/ettervern/access"
)

// How long a login may take, and how long it is good: a working day. There is no renewal, and a start of the ledger ends all.
const (
	loginLife   = 10 * time.Minute
	sessionLife = 8 * time.Hour
)

// People logs people in at an issuer: code flow with PKCE (RFC 7636), state and nonce; then a session in memory, known by a
// cookie that scripts and other sites do not get. It is safe for concurrent use.
type People struct {
	issuer   Issuer
	secret   string
	sessions *scs.SessionManager
	log      *slog.Logger

	mu       sync.Mutex
	provider *oidc.Provider // guarded by mu; nil until the issuer was found
}

// NewPeople takes the one of the issuers that people log in at; nil for none.
func NewPeople(issuers []Issuer, log *slog.Logger) (*People, error) {
	var p *People
	for _, i := range issuers {
		if !i.people() {
			continue
		}
		if p != nil {
			return nil, fmt.Errorf("%w: people log in at one issuer; there are two with a client", ErrIssuers)
		}
		secret, err := secretOf(i.Secret)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrIssuers, err)
		}
		p = &People{issuer: i, secret: secret, sessions: newSessions(strings.HasPrefix(i.Redirect, "https:")), log: log}
	}
	return p, nil
}

func secretOf(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("%s: %w", path, ErrOpenFile)
	}
	text, failed := os.ReadFile(path)
	return strings.TrimSpace(string(text)), errors.Join(err, failed)
}

// Identify is who has the session of a request's cookie, nil for nobody.
func (p *People) Identify(r *http.Request) (*access.Principal, error) {
	cookie, err := r.Cookie(p.sessions.Cookie.Name)
	if err != nil {
		return nil, nil // nobody
	}
	ctx, err := p.sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return nil, err
	}
	kept := p.sessions.GetBytes(ctx, "principal")
	if kept == nil {
		return nil, nil
	}
	who := &access.Principal{}
	return who, json.Unmarshal(kept, who)
}

// Paths is where people log in and out: GET /v1/login sends them to the issuer, who sends them to GET /v1/login/callback;
// POST /v1/logout ends the session.
func (p *People) Paths() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /v1/login":          p.sessions.LoadAndSave(http.HandlerFunc(p.begin)),
		"GET /v1/login/callback": p.sessions.LoadAndSave(http.HandlerFunc(p.finish)),
		"POST /v1/logout":        p.sessions.LoadAndSave(http.HandlerFunc(p.end)),
	}
}

// begin remembers what only this browser may come back with.
func (p *People) begin(w http.ResponseWriter, r *http.Request) {
	config, _, err := p.config()
	if err != nil {
		p.fail(w, http.StatusBadGateway, "the login cannot be reached now", err)
		return
	}
	state, nonce, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	for name, value := range map[string]string{"state": state, "nonce": nonce, "verifier": verifier} {
		p.sessions.Put(r.Context(), name, value)
	}
	p.sessions.SetDeadline(r.Context(), time.Now().Add(loginLife))
	http.Redirect(w, r, config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
}

// finish takes the code to the issuer and makes a session of whom it names.
func (p *People) finish(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	state, nonce, verifier := p.sessions.PopString(ctx, "state"), p.sessions.PopString(ctx, "nonce"), p.sessions.PopString(ctx, "verifier")
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(r.URL.Query().Get("state"))) != 1 {
		p.fail(w, http.StatusForbidden, "this login was not begun in this browser; begin again at /v1/login", nil)
		return
	}
	who, err := p.exchange(ctx, r.URL.Query(), nonce, verifier)
	if err != nil {
		p.fail(w, http.StatusForbidden, "the login did not succeed, or opens nothing here", err)
		return
	}
	kept, err := json.Marshal(who)
	if err == nil {
		err = p.sessions.RenewToken(ctx) // else whoever knew the one before would be logged in too
	}
	if err != nil {
		p.fail(w, http.StatusInternalServerError, "the login could not be kept", err)
		return
	}
	p.sessions.SetDeadline(ctx, time.Now().Add(sessionLife))
	p.sessions.Put(ctx, "principal", kept)
	http.Redirect(w, r, "/v1/me", http.StatusSeeOther)
}

func (p *People) exchange(ctx context.Context, answer url.Values, nonce, verifier string) (*access.Principal, error) {
	if problem := answer.Get("error"); problem != "" {
		return nil, errors.New("the issuer refused it")
	}
	config, provider, err := p.config()
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, polite())
	tokens, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, errors.New("the code was not taken") // the library's error repeats what the issuer said
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: p.issuer.Client, SupportedSigningAlgs: algorithms}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return nil, errors.New("the answer is to another login")
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return nil, err
	}
	grant := p.issuer.grant(claims)
	if grant == nil {
		return nil, errors.New("no grant is for what " + p.issuer.Claim + " says")
	}
	person := append(valuesOf(claims, p.issuer.Person), id.Subject)[0]
	return grant.principal(person + " (" + grant.Name + ")"), nil
}

// config is the client at the issuer, which is found at the first login.
func (p *People) config() (*oauth2.Config, *oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.provider == nil {
		provider, err := oidc.NewProvider(oidc.ClientContext(context.Background(), polite()), p.issuer.Issuer)
		if err != nil {
			return nil, nil, err
		}
		p.provider = provider
	}
	return &oauth2.Config{
		ClientID: p.issuer.Client, ClientSecret: p.secret, RedirectURL: p.issuer.Redirect, Endpoint: p.provider.Endpoint(),
		Scopes: append([]string{oidc.ScopeOpenID}, p.issuer.Ask...),
	}, p.provider, nil
}

func (p *People) end(w http.ResponseWriter, r *http.Request) {
	if err := p.sessions.Destroy(r.Context()); err != nil {
		p.fail(w, http.StatusInternalServerError, "the session could not be ended", err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fail answers with a problem (RFC 9457); why is for the log.
func (p *People) fail(w http.ResponseWriter, status int, detail string, why error) {
	if why != nil {
		p.log.Info("a login failed", "issuer", p.issuer.Issuer, "why", why)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // nobody listens any more
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail, "code": "login_failed",
	})
}
