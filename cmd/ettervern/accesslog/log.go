// Package accesslog keeps on record who has looked at what, in a ledger of its own: one durable line for each question,
// before its answer.
package accesslog

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ettervern/events"
)

// Ledger is what the log needs of the ledger it is kept in.
type Ledger interface {
	// Append stores the entry after the one at sequence after in its entity's history, 0 for none, and returns it as
	// stored when it is durable. events.ErrConflict: the history is longer.
	Append(ctx context.Context, entry events.Entry, after uint64) (events.Entry, error)
	// Await returns when the views show the entry at sequence.
	Await(ctx context.Context, sequence uint64) error
	// Durable is the last sequence that can be shown.
	Durable() uint64
	// At reads the entry at a sequence.
	At(ctx context.Context, sequence uint64) (events.Entry, error)
	// Destroy destroys the key of an entity that is told to be forgotten. Doing it again is harmless.
	Destroy(ctx context.Context, entity events.Entity) error
	// Sealed tells whether there are keys to destroy.
	Sealed() bool
}

// ErrPlain: the log is kept in plain, so that nothing in it can be forgotten.
var ErrPlain = errors.New("the log of accesses is kept in plain: nothing in it can be forgotten")

const (
	source   = "/accesses"
	actor    = "ledger"
	patience = 30 * time.Second // for an entry to become durable
)

// Line is one access, with where it stands.
type Line struct {
	events.ContentsShown
	Time  time.Time
	Entry uint64 // its sequence in the log's ledger
}

// Log is the log, and a view of its own ledger. It is safe for concurrent use.
//
// All lines of a year are the history of one entity: its numbers show that none is missing, and its key can be destroyed when
// the year has been kept long enough. What is asked while an entry is made durable shares the next.
type Log struct {
	// Pseudonym stands for an asker whose name holds an identity number, as some issuers name people by it: an unkeyed digest
	// of a number is found out by trying them all. Set it before Start; without it such an asker cannot be recorded.
	Pseudonym func(name string) (string, error)

	now     func() time.Time
	ledger  Ledger // set by Start
	waiting chan *waiting
	stop    chan struct{}
	stopped chan struct{}
	close   sync.Once

	mu     sync.RWMutex        // guards all below
	ends   map[string]end      // by year
	youths map[string][]uint64 // the entries that name a youth, in order
	lists  []Line              // questions about many youths, in order
}

// end is where a year's history ends.
type end struct {
	number, sequence uint64
	forgotten        bool
}

type waiting struct {
	shown events.ContentsShown
	done  chan error // takes one
}

// New is an empty log, to be made a view of the ledger that Start is given.
func New(now func() time.Time) *Log {
	return &Log{
		now: now, waiting: make(chan *waiting, events.MaxEntryEvents), stop: make(chan struct{}), stopped: make(chan struct{}),
		ends: map[string]end{}, youths: map[string][]uint64{},
	}
}

// Start writes into the ledger from now on, until Close. The log must have folded what the ledger holds.
func (l *Log) Start(ledger Ledger) {
	l.ledger = ledger
	go l.run()
}

// Close finishes what was taken; after it nothing is recorded. Closing twice is harmless.
func (l *Log) Close() {
	l.close.Do(func() { close(l.stop) })
	<-l.stopped
}

// Record returns when the access is on disk. If it fails, or the asker no longer waits, nothing may be shown.
func (l *Log) Record(ctx context.Context, shown events.ContentsShown) error {
	who, err := l.nameOf(shown.Who)
	if err != nil {
		return err
	}
	shown.Who = who
	w := &waiting{shown, make(chan error, 1)}
	select {
	case l.waiting <- w:
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", events.ErrUnavailable, ctx.Err())
	case <-l.stop:
		return events.ErrUnavailable
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", events.ErrUnavailable, ctx.Err())
	case <-l.stopped: // what came after the writer had looked a last time is not written
		select {
		case err := <-w.done:
			return err
		default:
			return events.ErrUnavailable
		}
	}
}

// run is the one writer: it takes what is waiting, makes it durable, and answers.
func (l *Log) run() {
	defer close(l.stopped)
	for {
		select {
		case first := <-l.waiting:
			l.write(first)
		case <-l.stop:
			for {
				select {
				case late := <-l.waiting:
					late.done <- events.ErrUnavailable
				default:
					return
				}
			}
		}
	}
}

// write records one entry: the first line, and what waits beside it.
func (l *Log) write(first *waiting) {
	together := []*waiting{first}
	for len(together) < events.MaxEntryEvents && len(l.waiting) > 0 {
		together = append(together, <-l.waiting)
	}
	err := l.append(together)
	if err != nil && !errors.Is(err, events.ErrUnavailable) {
		err = fmt.Errorf("%w: the access could not be recorded: %w", events.ErrUnavailable, err)
	}
	for _, w := range together {
		w.done <- err
	}
}

