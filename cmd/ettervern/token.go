package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/api"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/events"
)

type tokenCommand struct {
	Tokens string             `help:"The file of tokens; in --data when not told otherwise." placeholder:"FILE" type:"path"`
	Create tokenCreateCommand `cmd:"" help:"Hand out a token. It is printed this once."`
	List   tokenListCommand   `cmd:"" help:"List all tokens there ever were, without their secrets."`
	Revoke tokenRevokeCommand `cmd:"" help:"End a token at once."`
}

// desk hands out credentials: the file of tokens, also while a server runs on it, or a server asked by an administrator.
type desk interface{ api.Tokens }

func (c *cli) desk(ctx context.Context) (desk, error) {
	file := c.Token.Tokens
	switch {
	case c.Server != "" && (c.Data != "" || file != ""):
		return nil, usageError("--server, and --data or --tokens, exclude each other")
	case c.Server != "":
		remote, err := c.remoteClient()
		return remoteDesk{ctx, remote}, err
	case c.Data == "" && file == "":
		return nil, usageError("say whose tokens: --data DIR, --tokens FILE, or --server URL of a running ledger")
	}
	table, err := c.municipalities()
	return c.tokens(file, table), err
}

type tokenCreateCommand struct {
	Name         string   `required:"" help:"Whose it is; it stands in the log of who has looked." placeholder:"NAME"`
	Role         string   `required:"" help:"emitter, caseworker, supervisor, auditor, witness or administrator." placeholder:"ROLE"`
	Organisation string   `help:"Organisation number." placeholder:"NUMBER"`
	Municipality []string `help:"Municipality numbers." placeholder:"CODE,…"`
	Service      string   `help:"Of an emitter: the service whose events it tells." placeholder:"SERVICE"`
	Source       string   `help:"Of an emitter: the source of its events, or what that begins with before a slash." placeholder:"URI"`
	Office       string   `help:"Of a supervisor: a county governor's office." placeholder:"NAME"`
	Nation       bool     `help:"Of a supervisor: everywhere."`
	Youth        []string `help:"Of an auditor: the sample." placeholder:"UUID,…"`
	Until        string   `help:"Of an auditor: the last day." placeholder:"DATE"`
	Protected    bool     `help:"Show youths whose address is protected too."`
	AccessLog    bool     `help:"Of an auditor: the whole log of who has looked, at everyone."`
	Nkey         string   `help:"Instead of a secret: the public key of a NATS user, U…" placeholder:"KEY"`
	Days         int      `help:"For how many days, at most 730; 90 when not told otherwise." placeholder:"N"`
}

// Run hands out a token and prints the secret alone, so that it can go into a file.
func (t *tokenCreateCommand) Run(ctx context.Context, c *cli) error {
	order := credentials.Order{Name: t.Name, Role: access.Role(t.Role), Days: t.Days, Nkey: t.Nkey, Scope: access.Scope{
		Organisation: t.Organisation, Municipalities: t.Municipality, Service: t.Service, Source: t.Source, Office: t.Office, Nation: t.Nation,
		Youths: t.Youth, Protected: t.Protected, AccessLog: t.AccessLog,
	}}
	if t.Until != "" {
		until, err := events.ParseDate(t.Until)
		if err != nil {
			return usageError("--until " + err.Error())
		}
		order.Until = until
	}
	tokens, err := c.desk(ctx)
	if err != nil {
		return err
	}
	token, secret, err := tokens.Create(order)
	var form *events.FormError
	if errors.As(err, &form) {
		return usageError(inFlags(form))
	}
	if err != nil {
		return err
	}
	if secret == "" {
		fmt.Fprintf(c.errs, "Token %s for %s (%s), good until %s: the NATS user with this key.\n", token.ID, token.Name, token.Role, token.Expires.Format("2006-01-02"))
		return nil
	}
	fmt.Fprintf(c.errs, "Token %s for %s (%s), good until %s. The secret is shown this once:\n", token.ID, token.Name, token.Role, token.Expires.Format("2006-01-02"))
	_, err = fmt.Fprintln(c.out, secret)
	return err
}

// flagOf is the flag of a field that has another name.
var flagOf = map[string]string{"/municipalities": "--municipality", "/youths": "--youth", "/accessLog": "--access-log"}

