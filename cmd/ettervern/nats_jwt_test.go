package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/cmd/ettervern/intake"
)

// pair is a key and its public half.
type pair struct {
	nkeys.KeyPair
	public string
}

func newPair(t *testing.T, create func() (nkeys.KeyPair, error)) pair {
	t.Helper()
	key, err := create()
	require.NoError(t, err)
	public, err := key.PublicKey()
	require.NoError(t, err)
	return pair{key, public}
}

// vouching is a municipality's account of NATS, whose users a locked ledger lets in: caseworkers of 3403, supervisors, emitters.
type vouching struct {
	t       *testing.T
	account pair
	signing pair // a signing key of the account
	scoped  pair // another, for caseworkers: its users hold nothing but what its template gives
	claims  *jwt.AccountClaims
	file    string // the account's own JWT
	issuers string // the file of issuers
	tokens  *credentials.Tokens
	users   *credentials.Users
}

func newVouching(t *testing.T) *vouching {
	v := &vouching{
		t: t, account: newPair(t, nkeys.CreateAccount), signing: newPair(t, nkeys.CreateAccount), scoped: newPair(t, nkeys.CreateAccount),
		file: filepath.Join(t.TempDir(), "account.jwt"), issuers: filepath.Join(t.TempDir(), "issuers.json"),
	}
	v.claims = jwt.NewAccountClaims(v.account.public)
	v.claims.SigningKeys.Add(v.signing.public)
	scope := jwt.NewUserScope()
	scope.Key, scope.Role = v.scoped.public, "reads"
	scope.Template.Pub.Allow.Add("ettervern.v1.overdue")
	v.claims.SigningKeys.AddScopedSigner(scope)
	v.publish()
	v.write(fmt.Sprintf(`[{"account":%q,"jwt":%q,"grants":[
		{"of":"Barnevern-Hamar","name":"barnevern Hamar","role":"caseworker","municipalities":["3403"]},
		{"of":"fagsystem","name":"fagsystem Hamar","role":"emitter","organisation":"923609016","municipalities":["3403"],"service":"child_welfare","source":"/test"}
	]}]`, v.account.public, v.file))
	v.tokens = credentials.OpenTokens(t.TempDir()+"/tokens.json", places(nil), time.Now)
	issuers, err := credentials.ReadIssuers(v.issuers, places(nil))
	require.NoError(t, err)
	v.users = credentials.NewUsers(issuers, time.Now, slog.New(slog.NewTextHandler(t.Output(), nil)))
	return v
}

func (v *vouching) write(issuers string) {
	require.NoError(v.t, os.WriteFile(v.issuers, []byte(issuers), 0o600))
}

// publish writes down the account's own JWT, as its operator has signed it.
func (v *vouching) publish() {
	token, err := v.claims.Encode(newPair(v.t, nkeys.CreateOperator).KeyPair)
	require.NoError(v.t, err)
	require.NoError(v.t, os.WriteFile(v.file+".new", []byte("-----BEGIN NATS ACCOUNT JWT-----\n"+token+"\n------END NATS ACCOUNT JWT------\n"), 0o600))
	require.NoError(v.t, os.Rename(v.file+".new", v.file))
}

// open is a locked ledger with a NATS port that lets the account's users in.
func (v *vouching) open() (url string) {
	p, err := open(v.t.Context(), config{dir: v.t.TempDir(), tokens: v.tokens, users: v.users, gate: credentials.Gate{Tokens: v.tokens}, nats: "127.0.0.1:0"})
	require.NoError(v.t, err)
	v.t.Cleanup(func() { require.NoError(v.t, p.Close(v.t.Context())) })
	return p.ledger.Server().ClientURL()
}

// user is the JWT of a caseworker for an hour, after edit, signed by a key.
func (v *vouching) user(key pair, by pair, edit func(*jwt.UserClaims)) string {
	u := jwt.NewUserClaims(key.public)
	u.Name, u.IssuerAccount, u.Expires = "kari", v.account.public, time.Now().Add(time.Hour).Unix()
	u.Tags.Add("barnevern-hamar")
	if edit != nil {
		edit(u)
	}
	token, err := u.Encode(by.KeyPair)
	require.NoError(v.t, err)
	return token
}

