package jetstream

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ettervern/events"
	"ettervern/events/proof"
)

const (
	keyName            = "checkpoint.key"
	checkpointName     = "checkpoint"
	checkpointStream   = "CHECKPOINTS"
	checkpointSubject  = "checkpoints.ledger"
	signInterval       = time.Second
	maxCheckpointBytes = 64 << 10 // with the cosignatures of many witnesses
)

var (
	// ErrOrigin: the ledger signs under another name than the one asked for, or the name cannot be one.
	ErrOrigin = errors.New("the ledger cannot sign under this origin")
	// ErrForeignKey: a remote ledger's checkpoints are signed by another key than the one in this machine's directory.
	ErrForeignKey = errors.New("the ledger's checkpoints are signed by another key than this directory's: put its checkpoint.key here, from the directory of a machine that has served it")
	// errNoKey: there is no key, and none may be made.
	errNoKey = fmt.Errorf("%w: the key that signs checkpoints is gone", ErrBroken)
)

// notary signs checkpoints, and keeps the last one on disk and all of them in a stream.
type notary struct {
	dir       string
	signer    note.Signer
	verifier  note.Verifier
	public    string        // the verifier's key as text
	turn      chan struct{} // holds one: who has taken it may sign
	last      proof.Signed  // the last checkpoint, without a note when there is none; of who has the turn
	lastAt    time.Time     // when it was signed in this process; likewise
	published bool          // the stream has last; likewise
	witnesses cosigning     // of last; likewise
	kept      *beside       // the stream of all checkpoints; likewise
}

// openNotary opens the key, and makes it when this ledger has none. fresh says that nothing was ever written down about
// this ledger: only then may the key be missing.
func openNotary(dir, origin, ledger string, fresh bool) (*notary, error) {
	n := &notary{dir: dir, turn: make(chan struct{}, 1), witnesses: cosigning{map[string]bool{}, map[string]time.Time{}}}
	n.turn <- struct{}{}
	key, err := os.ReadFile(filepath.Join(dir, keyName))
	if errors.Is(err, os.ErrNotExist) && fresh {
		if origin == "" {
			origin = "ettervern.invalid/" + ledger // RFC 2606: nobody can have this name
		}
		key, err = makeKey(dir, origin)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, errNoKey
	}
	if err != nil {
		return nil, fmt.Errorf("the key that signs checkpoints: %w", err)
	}
	if err := n.use(key); err != nil {
		return nil, err
	}
	if origin != "" && origin != n.signer.Name() {
		return nil, fmt.Errorf("%w: its key is that of %s", ErrOrigin, n.signer.Name())
	}
	return n, nil
}

// withoutKey tells where the key of a remote ledger is to be got, when it is not here.
func (l *Ledger) withoutKey(err error) error {
	switch {
	case l.config.Remote == nil || !errors.Is(err, errNoKey):
		return err
	case l.claimed.Key == "":
		return fmt.Errorf("%w: here is none", ErrForeignKey)
	}
	return fmt.Errorf("%w: they are signed by %s, here is none", ErrForeignKey, keyID(l.claimed.Key))
}

// keyID is a public key's name and id, by which people tell it from others.
func keyID(public string) string {
	name, rest, _ := strings.Cut(public, "+")
	id, _, _ := strings.Cut(rest, "+")
	return name + "+" + id
}

// makeKey makes a key and writes it down: the secret line first, then the public one.
func makeKey(dir, origin string) ([]byte, error) {
	secret, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, err
	}
	if _, err := note.NewSigner(secret); err != nil {
		return nil, fmt.Errorf("%w: it must be a name without spaces and plus signs, such as kommune.example/ettervern", ErrOrigin)
	}
	key := []byte(secret + "\n" + public + "\n")
	return key, writeDurably(filepath.Join(dir, keyName), key)
}

// use takes the two lines of a key file, and tries whether they belong together.
func (n *notary) use(key []byte) (err error) {
	secret, rest, _ := bytes.Cut(key, []byte("\n"))
	public, _, _ := bytes.Cut(rest, []byte("\n"))
	n.public = string(public)
	var err1, err2 error
	n.signer, err1 = note.NewSigner(string(secret))
	n.verifier, err2 = note.NewVerifier(n.public)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("the key that signs checkpoints cannot be read: %w", err)
	}
	trial, err := proof.Checkpoint{Origin: n.signer.Name()}.Sign(n.signer)
	if err == nil {
		_, err = proof.OpenCheckpoint(trial, n.verifier)
	}
	if err != nil {
		return fmt.Errorf("the key that signs checkpoints is damaged: %w", err)
	}
	return nil
}

