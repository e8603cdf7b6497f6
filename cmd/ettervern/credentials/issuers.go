package credentials

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nkeys"
	"golang.org/x/time/rate"

	"ettervern/cmd/ettervern/access"
)

// ErrIssuers: the file of issuers says something that cannot be meant.
var ErrIssuers = errors.New("the file of issuers cannot be used")

// Issuer is somebody else who tells who a machine or a person is: by bearer tokens that are JWTs (RFC 9068, as Maskinporten's
// are), or, where Client is given, by a login (OpenID Connect, code flow with PKCE), or, where Account is given, by JWTs of users of NATS.
type Issuer struct {
	Issuer string  `json:"issuer,omitempty"` // the URL that its tokens name, by which its keys are found
	JWKS   string  `json:"jwks,omitempty"`   // where its keys are, for one without OpenID Connect discovery
	Claim  string  `json:"claim,omitempty"`  // whose value settles the grant: consumer.ID for machines, groups for people, tags of NATS, when left out
	Grants []Grant `json:"grants"`           // the first whose Of is the claim's value, or among its values

	Audience string `json:"audience,omitempty"` // of machines: whom the token must be meant for
	Scope    string `json:"scope,omitempty"`    // of machines: what the token must allow, one word of its scope

	Client   string   `json:"client,omitempty"`   // of people: the client id
	Secret   string   `json:"secret,omitempty"`   // likewise: the file of the client's secret, mode 0600; none for a public client
	Redirect string   `json:"redirect,omitempty"` // likewise: the URL of /v1/login/callback as browsers reach it
	Person   string   `json:"person,omitempty"`   // likewise: the claim that names them in the log of who has looked; sub when left out
	Ask      []string `json:"ask,omitempty"`      // likewise: scopes to ask for beside openid

	Account string `json:"account,omitempty"` // of NATS: the public key of the account that signs its users
	JWT     string `json:"jwt,omitempty"`     // likewise: the file of the account's own JWT, which has its signing keys and revocations
}

// Grant is a role for whom the issuer knows as Of.
type Grant struct {
	Of   string      `json:"of"` // an organisation number, with or without 0192: before it; or a group
	Name string      `json:"name"`
	Role access.Role `json:"role"`
	access.Scope
}

// ReadIssuers reads the file at path. Its errors are ErrIssuers, with the place.
func ReadIssuers(path string, known access.Places) ([]Issuer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIssuers, err)
	}
	var all []Issuer
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&all); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrIssuers, path, err)
	}
	for i := range all {
		if err := all[i].check(known); err != nil {
			return nil, fmt.Errorf("%w: %s: number %d: %w", ErrIssuers, path, i+1, err)
		}
	}
	return all, nil
}

func (i *Issuer) check(known access.Places) error {
	switch {
	case i.nats():
		if err := i.checkAccount(); err != nil {
			return err
		}
	case i.JWT != "":
		return errors.New("jwt is of an account of NATS")
	case !safe(i.Issuer) || i.JWKS != "" && !safe(i.JWKS):
		return errors.New("issuer and jwks must be https URLs")
	case i.people() && (i.Audience != "" || i.Scope != "" || i.JWKS != "" || !safe(i.Redirect)):
		return errors.New("a login (client) has a redirect, an https URL, and no audience, scope or jwks")
	case !i.people() && (i.Audience == "" || i.Secret != "" || i.Redirect != "" || i.Person != "" || i.Ask != nil):
		return errors.New("tokens of machines need an audience, and have no secret, redirect, person or ask; a login needs client")
	}
	if len(i.Grants) == 0 {
		return errors.New("grants must say who gets which role")
	}
	i.Claim = cmp.Or(i.Claim, i.usual())
	for n := range i.Grants {
		g := &i.Grants[n]
		g.Of = strings.TrimPrefix(g.Of, "0192:")
		if i.machines() && g.Organisation == "" {
			g.Organisation = g.Of
		}
		if i.nats() && i.Claim == "tags" { // which are in small letters (nats-io/jwt)
			g.Of = strings.ToLower(g.Of)
		}
		if faults := access.Check(g.Name, g.Role, g.Scope, known); len(faults) > 0 || g.Of == "" {
			return fmt.Errorf("grant %d: of must be given, and %v", n+1, faults)
		}
	}
	return nil
}

func (i *Issuer) people() bool   { return i.Client != "" }
func (i *Issuer) nats() bool     { return i.Account != "" }
func (i *Issuer) machines() bool { return !i.people() && !i.nats() }

// usual is the claim that settles grants when the file names none.
func (i *Issuer) usual() string {
	switch {
	case i.people():
		return "groups"
	case i.nats():
		return "tags"
	}
	return "consumer.ID"
}

// checkAccount is what is wrong with an account of NATS.
func (i *Issuer) checkAccount() error {
	other := i.Issuer + i.JWKS + i.Audience + i.Scope + i.Client + i.Secret + i.Redirect + i.Person
	switch {
	case !nkeys.IsValidPublicAccountKey(i.Account):
		return errors.New("account must be the public key of an account: A and 55 letters and digits")
	case other != "" || i.Ask != nil:
		return errors.New("an account of NATS has no issuer, jwks, audience, scope, client, secret, redirect, person or ask")
	case !slices.Contains([]string{"", "tags", "name", "sub"}, i.Claim):
		return errors.New("claim must be tags, name or sub")
	case i.JWT != "":
		_, err := readAccount(i.JWT, i.Account)
		return err
	}
	return nil
}

// safe tells an https URL, or one on this machine.
func safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// grant is the first whose Of the claim says, nil for none.
func (i *Issuer) grant(claims map[string]any) *Grant {
	said := valuesOf(claims, i.Claim)
	for n := range i.Grants {
		if slices.ContainsFunc(said, func(v string) bool { return strings.TrimPrefix(v, "0192:") == i.Grants[n].Of }) {
			return &i.Grants[n]
		}
	}
	return nil
}

// valuesOf is the texts of a claim, whose name may be a path with dots: of a list each.
func valuesOf(claims map[string]any, path string) (texts []string) {
	name, rest, deeper := strings.Cut(path, ".")
	value, given := claims[path], true
	if value == nil {
		value, given = claims[name], deeper
	}
	switch v := value.(type) {
	case map[string]any:
		if given && deeper {
			return valuesOf(v, rest)
		}
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			if text, ok := one.(string); ok {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// principal is whom the grant makes of somebody.
func (g *Grant) principal(who string) *access.Principal {
	return &access.Principal{Name: who, Role: g.Role, Actor: string(g.Role), Scope: g.Scope}
}

// algorithms are those of signatures that are believed: with public keys only.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// polite asks issuers for their keys: at most once a second for long, however many tokens name keys that they do not have.
func polite() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: limited{rate.NewLimiter(1, 10)}}
}

type limited struct{ rate *rate.Limiter }

// RoundTrip asks once.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	if !l.rate.Allow() {
		return nil, errors.New("the issuer was asked too often")
	}
	return http.DefaultTransport.RoundTrip(r)
}
