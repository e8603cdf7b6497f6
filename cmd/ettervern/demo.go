package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"ettervern/cmd/ettervern/demo"
	"ettervern/events"
	"ettervern/events/vault"
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
	today, err := d.today()
	if err != nil {
		return err
	}
	if err := loopback(d.HTTP, "the demo asks nobody for credentials. It must be"); err != nil {
		return err
	}
	if d.Youths < 1 {
		return usageError("--youths must be at least 1")
	}
	table, err := c.municipalities()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ettervern-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	county := demo.County(d.Seed, today, d.Youths)
	clock := demo.NewClock(county)
	p, err := open(ctx, d.config(dir, clock, table))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close(ctx)) }()
	ledger := p.client(ctx)
	if err := d.fill(ctx, c, ledger, county, clock); err != nil {
		return err
	}
	if err := p.ledger.Await(ctx, p.ledger.Durable()); err != nil { // the table is of the whole county
		return err
	}
	clock.Set(noon(today))
	if err := d.show(ctx, c, ledger, today, p.address(d.HTTP)); err != nil || d.Exit {
		return err
	}
	if d.Today == "" {
		clock.Set(time.Now()) // so that an event of this minute is not in the county's future
	}
	clock.Run()
	fmt.Fprintf(c.out, "\nServing at http://%s until you press Ctrl-C.\n", p.address(d.HTTP))
	return p.wait(ctx)
}

func (d *demoCommand) today() (events.Date, error) {
	if d.Today == "" {
		return events.DateOf(time.Now()), nil
	}
	today, err := events.ParseDate(d.Today)
	if err != nil {
		return 0, usageError("--today " + err.Error())
	}
	return today, nil
}

func noon(day events.Date) time.Time { return day.Time().Add(12 * time.Hour) }

func (d *demoCommand) config(dir string, clock *demo.Clock, table *projections.Municipalities) config {
	c := config{dir: dir, gate: everyone("demo"), callers: everyone("demo"), now: clock.Now, municipalities: table, numbers: vault.SyntheticNumbers}
	if table == nil {
		c.municipalities = demo.Table()
	}
	if !d.Exit {
		c.http = d.HTTP
	}
	return c
}

// address is where the program serves, or would.
func (p *program) address(asked string) string {
	if p.listener == nil {
		return asked
	}
	return p.listener.Addr().String()
}

// fill records the county by the same path as every emitter, each week's events in that week by the county's clock.
func (d *demoCommand) fill(ctx context.Context, c *cli, ledger *client, county []demo.Told, clock *demo.Clock) error {
	lines := make([][]byte, len(county))
	size := 0
	for i, told := range county {
		lines[i] = events.EncodeSubmission(told.Submission)
		size += len(lines[i]) + 1
	}
	s := sender{ctx: ctx, client: ledger, out: nil, bar: c.progress(int64(size), "recording")}
	var err error
	for i, told := range county {
		if i > 0 && told.Recorded != county[i-1].Recorded {
			err = s.flush()
		}
		clock.Set(demo.EndOfWork(told.Recorded))
		if err == nil {
			err = s.add(lines[i])
		}
		if err != nil {
			break
		}
	}
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

func (d *demoCommand) show(ctx context.Context, c *cli, ledger *client, today events.Date, address string) error {
	var page projections.Page
	for next, err := range pages(ctx, ledger, url.Values{"validAt": {today.String()}}, 0) {
		if err != nil {
			return err
		}
		next.Rows = append(page.Rows, next.Rows...)
		page = next
	}
	fmt.Fprintf(c.out, "A county of %s in %d municipalities. Overdue on %s, by municipality:\n\n", counted(d.Youths, "youth", "youths"), len(demo.Municipalities), today)
	fmt.Fprintln(c.out, byMunicipality(page.Rows))
	fmt.Fprintf(c.out, "\nThe %d most overdue of %d:\n\n", min(shown, len(page.Rows)), len(page.Rows))
	f := newTable(c.out, verdictColumns[:tableColumns])
	for _, row := range page.Rows[:min(shown, len(page.Rows))] {
		if err := f.row(row, verdictCells(row)[:tableColumns]); err != nil {
			return err
		}
	}
	if err := f.end(head{ValidAt: page.ValidAt, KnownAt: page.KnownAt, Sequence: page.Sequence, Withheld: page.Withheld}); err != nil {
		return err
	}
	suggest(c, page, today, address)
	return nil
}

// shownRequirements are the statutory duties of child welfare, each counted by itself.
var shownRequirements = []string{"information", "participation", "assessment", "decision", "plan", "follow_up", "ending_decision"}

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
	header := table.Row{"municipality"}
	for _, id := range shownRequirements {
		header = append(header, id)
	}
	t.AppendHeader(header)
	for _, m := range demo.Municipalities {
		row := table.Row{m.Code + " " + m.Name}
		for _, id := range shownRequirements {
			row = append(row, counts[m.Code][id])
		}
		t.AppendRow(row)
	}
	return t.Render()
}

func suggest(c *cli, page projections.Page, today events.Date, address string) {
	if len(page.Rows) == 0 {
		return
	}
	before, base, row := today.AddMonths(-12), "http://"+address, page.Rows[0]
	fmt.Fprintln(c.out, "\nWhat to try next, from another terminal while the demo serves (go run ./cmd/ettervern demo):")
	fmt.Fprintf(c.out, "  who was overdue in %s a year ago, by what was known then:\n    curl '%s/v1/overdue?municipality=%s&validAt=%s&knownAt=%sT12:00:00Z'\n",
		row.Municipality, base, row.Municipality, before, before)
	fmt.Fprintf(c.out, "  one youth's history, and what each event changed:\n    go run ./cmd/ettervern history %s --server %s\n", row.Youth, base)
	fmt.Fprintf(c.out, "  why, in words, with the dates and the law:\n    go run ./cmd/ettervern verdicts %s --requirement %s --format json --server %s\n", row.Youth, row.Requirement, base)
	fmt.Fprintf(c.out, "  which supervisions are open, and what is late in them:\n    go run ./cmd/ettervern supervision --status open --server %s\n", base)
}
