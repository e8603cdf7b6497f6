package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// contender is one way to do the same work. A round does as much of it as it likes and tells how much that was.
type contender struct {
	name    string
	prepare func(round int) error // before the clock runs; nil for nothing
	round   func(round int) (done int, err error)
	finish  func(round int) error // after it has stopped; nil for nothing
	laps    []lap
}

// lap is what one round took for each thing done.
type lap struct {
	rate float64       // a second
	cpu  time.Duration // of the whole process, the server included
}

// contest lets the contenders work in turn, round after round, so that what else the machine does meanwhile falls on
// all of them. Ratios are those of neighbouring rounds.
func (b *bench) contest(contenders ...*contender) error {
	for round := range b.rounds {
		for _, c := range contenders {
			if err := errors.Join(b.lap(c, round), c.after(round)); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	return nil
}

func (b *bench) lap(c *contender, round int) error {
	if c.prepare != nil {
		if err := c.prepare(round); err != nil {
			return err
		}
	}
	runtime.GC() // what the one before left behind is not this one's work
	return b.profiled(fmt.Sprintf("%s-%d", c.name, round), func() error {
		began, used := time.Now(), cpu()
		done, err := c.round(round)
		if err != nil {
			return err
		}
		l := lap{float64(done) / time.Since(began).Seconds(), (cpu() - used) / time.Duration(max(done, 1))}
		c.laps = append(c.laps, l)
		fmt.Fprintf(os.Stderr, "%s: %.0f/s, %.1f µs\n", c.name, l.rate, micro(l.cpu))
		return nil
	})
}

func (c *contender) after(round int) error {
	if c.finish == nil {
		return nil
	}
	return c.finish(round)
}

// cpu is the processor time this process has used.
func cpu() time.Duration {
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// compare adds a row of medians, and of the lowest and highest ratio of a round.
func (b *bench) compare(figure string, ours, raw *contender, demanded string) {
	var ratios, rates, rawRates, used, rawUsed []float64
	for i, l := range ours.laps {
		r := raw.laps[i]
		ratios = append(ratios, l.rate/r.rate)
		rates, rawRates = append(rates, l.rate), append(rawRates, r.rate)
		used, rawUsed = append(used, micro(l.cpu)), append(rawUsed, micro(r.cpu))
	}
	b.rows = append(b.rows, row{
		figure: figure, ours: fmt.Sprintf("%.0f/s, %.1f µs", median(rates), median(used)),
		raw:   fmt.Sprintf("%.0f/s, %.1f µs", median(rawRates), median(rawUsed)),
		ratio: fmt.Sprintf("%.2f (%.2f-%.2f)", median(ratios), slices.Min(ratios), slices.Max(ratios)), demanded: demanded,
	})
}

// alone adds a row of a figure without a counterpart.
func (b *bench) alone(figure string, ours *contender, demanded string) {
	var rates, used []float64
	for _, l := range ours.laps {
		rates, used = append(rates, l.rate), append(used, micro(l.cpu))
	}
	b.rows = append(b.rows, row{figure: figure, demanded: demanded,
		ours: fmt.Sprintf("%.0f/s (%.0f-%.0f), %.1f µs", median(rates), slices.Min(rates), slices.Max(rates), median(used))})
}

func micro(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// profiled writes a CPU profile of what it measures when one was asked for.
func (b *bench) profiled(name string, measure func() error) error {
	if b.profile == "" {
		return measure()
	}
	f, err := os.Create(filepath.Join(b.profile, name+".pprof"))
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = measure()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}
