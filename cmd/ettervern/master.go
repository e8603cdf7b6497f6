package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ettervern/events/jetstream"
	"ettervern/events/vault"
)

// masterFile is where the master key of the ledger in dir lies, unless the operator says otherwise.
func masterFile(dir, file string) string {
	if file == "" {
		return filepath.Join(dir, "master.key")
	}
	return file
}

// openMaster is the master key of the ledger in dir. It is made for a ledger that is not there yet; a plain one has none.
func openMaster(dir, file string) (vault.Master, error) {
	key, err := vault.OpenMasterKey(file)
	if err == nil {
		return key, nil
	}
	if !errors.Is(err, vault.ErrNoMasterKey) {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, jetstream.IdentityFile)); err == nil {
		return nil, nil // plain; or sealed, and then the ledger says that it needs its key
	}
	return makeMaster(dir, file)
}

func makeMaster(dir, file string) (vault.Master, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	return vault.CreateMasterKey(file)
}

// openMaster is the master key of the program's ledger. Whether there is one yet on servers of others only they know: then the
// key is made when they say so, for a machine that takes over must be given the one there is.
func (c config) openMaster(file string) (vault.Master, func() (vault.Master, error), error) {
	if c.remote == nil {
		key, err := openMaster(c.dir, file)
		return key, nil, err
	}
	key, err := vault.OpenMasterKey(file)
	if errors.Is(err, vault.ErrNoMasterKey) {
		return nil, func() (vault.Master, error) { return makeMaster(c.dir, file) }, nil
	}
	return key, nil, err
}
