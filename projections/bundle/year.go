package bundle

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/events/vault"
)

// A year of the log of accesses as a file: a head with the year, the checkpoint and the key that opens the year's entries, then a line
// for each entry of the whole log in order: those of the year as they are stored, of the others their leaves. Both trees
// are worked out from it, so that it needs no proofs. It is written and checked while it is read: a year may be long.
const (
	yearFormat = "ettervern/accesses@v1"
	keyWord    = "key "
	entryWord  = "entry "
	leafWord   = "leaf "
)

var yearForm = regexp.MustCompile(`^[0-9]{4}$`)

// YearHead is the head of the file of a year, under a signed checkpoint.
func YearHead(year string, checkpoint []byte, keys []*vault.Key) []byte {
	head := fmt.Appendf(nil, "%s %s\n%s\n", yearFormat, year, checkpoint)
	for _, key := range keys {
		head = append(append(append(head, keyWord...), key.Secret()...), '\n')
	}
	return head
}

// YearLine is the line of the next entry of the log in it.
func YearLine(year string, entity events.Entity, number uint64, stored []byte) string {
	if entity == ofYear(year) {
		return entryWord + base64.StdEncoding.EncodeToString(stored) + "\n"
	}
	return leafWord + Leaf(entity, number, proof.Leaf(stored))
}

func ofYear(year string) events.Entity { return events.Entity{Kind: events.Access, ID: year} }

// yearCheck is one run over the file of a year.
type yearCheck struct {
	Auditor
	in      *bufio.Reader
	signed  []byte
	year    Standing // without entries
	earlier proof.Checkpoint
	report  Report

	checkpoint proof.Checkpoint
	log        proof.Edge
	directory  proof.Directory
	numbers    map[proof.Hash]uint64 // of the last entry of each year
	recorded   time.Time             // of the last entry of this one
	used       map[vault.KeyID]bool
	before     *proof.Hash // the root when the log was as long as the earlier checkpoint says
	unnumbered error       // the first entry whose number is not the next
}

// CheckYear checks the file of a year of the log of accesses, as Check does a bundle. What its lines say is written to a.Rows while it
// goes; it is to be believed when the report holds.
func (a Auditor) CheckYear(file io.Reader) Report {
	c := yearCheck{Auditor: a, in: bufio.NewReaderSize(file, 1<<16), numbers: map[proof.Hash]uint64{}, used: map[vault.KeyID]bool{}}
	c.report.Findings = find([]step{
		{Whole, always, c.head}, {Signed, always, c.isSigned}, {Witnessed, func() bool { return a.Quorum > 0 }, c.witnessed},
		{Unchanged, always, c.unchanged}, {Grown, func() bool { return a.Earlier != nil }, c.grown}, {Complete, always, c.complete},
	})
	return c.report
}

// line is the next line without its end, io.EOF after the last.
func (c *yearCheck) line() (string, error) {
	line, err := c.in.ReadString('\n')
	if err == io.EOF && line != "" {
		err = errors.New("the last line is cut off")
	}
	return strings.TrimSuffix(line, "\n"), err
}

func (c *yearCheck) head() error {
	first, err := c.line()
	year, is := strings.CutPrefix(first, yearFormat+" ")
	if err != nil || !is || !yearForm.MatchString(year) {
		return fmt.Errorf("it does not begin with %s and a year", yearFormat)
	}
	c.report.Year, c.year.Entity = year, ofYear(year)
	for empty := 0; empty < 2; {
		line, err := c.line()
		if err != nil {
			return errors.New("it has no checkpoint")
		}
		if line == "" {
			empty++
		}
		if empty < 2 {
			c.signed = append(append(c.signed, line...), '\n')
		}
	}
	return c.keys()
}

func (c *yearCheck) keys() error {
	for {
		if next, err := c.in.Peek(len(keyWord)); err != nil || string(next) != keyWord {
			return nil // what comes instead is read with the lines
		}
		line, err := c.line()
		if err != nil {
			return err
		}
		keys, err := parseKeys([]byte(strings.TrimPrefix(line, keyWord) + "\n"))
		if err != nil {
			return err
		}
		c.year.Keys = append(c.year.Keys, keys...)
	}
}

func (c *yearCheck) isSigned() (err error) {
	if c.checkpoint, err = proof.OpenCheckpoint(c.signed, c.Key); err != nil {
		return err
	}
	c.report.Origin, c.report.Size = c.checkpoint.Origin, c.checkpoint.Size
	if c.Auditor.Earlier == nil {
		return nil
	}
	if c.earlier, err = proof.OpenCheckpoint(c.Auditor.Earlier, c.Key); err != nil {
		return fmt.Errorf("the checkpoint that you kept: %w", err)
	}
	c.report.Earlier = c.earlier.Size
	return nil
}