func (l *Log) append(together []*waiting) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	now := l.now()
	year := yearOf(now)
	entry := events.Entry{Entity: events.Entity{Kind: events.Access, ID: year}, Actor: actor}
	for _, w := range together {
		entry.Events = append(entry.Events, events.Occurrence{ID: rand.Text(), Source: source, Time: now.UTC(), Event: &w.shown})
	}
	for tries := 0; ; tries++ {
		at := l.end(year)
		entry.Number = at.number + 1
		stored, err := l.ledger.Append(ctx, entry, at.sequence)
		if err == nil {
			l.Apply(stored)
			return nil
		}
		// An entry whose outcome was not known may have been stored after all; the views tell.
		if !errors.Is(err, events.ErrConflict) || tries == 2 || l.ledger.Await(ctx, l.ledger.Durable()) != nil {
			return err
		}
	}
}

func (l *Log) end(year string) end {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.ends[year]
}

// Apply folds the next entry of the log's ledger, which may have come before.
func (l *Log) Apply(e events.Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Entity.Kind != events.Access || e.Number <= l.ends[e.Entity.ID].number {
		return
	}
	l.ends[e.Entity.ID] = end{e.Number, e.Sequence, l.ends[e.Entity.ID].forgotten}
	for _, o := range e.Events {
		shown, is := o.Event.(*events.ContentsShown)
		switch {
		case !is:
			l.forget(e.Entity.ID)
		case shown.What == events.ShownList:
			l.lists = append(l.lists, Line{*shown, o.Time, e.Sequence})
		default:
			if named := l.youths[shown.Youth]; len(named) == 0 || named[len(named)-1] != e.Sequence {
				l.youths[shown.Youth] = append(named, e.Sequence)
			}
		}
	}
}

// forget drops what the memory holds of a year. The caller holds the lock.
func (l *Log) forget(year string) {
	l.ends[year] = end{l.ends[year].number, l.ends[year].sequence, true}
	l.lists = slices.DeleteFunc(slices.Clone(l.lists), func(line Line) bool { return yearOf(line.Time) == year }) // others read the old one
}

func yearOf(t time.Time) string { return events.DateOf(t).String()[:4] }

// Forget destroys the key of each year that ended more than so many years ago: that there were lines, and how many, can still be
// seen and proven, and nothing else. ErrPlain: nothing can be.
//
// If we crash after it was recorded, the next start of the ledger destroys the key.
func (l *Log) Forget(ctx context.Context, keep int) error {
	last := strconv.Itoa(events.DateOf(l.now()).Time().Year() - keep - 1)
	for year, at := range l.years() {
		if year > last || at.forgotten {
			continue
		}
		if !l.ledger.Sealed() {
			return ErrPlain
		}
		entity := events.Entity{Kind: events.Access, ID: year}
		stored, err := l.ledger.Append(ctx, events.Entry{Entity: entity, Number: at.number + 1, Actor: actor, Events: []events.Occurrence{
			{ID: rand.Text(), Source: source, Time: l.now().UTC(), Event: &events.AccessesForgotten{}},
		}}, at.sequence)
		if err != nil {
			return fmt.Errorf("forget the accesses of %s: %w", year, err)
		}
		l.Apply(stored)
		if err := l.ledger.Destroy(ctx, entity); err != nil {
			return fmt.Errorf("forget the accesses of %s: %w", year, err)
		}
	}
	return nil
}

func (l *Log) years() map[string]end {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return maps.Clone(l.ends)
}

// Of is every access that names the youth, in order.
func (l *Log) Of(ctx context.Context, youth string) ([]Line, error) {
	l.mu.RLock()
	named := l.youths[youth]
	l.mu.RUnlock()
	var lines []Line
	for _, sequence := range named {
		entry, err := l.ledger.At(ctx, sequence)
		if err != nil {
			return nil, err
		}
		for _, o := range entry.Events {
			if shown, is := o.Event.(*events.ContentsShown); is && shown.Youth == youth {
				lines = append(lines, Line{*shown, o.Time, sequence})
			}
		}
	}
	return lines, nil
}

// Lists is every question about many youths, in order. It is not to be changed.
func (l *Log) Lists() []Line {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.lists[:len(l.lists):len(l.lists)]
}

// maxWho is how long the name of an asker may be.
const maxWho = 160

// nameOf is the name of an asker as it may be stored. The same person is still the same under a pseudonym.
func (l *Log) nameOf(who string) (string, error) {
	switch {
	case !events.HoldsIdentityNumber(who):
		return printable(who), nil
	case l.Pseudonym == nil:
		return "", fmt.Errorf("%w: the asker has no name but an identity number", events.ErrUnavailable)
	}
	return l.Pseudonym(who)
}

func printable(who string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzæøåABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅ0123456789 ._@:/+#()-", r) {
			return r
		}
		return '_'
	}, who)
	if runes := []rune(name); len(runes) > maxWho {
		name = string(runes[:maxWho])
	}
	if name == "" {
		return "_"
	}
	return name
}
