package main

import (
	"context"
	"strings"

	"ettervern/projections"
)

type lawCommand struct {
	Diff lawDiffCommand `cmd:"" help:"List whose verdicts differ between the laws of two days, and why."`
}

type lawDiffCommand struct {
	when
	From         string   `help:"The day of the one law." placeholder:"DATE" required:""`
	To           string   `help:"The day of the other law." placeholder:"DATE" required:""`
	Municipality string   `help:"Only this municipality number." placeholder:"CODE"`
	Requirement  string   `help:"Only this requirement." placeholder:"ID"`
	Purpose      string   `help:"Why you ask; it is recorded with who asks." placeholder:"PURPOSE"`
	Youths       []string `arg:"" optional:"" help:"Only these youths." placeholder:"YOUTH"`
}

// Run prints every difference as it comes.
func (l *lawDiffCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		params := l.values()
		set(params, "from", l.From)
		set(params, "purpose", l.Purpose)
		set(params, "to", l.To)
		set(params, "municipality", l.Municipality)
		set(params, "requirement", l.Requirement)
		if len(l.Youths) > 0 {
			params["youth"] = l.Youths
		}
		body, header, err := ledger.get(ctx, "/v1/law/diff", params)
		if err != nil {
			return err
		}
		defer body.Close()
		p := c.printer()
		if err := eachRow(body, p.lawDifference); err != nil {
			return err
		}
		return p.end(headOf(header))
	})
}

var lawHeader = []string{"youth", "requirement", "instance", "from", "limitFrom", "to", "limitTo", "why"}

func (p *printer) lawDifference(d projections.LawDifference) error {
	why := make([]string, len(d.Why))
	for i, w := range d.Why {
		why[i] = w.EN
	}
	cells := append([]string{d.Youth, d.Requirement, d.Instance}, append(lawCells(d.From), lawCells(d.To)...)...)
	p.row(d, lawHeader, append(cells, strings.Join(why, " ")))
	return p.err
}

func lawCells(side *projections.LawSide) []string {
	if side == nil {
		return []string{"not_applicable", ""}
	}
	return []string{side.Status, day(side.Limit)}
}