func shows(token string, key pair) nats.Option {
	return nats.UserJWT(func() (string, error) { return token, nil }, key.Sign)
}

// refusal is the code that a question is refused with, "" for none.
func refusal(t *testing.T, conn *nats.Conn) string {
	t.Helper()
	answer, err := conn.Request("ettervern.v1.overdue", nil, 10*time.Second)
	require.NoError(t, err)
	return answer.Header.Get("Nats-Service-Error")
}

// TestUsersOfAnAccountAreLetInByTheirJWT: signed by the account or a signing key of it, not run out, not revoked, and by who holds the user's
// key; with a tag that a grant is for.
func TestUsersOfAnAccountAreLetInByTheirJWT(t *testing.T) {
	v := newVouching(t)
	url := v.open()
	key, other, stranger := newPair(t, nkeys.CreateUser), newPair(t, nkeys.CreateUser), newPair(t, nkeys.CreateAccount)
	with := func(edit func(*jwt.UserClaims)) string { return v.user(key, v.signing, edit) }
	plain := with(nil)
	parts := strings.Split(plain, ".")
	for name, try := range map[string]struct {
		token string
		key   pair
		in    bool
	}{
		"signed by a signing key":           {plain, key, true},
		"signed by the account":             {v.user(key, v.account, func(u *jwt.UserClaims) { u.IssuerAccount = "" }), key, true},
		"for a role's signing key":          {v.user(key, v.scoped, func(u *jwt.UserClaims) { u.SetScoped(true) }), key, true},
		"more than the role's signing key":  {v.user(key, v.scoped, func(u *jwt.UserClaims) { u.Pub.Allow.Add("ettervern.v1.>") }), key, false},
		"signed by another account":         {v.user(key, stranger, func(u *jwt.UserClaims) { u.IssuerAccount = "" }), key, false},
		"signed by another in its name":     {v.user(key, stranger, nil), key, false},
		"of another account, by its key":    {with(func(u *jwt.UserClaims) { u.IssuerAccount = stranger.public }), key, false},
		"by the account, of another":        {v.user(key, v.account, func(u *jwt.UserClaims) { u.IssuerAccount = stranger.public }), key, false},
		"the nonce signed by another":       {plain, other, false},
		"changed":                           {parts[0] + "." + parts[1][:len(parts[1])-4] + "AAAA." + parts[2], key, false},
		"no JWT":                            {"x", key, false},
		"run out":                           {with(func(u *jwt.UserClaims) { u.Expires = time.Now().Unix() }), key, false},
		"never running out":                 {with(func(u *jwt.UserClaims) { u.Expires = 0 }), key, false},
		"not yet":                           {with(func(u *jwt.UserClaims) { u.NotBefore = time.Now().Add(time.Minute).Unix() }), key, false},
		"for whoever has it":                {with(func(u *jwt.UserClaims) { u.BearerToken = true }), key, false},
		"without a tag that is granted":     {with(func(u *jwt.UserClaims) { u.Tags = nil; u.Name = "barnevern-hamar" }), key, false},
		"from here":                         {with(func(u *jwt.UserClaims) { u.Src.Add("127.0.0.0/8") }), key, true},
		"from elsewhere":                    {with(func(u *jwt.UserClaims) { u.Src.Add("192.0.2.0/24") }), key, false},
		"for some hours":                    {with(func(u *jwt.UserClaims) { u.Times = []jwt.TimeRange{{Start: "00:00:00", End: "23:59:59"}} }), key, false},
		"behind a proxy":                    {with(func(u *jwt.UserClaims) { u.ProxyRequired = true }), key, false},
		"for web sockets":                   {with(func(u *jwt.UserClaims) { u.AllowedConnectionTypes.Add(jwt.ConnectionTypeWebsocket) }), key, false},
		"for this kind of connection":       {with(func(u *jwt.UserClaims) { u.AllowedConnectionTypes.Add(jwt.ConnectionTypeStandard) }), key, true},
		"that may hear other inboxes":       {with(func(u *jwt.UserClaims) { u.Sub.Allow.Add("_INBOX_hamar.>") }), key, false},
		"that may ask nothing of ours":      {with(func(u *jwt.UserClaims) { u.Pub.Allow.Add("casework.>") }), key, false},
		"that has a template for a subject": {with(func(u *jwt.UserClaims) { u.Pub.Deny.Add("{{name()}}.>") }), key, false},
	} {
		conn, err := nats.Connect(url, shows(try.token, try.key))
		require.Equal(t, try.in, err == nil, name)
		if err == nil {
			require.Equal(t, "", refusal(t, conn), name)
			conn.Close()
		}
	}
	require.Contains(t, spoken(t, url, plain, key, nil), `"rows":[]`)
	for name, value := range map[string]string{"auth_token": "x", "user": "x", "pass": "y", "nkey": other.public} {
		require.Contains(t, spoken(t, url, plain, key, map[string]string{name: value}), "Authorization Violation", "beside the JWT: %s", name)
	}
}

