package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"ettervern/events/proof"
	"ettervern/projections"
	"ettervern/projections/requirements"
)

// Point is one thing that a check of a bundle establishes. The names are for ever.
type Point string

// The points, in the order in which they are checked.
const (
	Whole     Point = "whole"     // the archive is as it was made
	Signed    Point = "signed"    // the checkpoint is the ledger's
	Witnessed Point = "witnessed" // as many witnesses as must have cosigned the checkpoint
	Grown     Point = "grown"     // the ledger begins with the one of an earlier checkpoint
	Unchanged Point = "unchanged" // every entry is in the ledger, as it is stored
	Complete  Point = "complete"  // the entries are all there are
	All       Point = "all"       // every leaf of the ledger fits both trees
	Judged    Point = "judged"    // the verdicts follow from the entries
)

// Points lists them.
func Points() []Point {
	return []Point{Whole, Signed, Witnessed, Grown, Unchanged, Complete, All, Judged}
}

var (
	// ErrLaw: the bundle was judged by another catalogue of requirements than this program has.
	ErrLaw = errors.New("the bundle was judged by other requirements than this program knows; use the program of the same version")
	// errNotReached: what the point rests on was not found right.
	errNotReached = errors.New("not checked, because of what was found before")
)

// Auditor checks bundles. What an auditor trusts never comes from a bundle.
type Auditor struct {
	Key       note.Verifier   // the ledger's
	Witnesses []note.Verifier // those whose cosignatures count
	Quorum    int             // how many of them must be there; 0 asks for none
	Earlier   []byte          // a checkpoint that the auditor kept; nil for none
	Leaves    io.Reader       // the leaves of the whole ledger, one a line; nil for none
	Rows      io.Writer       // takes what the lines of a year of accesses say; nil for nothing
}

// Finding is what was found of one point.
type Finding struct {
	Point Point
	Asked bool  // else nobody asked, and there was nothing to check
	Err   error // nil when it holds
}

// Report is what a check has found.
type Report struct {
	Findings []Finding
	Origin   string // the ledger's name
	Size     uint64 // entries in the ledger
	Cosigned int    // by so many witnesses
	Earlier  uint64 // and when the earlier checkpoint was signed
	Entries  int    // of the youth
	Closed   int    // entries that no key opens: erased, or the key was held back
	Verdicts int
	Question Question

	Year     string // of accesses, instead of the question of a bundle
	Accesses int    // in that year
}

// Holds tells whether everything that was to be checked holds.
func (r *Report) Holds() bool {
	for _, f := range r.Findings {
		if f.Err != nil {
			return false
		}
	}
	return true
}

// check is one run over one bundle.
type check struct {
	Auditor
	archive       []byte
	files         map[string][]byte
	bundle        Bundle
	verdicts, law []byte // as the bundle has them
	checkpoint    proof.Checkpoint
	report        Report
}

// Check checks a bundle point by point. After a point that does not hold those that rest on it are not reached; on
// witnesses, growth and the list of leaves none do.
func (a Auditor) Check(archive []byte) Report {
	c := check{Auditor: a, archive: archive}
	c.report.Findings = find([]step{
		{Whole, always, c.whole}, {Signed, always, c.signed}, {Witnessed, func() bool { return a.Quorum > 0 }, c.witnessed}, {Grown, c.askedGrown, c.grown}, {Unchanged, always, c.unchanged},
		{Complete, always, c.complete}, {All, func() bool { return a.Leaves != nil }, c.all}, {Judged, always, c.judged},
	})
	return c.report
}

// step establishes one point.
type step struct {
	point Point
	asked func() bool
	holds func() error
}

// find takes the steps, as far as they are reached.
func find(steps []step) (findings []Finding) {
	reached := true
	for _, s := range steps {
		f := Finding{Point: s.point, Asked: s.asked(), Err: errNotReached}
		switch {
		case !f.Asked:
			f.Err = nil
		case reached:
			f.Err = s.holds()
			reached = f.Err == nil || slices.Contains([]Point{Witnessed, Grown, All}, f.Point)
		}
		findings = append(findings, f)
	}
	return findings
}

func always() bool { return true }

func (c *check) whole() (err error) {
	if c.files, err = whole(c.archive); err != nil {
		return err
	}
	if c.bundle, c.verdicts, c.law, err = read(c.files); err != nil {
		return err
	}
	c.report.Question, c.report.Entries = c.bundle.Question, len(c.bundle.Standings[0].Entries)
	c.report.Verdicts = bytes.Count(c.verdicts, []byte{'\n'})
	return nil
}

