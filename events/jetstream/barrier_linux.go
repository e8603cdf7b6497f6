package jetstream

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// syncsItself says that the server must sync every message, for want of a barrier.
const syncsItself = false

// syncBarrier makes everything written to the file system of dir durable, by one syncfs(2). The kernel reports a
// failed write once, to the next barrier: that one must be the writer's last.
func syncBarrier(dir string) (barrier func() error, release func() error, err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("open the store for the durability barrier: %w", err)
	}
	return func() error { return unix.Syncfs(int(f.Fd())) }, f.Close, nil
}
