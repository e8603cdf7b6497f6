package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"ettervern/projections"
	"ettervern/projections/requirements"
)

type unitCommand struct {
	when
	Unit        string `arg:"" optional:"" help:"Only this unit, such as 3403-nav, or the units of this municipality number." placeholder:"UNIT|MUNICIPALITY"`
	Requirement string `help:"Only this requirement." placeholder:"ID"`
	Norm        string `help:"Only this norm level: statute, guideline or routine." placeholder:"LEVEL"`
	Status      string `help:"Only these, separated by commas: met, overdue, not_documented, not_assessable." placeholder:"STATUS"`
	Limit       int    `help:"Units at most, where none is named; 0 for all." default:"0"`
	After       string `help:"Go on after the page that ended with this unit." placeholder:"UNIT"`
}

func (u *unitCommand) values() url.Values {
	v := u.when.values()
	set(v, "requirement", u.Requirement)
	set(v, "norm", u.Norm)
	set(v, "status", u.Status)
	return v
}

// Run lists how units stand, or shows one, or those of a municipality.
func (u *unitCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		_, municipality := requirements.ParseMunicipality(u.Unit)
		switch {
		case u.Unit == "":
			return u.list(ctx, c, ledger)
		case u.Limit != 0 || u.After != "":
			return usageError("--limit and --after are for the list of all units")
		case municipality:
			var m projections.MunicipalityUnits
			if err := asked(ctx, ledger, "/v1/municipalities/"+u.Unit, u.values(), &m); err != nil {
				return err
			}
			return c.units(m.Units, m.AsOf)
		}
		var one projections.Unit
		if err := asked(ctx, ledger, "/v1/units/"+url.PathEscape(u.Unit), u.values(), &one); err != nil {
			return err
		}
		return c.units([]projections.Unit{one}, one.AsOf)
	})
}

// unitsAtATime is how many units are asked for at a time: each has nine verdicts.
const unitsAtATime = 100

// list lists units page by page, all as the first page was answered, so that what is recorded meanwhile changes nothing.
func (u *unitCommand) list(ctx context.Context, c *cli, ledger *client) error {
	p, listed, params := c.printer(), 0, u.values()
	set(params, "after", u.After)
	for {
		room := unitsAtATime
		if u.Limit > 0 {
			room = min(room, u.Limit-listed)
		}
		params.Set("limit", strconv.Itoa(room))
		var page projections.UnitPage
		if err := asked(ctx, ledger, "/v1/units", params, &page); err != nil {
			return err
		}
		for i := range page.Rows {
			p.unit(&page.Rows[i])
		}
		if listed += len(page.Rows); page.Next == "" || u.Limit > 0 && listed >= u.Limit {
			return p.end(asOf(page.AsOf, page.Next))
		}
		params.Set("after", page.Next)
		params.Set("validAt", page.ValidAt.String())
		params.Set("knownAt", "seq:"+strconv.FormatUint(page.Sequence, 10))
	}
}

func asOf(at projections.AsOf, next string) head {
	return head{ValidAt: at.ValidAt, KnownAt: at.KnownAt, Sequence: at.Sequence, Next: next}
}

// units prints units; below a table what else is told of them.
func (c *cli) units(all []projections.Unit, at projections.AsOf) error {
	p := c.printer()
	for i := range all {
		p.unit(&all[i])
	}
	if err := p.end(asOf(at, "")); err != nil || c.Format != "table" {
		return err
	}
	for i := range all {
		for _, line := range toldOf(&all[i]) {
			if _, err := fmt.Fprintf(c.out, "%s %s\n", all[i].Unit, line); err != nil {
				return err
			}
		}
	}
	return nil
}

var unitHeader = []string{"unit", "name", "requirement", "status", "norm", "last", "periodFrom", "flags", "periodTo", "evidence",
	"municipality", "district", "service", "office", "legalBasis", "validAt", "knownAt", "sequence"}

// unit prints a unit: as JSON whole, else a line for each requirement.
func (p *printer) unit(u *projections.Unit) {
	if p.format == "json" || p.format == "ndjson" {
		p.row(u, nil, nil)
		return
	}
	rows := u.Requirements
	if len(rows) == 0 {
		rows = []projections.UnitVerdict{{}} // a service without such duties is to be seen too
	}
	for i := range rows {
		v := &rows[i]
		basis := ""
		if v.LegalBasis != nil {
			basis = *v.LegalBasis
		}
		p.wide(u, unitHeader, 8, []string{
			u.Unit, u.MunicipalityName, v.Requirement, v.Status, v.Norm, day(v.Last), day(v.PeriodFrom), strings.Join(u.Flags, " "),
			v.PeriodTo.String(), strings.Join(v.Evidence, " "), u.Municipality, u.District, string(u.Service), u.Office, basis,
			u.ValidAt.String(), instant(u.KnownAt), fmt.Sprint(u.Sequence),
		})
	}
}

// toldOf is what a table has no room for.
func toldOf(u *projections.Unit) (lines []string) {
	tell := func(format string, values ...any) { lines = append(lines, fmt.Sprintf(format, values...)) }
	for _, l := range u.RenumberedFrom {
		tell("was %s until %s", l.Unit, l.From)
	}
	for _, l := range u.RenumberedTo {
		tell("is %s from %s", l.Unit, l.From)
	}
	for _, l := range u.MergedFrom {
		tell("took in %s on %s", l.Unit, l.From)
	}
	for _, l := range u.MergedInto {
		tell("went into %s on %s", l.Unit, l.From)
	}
	for _, s := range u.Serves {
		tell("serves %s from %s", strings.TrimSpace(s.Municipality+" "+s.Name), s.From)
	}
	for _, r := range u.Routines {
		tell("has a routine for %s: %s, from %s", r.Topic, r.Value, r.From)
	}
	for _, d := range u.Deviations {
		tell("has deviation %s open (%s), reported on %s", d.DeviationID, d.Topic, d.Reported)
	}
	return lines
}
