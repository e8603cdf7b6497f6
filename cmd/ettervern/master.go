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
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	return vault.CreateMasterKey(file)
}
