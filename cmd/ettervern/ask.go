package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"ettervern/events"
	"ettervern/projections"
)

// when is the day asked about, and what was known.
type when struct {
	ValidAt string `help:"The day asked about; today by default." placeholder:"DATE"`
	KnownAt string `help:"Only what was recorded by then counts: an instant, or seq:N; now by default." placeholder:"T|seq:N"`
}

// which narrows an answer down.
type which struct {
	when
	Municipality string `help:"Only this municipality number." placeholder:"CODE"`
	Requirement  string `help:"Only this requirement." placeholder:"ID"`
	Norm         string `help:"Only this norm level: statute, guideline or routine." placeholder:"LEVEL"`
	Status       string `help:"Only these statuses, separated by commas." placeholder:"STATUS"`
	Purpose      string `help:"Why you ask; it is recorded with who asks." placeholder:"PURPOSE"`
}

func (w when) values() url.Values {
	v := url.Values{}
	set(v, "validAt", w.ValidAt)
	set(v, "knownAt", w.KnownAt)
	return v
}

func (w which) values() url.Values {
	v := w.when.values()
	set(v, "municipality", w.Municipality)
	set(v, "requirement", w.Requirement)
	set(v, "norm", w.Norm)
	set(v, "status", w.Status)
	set(v, "purpose", w.Purpose)
	return v
}

func set(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}

type overdueCommand struct {
	which
	Limit int    `help:"Rows at most; 0 for all." default:"0"`
	After string `help:"Go on after the page that ended with this." placeholder:"CURSOR"`
}

// Run lists the overdue duties, page by page.
func (o *overdueCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		print, end, err := c.verdicts()
		if err != nil {
			return err
		}
		params := o.values()
		set(params, "after", o.After)
		var first, last projections.Page
		for page, err := range pages(ctx, ledger, params, o.Limit) {
			if err != nil {
				return err
			}
			for _, row := range page.Rows {
				if err := print(row); err != nil {
					return err
				}
			}
			if last = page; first.ValidAt.IsZero() {
				first = page
			}
		}
		return end(head{first.ValidAt, first.KnownAt, first.Sequence, last.Next, first.Withheld})
	})
}

// pageSize is how many rows are asked for at a time.
const pageSize = 5000

// pages asks for a list page by page, at most limit rows, or all where it is 0. The pages after the first are asked for
// as the first was answered, so that what is recorded meanwhile neither moves a row from one page to another nor
// changes the day.
func pages(ctx context.Context, ledger *client, params url.Values, limit int) iter.Seq2[projections.Page, error] {
	return func(yield func(projections.Page, error) bool) {
		for got := 0; ; {
			size := pageSize
			if limit != 0 {
				size = min(size, limit-got)
			}
			params.Set("limit", strconv.Itoa(size))
			page, err := overdue(ctx, ledger, params)
			if !yield(page, err) || err != nil || page.Next == "" {
				return
			}
			if got += len(page.Rows); got == limit {
				return
			}
			params.Set("after", page.Next)
			params.Set("validAt", page.ValidAt.String())
			params.Set("knownAt", "seq:"+strconv.FormatUint(page.Sequence, 10))
		}
	}
}

func overdue(ctx context.Context, ledger *client, params url.Values) (projections.Page, error) {
	var page projections.Page
	body, _, err := ledger.get(ctx, "/v1/overdue", params)
	if err != nil {
		return page, err
	}
	defer body.Close()
	return page, json.NewDecoder(body).Decode(&page)
}

type verdictsCommand struct {
	which
	LawAt  string   `help:"Judge everything by the law of this day: a rehearsal." placeholder:"DATE"`
	Youths []string `arg:"" optional:"" help:"Only these youths." placeholder:"YOUTH"`
	Limit  int      `help:"Rows at most; 0 for all." default:"0"`
}

// Run prints every verdict as it comes.
func (v *verdictsCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		print, end, err := c.verdicts()
		if err != nil {
			return err
		}
		params := v.values()
		set(params, "lawAt", v.LawAt)
		if len(v.Youths) > 0 {
			params["youth"] = v.Youths
		}
		if v.Limit != 0 {
			params.Set("limit", strconv.Itoa(v.Limit))
		}
		body, header, err := ledger.get(ctx, "/v1/verdicts", params)
		if err != nil {
			return err
		}
		defer body.Close()
		if err := eachRow(body, print); err != nil {
			return err
		}
		return end(headOf(header))
	})
}

// eachRow reads an answer that comes line by line.
func eachRow[T any](body io.Reader, each func(T) error) error {
	for d := json.NewDecoder(body); ; {
		var row T
		if err := d.Decode(&row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("the answer broke off: %w", err)
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

// headOf reads what a stream of verdicts was computed from.
func headOf(header http.Header) (h head) {
	h.ValidAt, _ = events.ParseDate(header.Get("Ettervern-Valid-At")) // a server that does not say is not asked again
	h.KnownAt, _ = time.Parse(time.RFC3339Nano, header.Get("Ettervern-Known-At"))
	h.Sequence, _ = strconv.ParseUint(header.Get("Ettervern-Sequence"), 10, 64)
	h.Erased, _ = strconv.Atoi(header.Get("Ettervern-Erased"))
	h.Restricted, _ = strconv.Atoi(header.Get("Ettervern-Restricted"))
	return h
}

type historyCommand struct {
	when
	Purpose string `help:"Why you ask; it is recorded with who asks." placeholder:"PURPOSE"`
	Youth   string `arg:"" help:"The youth's pseudonym, a UUID." placeholder:"YOUTH"`
}

// Run prints the history of one youth.
func (h *historyCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		params := h.values()
		set(params, "purpose", h.Purpose)
		body, _, err := ledger.get(ctx, "/v1/youths/"+url.PathEscape(h.Youth)+"/history", params)
		if err != nil {
			return err
		}
		defer body.Close()
		var answer struct {
			Rows []projections.HistoryRow
			head
		}
		if err := json.NewDecoder(body).Decode(&answer); err != nil {
			return err
		}
		f, err := c.printAs(c.Format, historyColumns)
		if err != nil {
			return err
		}
		for _, row := range answer.Rows {
			if err := f.row(row, historyCells(row)); err != nil {
				return err
			}
		}
		return f.end(answer.head)
	})
}

// ask opens the ledger that the command line names, for one question.
func (c *cli) ask(ctx context.Context, question func(*client) error) (err error) {
	if c.Data != "" && !isLedger(c.Data) {
		return usageError("there is no ledger in " + c.Data)
	}
	ledger, err := c.client(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.close()) }()
	return question(ledger)
}

// isLedger tells whether a ledger was made in the directory: a question makes none.
func isLedger(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "store"))
	return err == nil
}
