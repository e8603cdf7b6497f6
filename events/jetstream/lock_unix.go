//go:build unix

package jetstream

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// flock takes the lock without waiting. The kernel lets go of it when the process dies, however it dies.
func flock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}
