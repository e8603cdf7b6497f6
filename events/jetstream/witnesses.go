package jetstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"ettervern/events/proof"
)

// How long witnesses may take: while somebody waits for a checkpoint, and at a start, when nothing is recorded before.
const (
	witnessPatience = 500 * time.Millisecond
	startPatience   = 5 * time.Second
	witnessRetry    = 10 // times the sign interval that one who did not answer is left alone
)

// Witness cosigns the ledger's checkpoints, run by others. It may be used by one goroutine at a time.
type Witness interface {
	Name() string
	// Cosign is the signature line under a checkpoint. growth proves that the ledger begins with its first old entries:
	// those that the witness has seen. It fails with proof.ErrRewritten when the witness has seen another ledger under
	// this key, or more of it.
	Cosign(ctx context.Context, signed proof.Signed, growth func(old uint64) ([]byte, error)) (line []byte, err error)
}

// cosigned is how many witnesses have cosigned the last checkpoint, and how large that is.
type cosigned struct {
	size uint64
	by   int
}

// Witnesses tells in words for operators how it stands with the witnesses of the last checkpoint, and whether as many have
// cosigned it as must; "" for a ledger without.
func (l *Ledger) Witnesses() (told string, enough bool) {
	if len(l.config.Witnesses) == 0 {
		return "", true
	}
	var c cosigned
	if last := l.cosigned.Load(); last != nil {
		c = *last
	}
	return fmt.Sprintf("%d of %d have cosigned the checkpoint of %d entries; %d must", c.by, len(l.config.Witnesses), c.size, l.config.Quorum), c.by >= l.config.Quorum
}

// cosigning is what a notary knows of its witnesses; of who has the turn.
type cosigning struct {
	done   map[string]bool      // those who have cosigned the last checkpoint
	silent map[string]time.Time // when those who did not answer were asked
}

// due is the witnesses that are to be asked for the last checkpoint now.
func (n *notary) due(l *Ledger) (due []Witness) {
	for _, w := range l.config.Witnesses {
		asked, silent := n.witnesses.silent[w.Name()]
		if !n.witnesses.done[w.Name()] && (!silent || time.Since(asked) > witnessRetry*l.config.SignInterval) {
			due = append(due, w)
		}
	}
	return due
}

// cosign has the witnesses that are due cosign the last checkpoint, side by side, and keeps it with their lines. Whoever
// does not answer in time is asked again later; the ledger goes on without. It stops, with ErrBroken, when a witness has
// seen another ledger under its key: what is here was rewound, or somebody else has the key.
//
// If we crash before the lines are kept, the witness knows of a checkpoint that the ledger does not: the next start brings
// it one that continues it.
func (n *notary) cosign(ctx context.Context, l *Ledger, patience time.Duration) error {
	due := n.due(l)
	if len(due) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	lines, errs := make([][]byte, len(due)), make([]error, len(due))
	var asking sync.WaitGroup
	for i, w := range due {
		asking.Go(func() {
			lines[i], errs[i] = w.Cosign(ctx, n.last, func(old uint64) ([]byte, error) { return l.Growth(n.last, old) })
		})
	}
	asking.Wait()
	for i, w := range due {
		n.witnesses.answered(l, w.Name(), errs[i])
	}
	l.cosigned.Store(&cosigned{n.last.Size, len(n.witnesses.done)})
	if err := errors.Join(errs...); errors.Is(err, proof.ErrRewritten) {
		err = fmt.Errorf("%w: %w", ErrBroken, err)
		l.fail(err)
		return err
	}
	return n.keepLines(lines)
}

// answered notes what came of asking one witness.
func (c *cosigning) answered(l *Ledger, name string, err error) {
	_, silent := c.silent[name]
	switch {
	case err == nil:
		c.done[name] = true
		delete(c.silent, name)
	case !silent:
		l.config.Log.Warn("a witness has not cosigned the checkpoint; it is asked again", "witness", name, "error", err)
		fallthrough
	default:
		c.silent[name] = time.Now()
	}
}

// keepLines puts the witnesses' lines under the last checkpoint, in the place of those by the same keys.
func (n *notary) keepLines(lines [][]byte) error {
	whole := n.last.Note
	for _, line := range lines {
		if line != nil {
			whole = append(without(whole, line), line...)
		}
	}
	if bytes.Equal(whole, n.last.Note) {
		return nil
	}
	if err := writeDurably(filepath.Join(n.dir, checkpointName), whole); err != nil {
		return fmt.Errorf("keep the checkpoint: %w", err)
	}
	n.last.Note, n.published = whole, false
	return nil
}

// without is a note without the signature line of the same name and key as the given one: both begin alike, up to the key's
// id, which is in the first five characters after the name.
func without(whole, line []byte) []byte {
	const id = 5
	name, rest, _ := bytes.Cut(bytes.TrimPrefix(line, []byte("— ")), []byte(" "))
	begin := fmt.Appendf(nil, "\n— %s %s", name, rest[:id])
	at := bytes.Index(whole, begin)
	if at < 0 {
		return bytes.Clone(whole)
	}
	end := at + 1 + bytes.IndexByte(whole[at+1:], '\n')
	return append(bytes.Clone(whole[:at]), whole[end:]...)
}

// askWitnesses has what the stream held at the start cosigned, before anything is recorded: a witness that has seen more
// shows that the stream was rewound. When none can be reached the ledger starts all the same.
func (l *Ledger) askWitnesses(ctx context.Context) error {
	if len(l.config.Witnesses) == 0 {
		return nil
	}
	<-l.notary.turn
	defer func() { l.notary.turn <- struct{}{} }()
	err := l.notary.sign(ctx, l, startPatience)
	if err != nil && l.passes(err) { // servers that choose a leader; it is tried again at the next checkpoint
		l.config.Log.Warn("the checkpoint of the start is not kept in its stream", "error", err)
		return nil
	}
	return err
}
