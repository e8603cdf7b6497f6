package credentials_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// issuer is one in this process: it has keys, and logs in whoever comes, as the test says.
type issuer struct {
	*httptest.Server
	t *testing.T

	mu        sync.Mutex
	key       *rsa.PrivateKey
	kid       string
	fetched   int               // how often its keys were
	claims    map[string]any    // of the next login
	challenge map[string]string // PKCE challenges by code
	nonce     string            // of the last login
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{t: t, challenge: map[string]string{}}
	i.rotate("first")
	mux := http.NewServeMux()
	i.Server = httptest.NewServer(mux)
	t.Cleanup(func() { i.Close(); http.DefaultTransport.(*http.Transport).CloseIdleConnections() })
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.answer(w, map[string]any{
			"issuer": i.URL, "jwks_uri": i.URL + "/jwks", "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("/jwks", func(w http.ResponseWriter, _ *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.fetched++
		i.answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: i.kid, Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("/authorize", i.authorize)
	mux.HandleFunc("/token", i.token)
	return i
}

func (i *issuer) rotate(kid string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(i.t, err)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.key, i.kid = key, kid
}

func (i *issuer) answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// authorize sends the browser back with a code, as if somebody had logged in.
func (i *issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	i.mu.Lock()
	defer i.mu.Unlock()
	code := fmt.Sprint("code-", len(i.challenge))
	if q.Get("code_challenge_method") == "S256" {
		i.challenge[code] = q.Get("code_challenge")
	}
	i.nonce = q.Get("nonce")
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

// token gives an id token for a code, once, to whoever knows its verifier and the client's secret.
func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	challenge, known := i.challenge[r.FormValue("code")]
	i.challenge[r.FormValue("code")] = "used"
	claims, nonce := maps.Clone(i.claims), i.nonce
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !known || challenge != base64.RawURLEncoding.EncodeToString(sum[:]) || id != "ettervern" || secret != "hemmelig" {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	if _, given := claims["nonce"]; !given {
		claims["nonce"] = nonce
	}
	i.answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.sign(claims)})
}

func (i *issuer) sign(claims map[string]any) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: i.key}, (&jose.SignerOptions{}).WithHeader("kid", i.kid))
	require.NoError(i.t, err)
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(i.t, err)
	return token
}

