package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ettervern/events"
	"ettervern/events/jetstream"
)

type importLedgerCommand struct {
	From   string `arg:"" help:"The directory of a ledger in plain (ledger.format 1); no server may be running on it." placeholder:"DIR" type:"path"`
	Origin string `help:"The name under which the new ledger signs checkpoints; fixed from then on." placeholder:"NAME"`
}

// carriedName is the file that says what a ledger was carried over from.
const carriedName = "carried-over"

// Run carries a plain ledger over into a new one in --data, which is sealed: the same entries at the same sequences, with the times
// at which they were recorded. It then opens the new one, which compares all of it.
func (i *importLedgerCommand) Run(ctx context.Context, c *cli) error {
	switch {
	case c.Data == "" || c.Server != "":
		return usageError("say where the new ledger is to be: --data DIR")
	case isLedger(c.Data):
		return usageError("there is a ledger in " + c.Data + " already; begin with a new directory")
	case !isLedger(i.From):
		return usageError("there is no ledger in " + i.From)
	}
	last, err := i.carryAll(ctx, c)
	if err != nil {
		return err
	}
	p, err := open(ctx, config{dir: c.Data, master: c.MasterKey, sealed: true, gate: everyone("operator"), callers: everyone("operator")})
	if err != nil {
		return err
	}
	err = p.ledger.Stopped()
	if there := p.ledger.Applied(); err == nil && there != last {
		err = fmt.Errorf("of %d entries only %d are there", last, there)
	}
	if err = closeWith(ctx, p, err); err == nil {
		_, err = fmt.Fprintf(c.out, "%s carried over, and compared\n", counted(last, "entry", "entries"))
	}
	return err
}

// carryAll fills the new ledger, and its log of who has looked, and is how many entries the first was given.
func (i *importLedgerCommand) carryAll(ctx context.Context, c *cli) (last uint64, err error) {
	for _, l := range []struct {
		dir   string
		kinds []events.Kind
	}{{"", nil}, {accessesDir, []events.Kind{events.Access}}} {
		if !isLedger(filepath.Join(i.From, l.dir)) {
			continue
		}
		from, err := jetstream.Open(ctx, jetstream.Config{Dir: filepath.Join(i.From, l.dir), Kinds: l.kinds})
		if errors.Is(err, jetstream.ErrNoMaster) {
			return 0, fmt.Errorf("the ledger in %s is sealed already: there is nothing to carry over", i.From)
		}
		if err != nil {
			return 0, err
		}
		if l.dir == "" {
			last = from.Durable()
		}
		if err := errors.Join(i.carry(ctx, c, from, l.dir, l.kinds), from.Close(ctx)); err != nil {
			return 0, fmt.Errorf("%w; what is in %s is of no use: remove it before you try again", err, c.Data)
		}
	}
	return last, nil
}

// carry fills one new ledger.
func (i *importLedgerCommand) carry(ctx context.Context, c *cli, from *jetstream.Ledger, dir string, kinds []events.Kind) error {
	master, err := openMaster(c.Data, masterFile(c.Data, c.MasterKey))
	if err == nil {
		err = i.copySecrets(c.Data)
	}
	if err != nil {
		return err
	}
	dir = filepath.Join(c.Data, dir)
	to, err := jetstream.Open(ctx, jetstream.Config{Dir: dir, Kinds: kinds, Master: master, Sealed: true, Origin: i.Origin})
	if err != nil {
		return err
	}
	bar := c.bar(int64(from.Durable()), "carrying over", false)
	err = to.CarryOver(ctx, from, func(n uint64) { _ = bar.Set64(int64(n)) }) // a bar that cannot be drawn stops nothing
	if err = errors.Join(err, bar.Close(), to.Close(ctx)); err == nil {
		err = i.note(ctx, from, dir)
	}
	return err
}

// copySecrets takes over what pseudonyms are made with, and the tokens: they belong to the same people.
func (i *importLedgerCommand) copySecrets(dir string) error {
	for _, name := range []string{secretName, tokensName} {
		text, err := os.ReadFile(filepath.Join(i.From, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// note keeps the last checkpoint of the old ledger, and the key that it is checked with: who has kept others of it finds out here
// what became of it.
func (i *importLedgerCommand) note(ctx context.Context, from *jetstream.Ledger, dir string) error {
	if from.Durable() == 0 {
		return nil
	}
	signed, err := from.Checkpoint(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, carriedName), append(signed.Note, ("\n"+from.VerifierKey()+"\n")...), 0o600)
}
