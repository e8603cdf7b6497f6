package main

import (
	"context"
	"io"
	"net/url"
	"strconv"
)

type checkpointCommand struct {
	Key bool    `help:"Print the public key that checkpoints are checked with, instead." xor:"what"`
	Old *uint64 `help:"The size of an earlier checkpoint: prove that the ledger begins with it." placeholder:"SIZE" xor:"what"`

	Accesses bool `help:"Of the log of who has looked."`
}

// Run prints the ledger's signed checkpoint, or what it is checked with.
func (k *checkpointCommand) Run(ctx context.Context, c *cli) error {
	return c.ask(ctx, func(ledger *client) error {
		path, params := "/v1/checkpoint", url.Values{}
		if k.Accesses {
			path = "/v1/accesses/checkpoint"
		}
		if k.Key {
			path += "/key"
		}
		if k.Old != nil {
			params.Set("old", strconv.FormatUint(*k.Old, 10))
		}
		answer, _, err := ledger.get(ctx, path, params)
		if err != nil {
			return err
		}
		defer answer.Close()
		_, err = io.Copy(c.out, answer)
		return err
	})
}
