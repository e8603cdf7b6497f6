package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ettervern/events"
	"ettervern/events/proof"
)

// VerifierKey is the public key of the ledger's checkpoints, in the form of C2SP signed-note: name, id and key.
// A ledger without checkpoints has none, "".
func (l *Ledger) VerifierKey() string {
	if l.notary == nil {
		return ""
	}
	return l.notary.public
}

// Checkpoint is a signed checkpoint over everything that was durable when it was asked for. One is signed at most every
// second: who asks again sooner waits until then, and less than a second after its acknowledgement an entry is provable.
// A ledger on servers of others has none yet: proof.ErrNone.
func (l *Ledger) Checkpoint(ctx context.Context) (proof.Signed, error) {
	if l.tree == nil {
		return proof.Signed{}, proof.ErrNone
	}
	if err := l.compared.wait(ctx, 1); err != nil {
		return proof.Signed{}, err
	}
	n, wanted := l.notary, l.tree.durable.Load().sequence
	select {
	case <-n.turn:
		defer func() { n.turn <- struct{}{} }()
	case <-ctx.Done():
		return proof.Signed{}, ctx.Err()
	}
	if n.last.Note != nil && n.last.Size >= wanted && n.published {
		return n.last, nil
	}
	select {
	case <-time.After(time.Until(n.lastAt.Add(l.config.SignInterval))):
	case <-ctx.Done():
		return proof.Signed{}, ctx.Err()
	}
	if _, err := l.durable.now(); err != nil {
		return proof.Signed{}, err
	}
	if err := n.sign(ctx, l, *l.tree.durable.Load()); err != nil {
		return proof.Signed{}, err
	}
	return n.last, nil
}

// signLast signs what is not signed yet, when the ledger closes in order.
func (l *Ledger) signLast() error {
	if l.tree == nil || l.notary == nil || l.tree.durable.Load() == nil {
		return nil
	}
	if _, err := l.durable.now(); err != nil {
		return nil // stopped: what stands is not certain
	}
	s := *l.tree.durable.Load()
	if s.sequence == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.config.AckWait)
	defer cancel()
	<-l.notary.turn
	defer func() { l.notary.turn <- struct{}{} }()
	return l.notary.sign(ctx, l, s)
}

// Consistency proves that the ledger, as Checkpoint has it, begins with its first old entries; see proof.ProveConsistency.
func (l *Ledger) Consistency(ctx context.Context, old uint64) ([]byte, error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	return proof.ProveConsistency(signed, old, l.tree.hashes)
}

// Proofs proves every durable entry of an entity under one checkpoint. It fails with ErrBroken, and the ledger stops,
// when an entry is not what it was.
func (l *Ledger) Proofs(ctx context.Context, entity events.Entity) (proof.Signed, []proof.Proven, error) {
	if err := l.applied.wait(ctx, l.Durable()); err != nil {
		return proof.Signed{}, nil, err
	}
	sequences := l.index.of(entity)
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return proof.Signed{}, nil, err
	}
	bodies, err := readAll(ctx, l, sequences, readBody)
	if err != nil {
		return proof.Signed{}, nil, err
	}
	proven := make([]proof.Proven, len(bodies))
	for i, body := range bodies {
		p, err := proof.ProveInclusion(signed, sequences[i]-1, proof.Leaf(body), l.tree.hashes)
		if errors.Is(err, proof.ErrForged) {
			err = fmt.Errorf("%w: the entry at sequence %d is not the one in the tree", ErrBroken, sequences[i])
			l.fail(err)
		}
		if err != nil {
			return proof.Signed{}, nil, err
		}
		proven[i] = proof.Proven{Number: uint64(i) + 1, Sequence: sequences[i], Stored: body, Proof: p}
	}
	return signed, proven, nil
}
