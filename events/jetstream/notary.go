package jetstream

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/mod/sumdb/note"

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

// ErrOrigin: the ledger signs under another name than the one asked for, or the name cannot be one.
var ErrOrigin = errors.New("the ledger cannot sign under this origin")

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
	stream    jetstream.Stream
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
		return nil, fmt.Errorf("%w: the key that signs checkpoints is gone", ErrBroken)
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

// recall is every last checkpoint that was kept, as what the stream must show: that on disk and that in the stream.
func (n *notary) recall(ctx context.Context, l *Ledger) (expected []expectation, err error) {
	onDisk, err := os.ReadFile(filepath.Join(n.dir, checkpointName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		e, err := n.take(onDisk, "the signed checkpoint on disk")
		if err != nil {
			return nil, err
		}
		expected = append(expected, e)
	}
	if n.stream, err = l.js.Stream(ctx, checkpointStream); errors.Is(err, jetstream.ErrStreamNotFound) {
		return expected, nil
	} else if err != nil {
		return nil, err
	}
	if difference := differs(n.stream.CachedInfo().Config, checkpointConfig(l.identity.ID, l.replicas)); difference != "" {
		return nil, fmt.Errorf("%w: %s of the stream of checkpoints differs", ErrLoosened, difference)
	}
	message, err := n.stream.GetLastMsgForSubject(ctx, checkpointSubject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return expected, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := n.take(message.Data, "the signed checkpoint in its stream")
	if err != nil {
		return nil, err
	}
	n.published = bytes.Equal(n.last.Note, message.Data)
	return append(expected, e), nil
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
	if err != nil {
		return fmt.Errorf("keep the checkpoint in its stream: %w", err)
	}
	n.published = true
	return nil
}

func (n *notary) publish(ctx context.Context, l *Ledger) (err error) {
	if n.stream == nil {
		config := checkpointConfig(l.identity.ID, l.replicas)
		if n.stream, err = l.js.CreateStream(ctx, config); err != nil {
			return err
		}
	}
	_, err = l.js.Publish(ctx, checkpointSubject, n.last.Note, jetstream.WithExpectStream(checkpointStream))
	return err
}

// checkpointConfig is the stream of checkpoints as it is made and must stay.
func checkpointConfig(ledger string, replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: checkpointStream, Subjects: []string{checkpointSubject},
		Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		MaxMsgs: -1, MaxBytes: -1, MaxMsgsPerSubject: -1, MaxConsumers: -1, MaxMsgSize: maxCheckpointBytes,
		Replicas: replicas, Duplicates: dedupWindow, Compression: jetstream.NoCompression,
		DenyDelete: true, DenyPurge: true, AllowDirect: true,
		Metadata: map[string]string{"ledger.id": ledger},
	}
}
