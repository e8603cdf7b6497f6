// Command bench measures the ledger, each figure beside a raw counterpart in the same run, and prints one table.
// Ratios are what counts: absolute speeds are the machine's.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// bench is one run: how large it is, where it writes, and what it found.
type bench struct {
	events  int           // of the import and the rebuild
	youths  int           // they are about
	files   int           // of the national register
	span    time.Duration // how long a round of recording lasts
	rounds  int           // of each contender
	only    string        // letters of the figures to measure
	profile string        // directory for a CPU profile of each round, "" for none
	rows    []row
}

// row is one figure beside its counterpart.
type row struct{ figure, ours, raw, ratio, demanded string }

func main() {
	log.SetFlags(0)
	b := &bench{}
	flag.IntVar(&b.events, "events", 1_000_000, "events of the import and the rebuild")
	flag.IntVar(&b.youths, "youths", 50_000, "youths they are about")
	flag.IntVar(&b.files, "files", 10_000, "files of the national register")
	flag.DurationVar(&b.span, "span", time.Second, "how long a round of recording lasts")
	flag.IntVar(&b.rounds, "rounds", 5, "rounds of each, raw and ours in turn")
	flag.StringVar(&b.only, "only", "abcdefghijr", "which figures, by letter")
	flag.StringVar(&b.profile, "profile", "", "directory for a CPU profile of each round")
	flag.Parse()
	if err := b.run(); err != nil {
		log.Fatal("bench: ", err)
	}
}

func (b *bench) run() error {
	for _, part := range []struct {
		letters string
		measure func() error
	}{
		{"def", b.asking}, {"i", b.scorecards}, {"g", b.reading}, {"a", b.recording}, {"b", b.importing}, {"c", b.rebuilding}, {"h", b.proving}, {"j", b.bundling}, {"r", b.registering},
	} {
		if !strings.ContainsAny(b.only, part.letters) {
			continue
		}
		if err := part.measure(); err != nil {
			return err
		}
	}
	return b.print()
}

func (b *bench) print() error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FIGURE\tOURS\tRAW\tRATIO\tDEMANDED")
	for _, r := range b.rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.figure, r.ours, r.raw, r.ratio, r.demanded)
	}
	return w.Flush()
}

// inDir measures in a directory of its own, on the file system of the working directory: /tmp may be memory.
func inDir(measure func(dir string) error) error {
	dir, err := os.MkdirTemp(".", "bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return measure(dir)
}
