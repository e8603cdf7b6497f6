package query

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"

	"ettervern/cmd/ettervern/access"
	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/projections"
	"ettervern/projections/bundle"
)

// errOthers: the bundle's own verdicts are not the ledger's. It is not given out.
var errOthers = errors.New("from the entries of the bundle other verdicts follow than the ledger has")

// Bundle is the audit bundle of one youth, as a zip file. It is events.ErrNotFound for a youth that the ledger does not
// have, unless the question is for proof of that.
func (c *Core) Bundle(ctx context.Context, id string, params Params) ([]byte, error) {
	a, err := c.understand(ctx, access.Proof, params, OfBundle)
	if err != nil {
		return nil, err
	}
	if err := c.known(a.grant, id); err != nil && !c.absent(a, id) {
		return nil, err
	}
	signed, b, err := c.standings(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := c.grown(&b, signed, a.since); err != nil {
		return nil, err
	}
	a.query.Within = nil // whoever sees the entries can work out all that follows from them
	a.query.KnownAt, a.query.Youths = projections.KnownAt{Sequence: signed.Size}, []string{id}
	if err := c.judge(&b, a.query); err != nil {
		return nil, err
	}
	archive, err := b.Archive()
	if err == nil {
		err = c.record(ctx, &a, params, shown{events.ShownBundle, id, b.Question.ValidAt, signed.Size, len(b.Standings[0].Entries)})
	}
	if err != nil {
		return nil, err
	}
	return archive, nil
}

// absent tells whether proof is asked for that the ledger does not have a youth, by someone who may know that: of a youth
// somewhere else a municipality must not learn either.
func (c *Core) absent(a ask, id string) bool {
	return a.absence && events.CanonicalUUID(id) && !c.config.Youths.Has(id) && a.grant.Covers(access.Subject{Youth: id}, c.today())
}

// standings gathers the youth's history, also under former pseudonyms, and those of the units that the verdicts may rest on,
// under one checkpoint. Which units these are is seen only under it: it is done again when there are more than before.
func (c *Core) standings(ctx context.Context, id string) (signed proof.Signed, b bundle.Bundle, err error) {
	entities := []events.Entity{events.YouthEntity(id)}
	for _, former := range c.config.Youths.Formers(id) {
		entities = append(entities, events.YouthEntity(former))
	}
	for {
		var all []proof.Standing
		if signed, all, err = c.config.Prover.Standings(ctx, entities...); err != nil {
			return signed, b, err
		}
		b = bundle.Bundle{Checkpoint: signed.Note}
		for i, s := range all {
			b.Standings = append(b.Standings, bundle.Standing{
				Entity: entities[i], Entries: s.Entries, Keys: c.config.Prover.KeysOf(s.Entries), Path: s.Path.Text(signed),
			})
		}
		if err := c.hide(id, b.Standings); err != nil {
			return signed, b, err
		}
		more, err := b.Lacking(c.config.Units)
		if err != nil || len(more) == 0 {
			return signed, b, err
		}
		entities = append(entities, more...)
	}
}

// hide leaves out what opens the history of a youth that is restricted, under whatever pseudonym: it is shown that entries
// are there. Nothing can be left out of a ledger in plain; there it is events.ErrNotFound.
func (c *Core) hide(youth string, standings []bundle.Standing) error {
	all := c.config.Youths.Restricted(youth)
	for i := range standings {
		s := &standings[i]
		if s.Entity.Kind != events.Youth || !all && !c.config.Youths.Restricted(s.Entity.ID) {
			continue
		}
		if s.Keys = nil; s.Open() {
			return events.ErrNotFound
		}
	}
	return nil
}

// grown adds the proof that the ledger continues an earlier checkpoint of it, where one is given.
func (c *Core) grown(b *bundle.Bundle, signed proof.Signed, since string) error {
	if since == "" {
		return nil
	}
	verifier, err := note.NewVerifier(c.config.Prover.VerifierKey())
	if err != nil {
		return err
	}
	earlier, err := proof.OpenCheckpoint([]byte(since), verifier)
	if err != nil {
		return bad("since", "an earlier checkpoint of this ledger, as it was signed")
	}
	b.Earlier = []byte(since)
	if b.Growth, err = c.config.Prover.Growth(signed, earlier.Size); err == nil {
		_, err = proof.CheckConsistency(b.Growth, earlier, verifier)
	}
	if errors.Is(err, proof.ErrForged) || errors.Is(err, proof.ErrNotThatLong) {
		return bad("since", "an earlier checkpoint of this ledger; the ledger does not continue this one. Keep it: it shows that history was rewritten")
	}
	return err
}

// judge sets the question, and demands that the verdicts which follow from the bundle are the ledger's own.
func (c *Core) judge(b *bundle.Bundle, q projections.Query) error {
	_, head, err := c.config.Youths.Moment(q)
	if err != nil {
		return err
	}
	b.Question = bundle.NewQuestion(q.Youths[0], head.ValidAt, head.KnownAt, head.Sequence)
	q.ValidAt = head.ValidAt
	_, rows, err := c.config.Youths.Verdicts(q)
	if err != nil {
		return err
	}
	ours, err := bundle.Lines(rows)
	if err != nil {
		return err
	}
	theirs, err := b.Verdicts()
	if err == nil && !bytes.Equal(ours, theirs) {
		err = errOthers
	}
	return err
}

// Leaves writes the leaves of the whole ledger up to a checkpoint's size, one a line, for bundle.Auditor.
func (c *Core) Leaves(ctx context.Context, params Params) (func(io.Writer) error, error) {
	a, err := c.understand(ctx, access.Leaves, params, OfLeaves)
	if err != nil {
		return nil, err
	}
	signed, err := c.config.Prover.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	size := signed.Size
	if a.size != nil {
		if size = *a.size; size > signed.Size {
			return nil, bad("size", fmt.Sprintf("the size of a checkpoint, at most %d", signed.Size))
		}
	}
	return func(out io.Writer) error {
		return c.config.Prover.Leaves(ctx, size, func(e events.Entity, number uint64, leaf proof.Hash) error {
			_, err := io.WriteString(out, bundle.Leaf(e, number, leaf))
			return err
		})
	}, nil
}
