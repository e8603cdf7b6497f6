package projections

import (
	"sort"
	"time"
)

// times remembers when each sequence was recorded, in four bytes for most of them, so that knownAt can be an instant.
type times struct{ runs []run }

// run is a stretch of sequences without a gap, recorded within an hour of its first.
type run struct {
	first uint64 // sequence
	base  int64  // microseconds since 1970
	after []uint32
}

// The ledger's times are whole microseconds; a run ends before they overflow 32 bits, and is short enough to search.
const (
	maxSpan = 1<<32 - 1
	maxRun  = 1024
)

func (t *times) add(sequence uint64, recorded time.Time) {
	at := recorded.UnixMicro()
	if n := len(t.runs); n > 0 {
		last := &t.runs[n-1]
		since := at - last.base
		if since >= 0 && since <= maxSpan && len(last.after) < maxRun && sequence == last.first+uint64(len(last.after)) {
			last.after = append(last.after, uint32(since))
			return
		}
		last.after = append(make([]uint32, 0, len(last.after)), last.after...) // what append kept spare
	}
	t.runs = append(t.runs, run{sequence, at, []uint32{0}})
}

// upTo is the greatest sequence recorded up to an instant; 0 before the first.
func (t *times) upTo(instant time.Time) uint64 {
	at := instant.UnixMicro()
	i := sort.Search(len(t.runs), func(i int) bool { return t.runs[i].base > at })
	if i == 0 {
		return 0
	}
	r := &t.runs[i-1]
	n := sort.Search(len(r.after), func(k int) bool { return r.base+int64(r.after[k]) > at })
	return r.first + uint64(n) - 1
}

// of is when the greatest sequence up to the given one was recorded; false before the first.
func (t *times) of(sequence uint64) (time.Time, bool) {
	i := sort.Search(len(t.runs), func(i int) bool { return t.runs[i].first > sequence })
	if i == 0 {
		return time.Time{}, false
	}
	r := &t.runs[i-1]
	k := min(sequence-r.first, uint64(len(r.after)-1))
	return time.UnixMicro(r.base + int64(r.after[k])).UTC(), true
}
