package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"ettervern/cmd/ettervern/batch"
	"ettervern/events"
)

type recordCommand struct {
	Files []string `arg:"" optional:"" help:"Files of CloudEvents: NDJSON, one object, or an array; - for standard input." placeholder:"FILE"`
}

// How much of a file is sent at a time.
const (
	chunkEvents = 5000
	chunkBytes  = 4 << 20
)

// Run records each file in turn and prints a receipt for each event. It goes on past what is refused.
func (r *recordCommand) Run(ctx context.Context, c *cli) (err error) {
	for _, name := range r.Files {
		if name != "-" && !isThere(name) {
			return usageError(name + " is not there")
		}
	}
	ledger, err := c.client(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.close()) }()
	if len(r.Files) == 0 {
		r.Files = []string{"-"}
	}
	refused := false
	for _, name := range r.Files {
		some, failed := c.recordFile(ctx, ledger, name)
		if failed != nil { // the other files stand
			err = errors.Join(err, fmt.Errorf("%s: %w", name, failed))
		}
		refused = refused || some
	}
	if err == nil && refused {
		err = errRefused
	}
	return err
}

func (c *cli) recordFile(ctx context.Context, ledger *client, name string) (refused bool, err error) {
	in, size := c.in, int64(-1)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return false, err
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil {
			size = info.Size()
		}
		in = f
	}
	s := sender{ctx: ctx, client: ledger, out: json.NewEncoder(c.out), bar: c.progress(size, "recording")}
	err = s.addAll(in)
	return s.refused, errors.Join(err, s.bar.Close())
}

// addAll sends all events of a file. Those before a place where it is broken stand.
func (s *sender) addAll(in io.Reader) error {
	for event, err := range eventsIn(in) {
		if err != nil {
			return errors.Join(s.flush(), err)
		}
		if err := s.add(event); err != nil {
			return err
		}
	}
	return s.flush()
}

// progress is a bar on standard error when that is a terminal.
func (c *cli) progress(size int64, doing string) *progressbar.ProgressBar {
	return c.bar(size, doing, true)
}

// bar is a bar of bytes, or of things.
func (c *cli) bar(size int64, doing string, bytes bool) *progressbar.ProgressBar {
	f, ok := c.errs.(*os.File)
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(c.errs), progressbar.OptionSetVisibility(ok && term.IsTerminal(int(f.Fd()))),
		progressbar.OptionShowBytes(bytes), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription(doing))
}

// sender gathers events into chunks and prints the receipts of each chunk.
type sender struct {
	ctx     context.Context
	client  *client
	out     *json.Encoder // of receipts; nil for nobody
	bar     *progressbar.ProgressBar
	lines   bytes.Buffer
	count   int
	refused bool
}

func (s *sender) add(event []byte) error {
	event = event[:min(len(event), events.MaxEventBytes+1)]           // what is longer is refused for its size, whatever it holds
	s.lines.Write(bytes.ReplaceAll(event, []byte("\n"), []byte(" "))) // inside JSON a line break is only space
	s.lines.WriteByte('\n')
	if s.count++; s.count >= chunkEvents || s.lines.Len() >= chunkBytes {
		return s.flush()
	}
	return nil
}

func (s *sender) flush() error {
	if s.count == 0 {
		return nil
	}
	receipts, err := s.client.record(s.ctx, s.lines.Bytes())
	if err != nil {
		return err
	}
	for _, r := range receipts {
		s.refused = s.refused || r.Err != nil
		if s.out == nil {
			continue
		}
		if err := s.out.Encode(r); err != nil {
			return err
		}
	}
	_ = s.bar.Add(s.lines.Len()) // a bar that cannot be drawn stops nothing
	s.lines.Reset()
	s.count = 0
	return nil
}

// eventsIn cuts a file into events: the elements of an array, one object over several lines, or a line each. A line
// that is no JSON is an event too: it is refused by itself.
func eventsIn(in io.Reader) iter.Seq2[[]byte, error] {
	r := bufio.NewReaderSize(in, 1<<20)
	start, err := r.Peek(1)
	for err == nil && bytes.ContainsAny(start, " \n\r\t") {
		_, _ = r.Discard(1)
		start, err = r.Peek(1)
	}
	if err == nil && start[0] == '[' {
		return batch.Elements(r)
	}
	if whole, ok := oneObject(r); ok {
		return batch.Of([][]byte{whole})
	}
	return batch.Lines(r)
}

// oneObject is the whole file when it is one JSON value spread over lines.
func oneObject(r *bufio.Reader) ([]byte, bool) {
	head, err := r.Peek(r.Size())
	if !errors.Is(err, io.EOF) || !json.Valid(head) {
		return nil, false
	}
	return bytes.Clone(head), true
}
