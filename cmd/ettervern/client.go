package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ettervern/commands"
	"ettervern/events"
)

// client asks the ledger's HTTP interface: a server's, or that of a ledger opened in this process. Both answer by the
// same code, so that what the command line prints is what the interface says.
type client struct {
	http  http.Client
	base  string
	close func() error
}

// client is the way to the ledger that the command line names. Close it.
func (c *cli) client(ctx context.Context) (*client, error) {
	table, err := c.municipalities()
	if err != nil {
		return nil, err
	}
	switch {
	case c.Server != "" && c.Data != "":
		return nil, usageError("--data and --server exclude each other")
	case c.Server != "":
		return c.remoteClient()
	case c.Data != "":
		p, err := open(ctx, config{dir: c.Data, master: c.MasterKey, backups: c.BackupDays, gate: everyone("operator"), callers: everyone("operator"), municipalities: table, secret: c.Secret})
		if err != nil {
			return nil, err
		}
		return p.client(ctx), nil
	}
	return nil, usageError("say which ledger: --data DIR, or --server URL of a running one")
}

func (p *program) client(ctx context.Context) *client {
	return &client{
		base: "http://ledger", http: http.Client{Transport: inProcess{p.handler}},
		close: func() error { return p.Close(ctx) },
	}
}

// inProcess answers requests by a handler in this process.
type inProcess struct{ handler http.Handler }

// RoundTrip answers one request; the answer is streamed as the handler writes it.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	reader, writer := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: writer, began: make(chan int, 1)}
	go func() {
		t.handler.ServeHTTP(w, r)
		w.WriteHeader(http.StatusOK)
		_ = writer.Close()
	}()
	status := <-w.began
	return &http.Response{StatusCode: status, Header: w.sent, Body: reader, Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

type pipeWriter struct {
	header, sent http.Header
	body         *io.PipeWriter
	began        chan int
}

// Header is the answer's header, until the first byte.
func (w *pipeWriter) Header() http.Header { return w.header }

// WriteHeader begins the answer; later calls change nothing.
func (w *pipeWriter) WriteHeader(status int) {
	if w.sent == nil {
		w.sent = w.header.Clone()
		w.began <- status
	}
}

// Write sends a part of the answer.
func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// get asks a question and streams the answer.
func (c *client) get(ctx context.Context, path string, params url.Values) (io.ReadCloser, http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path+"?"+params.Encode(), nil)
	if err != nil {
		return nil, nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, nil, problemOf(response)
	}
	return response.Body, response.Header, nil
}

// record sends lines of CloudEvents and is their receipts, in order.
func (c *client) record(ctx context.Context, lines []byte) ([]commands.Receipt, error) {
	response, err := c.send(ctx, "/v1/events", "application/x-ndjson", bytes.NewReader(lines))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var receipts []commands.Receipt
	if err := json.NewDecoder(response.Body).Decode(&receipts); err != nil {
		return nil, fmt.Errorf("the receipts broke off: %w", err)
	}
	for i := range receipts {
		unindexed(receipts[i].Err, i)
	}
	return receipts, nil
}

// send posts a body; the answer is one of success, and the caller closes it.
func (c *client) send(ctx context.Context, target, media string, body io.Reader) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+target, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", media)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusAccepted {
		defer response.Body.Close()
		return nil, problemOf(response)
	}
	return response, nil
}

// unindexed takes the event's place in the chunk, which the reader never saw, out of the pointers.
func unindexed(err error, place int) {
	var form *events.FormError
	if errors.As(err, &form) {
		for i := range form.Faults {
			form.Faults[i].Pointer = strings.TrimPrefix(form.Faults[i].Pointer, "/"+strconv.Itoa(place))
		}
	}
	var refusal *commands.Refusal
	if errors.As(err, &refusal) {
		refusal.Pointer = strings.TrimPrefix(refusal.Pointer, "/"+strconv.Itoa(place))
		for i := range refusal.Faults {
			refusal.Faults[i].Pointer = strings.TrimPrefix(refusal.Faults[i].Pointer, "/"+strconv.Itoa(place))
		}
	}
}

// problemOf is an RFC 9457 problem in words.
func problemOf(response *http.Response) error {
	var problem struct{ Title, Detail string }
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil || json.Unmarshal(body, &problem) != nil || problem.Detail+problem.Title == "" {
		return fmt.Errorf("the server answered %d", response.StatusCode)
	}
	if problem.Detail == "" {
		problem.Detail = problem.Title
	}
	if response.StatusCode == http.StatusBadRequest {
		return usageError(problem.Detail)
	}
	return fmt.Errorf("%s", problem.Detail)
}
