package access_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/events"
)

const (
	anna  = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"
	until = "2026-06-30"
)

// credentials is one of each kind there is.
var credentials = []struct {
	name string
	access.Principal
}{
	{"nobody", access.Principal{}},
	{"emitter of 3403", access.Principal{Role: access.Emitter, Scope: access.Scope{Municipalities: []string{"3403"}, Service: "child_welfare", Source: "/fagsystem/3403"}}},
	{"caseworker of 3403", access.Principal{Role: access.Caseworker, Scope: access.Scope{Municipalities: []string{"3403"}}}},
	{"caseworker of 3403, protected too", access.Principal{Role: access.Caseworker, Scope: access.Scope{Municipalities: []string{"3403"}, Protected: true}}},
	{"supervisor of 3403", access.Principal{Role: access.Supervisor, Scope: access.Scope{Municipalities: []string{"3403"}}}},
	{"supervisor of an office", access.Principal{Role: access.Supervisor, Scope: access.Scope{Office: "Innlandet"}}},
	{"supervisor of the nation", access.Principal{Role: access.Supervisor, Scope: access.Scope{Nation: true}}},
	{"supervisor of the nation, protected too", access.Principal{Role: access.Supervisor, Scope: access.Scope{Nation: true, Protected: true}}},
	{"auditor of a sample", access.Principal{Role: access.Auditor, Scope: access.Scope{Youths: []string{anna}, Until: events.MustDate(until)}}},
	{"auditor of a sample, protected too", access.Principal{Role: access.Auditor, Scope: access.Scope{Youths: []string{anna}, Until: events.MustDate(until), Protected: true}}},
	{"auditor of who has looked", access.Principal{Role: access.Auditor, Scope: access.Scope{AccessLog: true, Until: events.MustDate(until)}}},
	{"auditor whose time is over", access.Principal{Role: access.Auditor, Scope: access.Scope{Youths: []string{anna}, Until: events.MustDate("2026-02-28")}}},
	{"witness", access.Principal{Role: access.Witness}},
	{"administrator", access.Principal{Role: access.Administrator}},
	{"operator", *access.Open("operator")},
}

// subjects is what a credential can be held against.
var subjects = []struct {
	name string
	access.Subject
}{
	{"here", access.Subject{Municipality: "3403", Office: "Innlandet", Youth: anna}},
	{"here, not sampled", access.Subject{Municipality: "3403", Office: "Innlandet", Youth: "another"}},
	{"here, protected", access.Subject{Municipality: "3403", Office: "Innlandet", Youth: anna, Protected: true}},
	{"same office", access.Subject{Municipality: "3405", Office: "Innlandet", Youth: "another"}},
	{"far away", access.Subject{Municipality: "0301", Office: "Østfold, Buskerud, Oslo og Akershus", Youth: "another"}},
	{"no municipality", access.Subject{Office: "unknown", Youth: "another"}},
}

