package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events"
	"ettervern/events/vault"
)

const (
	keyStream     = "KEYS"
	keySubject    = "keys.ledger"
	maxSheetBytes = 64 << 10
	maxFreeKeys   = 8192 // made in advance at the most
)

var (
	// ErrNoMaster: the ledger is sealed, and no master key was given.
	ErrNoMaster = errors.New("the ledger is sealed and needs its master key")
	// ErrPlain: a sealed ledger was asked for, and this one holds its entries in plain.
	ErrPlain = errors.New("the ledger holds its entries in plain (ledger.format 1)")
	// ErrKeysLost: the ledger's keys are not there, or not all of them: entries cannot be opened that nobody erased.
	ErrKeysLost = fmt.Errorf("%w: keys are lost", ErrBroken)
)

// keys is a sealed ledger's keys: on a ring in memory, and wrapped, sheet by sheet, in a stream of their own.
//
// A key is durable before it is free, and is free before an entry names it: what an entry needs is never behind it.
type keys struct {
	ledger *Ledger
	master vault.Master
	ring   *vault.Ring
	kept   *beside       // the stream of sheets; guarded by making
	making sync.Mutex    // held while keys are made
	low    chan struct{} // holds one when keys run low
	used   atomic.Int64  // keys taken in this process

	foreign bool // sheets are there that another master wrapped; fold's, once they are loaded

	mu      sync.Mutex
	missing map[events.Entity]uint64 // entities with an entry that no key opens → its sequence; guarded by mu
	erased  map[events.Entity]bool   // guarded by mu
}

// openKeys reads the keys of a sealed ledger. A plain one has none.
//
// The stream of keys is made after the ledger's: it may be missing as long as the ledger is empty.
func (l *Ledger) openKeys(ctx context.Context) (err error) {
	if !l.sealed {
		return nil
	}
	k := &keys{ledger: l, master: l.config.Master, ring: vault.NewRing(), low: make(chan struct{}, 1), missing: map[events.Entity]uint64{}, erased: map[events.Entity]bool{}}
	config := keysConfig(l.identity.ID, l.replicas)
	config.Name, config.Subjects = l.names.keys, []string{l.names.keySubject}
	config.AllowDirect = l.config.Remote == nil // else a replica that lags could answer
	k.kept, err = l.openBeside(ctx, config, l.opened == 0)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return ErrKeysLost
	}
	if err != nil {
		return err
	}
	l.keys = k
	return k.load(ctx)
}

// check compares the stream of keys with what it was made as. A plain ledger has none, nil.
func (k *keys) check(ctx context.Context) error {
	if k == nil {
		return nil
	}
	_, err := k.kept.look(ctx)
	return err
}

// keysConfig is the stream of keys as it is made and must stay. Unlike the others its messages can be deleted.
func keysConfig(ledger string, replicas int) jetstream.StreamConfig {
	c := jetstream.StreamConfig{
		Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		MaxMsgs: -1, MaxBytes: -1, MaxMsgsPerSubject: -1, MaxConsumers: -1,
		Replicas: replicas, Duplicates: dedupWindow, Compression: jetstream.NoCompression,
		DenyPurge: true, AllowDirect: true,
		Metadata: map[string]string{"ledger.id": ledger},
	}
	c.Name, c.Subjects, c.MaxMsgSize = keyStream, []string{keySubject}, maxSheetBytes
	return c
}

// load puts every key on the ring. Sheets of another master are passed over when their keys are on others as well: the master
// is being changed.
func (k *keys) load(ctx context.Context) error {
	var elsewhere []vault.KeyID
	err := k.sheets(ctx, func(sheet vault.Sheet, _ uint64) error {
		if sheet.Master != k.master.ID() {
			k.foreign = true
			for _, wrapped := range sheet.Keys {
				elsewhere = append(elsewhere, wrapped.ID)
			}
			return nil
		}
		var all []*vault.Key
		for _, wrapped := range sheet.Keys {
			key, err := wrapped.Unwrap(k.master, k.ledger.identity.ID)
			if errors.Is(err, vault.ErrNotWrapped) {
				k.ledger.config.Log.Warn("a key of the ledger is damaged", "key", wrapped.ID.String())
				continue // if an entry needs it, recall says so
			}
			if err != nil {
				return fmt.Errorf("unwrap the ledger's keys: %w", err)
			}
			all = append(all, key)
		}
		k.ring.Add(all)
		return k.ledger.stay(ctx)
	})
	if err != nil {
		return err
	}
	for _, id := range elsewhere {
		if !k.ring.Knows(id) {
			return vault.ErrOtherMaster
		}
	}
	return nil
}

// sheets brings every sheet of keys with its sequence. They are read one by one: a consumer would pass over a damaged
// one, and wait for ever when it is the last.
func (k *keys) sheets(ctx context.Context, each func(vault.Sheet, uint64) error) error {
	info, err := k.kept.stream.Info(ctx)
	if err != nil {
		return fmt.Errorf("read the ledger's keys: %w", err)
	}
	for sequence := max(1, info.State.FirstSeq); sequence <= info.State.LastSeq; sequence++ {
		m, err := k.kept.stream.GetMsg(ctx, sequence)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue // destroyed; or damaged, and if an entry needs it, recall says so
		}
		if err != nil {
			return fmt.Errorf("read the ledger's keys: %w", err)
		}
		sheet, err := vault.DecodeSheet(m.Data)
		if err != nil {
			return fmt.Errorf("%w: the keys at sequence %d of their stream: %w", ErrBroken, sequence, err)
		}
		if err := each(sheet, sequence); err != nil {
			return err
		}
	}
	return nil
}