// spoken is what a server says to a client of the wire protocol that shows a JWT, and whatever else, and asks who is overdue.
func spoken(t *testing.T, url, token string, key pair, beside map[string]string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "nats://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	in := bufio.NewReader(conn)
	greeting, err := in.ReadString('\n')
	require.NoError(t, err)
	var info struct{ Nonce string }
	require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(greeting, "INFO ")), &info))
	signature, err := key.Sign([]byte(info.Nonce))
	require.NoError(t, err)
	says := map[string]any{"jwt": token, "sig": base64.RawURLEncoding.EncodeToString(signature), "headers": true, "verbose": false, "pedantic": false}
	for name, value := range beside {
		says[name] = value
	}
	text, err := json.Marshal(says)
	require.NoError(t, err)
	_, err = fmt.Fprintf(conn, "CONNECT %s\r\nSUB _INBOX.x 1\r\nPUB ettervern.v1.overdue _INBOX.x 0\r\n\r\n", text)
	require.NoError(t, err)
	answer := ""
	for !strings.Contains(answer, "rows") && !strings.Contains(answer, "no_credential") {
		line, err := in.ReadString('\n')
		if answer += line; err != nil {
			break
		}
	}
	return answer
}

// TestAUserOfNATSHasItsGrant: role and scope are the grant's, and who asks is on record by the user's key.
func TestAUserOfNATSHasItsGrant(t *testing.T) {
	v := newVouching(t)
	dir := t.TempDir()
	p, err := open(t.Context(), config{dir: dir, tokens: v.tokens, users: v.users, gate: credentials.Gate{Tokens: v.tokens}, nats: "127.0.0.1:0"})
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close(t.Context())) }()
	url, emitter, reader := p.ledger.Server().ClientURL(), newPair(t, nkeys.CreateUser), newPair(t, nkeys.CreateUser)
	tells, err := nats.Connect(url, shows(v.user(emitter, v.signing, func(u *jwt.UserClaims) { u.Tags = jwt.TagList{"other", "fagsystem"} }), emitter))
	require.NoError(t, err)
	defer tells.Close()
	record := func(event string) string {
		answer, err := tells.Request("ettervern.v1.record", []byte(event), 10*time.Second)
		require.NoError(t, err)
		return string(answer.Data)
	}
	require.Contains(t, record(registration(1, "r1")), `"status":"recorded"`)
	require.Contains(t, record(strings.Replace(registration(2, "r2"), "3403", "0301", 1)), "not_your_municipality")
	require.Contains(t, record(strings.Replace(registration(3, "r3"), `"/test"`, `"/other"`, 1)), "not_your_source")
	asks, err := nats.Connect(url, shows(v.user(reader, v.signing, nil), reader))
	require.NoError(t, err)
	defer asks.Close()
	answer, err := asks.Request("ettervern.v1.history", []byte(`{"youth":"`+youthOfScan+`"}`), 10*time.Second)
	require.NoError(t, err)
	require.Contains(t, string(answer.Data), "YouthRegistered")
	lines, err := p.log.Of(t.Context(), youthOfScan)
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.Equal(t, "barnevern Hamar #"+reader.public, lines[0].Who)
}

