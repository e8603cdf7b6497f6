package jetstream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"ettervern/events"
	"ettervern/events/vault"
)

var (
	// ErrNotErased: keys are destroyed only after it was recorded that their entity is erased.
	ErrNotErased = errors.New("it is not recorded that this entity is erased")
	// ErrKeyLeft: a key was destroyed, and is still on disk.
	ErrKeyLeft = errors.New("the key was destroyed, and its bytes are still in the store")
	// errErased: nothing is sealed for an entity whose keys are destroyed.
	errErased = errors.New("the entity was erased")
)

// outlivesKey tells whether an entry is stored in plain: it says why those before it cannot be opened.
func outlivesKey(e events.Entry) bool {
	if len(e.Events) != 1 {
		return false
	}
	switch e.Events[0].Event.(type) {
	case *events.YouthErased, *events.AccessesForgotten:
		return true
	default:
		return false
	}
}

// miss remembers that no key opens an entry.
func (k *keys) miss(entity events.Entity, sequence uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if first := k.missing[entity]; !k.erased[entity] && (first == 0 || sequence < first) {
		k.missing[entity] = sequence
	}
}

// note takes notice of an erasure: it explains why nothing opens the entity's entries. A plain ledger has no keys, nil.
func (k *keys) note(e events.Entry) {
	if k == nil || !outlivesKey(e) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.erased[e.Entity] = true
	delete(k.missing, e.Entity)
}

func (k *keys) isErased(entity events.Entity) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.erased[entity]
}

// opened is called when every entry has been opened, before anyone is shown that everything is there. It fails with
// ErrKeysLost when there was one that no key opens, and that was not erased. A plain ledger has no keys, nil.
func (k *keys) opened() error {
	if k == nil {
		return nil
	}
	if err := k.settle(); err != nil {
		return err
	}
	return k.finish()
}

func (k *keys) settle() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for entity, sequence := range k.missing {
		return fmt.Errorf("%w: nothing opens the entries of %s from sequence %d on", ErrKeysLost, entity, sequence)
	}
	k.ring.Settle()
	return nil
}

// finish destroys what another master has wrapped, and keys of entities that were erased, when a crash came between.
func (k *keys) finish() error {
	if err := k.disown(context.Background()); err != nil {
		return err
	}
	k.mu.Lock()
	var unfinished []events.Entity
	for entity := range k.erased {
		if k.ring.Has(entity) {
			unfinished = append(unfinished, entity)
		}
	}
	k.mu.Unlock()
	for _, entity := range unfinished {
		if err := k.ledger.destroy(context.Background(), entity); err != nil {
			return err
		}
	}
	return nil
}

// Destroy destroys every key that opens an entity's entries: on the ring, in the stream of keys, and in its files, which are
// looked through; of a remote ledger its servers are told to. Keys that were kept on the same sheet are written to a new one first. It may be done again, and does
// nothing where nothing is left. Its errors are ErrPlain, ErrNotErased and ErrKeyLeft; after any other, do it again.
//
// If we crash before the sheet is deleted, the next start does it all again; the keys beside it are then on two sheets.
func (l *Ledger) Destroy(ctx context.Context, entity events.Entity) error {
	if l.keys == nil {
		return ErrPlain
	}
	if err := l.applied.wait(ctx, l.Durable()); err != nil {
		return err
	}
	return l.destroy(ctx, entity)
}

// destroy is Destroy of what is applied.
func (l *Ledger) destroy(ctx context.Context, entity events.Entity) error {
	if !l.keys.isErased(entity) {
		return ErrNotErased
	}
	ids, err := l.keyIDs(ctx, entity)
	if err != nil {
		return err
	}
	l.keys.ring.Remove(ids...)
	if err := l.keys.destroy(ctx, ids); err != nil {
		return fmt.Errorf("destroy a key: %w", err)
	}
	return nil
}

// keyIDs is the keys that an entity's entries name.
func (l *Ledger) keyIDs(ctx context.Context, entity events.Entity) (ids []vault.KeyID, err error) {
	bodies, err := readAll(ctx, l, l.index.of(entity), readBody)
	for _, body := range bodies {
		c, _, err := vault.Parse(body)
		if err != nil {
			return nil, err
		}
		if c.Key != (vault.KeyID{}) && !slices.Contains(ids, c.Key) {
			ids = append(ids, c.Key)
		}
	}
	return ids, err
}

// destroy takes keys out of the stream. When another has written there meanwhile it looks again.
func (k *keys) destroy(ctx context.Context, ids []vault.KeyID) (err error) {
	k.making.Lock()
	defer k.making.Unlock()
	for range 3 {
		if err = k.ledger.mayWrite(); err == nil {
			err = k.destroyOnce(ctx, ids)
		}
		if !errors.Is(err, errMoved) {
			break
		}
	}
	return err
}

func (k *keys) destroyOnce(ctx context.Context, ids []vault.KeyID) error {
	var doomed []uint64
	var wrapped []vault.WrappedKey
	var kept []vault.Sheet
	err := k.sheets(ctx, func(sheet vault.Sheet, sequence uint64) error {
		rest := slices.DeleteFunc(slices.Clone(sheet.Keys), func(w vault.WrappedKey) bool { return slices.Contains(ids, w.ID) })
		if len(rest) == len(sheet.Keys) {
			return nil
		}
		for _, w := range sheet.Keys {
			if slices.Contains(ids, w.ID) {
				wrapped = append(wrapped, w)
			}
		}
		if len(rest) > 0 {
			kept = append(kept, vault.Sheet{Master: sheet.Master, Ledger: sheet.Ledger, Keys: rest})
		}
		doomed = append(doomed, sequence)
		return nil
	})
	if err != nil || len(doomed) == 0 {
		return err
	}
	if err := k.keep(ctx, kept); err != nil {
		return err
	}
	return k.overwrite(ctx, doomed, wrapped)
}

// keep writes what is left of sheets that are to be deleted to new ones, and makes these durable.
func (k *keys) keep(ctx context.Context, all []vault.Sheet) error {
	for _, s := range all {
		if err := k.put(ctx, s); err != nil {
			return err
		}
	}
	return k.durable()
}

// durable makes a barrier. An error of it stops the ledger: the kernel tells of a write error once, and the entries may be hit as
// well.
func (k *keys) durable() error {
	err := k.ledger.barrier()
	if err != nil {
		k.ledger.fail(err)
	}
	return err
}

// look demands that no file of the stream of keys holds any of these. JetStream overwrites what is deleted securely, and
// has not always done so when asked. The files of servers of others cannot be looked at.
func (k *keys) look(wrapped []vault.WrappedKey) error {
	if k.ledger.server == nil {
		return nil
	}
	root, sought := filepath.Join(k.ledger.config.Dir, KeysDir), searchFor(wrapped)
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the server's, and just replaced
		}
		if sought.in(data) {
			return fmt.Errorf("%w: %s", ErrKeyLeft, filepath.Base(path))
		}
		return err
	})
}
