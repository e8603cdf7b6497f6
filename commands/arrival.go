package commands

import (
	"context"
	"iter"
	"slices"
	"sync"

	"ettervern/events"
)

const (
	arriving = 256 // how many events may have come in that are not read yet
	readOnce = 32  // how many one goroutine reads; half of what an import costs is reading
)

// arrival is one event of a stream: as it came in, and read.
type arrival struct {
	raw        []byte
	failed     error // of the stream, which ends with it
	submission events.Submission
	err        error
}

// arrivals are the events of a stream, as fast as it gives them, until it ends, fails or the context does.
func arrivals(ctx context.Context, raws iter.Seq2[[]byte, error]) <-chan arrival {
	all := make(chan arrival, arriving)
	go func() {
		defer close(all)
		for raw, err := range raws {
			select {
			case all <- arrival{raw: raw, failed: err}:
			case <-ctx.Done():
				return
			}
			if err != nil || ctx.Err() != nil {
				return
			}
		}
	}()
	return all
}

// read brings events read, in the order in which they came. Those that have come are read beside one another, and it
// waits for no others.
func read(all <-chan arrival) iter.Seq[*arrival] {
	return func(yield func(*arrival) bool) {
		var some []arrival
		for first := range all {
			some = present(append(some[:0], first), all)
			readEach(some)
			for i := range some {
				if !yield(&some[i]) {
					return
				}
			}
		}
	}
}

// present adds what has come and waits for nothing.
func present(some []arrival, all <-chan arrival) []arrival {
	for len(some) < arriving {
		select {
		case a, open := <-all:
			if !open {
				return some
			}
			some = append(some, a)
		default:
			return some
		}
	}
	return some
}

func readEach(some []arrival) {
	var reading sync.WaitGroup
	for part := range slices.Chunk(some, readOnce) {
		reading.Go(func() {
			for i := range part {
				if a := &part[i]; a.failed == nil {
					a.submission, a.err = events.ReadSubmission(a.raw)
				}
			}
		})
	}
	reading.Wait()
}