// TestEveryDecision holds every role × operation × scope to a table that was read line by line. To change a decision,
// change the line.
func TestEveryDecision(t *testing.T) {
	want, err := os.ReadFile("testdata/decisions.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), decisions())
}

func decisions() string {
	var lines strings.Builder
	today := events.MustDate("2026-03-01")
	for _, c := range credentials {
		fmt.Fprintf(&lines, "%s\n", c.name)
		for _, operation := range access.Operations() {
			grant, err := access.Allowed(access.With(context.Background(), &c.Principal), operation)
			if err != nil {
				continue // what is not listed is refused
			}
			var reaches []string
			for _, s := range subjects {
				if grant.Covers(s.Subject, today) {
					reaches = append(reaches, s.name)
				}
			}
			how := ""
			if grant.Coarse() {
				how = " by month"
			}
			fmt.Fprintf(&lines, "\t%s%s: %s\n", operation, how, strings.Join(reaches, "; "))
		}
	}
	return lines.String()
}

func TestWhatIsNotInTheTableIsRefused(t *testing.T) {
	for _, role := range append(access.Roles(), access.Operator, "stranger", "") {
		require.Equal(t, access.Nothing, access.ReachOf(role, "dance"), role)
	}
	for _, operation := range access.Operations() {
		require.Equal(t, access.Nothing, access.ReachOf("stranger", operation))
		_, err := access.Allowed(t.Context(), operation)
		var denied *access.Denied
		require.ErrorAs(t, err, &denied)
		require.Equal(t, "this needs a credential", err.Error())
	}
}

func TestAnEmitterOwnsItsSourceAndService(t *testing.T) {
	g := access.Grant{Principal: &access.Principal{Role: access.Emitter, Scope: access.Scope{Source: "/fagsystem/3403", Service: "nav"}}, Reach: access.Own}
	for source, own := range map[string]bool{"/fagsystem/3403": true, "/fagsystem/3403/a": true, "/fagsystem/34030": false, "/fagsystem": false, "": false} {
		require.Equal(t, own, g.OwnsSource(source), source)
	}
	require.True(t, g.OwnsService("nav"))
	require.True(t, g.OwnsService(""), "an event of no certain service")
	require.False(t, g.OwnsService("child_welfare"))
}

// TestACredentialSaysWhatItsRoleNeeds: too little and too much are refused alike.
func TestACredentialSaysWhatItsRoleNeeds(t *testing.T) {
	known := access.Places{Offices: []string{"Innlandet"}, Municipality: func(number string) bool { return number != "3499" }}
	emitter := access.Scope{Organisation: "923609016", Municipalities: []string{"3403"}, Service: "nav", Source: "/nav/3403"}
	for _, row := range []struct {
		name    string
		role    access.Role
		scope   access.Scope
		pointer string // "" for none
	}{
		{"fagsystem", access.Emitter, emitter, ""},
		{"", access.Emitter, emitter, "/name"},
		{"13097248022", access.Emitter, emitter, "/name"},
		{"x", "boss", access.Scope{}, "/role"},
		{"x", access.Operator, access.Scope{}, "/role"},
		{"x", access.Emitter, access.Scope{Organisation: "923609016", Municipalities: []string{"3403"}, Service: "nav"}, "/source"},
		{"x", access.Emitter, access.Scope{Organisation: "923609017", Municipalities: []string{"3403"}, Service: "nav", Source: "/a"}, "/organisation"},
		{"x", access.Emitter, access.Scope{Organisation: "923609016", Municipalities: []string{"340"}, Service: "nav", Source: "/a"}, "/municipalities"},
		{"x", access.Emitter, access.Scope{Organisation: "923609016", Municipalities: []string{"3403"}, Service: "police", Source: "/a"}, "/service"},
		{"x", access.Caseworker, access.Scope{}, "/municipalities"},
		{"x", access.Caseworker, access.Scope{Municipalities: []string{"3403", "3499"}}, "/municipalities"},
		{"x", access.Caseworker, access.Scope{Municipalities: []string{"3403"}, Nation: true}, "/nation"},
		{"x", access.Supervisor, access.Scope{}, "/municipalities"},
		{"x", access.Supervisor, access.Scope{Nation: true, Office: "Innlandet"}, "/municipalities"},
		{"x", access.Supervisor, access.Scope{Office: "Utlandet"}, "/office"},
		{"x", access.Supervisor, access.Scope{Office: "Innlandet"}, ""},
		{"x", access.Auditor, access.Scope{Youths: []string{anna}}, "/until"},
		{"x", access.Auditor, access.Scope{Youths: []string{"anna"}, Until: 1}, "/youths"},
		{"x", access.Auditor, access.Scope{Until: 1}, "/youths"},
		{"x", access.Auditor, access.Scope{Until: 1, AccessLog: true}, ""},
		{"x", access.Auditor, access.Scope{AccessLog: true}, "/until"},
		{"x", access.Supervisor, access.Scope{Nation: true, AccessLog: true}, "/accessLog"},
		{"x", access.Administrator, access.Scope{Protected: true}, "/protected"},
		{"x", access.Witness, access.Scope{}, ""},
	} {
		var pointers []string
		for _, f := range access.Check(row.name, row.role, row.scope, known) {
			pointers = append(pointers, f.Pointer)
		}
		if row.pointer == "" {
			require.Empty(t, pointers, row)
		} else {
			require.Contains(t, pointers, row.pointer, row)
		}
	}
}

// TestTheTableOfTheDocs: the page for operators shows the table as it is.
func TestTheTableOfTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../../docs/access.md")
	require.NoError(t, err)
	table := "| |"
	for _, role := range access.Roles() {
		table += " " + string(role) + " |"
	}
	table += "\n|---" + strings.Repeat("|---", len(access.Roles())) + "|\n"
	for _, operation := range access.Operations() {
		table += "| `" + string(operation) + "` |"
		for _, role := range access.Roles() {
			table += " " + access.ReachOf(role, operation).Words() + " |"
		}
		table += "\n"
	}
	require.True(t, strings.Contains(string(page), table), "docs/access.md does not show this table:\n%s", table)
}