// TestARevokedUserOfNATSGetsNoFurther: the account's own JWT says so, and is read again when it changes; nobody is let in by one that
// cannot be read. A JWT made after the revocation is another.
func TestARevokedUserOfNATSGetsNoFurther(t *testing.T) {
	v := newVouching(t)
	url, key := v.open(), newPair(t, nkeys.CreateUser)
	token := v.user(key, v.signing, nil)
	conn, err := nats.Connect(url, shows(token, key))
	require.NoError(t, err)
	defer conn.Close()
	require.Equal(t, "", refusal(t, conn))

	v.claims.RevokeAt(key.public, time.Now())
	v.publish()
	require.Equal(t, "no_credential", refusal(t, conn), "on a connection that is open")
	_, err = nats.Connect(url, shows(token, key))
	require.Error(t, err)

	v.claims.ClearRevocation(key.public)
	v.publish()
	require.Equal(t, "", refusal(t, conn))
	v.claims.SigningKeys.Remove(v.signing.public)
	v.publish()
	require.Equal(t, "no_credential", refusal(t, conn), "the key that signed it is taken out of use")

	require.NoError(t, os.WriteFile(v.file, []byte("damaged"), 0o600))
	_, err = nats.Connect(url, shows(v.user(key, v.account, nil), key))
	require.Error(t, err)
}

// TestAConnectionEndsWithTheJWT, or its requests do, whichever is noticed first.
func TestAConnectionEndsWithTheJWT(t *testing.T) {
	v := newVouching(t)
	url, key := v.open(), newPair(t, nkeys.CreateUser)
	closed := make(chan struct{})
	token := v.user(key, v.signing, func(u *jwt.UserClaims) { u.Expires = time.Now().Add(2 * time.Second).Unix() })
	conn, err := nats.Connect(url, shows(token, key), nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { close(closed) }))
	require.NoError(t, err)
	defer conn.Close()
	select {
	case <-closed:
	case <-time.After(30 * time.Second):
		t.Fatal("the connection lasts longer than the JWT")
	}
	_, err = nats.Connect(url, shows(token, key))
	require.Error(t, err)
}

// TestAUserOfNATSHasNoMoreThanRoleAndJWTGive: each takes away from the other.
func TestAUserOfNATSHasNoMoreThanRoleAndJWTGive(t *testing.T) {
	v := newVouching(t)
	v.claims.DefaultPermissions.Pub.Deny.Add("ettervern.v1.scorecard")
	v.publish()
	url, ofRole := v.open(), intake.Subjects(access.Caseworker)
	for name, row := range map[string]struct {
		by   pair
		edit func(*jwt.UserClaims)
		may  func(subject string) bool
	}{
		"its own":             {v.signing, func(u *jwt.UserClaims) { u.Pub.Allow.Add("ettervern.v1.history", "ettervern.v1.record") }, func(s string) bool { return s == "ettervern.v1.history" }},
		"all but one":         {v.signing, func(u *jwt.UserClaims) { u.Pub.Allow.Add(">"); u.Pub.Deny.Add("ettervern.*.history") }, func(s string) bool { return s != "ettervern.v1.history" }},
		"a signing key's":     {v.scoped, func(u *jwt.UserClaims) { u.SetScoped(true) }, func(s string) bool { return s == "ettervern.v1.overdue" }},
		"by default":          {v.signing, nil, func(s string) bool { return s != "ettervern.v1.scorecard" }},
		"what it says itself": {v.signing, func(u *jwt.UserClaims) { u.Sub.Allow.Add(">") }, func(string) bool { return true }},
	} {
		key := newPair(t, nkeys.CreateUser)
		var refused atomic.Int64
		conn, err := nats.Connect(url, shows(v.user(key, row.by, row.edit), key), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if strings.Contains(strings.ToLower(err.Error()), "permissions violation") {
				refused.Add(1)
			}
		}))
		require.NoError(t, err, name)
		violations := int64(0)
		for _, subject := range append(intake.Subjects(access.Operator), "ledger.youth.x", "$JS.API.STREAM.MSG.GET.LEDGER", "$SYS.REQ.SERVER.PING", "_INBOX.x") {
			if slices.Contains(ofRole, subject) && row.may(subject) {
				_, err := conn.Request(subject, []byte(`{"x":1}`), 10*time.Second)
				require.NoError(t, err, "%s: %s", name, subject)
				continue
			}
			violations++
			require.NoError(t, conn.PublishRequest(subject, conn.NewInbox(), nil))
		}
		for _, subject := range []string{"ettervern.v1.>", ">", "ledger.>"} {
			violations++
			_, err := conn.SubscribeSync(subject)
			require.NoError(t, err)
		}
		require.NoError(t, conn.Flush())
		require.Eventually(t, func() bool { return refused.Load() == violations }, 10*time.Second, time.Millisecond, "%s: %d of %d", name, refused.Load(), violations)
		conn.Close()
	}
}

