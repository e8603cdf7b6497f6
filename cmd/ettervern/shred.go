package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"ettervern/cmd/ettervern/api"
)

type shredCommand struct {
	Youth     string `arg:"" help:"The youth's pseudonym, a UUID." placeholder:"YOUTH"`
	Reason    string `required:"" help:"Why, as a code such as accuracy_contested, objection, unlawful or no_longer_needed; a wrong one is answered with all of them." placeholder:"CODE"`
	Clearance string `help:"The archive authority's clearance, such as \"Arkivverket 2026/1234\": destroy the key, for ever. Without it the history is only hidden." placeholder:"REF"`
	Lift      bool   `help:"Show a hidden history again."`
}

// Run hides, shows or erases one youth's history, and prints what was done as JSON.
func (s *shredCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		var done api.Shredded
		if err := ledger.post(ctx, "/v1/youths/"+url.PathEscape(s.Youth)+"/shred", api.Shredding{Reason: s.Reason, Clearance: s.Clearance, Lift: s.Lift}, &done); err != nil {
			return err
		}
		if done.Status == "erased" {
			fmt.Fprintf(c.errs, "Nobody can open the history any more. Backups made before hold the key until %s: destroy them by then.\n", done.KeyGoneFrom)
		}
		if len(done.Others) > 0 {
			fmt.Fprintf(c.errs, "The same person has other pseudonyms, whose histories are as they were: %s\n", strings.Join(done.Others, ", "))
		}
		return json.NewEncoder(c.out).Encode(done)
	})
}

// post sends an object and reads the answer into another.
func (c *client) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	response, err := c.send(ctx, path, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(out)
}
