package jetstream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ettervern/events"
	"ettervern/events/proof"
)

// stretch is how many entries are compared with the tree again at each check: a million in about a day.
const stretch = 1000

// openTree opens the head and the hashes, of which nothing is believed yet.
//
// The head is made before the key, so that a ledger with a key has a head; one that lacks either was meddled with. Not so of
// a remote one: its key is carried to the directories of the machines that follow one another.
func (l *Ledger) openTree() (err error) {
	if l.config.Unproven {
		return nil
	}
	_, noHead := os.Stat(filepath.Join(l.config.Dir, headName))
	_, noKey := os.Stat(filepath.Join(l.config.Dir, keyName))
	if l.config.Remote == nil && noKey == nil && errors.Is(noHead, os.ErrNotExist) {
		return fmt.Errorf("%w: the head file is gone", ErrBroken)
	}
	l.tree, err = openTree(l.config.Dir)
	return err
}

// openLog opens the key and the stream of checkpoints, and gathers what the stream of entries must show: the head that was
// written down, the last checkpoint on disk, and the last in its stream.
//
// The stream of checkpoints is made before the lease names the key, so that afterwards it may not be missing.
func (l *Ledger) openLog(ctx context.Context) (err error) {
	if l.tree == nil {
		return nil
	}
	kept, err := l.openBeside(ctx, l.checkpointConfig(), l.claimed.Key == "")
	if err != nil {
		return err
	}
	last, err := kept.last(ctx)
	if err != nil {
		return err
	}
	h := l.tree.head
	fresh := h.now.sequence == 0 && last == nil && l.claimed.Key == ""
	if l.notary, err = openNotary(l.config.Dir, l.config.Origin, l.identity.ID, fresh); err != nil {
		return l.withoutKey(err)
	}
	l.notary.kept = kept
	if err := l.rememberKey(ctx); err != nil {
		return err
	}
	expected, err := l.notary.recall(last)
	if err != nil {
		return fmt.Errorf("the last checkpoint: %w", err)
	}
	expected = append(expected, expectation{state: h.told(), by: "the head file"})
	if h.now.sequence <= l.opened || l.config.Remote != nil {
		expected = append(expected, expectation{state: h.now, by: "the head file"})
	} else if !h.confirmed {
		l.config.Log.Warn("entries are not there that were being made durable when the machine went down; nobody was told that they are recorded",
			"from", l.opened+1, "to", h.now.sequence)
	}
	l.tree.recalled.expected = expected
	return nil
}

// check looks at the stream again: whether it is the one that was made, protected and whole; a stretch of its entries,
// whether they are those in the tree; and it signs what came since the last checkpoint. Tiles that are damaged are made anew.
func (l *Ledger) check(ctx context.Context) error {
	info, err := l.checkStream(ctx)
	if err == nil {
		err = l.checkSync(ctx, info, false)
	}
	if err == nil {
		err = l.keys.check(ctx)
	}
	if err == nil && l.notary != nil {
		_, err = l.notary.kept.look(ctx)
	}
	if compared, _ := l.compared.now(); err != nil || compared == 0 || l.tree == nil {
		return err
	}
	if err := l.checkStretch(ctx); err != nil && !errors.Is(err, ErrTiles) {
		return err
	}
	if l.tree.damaged.Load() {
		if err := l.mend(ctx); err != nil {
			return err
		}
	}
	if l.tree.durable.Load().sequence > 0 {
		_, err = l.Checkpoint(ctx)
	}
	return err
}

// checkStretch compares the next entries with the tree, beginning anew after the last.
func (l *Ledger) checkStretch(ctx context.Context) error {
	durable := l.tree.durable.Load().sequence
	if err := l.writer.flushHashes(); err != nil {
		return err
	}
	if l.checked >= durable {
		l.checked = 0
	}
	sequences := sequences(l.checked, min(durable, l.checked+stretch))
	bodies, err := readAll(ctx, l, sequences, readBody)
	if err != nil {
		return err
	}
	for i, body := range bodies {
		leaf := proof.Leaf(body)
		if known, err := leafAt(l.tree.hashes, sequences[i]); err != nil || known != leaf {
			return l.notInTiles(sequences[i], leaf)
		}
	}
	l.checked += uint64(len(sequences))
	return nil
}

// grow brings the tree up to a sequence with entries whose acknowledgement did not come: they are read back.
func (l *Ledger) grow(to uint64) error {
	if l.tree.edge.Size() >= to {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.config.AckWait)
	defer cancel()
	o := &opener{ledger: l}
	for next := l.tree.edge.Size() + 1; next <= to; next++ {
		entry, leaf, err := l.readBack(ctx, o, next)
		if errors.Is(err, events.ErrUnreadable) {
			err = fmt.Errorf("%w: %w", ErrBroken, err)
		}
		if err != nil {
			return err
		}
		l.tree.add(entry, leaf)
	}
	return nil
}

// readBack reads an entry with its leaf. Servers that are about to choose a leader are asked again for a while.
func (l *Ledger) readBack(ctx context.Context, o *opener, sequence uint64) (events.Entry, proof.Hash, error) {
	for {
		var leaf proof.Hash
		entries, err := readAll(ctx, l, []uint64{sequence}, func(sequence uint64, m stored) (events.Entry, error) {
			leaf = proof.Leaf(m.body)
			return o.entry(sequence, m)
		})
		switch {
		case err == nil:
			return entries[0], leaf, nil
		case l.config.Remote == nil || !errors.Is(err, events.ErrUnavailable) || pause(ctx) != nil:
			return events.Entry{}, leaf, err
		}
	}
}