func TestWithinIsWhatBothAllow(t *testing.T) {
	for _, row := range []struct{ allowed, subject, both string }{
		{">", "a.b", "a.b"}, {"a.*", "a.b", "a.b"}, {"a.b", "a.*", "a.b"}, {"a.*", "a.>", "a.*"}, {"a.>", "a.*", "a.*"},
		{"a.b", "a.b", "a.b"}, {"a", "a.b", ""}, {"a.b", "a", ""}, {"b.>", "a.>", ""}, {"a.>", "a", ""}, {"a.*", "a.b.c", ""}, {"*.b", "a.*", ""}, {"_INBOX.x.>", "_INBOX.>", "_INBOX.x.>"},
	} {
		require.Equal(t, row.both, strings.Join(within(jwt.Permission{Allow: jwt.StringList{row.allowed}}, []string{row.subject}), " "), row)
	}
	require.Equal(t, []string{"a"}, within(jwt.Permission{}, []string{"a"}))
}

// TestTheFileOfIssuersNamesAccounts: what cannot be meant is said, and where.
func TestTheFileOfIssuersNamesAccounts(t *testing.T) {
	v := newVouching(t)
	grants := `"grants":[{"of":"x","name":"x","role":"witness"}]`
	for text, problem := range map[string]string{
		`{"account":"` + v.account.public + `",` + grants + `}`:                                       "",
		`{"account":"` + v.account.public + `","claim":"sub",` + grants + `}`:                         "",
		`{"account":"` + v.account.public + `","jwt":"` + v.file + `",` + grants + `}`:                "",
		`{"account":"A",` + grants + `}`:                                                              "public key of an account",
		`{"account":"` + newPair(t, nkeys.CreateUser).public + `",` + grants + `}`:                    "public key of an account",
		`{"account":"` + v.account.public + `","issuer":"https://x.example",` + grants + `}`:          "has no issuer",
		`{"account":"` + v.account.public + `","claim":"groups",` + grants + `}`:                      "tags, name or sub",
		`{"account":"` + v.signing.public + `","jwt":"` + v.file + `",` + grants + `}`:                "is of another account",
		`{"account":"` + v.account.public + `","jwt":"/nowhere",` + grants + `}`:                      "/nowhere",
		`{"account":"` + v.account.public + `"}`:                                                      "grants must say",
		`{"issuer":"https://x.example","audience":"x","jwt":"` + v.file + `",` + grants + `}`:         "jwt is of an account",
		`{"account":"` + v.account.public + `","grants":[{"of":"x","name":"x","role":"caseworker"}]}`: "/municipalities",
	} {
		v.write("[" + text + "]")
		_, err := credentials.ReadIssuers(v.issuers, places(nil))
		if problem == "" {
			require.NoError(t, err, text)
		} else {
			require.ErrorContains(t, err, problem, text)
		}
	}
}
