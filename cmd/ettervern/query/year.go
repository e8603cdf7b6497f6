package query

import (
	"context"
	"io"
	"maps"
	"regexp"

	"ettervern/cmd/ettervern/access"
	"ettervern/events"
	"ettervern/projections/bundle"
)

var fourDigits = regexp.MustCompile(`^[0-9]{4}$`)

// AccessYear writes a year of the log of accesses, for bundle.Auditor: everything that was asked about everyone, with the key that opens
// it. It is events.ErrNotFound for what is no year.
func (c *Core) AccessYear(ctx context.Context, year string, params Params) (func(io.Writer) error, error) {
	a, err := c.understand(ctx, access.AccessYear, params, OfAccessYear)
	if err != nil {
		return nil, err
	}
	if !fourDigits.MatchString(year) {
		return nil, events.ErrNotFound
	}
	prover, entity := c.config.AccessProver, events.Entity{Kind: events.Access, ID: year}
	before, err := prover.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	_, entries, err := prover.KeysFor(ctx, entity, before.Size)
	if err != nil {
		return nil, err
	}
	asked := maps.Clone(params)
	asked["year"] = year
	if err := c.record(ctx, &a, asked, shown{what: events.ShownAccesses, count: entries}); err != nil {
		return nil, err
	}
	signed, err := prover.Checkpoint(ctx) // over this question too
	if err != nil {
		return nil, err
	}
	keys, _, err := prover.KeysFor(ctx, entity, signed.Size)
	if err != nil {
		return nil, err
	}
	return func(out io.Writer) error {
		if _, err := out.Write(bundle.YearHead(year, signed.Note, keys)); err != nil {
			return err
		}
		return prover.Stored(ctx, signed.Size, func(e events.Entity, number uint64, stored []byte) error {
			_, err := io.WriteString(out, bundle.YearLine(year, e, number, stored))
			return err
		})
	}, nil
}
