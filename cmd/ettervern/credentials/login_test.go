package credentials_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
)

// portal is a ledger's door with a login, and a browser.
type portal struct {
	*httptest.Server
	browser *http.Client
}

// newPortal answers at /v1/me with who asks.
func newPortal(t *testing.T, i *issuer) portal {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("hemmelig\n"), 0o600))
	issuers, err := credentials.ReadIssuers(issuersFile(t, `[{"issuer":"`+i.URL+`","client":"ettervern","secret":"`+secret+`","redirect":"`+server.URL+
		`/v1/login/callback","person":"preferred_username","grants":[{"of":"hamar","name":"barnevern Hamar","role":"caseworker","municipalities":["3403"]}]}]`), access.Places{})
	require.NoError(t, err)
	people, err := credentials.NewPeople(issuers, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	for path, handler := range people.Paths() {
		mux.Handle(path, handler)
	}
	mux.HandleFunc("GET /v1/me", func(w http.ResponseWriter, r *http.Request) {
		who, err := credentials.Gate{People: people}.Identify(r)
		if err != nil || who == nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(who)
	})
	t.Cleanup(server.Close)
	return portal{server, newBrowser(t)}
}

func newBrowser(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &http.Client{Jar: jar}
}

func (p portal) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	answer, err := p.browser.Get(p.URL + path)
	require.NoError(t, err)
	defer answer.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, text.String()
}

func (i *issuer) person(changes map[string]any) {
	claims := map[string]any{
		"iss": i.URL, "aud": "ettervern", "sub": "s1", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(),
		"preferred_username": "kari", "groups": []string{"others", "hamar"},
	}
	maps.Copy(claims, changes)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.claims = claims
}

func TestAPersonLogsInAndOut(t *testing.T) {
	i := newIssuer(t)
	p := newPortal(t, i)
	status, _ := p.get(t, "/v1/me")
	require.Equal(t, 401, status)
	i.person(nil)
	status, body := p.get(t, "/v1/login") // to the issuer and back
	require.Equal(t, 200, status, body)
	var who access.Principal
	require.NoError(t, json.Unmarshal([]byte(body), &who))
	require.Equal(t, access.Principal{Name: "kari (barnevern Hamar)", Role: access.Caseworker, Actor: "caseworker", Scope: access.Scope{Municipalities: []string{"3403"}}}, who)
	status, _ = portal{p.Server, newBrowser(t)}.get(t, "/v1/me")
	require.Equal(t, 401, status, "another browser")

	answer, err := p.browser.Post(p.URL+"/v1/logout", "", nil)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	status, _ = p.get(t, "/v1/me")
	require.Equal(t, 401, status)
}

// TestALoginOpensNothingElse: without a grant, for another client, of another login, expired.
func TestALoginOpensNothingElse(t *testing.T) {
	i := newIssuer(t)
	for why, changes := range map[string]map[string]any{
		"no group":        {"groups": []string{"gjovik"}},
		"another client":  {"aud": "other"},
		"another login":   {"nonce": "x"},
		"expired":         {"exp": time.Now().Add(-time.Minute).Unix()},
		"another issuer":  {"iss": "https://other.example"},
		"a group in text": {"groups": "others hamar"},
	} {
		p := newPortal(t, i)
		i.person(changes)
		status, body := p.get(t, "/v1/login")
		require.Equal(t, 403, status, why)
		require.Contains(t, body, "login_failed")
		status, _ = p.get(t, "/v1/me")
		require.Equal(t, 401, status, why)
	}
}

// TestOnlyTheBrowserThatBeganComesBack: a code that somebody else brings, or brings again, is not taken.
func TestOnlyTheBrowserThatBeganComesBack(t *testing.T) {
	i := newIssuer(t)
	p := newPortal(t, i)
	i.person(nil)
	var callback string
	p.browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/v1/login/callback" {
			callback = r.URL.RequestURI()
			return http.ErrUseLastResponse
		}
		return nil
	}
	status, _ := p.get(t, "/v1/login")
	require.Equal(t, http.StatusFound, status)
	victim := portal{p.Server, newBrowser(t)}
	status, _ = victim.get(t, callback)
	require.Equal(t, 403, status, "the code of another's login")
	p.browser.CheckRedirect = nil
	status, _ = p.get(t, callback)
	require.Equal(t, 200, status)
	status, _ = p.get(t, callback)
	require.Equal(t, 403, status, "a second time")
}

func TestTheCookieIsForTheLedgerAlone(t *testing.T) {
	i := newIssuer(t)
	issuers, err := credentials.ReadIssuers(issuersFile(t, `[{"issuer":"`+i.URL+`","client":"ettervern","redirect":"https://ettervern.example/v1/login/callback","grants":[{"of":"g","name":"x","role":"witness"}]}]`), access.Places{})
	require.NoError(t, err)
	people, err := credentials.NewPeople(issuers, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w := httptest.NewRecorder()
	people.Paths()["GET /v1/login"].ServeHTTP(w, httptest.NewRequest("GET", "/v1/login", nil))
	require.Len(t, w.Result().Cookies(), 1)
	c := w.Result().Cookies()[0]
	require.Equal(t, "__Host-ettervern", c.Name)
	require.True(t, c.Secure && c.HttpOnly && c.SameSite == http.SameSiteLaxMode && c.Path == "/" && c.Domain == "")
	to, err := url.Parse(w.Result().Header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "S256", to.Query().Get("code_challenge_method"))
	require.Equal(t, "openid", to.Query().Get("scope"))
}
