package jetstream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events"
	"ettervern/events/vault"
)

// RestoreKeys puts keys into the store in dir, which has entries and no keys: for a ledger that is restored. Their last day
// must not have passed: vault.ErrExpired. The keys may be of a later backup than the entries. Who was erased between the two
// is erased in the entries too, by the same event, recorded at the time when it was; again is how many these are. Keys of those
// who have been erased are destroyed again when the ledger is opened. Keys that no entry names are left out: where more was
// recorded than is here they may open somebody's history, and would outlive that one's erasure if they were given to another.
//
// If we crash, the store has no keys, or not all of them, and is not opened: begin with a new directory.
func RestoreKeys(ctx context.Context, dir string, b vault.Backup, today events.Date) (again int, err error) {
	if today > b.Until {
		return 0, vault.ErrExpired
	}
	server, err := StartServer(ServerConfig{Dir: dir})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	conn, err := server.Connect()
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return 0, err
	}
	stream, err := js.Stream(ctx, streamName)
	if err != nil {
		return 0, fmt.Errorf("open the stream: %w", err)
	}
	if id := stream.CachedInfo().Config.Metadata["ledger.id"]; id != b.Ledger {
		return 0, fmt.Errorf("%w: these are of ledger %s, not of %s", vault.ErrBackup, b.Ledger, id)
	}
	if err := noteKeysUntil(dir, b.Until); err != nil {
		return 0, err
	}
	r := restorer{js: js, stream: stream}
	if err := r.eraseAgain(ctx, b.Erasures); err != nil {
		return 0, err
	}
	return r.again, r.putBack(ctx, b)
}

// restorer fills the store of a ledger that is restored.
type restorer struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	last   time.Time // the recorded time of the last entry
	again  int       // how many were erased again
}

// putBack makes the stream of keys, of those that entries name.
func (r *restorer) putBack(ctx context.Context, b vault.Backup) error {
	named, err := r.named(ctx)
	if err != nil {
		return fmt.Errorf("read which keys entries name: %w", err)
	}
	if _, err := r.js.CreateStream(ctx, keysConfig(b.Ledger, 1)); err != nil {
		return fmt.Errorf("make the stream of keys: %w", err)
	}
	for _, s := range b.Sheets {
		s.Keys = slices.DeleteFunc(s.Keys, func(w vault.WrappedKey) bool { return !named[w.ID] })
		if len(s.Keys) == 0 {
			continue
		}
		if _, err := r.js.Publish(ctx, keySubject, s.Encode(), jetstream.WithExpectStream(keyStream)); err != nil {
			return fmt.Errorf("put back the keys: %w", err)
		}
	}
	return nil
}

// named is the keys that the entries name. Whether the entries are whole is compared when the ledger is opened.
func (r *restorer) named(ctx context.Context) (map[vault.KeyID]bool, error) {
	ids := map[vault.KeyID]bool{}
	info, err := r.stream.Info(ctx)
	if err != nil || info.State.Msgs == 0 {
		return ids, err
	}
	consumer, err := r.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return nil, err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(readAhead), jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		return nil, err
	}
	defer messages.Stop()
	for left := uint64(1); left > 0; {
		m, err := messages.Next(jetstream.NextMaxWait(ackWait)) // a server that passes over a damaged last one says nothing
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		meta, err := m.Metadata()
		if err != nil {
			return nil, err
		}
		if clear, _, err := vault.Parse(m.Data()); err == nil { // else the start says what is wrong with it
			ids[clear.Key] = true
		}
		left = meta.NumPending
	}
	return ids, nil
}

// eraseAgain records the erasures that the entries do not tell of.
func (r *restorer) eraseAgain(ctx context.Context, erasures [][]byte) error {
	if last := r.stream.CachedInfo().State.LastSeq; last > 0 && len(erasures) > 0 {
		m, err := r.stream.GetMsg(ctx, last)
		if err != nil {
			return fmt.Errorf("read the last entry: %w", err)
		}
		clear, _, err := vault.Parse(m.Data)
		if err != nil {
			return err
		}
		r.last = clear.Recorded
	}
	for _, stored := range erasures {
		clear, body, err := vault.Parse(stored)
		if err != nil {
			return fmt.Errorf("%w: an erasure: %w", vault.ErrBackup, err)
		}
		entry, err := events.Decode(clear.Entity, 0, bytes.TrimRight(body, " "))
		if err != nil || clear.Key != (vault.KeyID{}) || !outlivesKey(entry) {
			return fmt.Errorf("%w: what should be an erasure is none", vault.ErrBackup)
		}
		if err := r.erase(ctx, entry); err != nil {
			return fmt.Errorf("record an erasure again: %w", err)
		}
	}
	return nil
}

// erase records an erasure behind what there is of its entity, unless that ends with one. Somebody of whom there is nothing
// yet is erased as well: what was told of them would be taken again.
func (r *restorer) erase(ctx context.Context, entry events.Entry) error {
	subject, after := subjectOf(entry.Entity), uint64(0)
	entry.Number = 1
	last, err := r.stream.GetLastMsgForSubject(ctx, subject)
	if err == nil {
		clear, _, err := vault.Parse(last.Data)
		if err != nil || clear.Key == (vault.KeyID{}) {
			return err
		}
		entry.Number, after = clear.Number+1, last.Sequence
	} else if !errors.Is(err, jetstream.ErrMsgNotFound) {
		return err
	}
	if entry.Recorded.Before(r.last) {
		entry.Recorded = r.last
	}
	stored := vault.Plain(nil, vault.Clear{Entity: entry.Entity, Number: entry.Number, Recorded: entry.Recorded}, vault.Pad(events.Encode(entry)))
	if _, err := r.js.Publish(ctx, subject, stored, jetstream.WithExpectLastSequencePerSubject(after)); err != nil {
		return err
	}
	r.last = entry.Recorded
	r.again++
	return nil
}

// noteKeysUntil notes until when there are backups with the keys of a ledger, if that is longer than was known.
func noteKeysUntil(dir string, until events.Date) error {
	if made, err := keysUntil(dir); err == nil && made >= until {
		return nil
	}
	text, err := json.Marshal(backups{until})
	if err == nil {
		err = writeDurably(filepath.Join(dir, backupsFile), append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("note the backup: %w", err)
	}
	return nil
}
