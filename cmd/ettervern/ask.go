package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

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

// pageSize is how many rows are asked for at a time.
const pageSize = 1000

// Run lists the overdue duties, page by page.
func (o *overdueCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		p := c.printer()
		params := o.values()
		set(params, "after", o.After)
		for {
			params.Set("limit", strconv.Itoa(o.room(p.count)))
			page, err := overdue(ctx, ledger, params)
			if err != nil {
				return err
			}
			for _, row := range page.Rows {
				p.verdict(row)
			}
			if page.Next == "" || o.Limit > 0 && p.count >= o.Limit {
				return p.close(&page)
			}
			params.Set("after", page.Next)
		}
	})
}

func (o *overdueCommand) room(printed int) int {
	if o.Limit == 0 {
		return pageSize
	}
	return min(pageSize, o.Limit-printed)
}

func overdue(ctx context.Context, ledger *client, params url.Values) (projections.Page, error) {
	var page projections.Page
	body, err := ledger.get(ctx, "/v1/overdue", params)
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
}

// Run prints every verdict as it comes.
func (v *verdictsCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		params := v.values()
		set(params, "lawAt", v.LawAt)
		if len(v.Youths) > 0 {
			params["youth"] = v.Youths
		}
		body, err := ledger.get(ctx, "/v1/verdicts", params)
		if err != nil {
			return err
		}
		defer body.Close()
		p := c.printer()
		if err := eachRow(body, p.verdict); err != nil {
			return err
		}
		return p.close(nil)
	})
}

// eachRow reads an answer that comes line by line.
func eachRow[T any](body io.Reader, each func(T)) error {
	for d := json.NewDecoder(body); ; {
		var row T
		if err := d.Decode(&row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("the answer broke off: %w", err)
		}
		each(row)
	}
}

type historyCommand struct {
	when
	Youth string `arg:"" help:"The youth's pseudonym, a UUID." placeholder:"YOUTH"`
}

// Run prints the history of one youth.
func (h *historyCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		body, err := ledger.get(ctx, "/v1/youths/"+url.PathEscape(h.Youth)+"/history", h.values())
		if err != nil {
			return err
		}
		defer body.Close()
		var answer struct{ Rows []projections.HistoryRow }
		if err := json.NewDecoder(body).Decode(&answer); err != nil {
			return err
		}
		p := c.printer()
		for _, row := range answer.Rows {
			p.history(row)
		}
		return p.close(nil)
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
