package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/vault"
)

type keyCommand struct {
	Rotate keyRotateCommand `cmd:"" help:"Change the master key of the ledger in --data; no server may be running on it."`
}

type keyRotateCommand struct {
	To string `required:"" help:"The file of the new master key; made when it is not there." placeholder:"FILE" type:"path"`
}

// Run has the new master key wrap every key as well, and then opens everything with it, which destroys what the old one has wrapped. If we
// crash, one of the two opens everything: the old one before the first is done, the new one afterwards. Doing it again goes on.
func (r *keyRotateCommand) Run(ctx context.Context, c *cli) error {
	if c.Data == "" || c.Server != "" || !isLedger(c.Data) {
		return usageError("say which ledger: --data DIR of one that no server runs on")
	}
	old, err := vault.OpenMasterKey(masterFile(c.Data, c.MasterKey))
	if err != nil {
		return usageError("the master key that the ledger has: " + err.Error())
	}
	fresh, err := vault.OpenMasterKey(r.To)
	switch {
	case err == nil && fresh.ID() == old.ID():
		return usageError(r.To + " holds the master key that the ledger has")
	case err != nil && !errors.Is(err, vault.ErrNoMasterKey):
		return usageError("the new master key: " + err.Error())
	}
	begun := fresh != nil
	err = c.eachStopped(ctx, old, begun, func(ledger *jetstream.Ledger) (err error) {
		if fresh == nil {
			if fresh, err = vault.CreateMasterKey(r.To); err != nil {
				return err
			}
		}
		return ledger.Rewrap(ctx, fresh)
	})
	if errors.Is(err, vault.ErrOtherMaster) && begun {
		err = nil // it was further when it was broken off; the new key tells
	}
	if err == nil {
		err = c.eachStopped(ctx, fresh, false, func(*jetstream.Ledger) error { return nil })
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "The ledger in %s opens with %s now, and with nothing else.\nBackups made before open with the old key only: keep it, elsewhere, until the last of them is gone.\n", c.Data, r.To)
	return err
}

// eachStopped opens the ledger in --data, on which no server runs, and the log of who has looked, in turn, and does something with each.
// Where a change was begun before, one that is sealed by another master key is passed over; the error is vault.ErrOtherMaster then.
func (c *cli) eachStopped(ctx context.Context, master vault.Master, begun bool, do func(*jetstream.Ledger) error) (passed error) {
	for _, of := range c.stopped(master) {
		ledger, err := openWhole(ctx, of)
		if begun && errors.Is(err, vault.ErrOtherMaster) {
			passed = err
			continue
		}
		if err == nil {
			err = errors.Join(do(ledger), ledger.Close(ctx))
		}
		if err != nil {
			return err
		}
	}
	return passed
}

// stopped is how the ledger in --data is opened where no doors are needed, and the log of who has looked, if there is one.
func (c *cli) stopped(master vault.Master) []jetstream.Config {
	all := []jetstream.Config{{Dir: c.Data, Master: master, BackupDays: c.BackupDays}}
	if looked := filepath.Join(c.Data, accessesDir); isLedger(looked) {
		all = append(all, jetstream.Config{Dir: looked, Master: master, BackupDays: c.BackupDays, Kinds: []events.Kind{events.Access}})
	}
	return all
}