func (c *yearCheck) witnessed() (err error) {
	c.report.Cosigned, err = c.cosigned(c.signed)
	return err
}

// unchanged works out the tree from all lines. Each entry of the year is opened, by the keys of the head.
func (c *yearCheck) unchanged() error {
	for {
		c.mark()
		line, err := c.line()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = c.take(line)
		}
		if err != nil {
			return fmt.Errorf("entry %d of the log: %w", c.log.Size()+1, err)
		}
	}
	switch {
	case c.log.Size() != c.checkpoint.Size:
		return fmt.Errorf("it has %d entries, the checkpoint is of %d", c.log.Size(), c.checkpoint.Size)
	case c.log.Root() != c.checkpoint.Root:
		return errors.New("the entries are not those of the log")
	case len(c.used) < len(c.year.Keys):
		return errors.New("a key opens nothing")
	}
	return nil
}

// mark keeps the root where the log was as long as the checkpoint that the auditor kept.
func (c *yearCheck) mark() {
	if c.log.Size() == c.earlier.Size {
		root := c.log.Root()
		c.before = &root
	}
}

// take is the next entry of the log.
func (c *yearCheck) take(line string) error {
	if encoded, is := strings.CutPrefix(line, entryWord); is {
		stored, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err == nil && base64.StdEncoding.EncodeToString(stored) != encoded {
			err = errors.New("it is not written as it must be")
		}
		if err == nil {
			err = c.entry(stored)
		}
		return err
	}
	rest, is := strings.CutPrefix(line, leafWord)
	if !is {
		return errors.New("the line is neither an entry nor a leaf")
	}
	key, number, leaf, err := parseLeaf(rest)
	switch {
	case err != nil:
		return err
	case leafLine(key, number, leaf) != rest+"\n":
		return errors.New("the line is not written as it must be")
	case key == proof.Key(c.year.Entity.String()):
		return errors.New("an entry of the year is held back")
	}
	c.grow(key, number, leaf)
	return nil
}

// entry opens an entry of the year and writes down what it says.
func (c *yearCheck) entry(stored []byte) error {
	contents, e, err := c.year.open(proof.Proven{Number: c.numbers[proof.Key(c.year.Entity.String())] + 1, Sequence: c.log.Size() + 1, Stored: stored})
	switch {
	case err != nil:
		return err
	case e.Recorded.Before(c.recorded):
		return errors.New("it was recorded before the one before it")
	}
	c.recorded = e.Recorded
	c.report.Entries++
	if e.Erased {
		c.report.Closed++
	} else if clear, _, err := vault.Parse(stored); err == nil && clear.Key != (vault.KeyID{}) {
		c.used[clear.Key] = true
	}
	for _, o := range e.Events {
		if _, shown := o.Event.(*events.ContentsShown); shown {
			c.report.Accesses++
		}
	}
	if err := c.write(e, contents); err != nil {
		return err
	}
	c.grow(proof.Key(c.year.Entity.String()), e.Number, proof.Leaf(stored))
	return nil
}

// write writes the events of an entry as they were sealed, each with where it stands.
func (c *yearCheck) write(e events.Entry, contents []byte) error {
	if c.Rows == nil || contents == nil {
		return nil
	}
	var all []json.RawMessage
	if err := json.Unmarshal(contents, &all); err != nil {
		return err
	}
	for _, event := range all {
		if _, err := fmt.Fprintf(c.Rows, `{"entry":%d,"number":%d,"event":%s}`+"\n", e.Sequence, e.Number, bytes.TrimSpace(event)); err != nil {
			return err
		}
	}
	return nil
}

func (c *yearCheck) grow(key proof.Hash, number uint64, leaf proof.Hash) {
	c.log.Append(leaf, nil)
	if c.numbers[key]++; c.numbers[key] != number && c.unnumbered == nil {
		c.unnumbered = fmt.Errorf("entry %d of the log has the number %d, and should have %d", c.log.Size(), number, c.numbers[key])
	}
	c.directory.Set(key, proof.Value(number, leaf))
}

// grown needs no proof of the ledger's: the whole tree is at hand.
func (c *yearCheck) grown() error {
	if c.before == nil || *c.before != c.earlier.Root {
		return errors.New("the log does not begin with the one of the checkpoint that you kept")
	}
	return nil
}

// complete demands that the numbers of each year have no gap, and that the directory tells of as many.
func (c *yearCheck) complete() error {
	switch {
	case c.unnumbered != nil:
		return c.unnumbered
	case c.directory.Root() != c.checkpoint.Directory:
		return errors.New("the directory tells of other entries")
	}
	return nil
}
