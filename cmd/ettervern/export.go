package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
)

type exportCommand struct {
	Youth   string `arg:"" optional:"" help:"The youth's pseudonym, a UUID." placeholder:"YOUTH"`
	Bundle  string `help:"Write the youth's audit bundle to this file." placeholder:"FILE.zip" type:"path" xor:"what"`
	Since   string `help:"A checkpoint that was kept from an earlier audit: prove that the ledger has only grown since." placeholder:"FILE" type:"existingfile"`
	ValidAt string `help:"The day that the verdicts in the bundle are for; today by default." placeholder:"DATE"`
	Purpose string `help:"Why you ask; it is recorded with who asks." placeholder:"PURPOSE"`
	Absence bool   `help:"The ledger does not have the youth: prove that."`
	Leaves  string `help:"Write the leaves of the whole ledger to this file, for verify --full." placeholder:"FILE" type:"path" xor:"what"`
	Year    string `help:"Write this year of the log of who has looked to a file, with the key that opens it." placeholder:"YYYY" and:"year"`
	To      string `help:"With --year: the file." placeholder:"FILE" type:"path" and:"year"`
	Force   bool   `help:"Write over a file that is there already."`
	Size    uint64 `help:"With --leaves: only those of a checkpoint of this size; 0 for all." placeholder:"SIZE"`
}

// Run writes what is asked for to a file.
func (e *exportCommand) Run(ctx context.Context, c *cli) error {
	switch {
	case e.Bundle == "" && e.Leaves == "" && e.Year == "":
		return usageError("say what to export: YOUTH --bundle FILE.zip, --leaves FILE, or --year YYYY --to FILE")
	case e.Bundle != "" && e.Youth == "":
		return usageError("say whose bundle: export YOUTH --bundle FILE.zip")
	case e.Leaves != "" && (e.Youth != "" || e.Since != "" || e.ValidAt != "" || e.Absence):
		return usageError("--leaves is of the whole ledger, and of no youth or day")
	case e.Year != "" && (e.Bundle+e.Leaves+e.Youth+e.Since+e.ValidAt != "" || e.Absence):
		return usageError("--year is of the log of who has looked, and of no youth or day; verify --since compares it with an earlier audit")
	}
	if file := e.Bundle + e.Leaves + e.To; !e.Force && isThere(file) { // before anyone is asked: to ask is a look
		return usageError("there is a " + file + " already; --force writes over it")
	}
	if e.Year != "" {
		return c.ask(ctx, func(ledger *client) error { return e.year(ctx, ledger) })
	}
	if e.Leaves != "" {
		return c.ask(ctx, func(ledger *client) error { return e.leaves(ctx, ledger) })
	}
	return c.ask(ctx, func(ledger *client) error { return e.bundle(ctx, ledger) })
}

func (e *exportCommand) bundle(ctx context.Context, ledger *client) error {
	params := url.Values{}
	set(params, "validAt", e.ValidAt)
	set(params, "purpose", e.Purpose)
	if e.Absence {
		params.Set("absence", "true")
	}
	if e.Since != "" {
		earlier, err := os.ReadFile(e.Since)
		if err != nil {
			return err
		}
		params.Set("since", string(earlier))
	}
	answer, _, err := ledger.get(ctx, "/v1/youths/"+url.PathEscape(e.Youth)+"/bundle", params)
	if err != nil {
		return err
	}
	defer answer.Close()
	return save(e.Bundle, func(out io.Writer) error {
		_, err := io.Copy(out, answer)
		return err
	})
}

// year saves a year of the log of who has looked, and demands that it is as long as its checkpoint says.
func (e *exportCommand) year(ctx context.Context, ledger *client) error {
	params := url.Values{}
	set(params, "purpose", e.Purpose)
	answer, _, err := ledger.get(ctx, "/v1/accesses/years/"+url.PathEscape(e.Year), params)
	if err != nil {
		return err
	}
	defer answer.Close()
	return save(e.To, func(out io.Writer) error {
		lines := bufio.NewReader(answer)
		size, n := uint64(0), uint64(0)
		for at := 0; ; at++ {
			line, err := lines.ReadString('\n')
			if err == io.EOF && line == "" && n == size && at > 2 {
				return nil
			}
			if err != nil {
				return fmt.Errorf("the log broke off after %d of %d entries", n, size)
			}
			if at == 2 { // the second line of the checkpoint
				if size, err = strconv.ParseUint(strings.TrimSuffix(line, "\n"), 10, 63); err != nil {
					return err
				}
			}
			if strings.HasPrefix(line, "entry ") || strings.HasPrefix(line, "leaf ") {
				n++
			}
			if _, err := io.WriteString(out, line); err != nil {
				return err
			}
		}
	})
}

// leaves saves the list, and demands that it is as long as the checkpoint says.
func (e *exportCommand) leaves(ctx context.Context, ledger *client) error {
	size := e.Size
	if size == 0 {
		var err error
		if size, err = sizeNow(ctx, ledger); err != nil {
			return err
		}
	}
	answer, _, err := ledger.get(ctx, "/v1/checkpoint/leaves", url.Values{"size": {strconv.FormatUint(size, 10)}})
	if err != nil {
		return err
	}
	defer answer.Close()
	return save(e.Leaves, func(out io.Writer) error {
		lines := bufio.NewScanner(answer)
		n := uint64(0)
		for ; lines.Scan(); n++ {
			if _, err := fmt.Fprintln(out, lines.Text()); err != nil {
				return err
			}
		}
		if n != size {
			return errors.Join(lines.Err(), fmt.Errorf("the list broke off after %d of %d leaves", n, size))
		}
		return lines.Err()
	})
}

// sizeNow is the size of the checkpoint over everything recorded so far.
func sizeNow(ctx context.Context, ledger *client) (uint64, error) {
	answer, _, err := ledger.get(ctx, "/v1/checkpoint", nil)
	if err != nil {
		return 0, err
	}
	defer answer.Close()
	text, err := io.ReadAll(answer)
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "\n")
	number, _, _ := strings.Cut(rest, "\n")
	return strconv.ParseUint(number, 10, 63)
}

func isThere(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// save writes a file that only its owner may read, whole or not at all.
func save(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	err = write(out)
	if err := errors.Join(err, out.Flush(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path+".new"))
	}
	return os.Rename(path+".new", path)
}
