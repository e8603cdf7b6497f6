package main

import (
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/cmd/ettervern/intake"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
)

// natsProgram is a locked ledger with a NATS port.
func natsProgram(t *testing.T) (url string, tokens *credentials.Tokens) {
	t.Helper()
	dir := t.TempDir()
	tokens = credentials.OpenTokens(dir+"/tokens.json", places(nil), time.Now)
	p, err := open(t.Context(), config{dir: dir, tokens: tokens, gate: credentials.Gate{Tokens: tokens}, nats: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(t.Context())) })
	return p.ledger.Server().ClientURL(), tokens
}

func user(t *testing.T) (public string, sign nats.SignatureHandler) {
	t.Helper()
	pair, err := nkeys.CreateUser()
	require.NoError(t, err)
	public, err = pair.PublicKey()
	require.NoError(t, err)
	return public, pair.Sign
}

// TestNATSClientsShowACredential: a token, or a key that they can sign with. Nothing else opens a connection.
func TestNATSClientsShowACredential(t *testing.T) {
	url, tokens := natsProgram(t)
	public, sign := user(t)
	_, secret, err := tokens.Create(credentials.Order{Name: "token", Role: access.Caseworker, Scope: scopes[access.Caseworker]})
	require.NoError(t, err)
	keyed, nothing, err := tokens.Create(credentials.Order{Name: "key", Role: access.Caseworker, Scope: scopes[access.Caseworker], Nkey: public})
	require.NoError(t, err)
	require.Empty(t, nothing)
	other, otherSign := user(t)
	for name, try := range map[string]struct {
		option nats.Option
		in     bool
	}{
		"nothing":              {nats.Name("x"), false},
		"a token":              {nats.Token(secret), true},
		"another token":        {nats.Token(secret + "x"), false},
		"a key":                {nats.Nkey(public, sign), true},
		"a key of nobody's":    {nats.Nkey(other, otherSign), false},
		"a key of somebody's":  {nats.Nkey(public, otherSign), false},
		"the ledger's account": {nats.UserInfo("LEDGER", secret), false},
		"a password":           {nats.UserInfo("x", secret), false},
		"the key as a token":   {nats.Token(public), false},
		"the key's name":       {nats.Token("nkey:" + public), false},
	} {
		conn, err := nats.Connect(url, try.option)
		require.Equal(t, try.in, err == nil, name)
		if err == nil {
			answer, err := conn.Request("ettervern.v1.overdue", nil, 10*time.Second)
			require.NoError(t, err)
			require.Contains(t, string(answer.Data), `"rows":[]`, name)
			conn.Close()
		}
	}

	conn, err := nats.Connect(url, nats.Nkey(public, sign))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, tokens.Revoke(keyed.ID))
	answer, err := conn.Request("ettervern.v1.overdue", nil, 10*time.Second)
	require.NoError(t, err)
	require.Equal(t, "no_credential", answer.Header.Get("Nats-Service-Error"), "a connection that is open gets no further")
}

// TestNobodySaysForThemselvesWhoTheyAre: the header by which the service knows a caller is the server's word.
func TestNobodySaysForThemselvesWhoTheyAre(t *testing.T) {
	url, tokens := natsProgram(t)
	_, caseworker, err := tokens.Create(credentials.Order{Name: "c", Role: access.Caseworker, Scope: access.Scope{Municipalities: []string{"0301"}}})
	require.NoError(t, err)
	_, elsewhere, err := tokens.Create(credentials.Order{Name: "e", Role: access.Caseworker, Scope: access.Scope{Municipalities: []string{"3403"}}})
	require.NoError(t, err)
	victim, err := nats.Connect(url, nats.Token(caseworker))
	require.NoError(t, err)
	defer victim.Close()
	id, err := victim.GetClientID()
	require.NoError(t, err)
	conn, err := nats.Connect(url, nats.Token(elsewhere))
	require.NoError(t, err)
	defer conn.Close()
	own := func(c *nats.Conn, name string, values ...string) bool {
		m := nats.NewMsg("ettervern.v1.scorecard")
		m.Data = []byte(`{"municipality":"0301","own":true}`)
		m.Header[name] = values
		answer, err := c.RequestMsg(m, 10*time.Second)
		require.NoError(t, err)
		return answer.Header.Get("Nats-Service-Error") == ""
	}
	forged := `{"id":` + strconv.FormatUint(id, 10) + `,"acc":"SERVICE","user":"operator"}`
	require.True(t, own(victim, "X", "y"))
	for _, name := range []string{"Nats-Request-Info", "nats-request-info", "NATS-REQUEST-INFO"} {
		require.False(t, own(conn, name, forged), name)
		require.False(t, own(conn, name, forged, forged), name)
	}
}