// key is the entity's key, bound to it now when it had none. It is the writer's.
func (k *keys) key(entity events.Entity) (*vault.Key, error) {
	if k.isErased(entity) {
		return nil, errErased
	}
	for {
		key, fresh := k.ring.Take(entity)
		switch {
		case key == nil:
			if err := k.make(context.Background(), vault.SheetKeys); err != nil {
				return nil, err
			}
			continue
		case fresh:
			k.used.Add(1)
			if k.ring.Free() < k.wanted()/2 {
				select {
				case k.low <- struct{}{}:
				default:
				}
			}
		}
		return key, nil
	}
}

// wanted is how many free keys there should be: as many as were needed so far, within bounds.
func (k *keys) wanted() int {
	return min(max(int(k.used.Load()), vault.SheetKeys), maxFreeKeys)
}

// keepMaking makes keys in advance until the context ends, so that the writer need not wait for them.
func (k *keys) keepMaking(ctx context.Context) {
	for {
		select {
		case <-k.low:
		case <-ctx.Done():
			return
		}
		if err := k.make(ctx, k.wanted()); err != nil && ctx.Err() == nil {
			k.ledger.config.Log.Warn("no keys could be made in advance", "error", err)
		}
	}
}

// make makes keys until so many are free. They are durable when they are put on the ring. If we crash before, they are
// in the stream or not; the next start finds them free.
func (k *keys) make(ctx context.Context, wanted int) error {
	k.making.Lock()
	defer k.making.Unlock()
	var made []*vault.Key
	for k.ring.Free()+len(made) < wanted {
		sheet, err := k.publish(ctx)
		if err != nil {
			return fmt.Errorf("make keys: %w", err)
		}
		made = append(made, sheet...)
	}
	if len(made) == 0 {
		return nil
	}
	if err := k.durable(); err != nil {
		return err
	}
	k.ring.Add(made)
	return nil
}

// publish puts a sheet of new keys into the stream.
func (k *keys) publish(ctx context.Context) ([]*vault.Key, error) {
	fresh := make([]*vault.Key, vault.SheetKeys)
	sheet := vault.Sheet{Master: k.master.ID(), Ledger: k.ledger.identity.ID}
	for i := range fresh {
		fresh[i] = vault.NewKey()
		wrapped, err := vault.Wrap(k.master, sheet.Ledger, fresh[i])
		if err != nil {
			return nil, err
		}
		sheet.Keys = append(sheet.Keys, wrapped)
	}
	err := k.put(ctx, sheet)
	if errors.Is(err, errMoved) { // what else is there are keys that nobody has taken here
		err = k.put(ctx, sheet)
	}
	return fresh, err
}

// put stores a sheet.
func (k *keys) put(ctx context.Context, sheet vault.Sheet) error {
	ctx, cancel := context.WithTimeout(ctx, k.ledger.config.AckWait)
	defer cancel()
	return k.kept.put(ctx, sheet.Encode())
}

// seal is an entry as it is stored, in the writer's memory until the next one. A ledger without keys stores the body.
func (w *writer) seal(p *pending) ([]byte, error) {
	k := w.ledger.keys
	if k == nil {
		return p.body, nil
	}
	clear := vault.Clear{Entity: p.entry.Entity, Number: p.entry.Number, Recorded: p.entry.Recorded}
	if outlivesKey(p.entry) {
		w.sealed = vault.Plain(w.sealed[:0], clear, p.body)
		return w.sealed, nil
	}
	key, err := k.key(p.entry.Entity)
	var api *jetstream.APIError
	switch {
	case errors.As(err, &api) && api.ErrorCode == noRoom:
		w.ledger.full.Store(true)
		return nil, fmt.Errorf("%w: %w", events.ErrUnavailable, ErrFull)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", events.ErrUnavailable, err)
	}
	if w.sealed = k.ring.Seal(key, w.sealed[:0], clear, p.body); w.sealed == nil {
		return nil, fmt.Errorf("%w: %w", events.ErrUnavailable, errErased)
	}
	return w.sealed, nil
}

// opener makes entries of stored bytes. Its memory is used again for each; it belongs to one goroutine.
type opener struct {
	ledger *Ledger
	room   []byte
}

// entry is the entry stored at a sequence. One that no key opens any more is Erased.
func (o *opener) entry(sequence uint64, m stored) (events.Entry, error) {
	entity, err := entityOf(m.subject)
	if err != nil {
		return events.Entry{}, err
	}
	if o.ledger.keys == nil {
		return events.Decode(entity, sequence, m.body)
	}
	clear, body, err := o.ledger.keys.ring.Open(o.room[:0], m.body)
	erased := errors.Is(err, vault.ErrNoKey)
	if err != nil && !erased {
		return events.Entry{}, fmt.Errorf("%w: sequence %d: %w", events.ErrUnreadable, sequence, err)
	}
	if clear.Entity != entity {
		return events.Entry{}, fmt.Errorf("%w: sequence %d: it belongs to another entity", events.ErrUnreadable, sequence)
	}
	if erased {
		o.ledger.keys.miss(entity, sequence)
		return events.Entry{Entity: entity, Number: clear.Number, Recorded: clear.Recorded, Sequence: sequence, Erased: true}, nil
	}
	o.room = body
	entry, err := events.Decode(entity, sequence, body)
	switch {
	case err != nil:
	case clear.Key == vault.KeyID{} && !outlivesKey(entry):
		err = fmt.Errorf("%w: sequence %d: it is not sealed", events.ErrUnreadable, sequence)
	case entry.Number != clear.Number || !entry.Recorded.Equal(clear.Recorded):
		err = fmt.Errorf("%w: sequence %d: it does not say what its clear lines say", events.ErrUnreadable, sequence)
	}
	return entry, err
}
