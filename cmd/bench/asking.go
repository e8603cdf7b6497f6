package main

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"ettervern/commands"
	"ettervern/events"
	ledger "ettervern/events/jetstream"
	"ettervern/projections"
	"ettervern/projections/requirements"
)

// perHistory is how many events a youth of the questions has.
const perHistory = 20

// asking measures questions at 50,000 youths with twenty events, and what they cost in memory.
func (b *bench) asking() error {
	before := inUse()
	youths := projections.NewYouths()
	b.foldAll(youths)
	youths.Today()
	facts := float64(inUse()-before) / float64(b.youths)
	before = inUse()
	states := commands.NewStates()
	b.foldAll(states)
	known := float64(inUse()-before) / float64(b.youths)
	today := events.DateOf(time.Now())
	b.overdue("(d) overdue today, nationally, page of 100", "p50 0.5 ms, p99 5 ms", 2000, youths, projections.Query{Limit: 100})
	b.overdue("(d) overdue today, one municipality", "p50 0.5 ms, p99 5 ms", 2000, youths, projections.Query{Limit: 100, Municipality: municipality(7)})
	b.overdue("(e) overdue a year ago, nationally", "150 ms", 20, youths, projections.Query{Limit: 100, ValidAt: today.AddMonths(-12)})
	b.rows = append(b.rows,
		row{figure: "(f) memory of a youth with 20 events, views", ours: fmt.Sprintf("%.0f B", facts), demanded: "2048 B"},
		row{figure: "(f) what deciding keeps of the same youth", ours: fmt.Sprintf("%.0f B", known)})
	runtime.KeepAlive(states)
	return nil
}

// foldAll folds the entries as an import would have stored them.
func (b *bench) foldAll(views ...ledger.View) {
	for n := range b.youths {
		e := events.Entry{Entity: events.YouthEntity(youthID(n)), Number: 1, Sequence: uint64(n + 1), Recorded: time.Now().UTC(), Actor: "emitter"}
		for i := range perHistory {
			e.Events = append(e.Events, occurrence(n, i))
		}
		for _, v := range views {
			v.Apply(e)
		}
	}
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (b *bench) overdue(figure, demanded string, times int, youths *projections.Youths, q projections.Query) {
	b.spread(figure, demanded, times, func() error {
		page, err := youths.Overdue(q)
		if err == nil && len(page.Rows) == 0 {
			err = fmt.Errorf("%s: nobody is overdue", figure)
		}
		return err
	})
}

// spread adds a row of the median and the 99th percentile of an operation.
func (b *bench) spread(figure, demanded string, times int, do func() error) {
	took := make([]time.Duration, times)
	for i := range took {
		start := time.Now()
		if err := do(); err != nil {
			b.rows = append(b.rows, row{figure: figure, ours: err.Error(), demanded: demanded})
			return
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	ours := fmt.Sprintf("p50 %s, p99 %s", milliseconds(took[times/2]), milliseconds(took[times*99/100]))
	b.rows = append(b.rows, row{figure: figure, ours: ours, demanded: demanded})
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}

// reading measures reading one youth's forty entries, of a ledger with other youths between them.
func (b *bench) reading() error { return inDir(b.history) }

func (b *bench) history(dir string) error {
	p, err := openProgram(filepath.Join(dir, "ours"), nil)
	if err != nil {
		return err
	}
	defer p.close()
	const youths, entries = 200, 40
	for i := range entries {
		for n := range youths {
			if r := p.handler.Record(context.Background(), cloudEvent(n, i), "emitter"); r.Err != nil {
				return r.Err
			}
		}
	}
	n := 0
	b.spread("(g) history of 40 events", "2 ms", 500, func() error {
		n++
		history, err := p.ledger.History(context.Background(), events.YouthEntity(youthID(n%youths)))
		if err == nil && len(history) != entries {
			err = fmt.Errorf("the history has %d entries", len(history))
		}
		if err == nil {
			projections.History(history, requirements.Moment{ValidAt: events.DateOf(time.Now()), Known: p.ledger.Durable()})
		}
		return err
	})
	return nil
}
