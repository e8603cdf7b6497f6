package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"

	"ettervern/commands"
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
		some, err := c.recordFile(ctx, ledger, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		refused = refused || some
	}
	if refused {
		return errRefused
	}
	return nil
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
	s := sender{ctx: ctx, client: ledger, out: json.NewEncoder(c.out), bar: c.progress(size)}
	err = eachEvent(in, s.add)
	if err == nil {
		err = s.flush()
	}
	return s.refused, errors.Join(err, s.bar.Close())
}

// progress is a bar on standard error when that is a terminal.
func (c *cli) progress(size int64) *progressbar.ProgressBar {
	visible := false
	if f, ok := c.errs.(*os.File); ok {
		info, err := f.Stat()
		visible = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(c.errs), progressbar.OptionSetVisibility(visible),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("recording"))
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
	if len(event) > events.MaxEventBytes { // it is refused for its size, whatever it holds; do not carry it
		event = []byte(`"too large"`)
	}
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
		s.refused = s.refused || r.Status == commands.Refused
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

// eachEvent cuts a file into events: the elements of an array, one object over several lines, or a line each. A line
// that is no JSON is an event too: it is refused by itself.
func eachEvent(in io.Reader, each func([]byte) error) error {
	r := bufio.NewReaderSize(in, 1<<20)
	start, err := r.Peek(1)
	for err == nil && (start[0] == ' ' || start[0] == '\n' || start[0] == '\r' || start[0] == '\t') {
		_, _ = r.Discard(1)
		start, err = r.Peek(1)
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	case start[0] == '[':
		return eachElement(r, each)
	}
	return eachLine(r, each)
}

func eachElement(r io.Reader, each func([]byte) error) error {
	d := json.NewDecoder(r)
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("the array is broken near byte %d: %w", d.InputOffset(), err)
		}
		if err := each(raw); err != nil {
			return err
		}
	}
	return nil
}

func eachLine(r *bufio.Reader, each func([]byte) error) error {
	if whole, ok := oneObject(r); ok {
		return each(whole)
	}
	for {
		line, err := r.ReadBytes('\n')
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 {
			if err := each(trimmed); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// oneObject is the whole file when it is one JSON value spread over lines.
func oneObject(r *bufio.Reader) ([]byte, bool) {
	head, err := r.Peek(r.Size())
	if !errors.Is(err, io.EOF) || !json.Valid(head) {
		return nil, false
	}
	return bytes.Clone(head), true
}
