package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"

	"ettervern/events"
	"ettervern/projections"
	"ettervern/projections/requirements"
	"ettervern/projections/scorecard"
)

type scorecardCommand struct {
	when
	From         string `help:"Limits on or after this day, the first of a quarter; by default this calendar year." placeholder:"DATE"`
	To           string `help:"Limits on or before this day, the last of a quarter." placeholder:"DATE"`
	Municipality string `help:"Of this municipality number; by default of the nation." placeholder:"CODE" xor:"area"`
	Office       string `help:"Of this county governor's office." placeholder:"NAME" xor:"area"`
	By           string `help:"Break each line down by kind (of measure), quarter, office or municipality." placeholder:"WHAT"`
	Requirement  string `help:"Only this requirement." placeholder:"ID"`
	Norm         string `help:"Only this norm level: statute, guideline or routine." placeholder:"LEVEL"`
	Service      string `help:"Only duties of this service." placeholder:"SERVICE"`
	Own          bool   `help:"You are the municipality itself: nothing is withheld, and the period may be any days."`
}

func (s *scorecardCommand) values() url.Values {
	v := s.when.values()
	for name, value := range map[string]string{
		"from": s.From, "to": s.To, "municipality": s.Municipality, "office": s.Office, "by": s.By, "requirement": s.Requirement, "norm": s.Norm, "service": s.Service,
	} {
		set(v, name, value)
	}
	if s.Own {
		v.Set("own", "true")
	}
	return v
}

// Run prints figures: in a table for people a line each and then what they mean, elsewhere each number with its definition.
func (s *scorecardCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		var card projections.Scorecard
		if err := asked(ctx, ledger, "/v1/scorecard", s.values(), &card); err != nil {
			return err
		}
		switch c.Format {
		case "json":
			e := json.NewEncoder(c.out)
			e.SetIndent("", "  ")
			return e.Encode(card)
		case "table":
			return c.scorecardTable(&card)
		}
		return c.scorecardNumbers(&card)
	})
}

// scorecardNumber is one number of a scorecard, as a line of its own.
type scorecardNumber struct {
	Requirement   string             `json:"requirement"`
	Turned18From  *events.Date       `json:"turned18From"`
	Turned18Until *events.Date       `json:"turned18Until"`
	Norm          requirements.Norm  `json:"norm"`
	Service       requirements.Owner `json:"service"`
	Office        string             `json:"office"`
	Municipality  string             `json:"municipality"`
	Kind          string             `json:"kind"`
	Quarter       string             `json:"quarter"`
	Figure        string             `json:"figure"`
	Value         *float64           `json:"value"` // null: withheld, or a median of nothing
	Definition    requirements.Text  `json:"definition"`
	From          events.Date        `json:"from"`
	To            events.Date        `json:"to"`
	ValidAt       events.Date        `json:"validAt"`
	KnownAt       string             `json:"knownAt"`
	Sequence      uint64             `json:"sequence"`
}

var scorecardColumns = []string{"requirement", "turned18From", "turned18Until", "norm", "service", "office", "municipality", "kind", "quarter", "figure", "value",
	"definitionNB", "definitionNN", "definitionEN", "from", "to", "validAt", "knownAt", "sequence"}

// scorecardNumbers prints a number a line, its definition beside it.
func (c *cli) scorecardNumbers(card *projections.Scorecard) error {
	p := c.printer()
	for i := range card.Rows {
		r := &card.Rows[i]
		l := lineOf(card, r)
		for _, f := range card.Figures {
			if !l.Tells(f.Name, card.Protected) {
				continue
			}
			n := scorecardNumber{
				Requirement: r.Requirement, Turned18From: r.Turned18From, Turned18Until: r.Turned18Until, Norm: r.Norm, Service: r.Service,
				Office: r.Office, Municipality: r.Municipality, Kind: r.Kind, Quarter: r.Quarter,
				Figure: f.Name, Value: figureOf(r, f.Name), Definition: both(f.Definition, l.Definition),
				From: card.From, To: card.To, ValidAt: card.ValidAt, KnownAt: instant(card.KnownAt), Sequence: card.Sequence,
			}
			p.row(n, scorecardColumns, []string{
				n.Requirement, day(n.Turned18From), day(n.Turned18Until), string(n.Norm), string(n.Service), n.Office, n.Municipality, n.Kind, n.Quarter, n.Figure, figureText(n.Value),
				n.Definition.NB, n.Definition.NN, n.Definition.EN, n.From.String(), n.To.String(), n.ValidAt.String(), n.KnownAt, fmt.Sprint(n.Sequence),
			})
		}
	}
	return p.close(&projections.Page{ValidAt: card.ValidAt, KnownAt: card.KnownAt, Sequence: card.Sequence, Withheld: card.Withheld})
}