// machine is what Maskinporten says of a machine, with changes; nil takes a claim away.
func (i *issuer) machine(changes map[string]any) map[string]any {
	claims := map[string]any{
		"iss": i.URL, "aud": "https://ettervern.example", "scope": "x:other ks:ettervern", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(),
		"client_id": "abc", "consumer": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:923609016"},
	}
	for name, value := range changes {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	return claims
}

func issuersFile(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "issuers.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

const emitterGrant = `{"of":"0192:923609016","name":"fagsystem","role":"emitter","municipalities":["3403"],"service":"child_welfare","source":"/fagsystem"}`

func (i *issuer) machines(t *testing.T, log *bytes.Buffer) *credentials.Machines {
	issuers, err := credentials.ReadIssuers(issuersFile(t, `[{"issuer":"`+i.URL+`","audience":"https://ettervern.example","scope":"ks:ettervern","grants":[`+emitterGrant+`]}]`), access.Places{})
	require.NoError(t, err)
	return credentials.NewMachines(issuers, time.Now, slog.New(slog.NewTextHandler(log, nil)))
}

func TestAMachineIsKnownByItsIssuersToken(t *testing.T) {
	i, log := newIssuer(t), &bytes.Buffer{}
	machines := i.machines(t, log)
	who, err := machines.Identify(t.Context(), i.sign(i.machine(nil)))
	require.NoError(t, err)
	require.Equal(t, access.Principal{Name: "fagsystem of 923609016", Role: access.Emitter, Actor: "emitter", Scope: access.Scope{
		Organisation: "923609016", Municipalities: []string{"3403"}, Service: "child_welfare", Source: "/fagsystem",
	}}, *who)
	for why, changes := range map[string]map[string]any{
		"expired":            {"exp": time.Now().Add(-time.Minute).Unix()},
		"never expires":      {"exp": nil},
		"not yet":            {"nbf": time.Now().Add(time.Hour).Unix()},
		"for others":         {"aud": "https://other.example"},
		"for nobody":         {"aud": nil},
		"another scope":      {"scope": "x:other ks:ettervernet"},
		"no scope":           {"scope": nil},
		"another's":          {"consumer": map[string]any{"ID": "0192:974760673"}},
		"nobody's":           {"consumer": nil},
		"of another issuer":  {"iss": i.URL + "/other"},
		"an id in a list of": {"consumer": []any{map[string]any{"ID": "0192:923609016"}}},
	} {
		_, err := machines.Identify(t.Context(), i.sign(i.machine(changes)))
		require.ErrorIs(t, err, credentials.ErrNotGood, why)
	}
	require.Contains(t, log.String(), "a machine's token was refused")
	require.NotContains(t, log.String(), "eyJ", "the token itself")
}

// TestATokenThatNobodySignedIsNotGood: not signed, signed with a secret that is the public key, by a stranger, or changed.
func TestATokenThatNobodySignedIsNotGood(t *testing.T) {
	i := newIssuer(t)
	machines := i.machines(t, &bytes.Buffer{})
	good := i.sign(i.machine(nil))
	part := strings.Split(good, ".")
	encode := func(v any) string {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	mac, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: i.key.PublicKey.N.Bytes()}, nil)
	require.NoError(t, err)
	symmetric, err := jwt.Signed(mac).Claims(i.machine(nil)).Serialize()
	require.NoError(t, err)
	stranger := newIssuer(t)
	for why, token := range map[string]string{
		"not signed":   encode(map[string]any{"alg": "none"}) + "." + part[1] + ".",
		"no signature": part[0] + "." + part[1] + ".",
		"symmetric":    symmetric,
		"a stranger's": stranger.sign(i.machine(nil)),
		"changed":      part[0] + "." + encode(i.machine(map[string]any{"scope": "ks:ettervern more"})) + "." + part[2],
		"two parts":    part[0] + "." + part[1],
		"no JWT":       "ettervern",
		"nothing":      "",
	} {
		_, err := machines.Identify(t.Context(), token)
		require.ErrorIs(t, err, credentials.ErrNotGood, why)
	}
	_, err = machines.Identify(t.Context(), good)
	require.NoError(t, err)
}

// TestAnIssuerChangesItsKeys: a token under the new one is good at once, and one under the old one soon not any more; many tokens
// under keys that do not exist do not make the ledger ask for each.
func TestAnIssuerChangesItsKeys(t *testing.T) {
	i := newIssuer(t)
	machines := i.machines(t, &bytes.Buffer{})
	old := i.sign(i.machine(nil))
	_, err := machines.Identify(t.Context(), old)
	require.NoError(t, err)
	i.rotate("second")
	_, err = machines.Identify(t.Context(), i.sign(i.machine(nil)))
	require.NoError(t, err)
	require.Eventually(t, func() bool { // the library answers a moment before it forgets the old key
		_, err := machines.Identify(t.Context(), old)
		return errors.Is(err, credentials.ErrNotGood)
	}, 20*time.Second, time.Millisecond)
	i.mu.Lock()
	before := i.fetched
	i.mu.Unlock()
	for range 100 {
		_, err = machines.Identify(t.Context(), old)
		require.ErrorIs(t, err, credentials.ErrNotGood)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	require.Less(t, i.fetched-before, 50)
}

func TestIssuersThatCannotBeMeant(t *testing.T) {
	for why, text := range map[string]string{
		"no JSON":          `[{`,
		"an unknown field": `[{"issuer":"https://a.example","audience":"x","grant":[]}]`,
		"http":             `[{"issuer":"http://a.example","audience":"x","grants":[` + emitterGrant + `]}]`,
		"no audience":      `[{"issuer":"https://a.example","grants":[` + emitterGrant + `]}]`,
		"no grants":        `[{"issuer":"https://a.example","audience":"x","grants":[]}]`,
		"a grant too wide": `[{"issuer":"https://a.example","audience":"x","grants":[{"of":"923609016","name":"x","role":"operator"}]}]`,
		"a grant of none":  `[{"issuer":"https://a.example","audience":"x","grants":[{"of":"","name":"x","role":"witness","organisation":"923609016"}]}]`,
		"no redirect":      `[{"issuer":"https://a.example","client":"x","grants":[{"of":"g","name":"x","role":"witness"}]}]`,
		"both":             `[{"issuer":"https://a.example","client":"x","audience":"y","redirect":"https://b.example/v1/login/callback","grants":[{"of":"g","name":"x","role":"witness"}]}]`,
	} {
		_, err := credentials.ReadIssuers(issuersFile(t, text), access.Places{})
		require.ErrorIs(t, err, credentials.ErrIssuers, why)
	}
	_, err := credentials.ReadIssuers(filepath.Join(t.TempDir(), "none"), access.Places{})
	require.ErrorIs(t, err, credentials.ErrIssuers)
}

// TestTheFileOfTheDocs can be used as it is.
func TestTheFileOfTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../../docs/access.md")
	require.NoError(t, err)
	example := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, example)
	issuers, err := credentials.ReadIssuers(issuersFile(t, string(example[1])), access.Places{})
	require.NoError(t, err)
	require.Len(t, issuers, 2)
}