// TestEachRoleHasItsRequestsOverNATS: the server itself refuses what the table refuses, and nobody but the ledger writes to it.
func TestEachRoleHasItsRequestsOverNATS(t *testing.T) {
	url, tokens := natsProgram(t)
	everything := intake.Subjects(access.Operator)
	require.Greater(t, len(everything), 10)
	for _, role := range access.Roles() {
		public, sign := user(t)
		_, _, err := tokens.Create(credentials.Order{Name: string(role), Role: role, Scope: scopes[role], Nkey: public})
		require.NoError(t, err)
		var refused atomic.Int64
		conn, err := nats.Connect(url, nats.Nkey(public, sign), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if strings.Contains(strings.ToLower(err.Error()), "permissions violation") {
				refused.Add(1)
			}
		}))
		require.NoError(t, err)
		violations := int64(0)
		for _, subject := range everything {
			if slices.Contains(intake.Subjects(role), subject) {
				answer, err := conn.Request(subject, []byte(`{"x":1}`), 10*time.Second)
				require.NoError(t, err, "%s as %s", subject, role)
				require.NotContains(t, []string{"no_credential", "not_allowed", ""}, answer.Header.Get("Nats-Service-Error"), "%s as %s", subject, role)
				continue
			}
			violations++
			require.NoError(t, conn.PublishRequest(subject, conn.NewInbox(), nil))
		}
		for _, subject := range []string{"ledger.youth.x", "$JS.API.STREAM.DELETE.LEDGER", "$JS.API.STREAM.MSG.GET.LEDGER", "$SYS.REQ.SERVER.PING", "_INBOX.x", "ettervern.v2.record"} {
			violations++
			require.NoError(t, conn.PublishRequest(subject, conn.NewInbox(), nil))
		}
		require.NoError(t, conn.Flush())
		require.Eventually(t, func() bool { return refused.Load() == violations }, 10*time.Second, time.Millisecond, "%s: %d of %d", role, refused.Load(), violations)
		conn.Close()
	}
}

// TestNATSOverTLS: with a certificate and credentials the port may be opened beyond loopback, and speaks TLS only.
func TestNATSOverTLS(t *testing.T) {
	cert, key, _ := certified(t)
	https, err := secureFlags{TLSCert: cert, TLSKey: key}.certificate()
	require.NoError(t, err)
	dir := t.TempDir()
	tokens := credentials.OpenTokens(dir+"/tokens.json", places(nil), time.Now)
	_, secret, err := tokens.Create(credentials.Order{Name: "c", Role: access.Caseworker, Scope: scopes[access.Caseworker]})
	require.NoError(t, err)
	p, err := open(t.Context(), config{dir: dir, tokens: tokens, gate: credentials.Gate{Tokens: tokens}, nats: "0.0.0.0:0", tls: https})
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close(t.Context())) }()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(strings.TrimPrefix(p.ledger.Server().ClientURL(), "tls://"), "nats://"))
	require.NoError(t, err)
	conn, err := nats.Connect("tls://127.0.0.1:"+port, nats.Token(secret), nats.RootCAs(cert))
	require.NoError(t, err)
	defer conn.Close()
	require.True(t, conn.TLSRequired())
	_, err = conn.Request("ettervern.v1.overdue", nil, 10*time.Second)
	require.NoError(t, err)

	_, err = open(t.Context(), config{dir: t.TempDir(), tokens: tokens, gate: credentials.Gate{Tokens: tokens}, nats: "0.0.0.0:0"})
	require.ErrorContains(t, err, "loopback")
	_, err = open(t.Context(), config{dir: t.TempDir(), gate: everyone("x"), callers: everyone("x"), nats: "0.0.0.0:0", tls: https})
	require.ErrorContains(t, err, "loopback")
}

// TestUsersOfOthersServersAreKnownByTheirKeys: on the servers that docs/operations.md tells to run, with nkeys for passwords.
func TestUsersOfOthersServersAreKnownByTheirKeys(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	accounts := string(regexp.MustCompile("(?s)```accounts\n(.*?)```").FindSubmatch(page)[1])
	for _, name := range []string{"LEDGER", "SERVICE", "MONITOR"} {
		t.Setenv(name+"_PASSWORD", "secret")
	}
	public, sign := user(t)
	stranger, strangerSign := user(t)
	const password = "user: casework, password: $CASEWORK_PASSWORD"
	require.Equal(t, 1, strings.Count(accounts, password))
	for _, shares := range []bool{true, false} {
		config := strings.Replace(accounts, password, "nkey: "+public, 1)
		users := config[strings.Index(config, "users: [{ nkey"):]
		users = users[:strings.Index(users, "}]")]
		config = strings.Replace(config, users+"}]", users+"}, "+strings.Replace(strings.TrimPrefix(users, "users: ["), public, stranger, 1)+"}]", 1)
		if !shares {
			config = strings.Replace(config, ", share: true", "", 1)
		}
		servers := ledgertest.StartServers(t, 1, config)
		open := remoteProgram(t, servers)
		_, _, err = open.Create(credentials.Order{Name: "c", Role: access.Caseworker, Scope: scopes[access.Caseworker], Nkey: public})
		require.NoError(t, err)
		code := func(option nats.Option) string {
			conn, err := nats.Connect(strings.Replace(servers.URL("", ""), ":@", "", 1), option)
			require.NoError(t, err)
			defer conn.Close()
			answer, err := conn.Request("ettervern.v1.overdue", nil, 10*time.Second)
			require.NoError(t, err)
			return answer.Header.Get("Nats-Service-Error")
		}
		require.Equal(t, "no_credential", code(nats.Nkey(stranger, strangerSign)))
		if shares {
			require.Equal(t, "", code(nats.Nkey(public, sign)))
		} else {
			require.Equal(t, "no_credential", code(nats.Nkey(public, sign)), "nobody says who asks")
		}
	}
}

func remoteProgram(t *testing.T, servers *ledgertest.Servers) *credentials.Tokens {
	t.Helper()
	tokens := credentials.OpenTokens(t.TempDir()+"/tokens.json", places(nil), time.Now)
	enter := func(user string) jetstream.Access { return jetstream.Access{Server: servers.URL(user, "secret")} }
	p, err := open(t.Context(), config{
		dir: t.TempDir(), tokens: tokens, gate: credentials.Gate{Tokens: tokens}, remote: &jetstream.Remote{Ledger: enter("ledger"), Service: enter("service"), Monitor: enter("monitor")},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(t.Context())) })
	return tokens
}
