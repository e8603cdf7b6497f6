package jetstream

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// errMoved: the stream beside has another end than was known. Where it is now is known, and that the ledger is still ours.
var errMoved = errors.New("others have written beside the ledger, or an acknowledgement was lost")

// beside is a stream of the ledger's own beside that of its entries. Only the ledger's writer adds to it, and each message
// names the last one that the writer knows of: one that was followed by another, and has not noticed, adds nothing. See fence.
type beside struct {
	ledger *Ledger
	config jetstream.StreamConfig // as it is made, and must stay
	stream jetstream.Stream
	end    uint64 // the last sequence, as far as it is known; of whoever may add
}

// openBeside finds a stream, or makes it where it may be missing still.
func (l *Ledger) openBeside(ctx context.Context, config jetstream.StreamConfig, fresh bool) (*beside, error) {
	stream, err := l.js.Stream(ctx, config.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if !fresh {
			return nil, fmt.Errorf("%w: its stream %s is gone: %w", ErrLoosened, config.Name, err)
		}
		stream, err = create(ctx, l.js, config)
	}
	if err != nil {
		return nil, fmt.Errorf("open the stream %s: %w", config.Name, err)
	}
	b := &beside{ledger: l, config: config, stream: stream}
	info, err := b.look(ctx)
	if err != nil {
		return nil, err
	}
	b.end = info.State.LastSeq
	return b, nil
}

// look compares the stream with what it was made as.
func (b *beside) look(ctx context.Context) (*jetstream.StreamInfo, error) {
	info, err := b.stream.Info(ctx)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, fmt.Errorf("%w: its stream %s is gone", ErrLoosened, b.config.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("look at the stream %s: %w", b.config.Name, err)
	}
	if difference := differs(info.Config, b.config); difference != "" {
		return nil, fmt.Errorf("%w: %s of its stream %s differs", ErrLoosened, difference, b.config.Name)
	}
	return info, nil
}

// last is the last message, nil when there is none.
func (b *beside) last(ctx context.Context) ([]byte, error) {
	m, err := b.stream.GetLastMsgForSubject(ctx, b.config.Subjects[0])
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the stream %s: %w", b.config.Name, err)
	}
	return m.Data, nil
}

// put adds a message. When it fails with errMoved, look at what is there and do it again.
func (b *beside) put(ctx context.Context, data []byte) error {
	ack, err := b.ledger.js.Publish(ctx, b.config.Subjects[0], data, jetstream.WithExpectStream(b.config.Name), jetstream.WithExpectLastSequence(b.end))
	if err == nil {
		b.end = ack.Sequence
		return nil
	}
	var api *jetstream.APIError
	if !errors.As(err, &api) || api.ErrorCode != wrongLastSequence && api.ErrorCode != wrongLastSequenceReplicas {
		return err
	}
	if err := b.ledger.proveLease(ctx); err != nil {
		return err
	}
	info, err := b.look(ctx)
	if err != nil {
		return err
	}
	b.end = info.State.LastSeq
	return errMoved
}
