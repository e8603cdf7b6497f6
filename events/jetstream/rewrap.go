package jetstream

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"

	"ettervern/events/vault"
)

// Rewrap has another master wrap every key as well. When it returns that is durable, and the ledger opens with either: the next
// start, with one of the two, destroys what the other has wrapped. So the change of a ledger's master is this, and a start with
// the new one. Nobody is to record meanwhile. Its errors are ErrPlain, vault.ErrNotWrapped for a key that is damaged, and the masters'.
//
// If we crash before it returns, the ledger opens with its old master as before, and with the new one not.
func (l *Ledger) Rewrap(ctx context.Context, master vault.Master) error {
	k := l.keys
	if k == nil {
		return ErrPlain
	}
	if err := l.applied.wait(ctx, l.Durable()); err != nil {
		return err
	}
	k.making.Lock()
	defer k.making.Unlock()
	err := k.sheets(ctx, func(sheet vault.Sheet, _ uint64) error {
		again := vault.Sheet{Master: master.ID(), Ledger: sheet.Ledger}
		for _, w := range sheet.Keys {
			key, err := w.Unwrap(k.master, sheet.Ledger)
			if err != nil {
				return fmt.Errorf("key %s: %w", w.ID, err)
			}
			wrapped, err := vault.Wrap(master, sheet.Ledger, key)
			if err != nil {
				return err
			}
			again.Keys = append(again.Keys, wrapped)
		}
		return k.put(ctx, again)
	})
	if err != nil {
		return fmt.Errorf("wrap the keys anew: %w", err)
	}
	return k.durable()
}

// disown destroys what another master has wrapped: the ledger's master was changed, or was about to be when we crashed. Every key
// is on the ring by then, unwrapped by the master that the ledger is opened with.
func (k *keys) disown(ctx context.Context) error {
	if !k.foreign {
		return nil
	}
	k.making.Lock()
	defer k.making.Unlock()
	var doomed []uint64
	var wrapped []vault.WrappedKey
	if err := k.ledger.mayWrite(); err != nil {
		return err
	}
	err := k.sheets(ctx, func(sheet vault.Sheet, sequence uint64) error {
		if sheet.Master != k.master.ID() {
			doomed, wrapped = append(doomed, sequence), append(wrapped, sheet.Keys...)
		}
		return nil
	})
	if err == nil {
		k.ledger.config.Log.Info("what another master key has wrapped is being destroyed", "sheets", len(doomed)) // the server writes a file anew for each
		err = k.overwrite(ctx, doomed, wrapped)
	}
	if err != nil {
		return fmt.Errorf("destroy what another master key has wrapped: %w", err)
	}
	k.foreign = false
	return nil
}

// overwrite destroys sheets, and looks whether what was wrapped on them is gone.
func (k *keys) overwrite(ctx context.Context, doomed []uint64, wrapped []vault.WrappedKey) error {
	for _, sequence := range doomed {
		if err := k.kept.stream.SecureDeleteMsg(ctx, sequence); err != nil {
			return err
		}
	}
	if err := k.durable(); err != nil {
		return err
	}
	return k.look(wrapped)
}

// beginning is by how many bytes a wrapped key is searched for, before it is compared whole.
const beginning = 8

// search finds any of many wrapped keys, as bytes or as a sheet has them, by going through data once.
type search struct {
	first [256]bool // by the first byte: most often this is all that is looked at
	forms map[[beginning]byte][][]byte
}

func searchFor(wrapped []vault.WrappedKey) *search {
	s := &search{forms: map[[beginning]byte][][]byte{}}
	for _, w := range wrapped {
		for _, form := range [][]byte{w.Wrapped, []byte(base64.StdEncoding.EncodeToString(w.Wrapped))} {
			if len(form) >= beginning { // every master's is longer
				key := [beginning]byte(form)
				s.first[form[0]], s.forms[key] = true, append(s.forms[key], form)
			}
		}
	}
	return s
}

// in tells whether the data hold one of them.
func (s *search) in(data []byte) bool {
	for ; len(data) >= beginning; data = data[1:] {
		if !s.first[data[0]] {
			continue
		}
		for _, form := range s.forms[[beginning]byte(data)] {
			if bytes.HasPrefix(data, form) {
				return true
			}
		}
	}
	return false
}
