// Package batch cuts what comes in into events, without judging them: each door takes NDJSON and JSON arrays, and each
// event in them is judged alone.
package batch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"ettervern/events"
)

// Lines are the events of NDJSON as they come, a line each; empty lines are none. What is no JSON is an event too: it
// is refused by itself. A line longer than an event may be is cut off one byte past that length, which is enough to
// refuse it for its size; the rest of it is passed over.
//
// An error in reading ends it, without the line that was being read: half an event must not be taken for a whole one.
func Lines(in io.Reader) iter.Seq2[[]byte, error] {
	r := bufio.NewReaderSize(in, 64<<10)
	return func(yield func([]byte, error) bool) {
		for {
			line, err := nextLine(r)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(nil, err)
				return
			}
			if len(line) > 0 && !yield(line, nil) || err != nil {
				return
			}
		}
	}
}

// nextLine is the next line without the space around it, cut off where it is too long.
func nextLine(r *bufio.Reader) ([]byte, error) {
	const space = " \t\r\n"
	var line []byte
	passed, end := 0, 0 // bytes seen, and the place after the last that is no space: what goes on after much space is no whole event
	for {
		part, err := r.ReadSlice('\n')
		if passed == 0 {
			part = bytes.TrimLeft(part, space)
		}
		if visible := len(bytes.TrimRight(part, space)); visible > 0 {
			end = passed + visible
		}
		passed += len(part)
		line = append(line, part[:min(len(part), events.MaxEventBytes+1-len(line))]...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line[:min(end, len(line))], err
		}
	}
}

// ErrBroken: the array is broken, or something follows it. Position tells after how many whole elements.
type ErrBroken struct{ Position int }

// Error names the place.
func (e *ErrBroken) Error() string {
	return fmt.Sprintf("the array is broken at element %d: it must be JSON, and end after the array", e.Position)
}

// Elements are those of a JSON array as they come. Whether each is an event, also one with a name twice, is judged later.
// Its errors are those of reading, and *ErrBroken.
func Elements(in io.Reader) iter.Seq2[[]byte, error] {
	d := jsontext.NewDecoder(in, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return func(yield func([]byte, error) bool) {
		n := 0
		if t, err := d.ReadToken(); err != nil || t.Kind() != '[' {
			yield(nil, broken(n, err))
			return
		}
		for ; d.PeekKind() != ']'; n++ {
			raw, err := d.ReadValue()
			if err != nil {
				yield(nil, broken(n, err))
				return
			}
			if !yield(bytes.Clone(raw), nil) {
				return
			}
		}
		_, _ = d.ReadToken() // the bracket that was seen
		if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
			yield(nil, broken(n, err))
		}
	}
}

// broken tells an array that is wrong from one that could not be read.
func broken(at int, err error) error {
	var syntax *jsontext.SyntacticError
	if err == nil || errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &ErrBroken{at}
	}
	return err
}

// All collects what was cut, or is the first error.
func All(raws iter.Seq2[[]byte, error]) ([][]byte, error) {
	var all [][]byte
	for raw, err := range raws {
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

// Of goes through events that were cut already.
func Of(raws [][]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, raw := range raws {
			if !yield(raw, nil) {
				return
			}
		}
	}
}
