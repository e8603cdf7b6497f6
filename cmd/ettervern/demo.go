package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"ettervern/cmd/ettervern/demo"
	"ettervern/events"
	"ettervern/projections"
)

type demoCommand struct {
	Seed   uint64 `help:"Another number, another county." default:"1"`
	Today  string `help:"The day it is in the county; today by default." placeholder:"DATE"`
	Youths int    `help:"How many youths." default:"2000"`
	HTTP   string `name:"http" help:"Where to serve." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Exit   bool   `help:"Stop after the table."`
}

// Run records the county, shows who is overdue, and serves it until interrupted. The ledger is removed at the end.
func (d *demoCommand) Run(ctx context.Context, c *cli) (err error) {
	today := events.DateOf(time.Now())
	if d.Today != "" {
		if today, err = events.ParseDate(d.Today); err != nil {
			return usageError("--today " + err.Error())
		}
	}
	dir, err := os.MkdirTemp("", "ettervern-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p, err := open(ctx, d.config(dir))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close(ctx)) }()
	ledger := p.client(ctx)
	if err := d.fill(ctx, c, ledger, today); err != nil {
		return err
	}
	if err := d.show(ctx, c, ledger, today); err != nil || d.Exit {
		return err
	}
	fmt.Fprintf(c.out, "\nServing at http://%s until you press Ctrl-C.\n", p.listener.Addr())
	return p.wait(ctx)
}

func (d *demoCommand) config(dir string) config {
	if d.Exit {
		return config{dir: dir, actor: "demo"}
	}
	return config{dir: dir, http: d.HTTP, actor: "demo"}
}

// fill records the county by the same path as every emitter.
func (d *demoCommand) fill(ctx context.Context, c *cli, ledger *client, today events.Date) error {
	var lines bytes.Buffer
	for s := range demo.County(d.Seed, today, d.Youths) {
		lines.Write(events.EncodeSubmission(s))
		lines.WriteByte('\n')
	}
	s := sender{ctx: ctx, client: ledger, out: nil, bar: c.progress(int64(lines.Len()))}
	err := eachEvent(&lines, s.add)
	if err == nil {
		err = s.flush()
	}
	if err == nil && s.refused {
		err = errors.New("the county contradicts itself: some of its events were refused")
	}
	return errors.Join(err, s.bar.Close())
}

// shown is how many of the overdue duties are listed.
const shown = 10

func (d *demoCommand) show(ctx context.Context, c *cli, ledger *client, today events.Date) error {
	all := url.Values{"validAt": {today.String()}, "limit": {"10000"}}
	page, err := overdue(ctx, ledger, all)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "A county of %d youths in %d municipalities. Overdue on %s, by municipality:\n\n", d.Youths, len(demo.Municipalities), today)
	fmt.Fprintln(c.out, byMunicipality(page.Rows))
	fmt.Fprintf(c.out, "\nThe %d most overdue of %d:\n\n", min(shown, len(page.Rows)), len(page.Rows))
	p := c.printer()
	p.format = "table"
	for _, row := range page.Rows[:min(shown, len(page.Rows))] {
		p.verdict(row)
	}
	if err := p.close(&page); err != nil {
		return err
	}
	d.suggest(c, page, today)
	return nil
}

func byMunicipality(rows []projections.Verdict) string {
	counts := map[string]map[string]int{}
	for _, v := range rows {
		if counts[v.Municipality] == nil {
			counts[v.Municipality] = map[string]int{}
		}
		counts[v.Municipality][v.Requirement]++
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"municipality", "information", "participation", "assessment", "decision"})
	for _, m := range demo.Municipalities {
		n := counts[m.Code]
		t.AppendRow(table.Row{m.Code + " " + m.Name, n["information"], n["participation"], n["assessment"], n["decision"]})
	}
	return t.Render()
}

func (d *demoCommand) suggest(c *cli, page projections.Page, today events.Date) {
	base := "http://" + d.HTTP
	fmt.Fprintln(c.out, "\nWhat to try next, from another terminal while the demo serves (go run ./cmd/ettervern demo):")
	fmt.Fprintf(c.out, "  who was overdue a year ago:\n    curl '%s/v1/overdue?validAt=%s&municipality=3421&limit=5'\n", base, today.AddMonths(-12))
	if len(page.Rows) > 0 {
		youth := page.Rows[0].Youth
		fmt.Fprintf(c.out, "  one youth's history, and what each event changed:\n    go run ./cmd/ettervern history %s --server %s\n", youth, base)
		fmt.Fprintf(c.out, "  why, in words, with the dates and the law:\n    go run ./cmd/ettervern verdicts %s --format json --server %s\n", youth, base)
	}
}
