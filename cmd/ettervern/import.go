package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"ettervern/cmd/ettervern/api"
	"ettervern/cmd/ettervern/register"
)

type importCommand struct {
	Register registerCommand     `cmd:"" help:"Import the XML that child-welfare systems send to the national register."`
	Ledger   importLedgerCommand `cmd:"" help:"Carry a ledger in plain over into a new one, which is sealed."`
}

type registerCommand struct {
	Paths     []string `arg:"" help:"Files, directories and ZIP archives; a file holds one case." placeholder:"FILE|DIR|ZIP"`
	Total     bool     `help:"The files are whole cases: take back what they do not mention."`
	All       bool     `help:"Also children who cannot be in the transition window within a year."`
	Synthetic bool     `help:"Take synthetic identity numbers too, for trying out."`
	DryRun    bool     `help:"Record nothing; tell what each file would change in the ledger as it is."`
}

// Run imports every file it finds and tells what became of them. What is refused is told; the rest stands.
func (r *registerCommand) Run(ctx context.Context, c *cli) error {
	size, err := r.size()
	if err != nil {
		return usageError(err.Error())
	}
	ledger, err := c.client(ctx)
	if err != nil {
		return err
	}
	totals, out, bar := register.NewTotals(r.DryRun), c.registerPrinter(), c.progress(size, "importing")
	_ = bar.RenderBlank() // so do the others below: a bar that cannot be drawn stops nothing
	sender := register.Sender{
		Send: func(archive []byte) ([]*register.Report, error) { return ledger.importFiles(ctx, r.params(), archive) },
		Take: func(f register.Found, report *register.Report) {
			totals.Add(report)
			out.file(report)
			_ = bar.Add64(f.Size)
		},
	}
	totals.PassedOver, err = register.Walk(r.Paths, sender.Add)
	if closed := sender.Close(); err == nil {
		err = closed
	}
	err = errors.Join(err, bar.Close(), out.close(totals.Close()), ledger.close())
	if err == nil && totals.Refused > 0 {
		err = errRefused
	}
	return err
}

// size is how many bytes there are to import, for the progress bar; it fails when a path is not there.
func (r *registerCommand) size() (bytes int64, err error) {
	_, err = register.Walk(r.Paths, func(f register.Found) error { bytes += f.Size; return nil })
	return bytes, err
}

func (r *registerCommand) params() url.Values {
	v := url.Values{}
	for name, given := range map[string]bool{"total": r.Total, "all": r.All, "synthetic": r.Synthetic, "dryRun": r.DryRun} {
		if given {
			v.Set(name, "true")
		}
	}
	return v
}

// importFiles sends an archive and is the reports of its files, in order.
func (c *client) importFiles(ctx context.Context, params url.Values, archive []byte) ([]*register.Report, error) {
	response, err := c.send(ctx, "/v1/register?"+params.Encode(), "application/zip", bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer api.ImportAnswer
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	return answer.Files, nil
}
