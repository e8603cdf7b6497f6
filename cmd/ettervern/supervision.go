package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"ettervern/projections"
)

type supervisionCommand struct {
	when
	ID           string `arg:"" optional:"" help:"Only this supervision, and its findings." placeholder:"ID"`
	Figures      bool   `help:"Count supervisions, with and without breach, for each theme and year."`
	ByAuthority  bool   `help:"Figures for each authority."`
	Theme        string `help:"Only this theme." placeholder:"CODE"`
	Year         int    `help:"Only this year." placeholder:"YEAR"`
	Authority    string `help:"Only this authority, as it is written in the opening." placeholder:"NAME"`
	Unit         string `help:"Only those that look at this unit." placeholder:"UNIT"`
	Municipality string `help:"Only those that look at a unit of this municipality, by its number then." placeholder:"CODE"`
	Status       string `help:"Only these, separated by commas: open, overdue, closed, not_opened." placeholder:"STATUS"`
	Limit        int    `help:"Rows at most; 0 for all." default:"0"`
	After        string `help:"Go on after the page that ended with this." placeholder:"CURSOR"`
}

func (s *supervisionCommand) values() url.Values {
	v := s.when.values()
	set(v, "theme", s.Theme)
	set(v, "authority", s.Authority)
	set(v, "unit", s.Unit)
	set(v, "municipality", s.Municipality)
	set(v, "status", s.Status)
	set(v, "after", s.After)
	if s.Year != 0 {
		v.Set("year", strconv.Itoa(s.Year))
	}
	if s.ByAuthority {
		v.Set("by", "authority")
	}
	return v
}

// Run lists supervisions, shows one, or counts them.
func (s *supervisionCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		switch {
		case s.ID != "" && s.Figures:
			return usageError("--figures counts all supervisions; it does not go with the id of one")
		case s.ID != "":
			return s.one(ctx, c, ledger)
		case s.Figures:
			return s.figures(ctx, c, ledger)
		}
		return s.list(ctx, c, ledger)
	})
}

func (s *supervisionCommand) list(ctx context.Context, c *cli, ledger *client) error {
	p := c.printer()
	params := s.values()
	for {
		room := pageSize
		if s.Limit > 0 {
			room = min(pageSize, s.Limit-p.count)
		}
		params.Set("limit", strconv.Itoa(room))
		var page projections.SupervisionPage
		if err := asked(ctx, ledger, "/v1/supervisions", params, &page); err != nil {
			return err
		}
		for i := range page.Rows {
			p.supervision(&page.Rows[i])
		}
		if page.Next == "" || s.Limit > 0 && p.count >= s.Limit {
			return p.close(&projections.Page{Next: page.Next, ValidAt: page.ValidAt, KnownAt: page.KnownAt, Sequence: page.Sequence})
		}
		params.Set("after", page.Next)
	}
}

// asked asks a question whose answer is one object.
func asked(ctx context.Context, ledger *client, path string, params url.Values, into any) error {
	body, _, err := ledger.get(ctx, path, params)
	if err != nil {
		return err
	}
	defer body.Close()
	return json.NewDecoder(body).Decode(into)
}

// one shows a supervision: in a table also its findings and deadlines, a line each.
func (s *supervisionCommand) one(ctx context.Context, c *cli, ledger *client) error {
	var one projections.Supervision
	if err := asked(ctx, ledger, "/v1/supervisions/"+url.PathEscape(s.ID), s.values(), &one); err != nil {
		return err
	}
	p := c.printer()
	p.supervision(&one)
	if err := p.close(&projections.Page{ValidAt: one.ValidAt, KnownAt: one.KnownAt, Sequence: one.Sequence}); err != nil || c.Format != "table" {
		return err
	}
	findings := c.printer()
	for i := range one.Findings {
		findings.finding(&one.Findings[i])
	}
	if err := findings.close(nil); err != nil {
		return err
	}
	for _, d := range one.Deadlines {
		if _, err := fmt.Fprintf(c.out, "%s by %s: %s\n", strings.TrimSpace(d.What+" "+orNothing(d.Finding)), d.By, d.Status); err != nil {
			return err
		}
	}
	for _, f := range one.Flagged {
		if _, err := fmt.Fprintf(c.out, "%s: event %s\n", f.Flag, f.Event); err != nil {
			return err
		}
	}
	return nil
}

func (s *supervisionCommand) figures(ctx context.Context, c *cli, ledger *client) error {
	var page projections.FiguresPage
	if err := asked(ctx, ledger, "/v1/supervisions/figures", s.values(), &page); err != nil {
		return err
	}
	p := c.printer()
	for i := range page.Rows {
		p.figures(&page.Rows[i])
	}
	err := p.close(&projections.Page{ValidAt: page.ValidAt, KnownAt: page.KnownAt, Sequence: page.Sequence})
	if err == nil && c.Format == "table" {
		_, err = fmt.Fprintln(c.out, page.Definition.EN)
	}
	return err
}
