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
	events int           // of the import and the rebuild
	youths int           // they are about
	span   time.Duration // how long each rate of recording is measured
	only   string        // letters of the figures to measure
	rows   []row
}

// row is one figure beside its counterpart.
type row struct{ figure, ours, raw, ratio, demanded string }

func main() {
	log.SetFlags(0)
	b := &bench{}
	flag.IntVar(&b.events, "events", 1_000_000, "events of the import and the rebuild")
	flag.IntVar(&b.youths, "youths", 50_000, "youths they are about")
	flag.DurationVar(&b.span, "span", 5*time.Second, "how long each rate of recording is measured")
	flag.StringVar(&b.only, "only", "abcdefg", "which figures, by letter")
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
		{"a", b.recording}, {"b", b.importing}, {"c", b.rebuilding}, {"defg", b.asking},
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

// rates adds a row of two rates and their ratio.
func (b *bench) rates(figure string, ours, raw float64, demanded string) {
	b.rows = append(b.rows, row{figure, rate(ours), rate(raw), fmt.Sprintf("%.2f", ours/raw), demanded})
	fmt.Fprintf(os.Stderr, "%s: %s against %s\n", figure, rate(ours), rate(raw))
}

func rate(perSecond float64) string { return fmt.Sprintf("%.0f/s", perSecond) }

// inDir runs a measurement in a directory of its own, on the file system of the working directory: /tmp may be memory.
func inDir(measure func(dir string) error) error {
	dir, err := os.MkdirTemp(".", "bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return measure(dir)
}
