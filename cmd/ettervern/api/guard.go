package api

import (
	"encoding/json"
	"net"
	"net/http"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
)

// Gate tells who is asking.
type Gate interface {
	// Identify is who asks: nil for somebody without a credential, an error for a credential that is not good.
	Identify(r *http.Request) (*access.Principal, error)
}

// public is what strangers may ask for: whether the machine is well, without saying more, and how to talk to it.
var public = map[string]bool{
	"/healthz": true, "/readyz": true, "/openapi.json": true, "/openapi.yaml": true, "/openapi-3.0.json": true, "/openapi-3.0.yaml": true,
}

// How often an address may ask with credentials that are not good. Where none are asked for nobody is held up.
const failuresPerSecond, failuresAtOnce = 1, 20

// guard lets nobody past without a credential, but to what is public, and nobody past too often.
func (a *api) guard(next http.Handler) http.Handler {
	asking, failing := credentials.NewLimits(credentials.RequestsPerSecond, credentials.RequestsAtOnce), credentials.NewLimits(failuresPerSecond, failuresAtOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protect(w.Header(), r)
		who, err := a.Gate.Identify(r)
		_, login := a.Login[r.Method+" "+r.URL.Path]
		switch {
		case login && who == nil && failing.Allow(address(r)): // with a session that is not good too
			next.ServeHTTP(w, r)
		case err != nil || who == nil && !public[r.URL.Path]:
			p := problem("no_credential", "this needs a credential that is good: Authorization: Bearer TOKEN")
			if !failing.Allow(address(r)) {
				p = problem("too_often", "too many requests without a good credential from this address; wait a minute")
			}
			w.Header().Set("WWW-Authenticate", `Bearer realm="ettervern"`)
			p.write(w)
		case who != nil && who.Role != access.Operator && !asking.Allow(who.Name):
			problem("too_often", "too many requests with this credential; ask less often").write(w)
		case who != nil:
			next.ServeHTTP(w, r.WithContext(access.With(r.Context(), who)))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// protect tells browsers to keep what they get to themselves: there is nothing here to frame, to sniff or to run.
func protect(h http.Header, r *http.Request) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if r.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// write answers with the problem outside huma.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // nobody listens any more
}