// writeDurably puts a file in the place of another, whole or not at all, whatever happens.
func writeDurably(path string, data []byte) error {
	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// recall is every last checkpoint that was kept, as what the stream must show: that on disk and that in the stream, which
// is given, nil for none.
func (n *notary) recall(inStream []byte) (expected []expectation, err error) {
	onDisk, err := os.ReadFile(filepath.Join(n.dir, checkpointName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, c := range []struct {
		signed []byte
		by     string
	}{{onDisk, "the signed checkpoint on disk"}, {inStream, "the signed checkpoint in its stream"}} {
		if c.signed == nil {
			continue
		}
		e, err := n.take(c.signed, c.by)
		if err != nil {
			return nil, err
		}
		expected = append(expected, e)
	}
	n.published = inStream != nil && bytes.Equal(n.last.Note, inStream)
	return expected, nil
}

// take keeps the checkpoint when it is the largest so far.
func (n *notary) take(signed []byte, by string) (expectation, error) {
	c, err := proof.OpenCheckpoint(signed, n.verifier)
	if err != nil {
		return expectation{}, fmt.Errorf("%w: %s: %w", ErrBroken, by, err)
	}
	if n.last.Note == nil || c.Size >= n.last.Size {
		n.last = proof.Signed{Checkpoint: c, Note: signed}
	}
	return expectation{state{c.Size, c.Root}, by, c.Directory}, nil
}

// whole tells whether there is a last checkpoint that tells of the entities too: one of before that was signed does not.
func (n *notary) whole() bool { return n.last.Directory != (proof.Hash{}) }

// sign signs what is durable and keeps it: first on disk, then, when the witnesses have had so long to cosign it, in the
// stream. If we crash between, the stream has one checkpoint less, and nobody but witnesses was given it. Every checkpoint continues the one before, for only what is durable is signed.
func (n *notary) sign(ctx context.Context, l *Ledger, patience time.Duration) error {
	s, directory := l.tree.directory.rootOf(func() state { return *l.tree.durable.Load() })
	if err := l.writer.flushHashes(); err != nil { // those that it proves, at the least
		return err
	}
	if n.last.Size != s.sequence || !n.whole() {
		if err := l.mayWrite(); err != nil {
			return err
		}
		c := proof.Checkpoint{Origin: n.signer.Name(), Size: s.sequence, Root: s.root, Directory: directory}
		signed, err := c.Sign(n.signer)
		if err != nil {
			return fmt.Errorf("sign a checkpoint: %w", err)
		}
		if err := writeDurably(filepath.Join(n.dir, checkpointName), signed); err != nil {
			return fmt.Errorf("keep the checkpoint: %w", err)
		}
		n.last, n.lastAt, n.published = proof.Signed{Checkpoint: c, Note: signed}, time.Now(), false
		clear(n.witnesses.done)
	}
	if err := n.cosign(ctx, l, patience); err != nil {
		return err
	}
	if n.published {
		return nil
	}
	err := n.publish(ctx, l)
	var api *jetstream.APIError
	if errors.As(err, &api) && api.ErrorCode == noRoom { // it is on disk; the next time it is tried again
		l.config.Log.Warn("the store is full: the checkpoint is not kept in its stream", "size", n.last.Size)
		return nil
	}
	if err != nil && l.config.Remote != nil && !errors.Is(err, ErrBroken) {
		err = fmt.Errorf("%w: %w", events.ErrUnavailable, err)
	}
	if err != nil {
		return fmt.Errorf("keep the checkpoint in its stream: %w", err)
	}
	n.published = true
	return nil
}

// publish keeps the last checkpoint in the stream.
func (n *notary) publish(ctx context.Context, l *Ledger) error {
	err := n.kept.put(ctx, n.last.Note)
	if !errors.Is(err, errMoved) {
		return err
	}
	there, err := n.kept.last(ctx)
	if err != nil || bytes.Equal(there, n.last.Note) { // that of which the acknowledgement was lost
		return err
	}
	if err := n.continues(l, there); err != nil {
		l.fail(err)
		return err
	}
	return n.kept.put(ctx, n.last.Note)
}

// continues demands that a checkpoint which another has signed meanwhile is of the same history: a writer that was followed by
// this one, and had not noticed.
func (n *notary) continues(l *Ledger, signed []byte) error {
	c, err := proof.OpenCheckpoint(signed, n.verifier)
	if err != nil {
		return fmt.Errorf("%w: the signed checkpoint in its stream: %w", ErrBroken, err)
	}
	if c.Size == 0 || c.Size > n.last.Size {
		return nil
	}
	root, err := tlog.TreeHash(int64(c.Size), l.tree.hashes)
	if err == nil && root != c.Root {
		err = fmt.Errorf("%w: up to sequence %d another history is signed by the same key", ErrBroken, c.Size)
	}
	return err
}

// checkpointConfig is the stream of checkpoints as it is made and must stay.
func (l *Ledger) checkpointConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: l.names.checkpoints, Subjects: []string{l.names.checkpointSubject},
		Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		MaxMsgs: -1, MaxBytes: -1, MaxMsgsPerSubject: -1, MaxConsumers: -1, MaxMsgSize: maxCheckpointBytes,
		Replicas: l.replicas, Duplicates: dedupWindow, Compression: jetstream.NoCompression,
		DenyDelete: true, DenyPurge: true, AllowDirect: l.config.Remote == nil, // else a replica that lags could answer
		Metadata: map[string]string{"ledger.id": l.identity.ID},
	}
}