func (c *check) signed() (err error) {
	if c.checkpoint, err = proof.OpenCheckpoint(c.bundle.Checkpoint, c.Key); err != nil {
		return err
	}
	c.report.Origin, c.report.Size = c.checkpoint.Origin, c.checkpoint.Size
	if c.bundle.Question.Sequence != c.checkpoint.Size {
		return fmt.Errorf("the verdicts are of sequence %d, the checkpoint of %d", c.bundle.Question.Sequence, c.checkpoint.Size)
	}
	return nil
}

func (c *check) witnessed() (err error) {
	c.report.Cosigned, err = c.cosigned(c.bundle.Checkpoint)
	return err
}

// cosigned is how many witnesses have cosigned a checkpoint; too few are an error.
func (a *Auditor) cosigned(checkpoint []byte) (int, error) {
	n := len(proof.Cosignatures(checkpoint, a.Witnesses))
	if n < a.Quorum {
		return n, fmt.Errorf("%d of %d witnesses have cosigned it, %d must", n, len(a.Witnesses), a.Quorum)
	}
	return n, nil
}

func (c *check) askedGrown() bool { return c.Auditor.Earlier != nil || c.bundle.Earlier != nil }

func (c *check) grown() error {
	if c.Auditor.Earlier != nil && !bytes.Equal(c.Auditor.Earlier, c.bundle.Earlier) {
		return errors.New("the bundle is not made for the checkpoint that you kept")
	}
	earlier, err := proof.OpenCheckpoint(c.bundle.Earlier, c.Key)
	if err != nil {
		return err
	}
	c.report.Earlier = earlier.Size
	now, err := proof.CheckConsistency(c.bundle.Growth, earlier, c.Key)
	if err == nil && now != c.checkpoint {
		err = errors.New("the proof is of another checkpoint")
	}
	return err
}

// unchanged finds the place of each entry, which only its proof tells, and opens it.
func (c *check) unchanged() error {
	for i := range c.bundle.Standings {
		s := &c.bundle.Standings[i]
		for k := range s.Entries {
			e := &s.Entries[k]
			index, under, err := proof.CheckInclusion(e.Proof, proof.Leaf(e.Stored), c.Key)
			if err == nil && under != c.checkpoint {
				err = errors.New("the proof is of another checkpoint")
			}
			if err != nil {
				return fmt.Errorf("%s, number %d: %w", s.Entity, e.Number, err)
			}
			e.Sequence = index + 1
		}
		closed, err := s.openedAs(c.files)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Entity, err)
		}
		c.report.Closed += closed
	}
	return nil
}

// complete demands of each entity that its entries have the numbers from 1 on, in the order of the ledger, and that the
// directory tells of as many and of the same last one. Then it demands that no unit is left out.
func (c *check) complete() error {
	for _, s := range c.bundle.Standings {
		if err := c.standing(&s); err != nil {
			return fmt.Errorf("%s: %w", s.Entity, err)
		}
	}
	return c.concerned()
}

func (c *check) standing(s *Standing) error {
	before := uint64(0)
	for i, e := range s.Entries {
		_, entry, err := s.open(e)
		switch {
		case err != nil:
			return err
		case e.Number != uint64(i)+1:
			return fmt.Errorf("the entry with number %d is missing", i+1)
		case entry.Number != e.Number:
			return fmt.Errorf("the entry shown as number %d is number %d", e.Number, entry.Number)
		case e.Sequence <= before:
			return fmt.Errorf("number %d was not recorded after number %d", e.Number, e.Number-1)
		}
		before = e.Sequence
	}
	value, held, under, err := proof.CheckPath(s.Path, proof.Key(s.Entity.String()), c.Key)
	n := len(s.Entries)
	switch {
	case err != nil:
		return err
	case under != c.checkpoint:
		return errors.New("the path through the directory is of another checkpoint")
	case !held && n > 0:
		return errors.New("the directory knows nothing of it")
	case held && n == 0, held && value != proof.Value(uint64(n), proof.Leaf(s.Entries[n-1].Stored)):
		return fmt.Errorf("it has other entries in the ledger than the %d shown", n)
	}
	return nil
}

// concerned demands the histories of the units that the verdicts may rest on, by what these histories tell themselves.
func (c *check) concerned() error {
	all, err := c.bundle.entries()
	if err != nil {
		return err
	}
	units := projections.NewUnits()
	for _, e := range all {
		units.Apply(e)
	}
	lacking, err := c.bundle.Lacking(units)
	if err == nil && len(lacking) > 0 {
		err = fmt.Errorf("the history of %s is missing, which the verdicts may rest on", lacking[0])
	}
	return err
}

func (c *check) judged() error {
	if !bytes.Equal(c.law, requirements.Published()) {
		return ErrLaw
	}
	again, err := c.bundle.Verdicts()
	if err == nil && !bytes.Equal(again, c.verdicts) {
		err = errors.New("from the entries other verdicts follow than the bundle has")
	}
	return err
}
