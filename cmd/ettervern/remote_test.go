package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"ettervern/events/ledgertest"
)

// natsServer starts a NATS server with the accounts that docs/operations.md asks for, and sets $LEDGER, $SERVICE,
// $MONITOR and $CASEWORK to the URL by which each of its users enters. It stops when all scripts have ended.
func natsServer(t *testing.T) func(*testscript.TestScript, bool, []string) {
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	accounts := regexp.MustCompile("(?s)```accounts\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, accounts)
	users := []string{"LEDGER", "SERVICE", "MONITOR", "CASEWORK"}
	for _, user := range users {
		t.Setenv(user+"_PASSWORD", "secret")
	}
	return func(ts *testscript.TestScript, _ bool, _ []string) {
		servers := ledgertest.StartServers(t, 1, string(accounts[1]))
		for _, user := range users {
			ts.Setenv(user, servers.URL(strings.ToLower(user), "secret"))
		}
	}
}
