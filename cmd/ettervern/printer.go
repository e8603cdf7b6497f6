package main

import (
	"ettervern/projections"
)

// printer prints rows in the format asked for; the first row tells the columns. It keeps its first error for close.
type printer struct {
	cli    *cli
	format string
	to     format // made at the first row
	count  int
	err    error
}

func (c *cli) printer() *printer { return &printer{cli: c, format: c.Format} }

// row prints one row, as JSON shows the value and as cells.
func (p *printer) row(value any, header, cells []string) {
	if p.begin(header); p.err == nil {
		p.count++
		p.err = p.to.row(value, cells)
	}
}

func (p *printer) begin(header []string) {
	if header == nil {
		header = []string{"no rows"}
	}
	if p.to == nil && p.err == nil {
		p.to, p.err = p.cli.printAs(p.format, header)
	}
}

// close ends the answer; page, where there is one, says what it was computed from.
func (p *printer) close(page *projections.Page) error {
	if page == nil {
		return p.end(head{})
	}
	return p.end(head{ValidAt: page.ValidAt, KnownAt: page.KnownAt, Sequence: page.Sequence, Next: page.Next, Withheld: page.Withheld})
}

func (p *printer) end(h head) error {
	if p.begin(nil); p.err != nil {
		return p.err
	}
	return p.to.end(h)
}
