package main

import (
	"encoding/json"
	"strings"

	"github.com/nats-io/jwt/v2"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/cmd/ettervern/intake"
	"ettervern/events/jetstream"
)

// byJWT begins the identity of a user whom its JWT names; the JWT follows.
const byJWT = "jwt:"

// natsClients lets clients of the NATS port in by the ledger's tokens, the public keys beside them, and the JWTs of accounts.
type natsClients struct {
	tokens *credentials.Tokens
	users  *credentials.Users // nil for none
}

// Admit is who shows the credential, with the requests of its role.
func (c natsClients) Admit(shown jetstream.Credential) (jetstream.Admission, bool) {
	if shown.JWT != "" {
		return c.admitUser(shown)
	}
	identity := credentials.IdentityOf(shown.Token)
	if shown.Nkey != "" {
		identity = credentials.IdentityOfNkey(shown.Nkey)
	}
	who, err := c.tokens.Of(identity)
	if err != nil {
		return jetstream.Admission{}, false
	}
	return jetstream.Admission{Identity: identity, Publish: subjectsOf(who.Role), Subscribe: jetstream.Subjects{Allow: []string{jetstream.Inbox}}}, true
}

func subjectsOf(role access.Role) jetstream.Subjects {
	return jetstream.Subjects{Allow: append(jetstream.Discovery(), intake.Subjects(role)...)}
}

// admitUser gives a user what its role has and its JWT does not take away.
func (c natsClients) admitUser(shown jetstream.Credential) (a jetstream.Admission, ok bool) {
	if c.users == nil {
		return a, false
	}
	user, err := c.users.Enter(shown.JWT, shown.Host, shown.Holds)
	if err != nil {
		return a, false
	}
	return jetstream.Admission{
		Identity: byJWT + shown.JWT, Until: user.Until,
		Publish:   jetstream.Subjects{Allow: within(user.Publish, subjectsOf(user.Who.Role).Allow), Deny: user.Publish.Deny},
		Subscribe: jetstream.Subjects{Allow: within(user.Subscribe, []string{jetstream.Inbox}), Deny: user.Subscribe.Deny},
	}, true
}

// within is the subjects as far as a permission allows them: those that one of its own covers, and its own that one of them covers.
func within(p jwt.Permission, subjects []string) (both []string) {
	if len(p.Allow) == 0 {
		return subjects
	}
	for _, subject := range subjects {
		for _, allowed := range p.Allow {
			switch {
			case covers(allowed, subject):
				both = append(both, subject)
			case covers(subject, allowed):
				both = append(both, allowed)
			}
		}
	}
	return both
}

// covers tells whether each subject that the second stands for is one that the first does.
func covers(pattern, subject string) bool {
	wide, narrow := strings.Split(pattern, "."), strings.Split(subject, ".")
	for i, token := range wide {
		switch {
		case token == ">":
			return len(narrow) > i
		case i >= len(narrow) || narrow[i] == ">" || token != "*" && token != narrow[i]:
			return false
		}
	}
	return len(wide) == len(narrow)
}

// callers tells who sends a request over NATS, by what the server says of the connection.
type callers struct {
	tokens *credentials.Tokens
	users  *credentials.Users // nil for none
	server *jetstream.Server  // nil for those of others
}

// Caller is the principal of the connection's identity. Servers of others tell the public key of a user, with or without a
// JWT, where its account shares it ("share: true" in the import).
func (c callers) Caller(requestInfo string) (*access.Principal, error) {
	var of connection
	if err := json.Unmarshal([]byte(requestInfo), &of); err != nil {
		return nil, credentials.ErrNotGood
	}
	if c.server == nil {
		return c.elsewhere(of)
	}
	identity, known := c.server.Identity(of.ID)
	if !known {
		return nil, credentials.ErrNotGood
	}
	if token, is := strings.CutPrefix(identity, byJWT); is && c.users != nil {
		return c.users.Of(token)
	}
	return c.tokens.Of(identity)
}

// connection is what a server says of the connection that a request came by.
type connection struct {
	ID      uint64
	User    string
	Account string `json:"acc"`
	Issuer  string `json:"issuer_key"` // only of who came in by a key or a JWT, which the server has seen it hold
	JWT     string `json:"jwt"`
}

// elsewhere is who came in at a server of others. It believes of the connection only what that server has checked: a client may put a key
// or a JWT of somebody's beside a password, and a key beside its own JWT, and the server repeats them.
func (c callers) elsewhere(of connection) (*access.Principal, error) {
	if of.Issuer == "" {
		return nil, credentials.ErrNotGood
	}
	if of.JWT == "" {
		return c.tokens.Of(credentials.IdentityOfNkey(of.User))
	}
	user, err := jwt.DecodeUserClaims(of.JWT)
	if err != nil || user.BearerToken || user.Subject != of.User || user.Issuer != of.Account && user.IssuerAccount != of.Account {
		return nil, credentials.ErrNotGood
	}
	if c.users != nil {
		if who, err := c.users.Of(of.JWT); err == nil {
			return who, nil
		}
	}
	return c.tokens.Of(credentials.IdentityOfNkey(user.Subject))
}
