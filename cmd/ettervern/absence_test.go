package main

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
)

// Proof that the ledger does not have a youth goes to those who were told to look at that youth, and to nobody else: a
// municipality that may make pseudonyms must not find out who is somewhere else.
func TestWhoIsNotThereIsToldToFewOnly(t *testing.T) {
	p, tokens := lockedProgram(t)
	const another = "7b0c8f5e-5a43-4c6e-9a55-0000000000ff"
	for role, want := range map[access.Role]struct{ named, another int }{
		access.Auditor: {200, 404}, access.Caseworker: {404, 404}, access.Supervisor: {404, 404}, access.Administrator: {403, 403},
	} {
		_, secret, err := tokens.Create(credentials.Order{Name: string(role), Role: role, Scope: scopes[role]})
		require.NoError(t, err)
		for id, want := range map[string]int{youthOfScan: want.named, another: want.another} {
			r := httptest.NewRequest("GET", "/v1/youths/"+id+"/bundle?absence=true", nil)
			r.Header.Set("Authorization", "Bearer "+secret)
			w := httptest.NewRecorder()
			p.handler.ServeHTTP(w, r)
			require.Equal(t, want, w.Code, "%s of %s", role, id)
		}
	}
}
