//go:build !linux

package jetstream

// syncsItself says that the server must sync every message, for want of a barrier.
const syncsItself = true

// syncBarrier has nothing to do where there is no syncfs(2): the server syncs each message before its ack.
func syncBarrier(string) (barrier func() error, release func() error, err error) {
	nothing := func() error { return nil }
	return nothing, nothing, nil
}
