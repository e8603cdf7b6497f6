//go:build !unix

package jetstream

import (
	"errors"
	"os"
)

// flock refuses: without a lock two processes could write one ledger.
func flock(*os.File) error {
	return errors.New("this system has no file locks that the ledger can use")
}