func lineOf(card *projections.Scorecard, r *scorecard.Row) *scorecard.Line {
	i := slices.IndexFunc(card.Lines, func(l scorecard.Line) bool { return l.Counts(r) })
	return &card.Lines[i]
}

func both(a, b requirements.Text) requirements.Text {
	return requirements.Text{NB: a.NB + " " + b.NB, NN: a.NN + " " + b.NN, EN: a.EN + " " + b.EN}
}

// figureOf is a number of a row by its name; nil where it is not told.
func figureOf(r *scorecard.Row, name string) *float64 {
	n := map[string]*int{"total": r.Total, "recordedLate": r.RecordedLate, "recordedAfterLimit": r.RecordedAfterLimit}[name]
	if status, ok := requirements.ParseStatus(name); ok {
		n = *r.Statuses.Of(status)
	}
	if name == "medianDaysBefore18" {
		return r.MedianDaysBefore18
	}
	if n == nil {
		return nil
	}
	value := float64(*n)
	return &value
}

func figureText(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(*value, 'f', -1, 64)
}

// scorecardTable prints a row for each line and what it is broken down into, and below what the figures mean.
func (c *cli) scorecardTable(card *projections.Scorecard) error {
	p := c.printer()
	header := []string{"requirement", "turned 18", "norm", "service"}
	if card.By != scorecard.ByNothing {
		header = append(header, string(card.By))
	}
	for _, f := range card.Figures {
		header = append(header, f.Name)
	}
	for i := range card.Rows {
		r := &card.Rows[i]
		l := lineOf(card, r)
		cells := []string{r.Requirement, turned18(r), string(r.Norm), string(r.Service)}
		if card.By != scorecard.ByNothing {
			cells = append(cells, broken(card.By, r))
		}
		for _, f := range card.Figures {
			text := figureText(figureOf(r, f.Name))
			if text == "" && r.Withheld && l.Tells(f.Name, card.Protected) {
				text = "–"
			}
			cells = append(cells, text)
		}
		p.row(nil, header, cells)
	}
	if err := p.close(&projections.Page{ValidAt: card.ValidAt, KnownAt: card.KnownAt, Sequence: card.Sequence, Withheld: card.Withheld}); err != nil {
		return err
	}
	return explain(c.out, card)
}

func explain(out io.Writer, card *projections.Scorecard) error {
	_, err := fmt.Fprintf(out, "Limits from %s to %s.\n", card.From, card.To)
	if card.Protected && err == nil {
		_, err = fmt.Fprintln(out, "– is withheld: a number from 1 to 4, or one that would tell of it.")
	}
	for _, f := range card.Figures {
		if err == nil {
			_, err = fmt.Fprintf(out, "%s: %s\n", f.Name, f.Definition.EN)
		}
	}
	return err
}

func turned18(r *scorecard.Row) string {
	switch {
	case r.Turned18Until != nil:
		return "until " + r.Turned18Until.String()
	case r.Turned18From != nil:
		return "from " + r.Turned18From.String()
	}
	return ""
}

// broken is what a row is about of that which the lines are broken down by; nothing for the whole.
func broken(by scorecard.By, r *scorecard.Row) string {
	switch by {
	case scorecard.ByKind:
		return r.Kind
	case scorecard.ByQuarter:
		return r.Quarter
	case scorecard.ByOffice:
		return r.Office
	}
	return r.Municipality
}