// inFlags is what is wrong with an order for a token, in the words of the command line.
func inFlags(form *events.FormError) string {
	told := make([]string, len(form.Faults))
	for i, f := range form.Faults {
		told[i] = cmp.Or(flagOf[f.Pointer], "--"+strings.TrimPrefix(f.Pointer, "/")) + " " + f.Problem
	}
	return strings.Join(told, "; ")
}

type tokenListCommand struct{}

var tokenColumns = []string{"id", "name", "role", "scope", "created", "expires", "revoked"}

// Run lists the tokens.
func (tokenListCommand) Run(ctx context.Context, c *cli) error {
	tokens, err := c.desk(ctx)
	if err != nil {
		return err
	}
	all, err := tokens.List()
	if err != nil {
		return err
	}
	p := c.printer()
	for _, t := range all {
		revoked := ""
		if t.Revoked != nil {
			revoked = t.Revoked.Format("2006-01-02")
		}
		p.row(t, tokenColumns, []string{t.ID, t.Name, string(t.Role), scopeWords(t.Scope), t.Created.Format("2006-01-02"), t.Expires.Format("2006-01-02"), revoked})
	}
	return p.close(nil)
}

// scopeWords is a scope in one cell.
func scopeWords(s access.Scope) string {
	var words []string
	add := func(given bool, word string) {
		if given {
			words = append(words, word)
		}
	}
	add(s.Organisation != "", s.Organisation)
	add(len(s.Municipalities) > 0, strings.Join(s.Municipalities, " "))
	add(s.Service != "", s.Service)
	add(s.Source != "", s.Source)
	add(s.Office != "", s.Office)
	add(s.Nation, "the nation")
	add(len(s.Youths) > 0, counted(len(s.Youths), "youth", "youths"))
	add(s.AccessLog, "the log of who has looked")
	add(s.Until != 0, "until "+s.Until.String())
	add(s.Protected, "protected addresses too")
	return strings.Join(words, ", ")
}

type tokenRevokeCommand struct {
	ID string `arg:"" help:"The token's id, as the list shows it." placeholder:"ID"`
}

// Run ends a token.
func (t *tokenRevokeCommand) Run(ctx context.Context, c *cli) error {
	tokens, err := c.desk(ctx)
	if err != nil {
		return err
	}
	err = tokens.Revoke(t.ID)
	if errors.Is(err, events.ErrNotFound) {
		return usageError("there is no token " + t.ID)
	}
	return err
}

// remoteDesk is a server's tokens.
type remoteDesk struct {
	ctx    context.Context
	client *client
}

// Create asks the server for a token.
func (d remoteDesk) Create(o credentials.Order) (credentials.Token, string, error) {
	var made api.MadeToken
	body, err := json.Marshal(o)
	if err == nil {
		err = d.do(http.MethodPost, "/v1/tokens", body, &made)
	}
	return made.Token, made.Secret, err
}

// List is the server's tokens.
func (d remoteDesk) List() ([]credentials.Token, error) {
	var list struct{ Rows []credentials.Token }
	err := d.do(http.MethodGet, "/v1/tokens", nil, &list)
	return list.Rows, err
}

// Revoke ends a token of the server.
func (d remoteDesk) Revoke(id string) error {
	return d.do(http.MethodDelete, "/v1/tokens/"+url.PathEscape(id), nil, nil)
}

func (d remoteDesk) do(method, path string, body []byte, into any) error {
	request, err := http.NewRequestWithContext(d.ctx, method, d.client.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := d.client.http.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return events.ErrNotFound
	case answer.StatusCode == http.StatusBadRequest:
		return formOf(answer)
	case answer.StatusCode >= 300:
		return problemOf(answer)
	case into == nil:
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

// formOf is what a server finds wrong with an order.
func formOf(answer *http.Response) error {
	var problem api.Problem
	if err := json.NewDecoder(answer.Body).Decode(&problem); err != nil {
		return fmt.Errorf("the server answered %d", answer.StatusCode)
	}
	var form events.FormError
	for _, e := range problem.Errors {
		form.Faults = append(form.Faults, events.Fault{Pointer: e.Pointer, Problem: e.Detail})
	}
	if len(form.Faults) == 0 {
		return usageError(problem.Detail)
	}
	return &form
}
