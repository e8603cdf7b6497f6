package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events/proof"
)

// Copy writes a copy of the ledger into a new directory while it goes on, without its keys: the entries up to a signed
// checkpoint, that checkpoint and those before it, and the files that a start needs. It is durable when Copy returns how many
// entries it has. With its keys put back it opens as the ledger that it was, in its directory, also when servers of others hold the original. Keys are to be copied afterwards: they then open
// every entry of the copy, or tell whose key was destroyed meanwhile.
//
// The entries are compared with the checkpoint on the way: what JetStream leaves out, or has changed, fails with ErrBroken, and
// the ledger stops. Other errors are proof.ErrNone, events.ErrUnavailable and the context's. After an error, or a crash, what is in the
// directory is of no use.
func (l *Ledger) Copy(ctx context.Context, dir string) (entries uint64, err error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return 0, err
	}
	c := copier{from: l, signed: signed, dir: dir}
	if err = c.store(ctx); err == nil {
		err = c.files()
	}
	if errors.Is(err, ErrBroken) {
		l.fail(err)
	}
	if err != nil {
		return 0, fmt.Errorf("copy the ledger: %w", err)
	}
	return signed.Size, nil
}

// copier makes one copy.
type copier struct {
	from     *Ledger
	signed   proof.Signed
	dir      string
	js       jetstream.JetStream // of the copy
	identity Identity            // likewise
	edge     proof.Edge          // of what was copied
}

// store fills a store of the copy's own, by a server that runs for that long.
func (c *copier) store(ctx context.Context) (err error) {
	server, err := StartServer(ServerConfig{Dir: c.dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	conn, err := server.Connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	if c.js, err = jetstream.New(conn, jetstream.WithPublishAsyncTimeout(c.from.config.AckWait)); err != nil {
		return err
	}
	if err := c.entries(ctx); err != nil {
		return err
	}
	return c.checkpoints(ctx)
}

func (c *copier) entries(ctx context.Context) error {
	config := c.from.streamConfig(c.from.identity.ID)
	config.Name, config.Replicas = usual.entries, 1
	stream, err := c.js.CreateStream(ctx, config)
	if err != nil {
		return err
	}
	c.identity = identityOf(stream.CachedInfo())
	for next := uint64(1); next <= c.signed.Size; {
		var sequences []uint64
		for ; next <= c.signed.Size && len(sequences) < stretch; next++ {
			sequences = append(sequences, next)
		}
		all, err := readAll(ctx, c.from, sequences, func(_ uint64, m stored) (stored, error) { return m, nil })
		if err != nil {
			return err
		}
		for _, m := range all {
			c.edge.Append(proof.Leaf(m.body), nil)
		}
		if err := c.put(ctx, all, sequences[0]); err != nil {
			return err
		}
	}
	if c.edge.Root() != c.signed.Root {
		return fmt.Errorf("%w: up to sequence %d the entries are not those that the checkpoint tells of", ErrBroken, c.signed.Size)
	}
	return nil
}

// checkpoints copies those up to the one that the copy ends with.
func (c *copier) checkpoints(ctx context.Context) error {
	config := c.from.checkpointConfig()
	config.Name, config.Subjects, config.Replicas, config.AllowDirect = usual.checkpoints, []string{usual.checkpointSubject}, 1, true
	if _, err := c.js.CreateStream(ctx, config); err != nil {
		return err
	}
	info, err := c.from.notary.kept.stream.Info(ctx)
	if err != nil {
		return err
	}
	var all []stored
	copied := uint64(0)
	for sequence := uint64(1); sequence <= info.State.LastSeq; sequence++ {
		m, err := c.from.notary.kept.stream.GetMsg(ctx, sequence)
		if err != nil {
			return fmt.Errorf("read the checkpoints: %w", err)
		}
		was, err := proof.OpenCheckpoint(m.Data, c.from.notary.verifier)
		if err != nil {
			return fmt.Errorf("%w: a signed checkpoint in its stream: %w", ErrBroken, err)
		}
		if was.Size <= c.signed.Size {
			all = append(all, stored{usual.checkpointSubject, m.Data})
		}
		if len(all) < stretch && sequence < info.State.LastSeq {
			continue
		}
		if err := c.put(ctx, all, copied+1); err != nil {
			return err
		}
		copied, all = copied+uint64(len(all)), all[:0]
	}
	return nil
}

// put stores messages in the copy, and demands that they lie at these sequences.
func (c *copier) put(ctx context.Context, all []stored, first uint64) error {
	acks := make([]jetstream.PubAckFuture, len(all))
	for i, m := range all {
		var err error
		if acks[i], err = c.js.PublishAsync(m.subject, m.body); err != nil {
			return err
		}
	}
	for i, ack := range acks {
		select {
		case is := <-ack.Ok():
			if is.Sequence != first+uint64(i) {
				return fmt.Errorf("sequence %d came to lie at %d", first+uint64(i), is.Sequence)
			}
		case err := <-ack.Err():
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// files writes what lies beside the store, as if the copy had been closed in order after its last entry, and makes all of it durable.
func (c *copier) files() error {
	identity, err := json.Marshal(c.identity)
	if err != nil {
		return err
	}
	end := state{c.signed.Size, c.signed.Root}
	whole := map[string][]byte{
		IdentityFile:   append(identity, '\n'),
		headName:       head{before: end, now: end, confirmed: true}.text(),
		checkpointName: c.signed.Note,
	}
	for _, name := range []string{keyName, backupsFile} {
		text, err := os.ReadFile(filepath.Join(c.from.config.Dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // none was made yet
		}
		if err != nil {
			return err
		}
		whole[name] = text
	}
	for name, text := range whole {
		if err := writeDurably(filepath.Join(c.dir, name), text); err != nil {
			return err
		}
	}
	if err := os.Remove(filepath.Join(c.dir, "lock")); err != nil { // nobody has it open, and nobody is to wonder who did
		return err
	}
	barrier, release, err := syncBarrier(c.dir)
	if err != nil {
		return err
	}
	return errors.Join(barrier(), release())
}
