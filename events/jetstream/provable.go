package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/events/vault"
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
// A remote ledger signs only while nobody else can have become its writer: else the error is ErrLapsed.
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
	if n.whole() && n.last.Size >= wanted && n.published && len(n.due(l)) == 0 {
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
	if err := n.sign(ctx, l, witnessPatience); err != nil {
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
	if l.mayWrite() != nil {
		return nil // it is another's to sign
	}
	if l.tree.durable.Load().sequence == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.config.AckWait)
	defer cancel()
	<-l.notary.turn
	defer func() { l.notary.turn <- struct{}{} }()
	err := l.notary.sign(ctx, l, witnessPatience)
	if err != nil && l.config.Remote != nil { // the next writer signs what is missing
		l.config.Log.Warn("the last checkpoint is not kept in its stream", "error", err)
		return nil
	}
	return err
}

// Consistency proves that the ledger, as Checkpoint has it, begins with its first old entries; see proof.ProveConsistency.
func (l *Ledger) Consistency(ctx context.Context, old uint64) ([]byte, error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	return l.Growth(signed, old)
}

// Standings proves all entries of entities, under one checkpoint. It fails with ErrBroken, and the ledger stops, when an
// entry is not what it was.
func (l *Ledger) Standings(ctx context.Context, entities ...events.Entity) (proof.Signed, []proof.Standing, error) {
	signed, paths, err := l.paths(ctx, entities)
	if err != nil {
		return signed, nil, err
	}
	if err := l.applied.wait(ctx, signed.Size); err != nil {
		return signed, nil, err
	}
	all := make([]proof.Standing, len(entities))
	for i, entity := range entities {
		all[i].Path = paths[i]
		if all[i].Entries, err = l.prove(ctx, signed, upTo(signed.Size, l.index.of(entity))); err != nil {
			return signed, nil, err
		}
	}
	return signed, all, nil
}

// paths is a checkpoint and the ways of entities through its directory.
func (l *Ledger) paths(ctx context.Context, entities []events.Entity) (proof.Signed, []proof.Path, error) {
	for {
		signed, err := l.Checkpoint(ctx)
		if err != nil {
			return signed, nil, err
		}
		if paths, ok := l.tree.directory.paths(entities, signed.Size); ok {
			return signed, paths, nil
		} // meanwhile another was signed
	}
}

// upTo is the sequences that are not above the size of a tree.
func upTo(size uint64, ascending []uint64) []uint64 {
	n := sort.Search(len(ascending), func(i int) bool { return ascending[i] > size })
	return ascending[:n]
}

// Growth proves that the ledger, as a checkpoint of it has it, begins with its first old entries.
func (l *Ledger) Growth(signed proof.Signed, old uint64) ([]byte, error) {
	grown, err := proof.ProveConsistency(signed, old, l.tree.hashes)
	if errors.Is(err, proof.ErrForged) {
		err = fmt.Errorf("%w: %w", ErrTiles, err)
	}
	if errors.Is(err, ErrTiles) {
		l.tree.damaged.Store(true)
	}
	return grown, err
}

// Leaves shows the leaf of every entry up to a size, in order, as the stream has it now: it is read whole.
func (l *Ledger) Leaves(ctx context.Context, size uint64, each func(e events.Entity, number uint64, leaf proof.Hash) error) error {
	if l.tree == nil {
		return proof.ErrNone
	}
	if size > l.Durable() {
		return proof.ErrNotThatLong
	}
	return l.followTo(ctx, size, func(e events.Entry, leaf proof.Hash) error { return each(e.Entity, e.Number, leaf) })
}

// Stored shows every entry up to a size as it is stored, in order.
func (l *Ledger) Stored(ctx context.Context, size uint64, each func(e events.Entity, number uint64, stored []byte) error) error {
	type entry struct {
		events.Entry
		body []byte
	}
	o := &opener{ledger: l}
	for from := uint64(0); from < size; from += stretch {
		entries, err := readAll(ctx, l, sequences(from, min(size, from+stretch)), func(sequence uint64, m stored) (entry, error) {
			opened, err := o.entry(sequence, m)
			return entry{opened, m.body}, err
		})
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := each(e.Entity, e.Number, e.body); err != nil {
				return err
			}
		}
	}
	return nil
}

// sequences is those after one up to another.
func sequences(after, to uint64) (all []uint64) {
	for s := after + 1; s <= to; s++ {
		all = append(all, s)
	}
	return all
}

// KeysFor is copies of the keys that an entity's entries up to a size name, as KeysOf, and how many entries these are.
func (l *Ledger) KeysFor(ctx context.Context, entity events.Entity, size uint64) (keys []*vault.Key, entries int, err error) {
	if err := l.applied.wait(ctx, size); err != nil {
		return nil, 0, err
	}
	all := upTo(size, l.index.of(entity))
	var stored []proof.Proven
	for from := 0; from < len(all); from += stretch {
		bodies, err := readAll(ctx, l, all[from:min(len(all), from+stretch)], readBody)
		if err != nil {
			return nil, 0, err
		}
		for _, body := range bodies {
			stored = append(stored, proof.Proven{Stored: body})
		}
	}
	return l.KeysOf(stored), len(all), nil
}

// ProofsAt proves the entries at some sequences under one checkpoint.
func (l *Ledger) ProofsAt(ctx context.Context, sequences []uint64) (proof.Signed, []proof.Proven, error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return signed, nil, err
	}
	proven, err := l.prove(ctx, signed, sequences)
	return signed, proven, err
}

// Proofs proves every entry of an entity under one checkpoint, as Standings does.
func (l *Ledger) Proofs(ctx context.Context, entity events.Entity) (proof.Signed, []proof.Proven, error) {
	signed, all, err := l.Standings(ctx, entity)
	if err != nil {
		return signed, nil, err
	}
	return signed, all[0].Entries, nil
}

// KeysOf is copies of the keys that stored entries name, each once, in the order in which they are first named; those that
// are destroyed are left out, and a ledger that is not sealed has none.
func (l *Ledger) KeysOf(entries []proof.Proven) (keys []*vault.Key) {
	if l.keys == nil {
		return nil
	}
	named := map[vault.KeyID]bool{}
	for _, e := range entries {
		clear, _, err := vault.Parse(e.Stored)
		if err != nil || named[clear.Key] {
			continue
		}
		named[clear.Key] = true
		if key := l.keys.ring.Copy(clear.Key); key != nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// prove proves the entries of one entity, which are at these sequences.
func (l *Ledger) prove(ctx context.Context, signed proof.Signed, sequences []uint64) ([]proof.Proven, error) {
	bodies, err := readAll(ctx, l, sequences, readBody)
	if err != nil {
		return nil, err
	}
	proven := make([]proof.Proven, len(bodies))
	for i, body := range bodies {
		leaf := proof.Leaf(body)
		p, err := proof.ProveInclusion(signed, sequences[i]-1, leaf, l.tree.hashes)
		if errors.Is(err, proof.ErrForged) || errors.Is(err, ErrTiles) {
			err = l.notInTiles(sequences[i], leaf)
		}
		if errors.Is(err, ErrBroken) {
			l.fail(err)
		}
		if err != nil {
			return nil, err
		}
		proven[i] = proof.Proven{Number: uint64(i) + 1, Sequence: sequences[i], Stored: body, Proof: p}
	}
	return proven, nil
}
