package main

import (
	"encoding/json"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/cmd/ettervern/intake"
	"ettervern/events/jetstream"
)

// natsClients lets clients of the NATS port in by the ledger's tokens and the public keys beside them.
type natsClients struct{ *credentials.Tokens }

// Admit is who shows the credential, with the requests of its role.
func (c natsClients) Admit(shown jetstream.Credential) (identity string, subjects []string, ok bool) {
	identity = credentials.IdentityOf(shown.Token)
	if shown.Nkey != "" {
		identity = credentials.IdentityOfNkey(shown.Nkey)
	}
	who, err := c.Of(identity)
	if err != nil {
		return "", nil, false
	}
	return identity, intake.Subjects(who.Role), true
}

// callers tells who sends a request over NATS, by what the server says of the connection.
type callers struct {
	tokens *credentials.Tokens
	server *jetstream.Server // nil for those of others
}

// Caller is the principal of the connection's identity. Servers of others tell the public key of a user, with or without a
// JWT, where its account shares it ("share: true" in the import).
func (c callers) Caller(requestInfo string) (*access.Principal, error) {
	var of struct {
		ID   uint64
		User string
	}
	if err := json.Unmarshal([]byte(requestInfo), &of); err != nil {
		return nil, credentials.ErrNotGood
	}
	if c.server == nil {
		return c.tokens.Of(credentials.IdentityOfNkey(of.User))
	}
	identity, known := c.server.Identity(of.ID)
	if !known {
		return nil, credentials.ErrNotGood
	}
	return c.tokens.Of(identity)
}
