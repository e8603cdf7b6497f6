package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
)

// TestUsersOfOthersServersAreKnownByTheirJWT: on servers that let users in by JWT (operator mode). A server repeats what a client says beside its
// JWT; nobody is taken for another by that.
func TestUsersOfOthersServersAreKnownByTheirJWT(t *testing.T) {
	v := newVouching(t)
	operator, system := newPair(t, nkeys.CreateOperator), newPair(t, nkeys.CreateAccount)
	ledgers, service := newPair(t, nkeys.CreateAccount), newPair(t, nkeys.CreateAccount)
	sign := func(claims jwt.Claims) string {
		token, err := claims.Encode(operator.KeyPair)
		require.NoError(t, err)
		return token
	}
	ofLedger := jwt.NewAccountClaims(ledgers.public)
	ofLedger.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1, MaxAckPending: -1, MemoryMaxStreamBytes: -1, DiskMaxStreamBytes: -1}
	ofService := jwt.NewAccountClaims(service.public)
	for _, subject := range []jwt.Subject{"ettervern.v1.>", "$SRV.>"} {
		ofService.Exports.Add(&jwt.Export{Subject: subject, Type: jwt.Service})
		v.claims.Imports.Add(&jwt.Import{Subject: subject, Account: service.public, Type: jwt.Service, Share: true})
	}
	config := fmt.Sprintf("operator: %s\nsystem_account: %s\nresolver: MEMORY\nresolver_preload: {\n", sign(jwt.NewOperatorClaims(operator.public)), system.public)
	for key, claims := range map[string]jwt.Claims{system.public: jwt.NewAccountClaims(system.public), ledgers.public: ofLedger, service.public: ofService, v.account.public: v.claims} {
		config += fmt.Sprintf("  %s: %s\n", key, sign(claims))
	}
	servers := ledgertest.StartServers(t, 1, config+"}\n")
	address := strings.Replace(servers.URL("", ""), ":@", "", 1)
	enter := func(account pair) jetstream.Access {
		key := newPair(t, nkeys.CreateUser)
		token, err := jwt.NewUserClaims(key.public).Encode(account.KeyPair)
		require.NoError(t, err)
		seed, err := key.Seed()
		require.NoError(t, err)
		creds, err := jwt.FormatUserConfig(token, seed)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "creds")
		require.NoError(t, os.WriteFile(file, creds, 0o600))
		return jetstream.Access{Server: address, Creds: file}
	}
	p, err := open(t.Context(), v.remote(&jetstream.Remote{Ledger: enter(ledgers), Service: enter(service), Monitor: enter(system)}))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(t.Context())) })

	kari, handed, nobody := newPair(t, nkeys.CreateUser), newPair(t, nkeys.CreateUser), newPair(t, nkeys.CreateUser)
	_, _, err = v.tokens.Create(credentials.Order{Name: "c", Role: access.Caseworker, Scope: scopes[access.Caseworker], Nkey: handed.public})
	require.NoError(t, err)
	untagged := func(u *jwt.UserClaims) { u.Tags = nil }
	code := func(options ...nats.Option) string {
		conn, err := nats.Connect(address, options...)
		require.NoError(t, err)
		defer conn.Close()
		return refusal(t, conn)
	}
	require.Equal(t, "", code(shows(v.user(kari, v.signing, nil), kari)), "by a grant for its tag")
	require.Equal(t, "", code(shows(v.user(handed, v.signing, untagged), handed)), "by its key, which a role was handed to")
	require.Equal(t, "no_credential", code(shows(v.user(nobody, v.signing, untagged), nobody)))
	for _, name := range []string{"nkey", "user"} {
		answer := spoken(t, address, v.user(nobody, v.signing, untagged), nobody, map[string]string{name: handed.public})
		require.Contains(t, answer, "no_credential", "another's key beside its own JWT, as %s", name)
	}
}

// remote is a locked ledger on servers of others, with the account's users.
func (v *vouching) remote(remote *jetstream.Remote) config {
	return config{dir: v.t.TempDir(), tokens: v.tokens, users: v.users, gate: credentials.Gate{Tokens: v.tokens}, remote: remote}
}

// TestAKeyBesideAPasswordIsNobodys: servers that let users in by password repeat whatever key these say.
func TestAKeyBesideAPasswordIsNobodys(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	for _, name := range []string{"LEDGER", "SERVICE", "MONITOR", "CASEWORK"} {
		t.Setenv(name+"_PASSWORD", "secret")
	}
	servers := ledgertest.StartServers(t, 1, string(regexp.MustCompile("(?s)```accounts\n(.*?)```").FindSubmatch(page)[1]))
	key := newPair(t, nkeys.CreateUser)
	_, _, err = remoteProgram(t, servers).Create(credentials.Order{Name: "c", Role: access.Caseworker, Scope: scopes[access.Caseworker], Nkey: key.public})
	require.NoError(t, err)
	address := strings.Replace(servers.URL("", ""), ":@", "", 1)
	require.Contains(t, spoken(t, address, "", key, map[string]string{"user": "casework", "pass": "secret", "nkey": key.public}), "no_credential")
}

// TestServersOfOthersAreBelievedWhatTheyHaveChecked: of what a server tells of a connection.
func TestServersOfOthersAreBelievedWhatTheyHaveChecked(t *testing.T) {
	v := newVouching(t)
	key := newPair(t, nkeys.CreateUser)
	_, _, err := v.tokens.Create(credentials.Order{Name: "c", Role: access.Caseworker, Scope: scopes[access.Caseworker], Nkey: key.public})
	require.NoError(t, err)
	token, bearer := v.user(key, v.signing, nil), v.user(key, v.signing, func(u *jwt.UserClaims) { u.BearerToken = true })
	for told, good := range map[string]bool{
		fmt.Sprintf(`{"user":%q,"acc":"CASEWORK","issuer_key":"CASEWORK"}`, key.public):                                      true,
		fmt.Sprintf(`{"user":%q,"acc":"CASEWORK"}`, key.public):                                                              false, // a key beside a password
		fmt.Sprintf(`{"user":%q,"acc":"CASEWORK","issuer_key":"CASEWORK","jwt":%q}`, key.public, token):                      false, // a JWT that nobody looked at
		fmt.Sprintf(`{"user":%q,"acc":%q,"issuer_key":%q,"jwt":%q}`, key.public, v.account.public, v.signing.public, token):  true,
		fmt.Sprintf(`{"user":"x","acc":%q,"issuer_key":%q,"jwt":%q}`, v.account.public, v.signing.public, token):             false,
		fmt.Sprintf(`{"user":%q,"acc":%q,"issuer_key":%q,"jwt":%q}`, key.public, v.account.public, v.signing.public, bearer): false,
		fmt.Sprintf(`{"user":%q,"acc":%q,"issuer_key":%q,"jwt":"x"}`, key.public, v.account.public, v.signing.public):        false,
		`{}`: false, ``: false,
	} {
		_, err := callers{v.tokens, v.users, nil}.Caller(told)
		require.Equal(t, good, err == nil, told)
	}
}
