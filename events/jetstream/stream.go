package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"ettervern/events"
)

const (
	streamName    = "LEDGER"
	subjectPrefix = "ledger."
	formatKey     = "ledger.format"
	plainFormat   = "1"
	sealedFormat  = "2" // entries are sealed
	maxMessage    = 1 << 20
	dedupWindow   = 100 * time.Millisecond // the least there is: no message has an id, and a start need not look for any
)

// IdentityFile is in the directory of every ledger that was opened once.
const IdentityFile = "ledger.json"

// ErrLoosened: the stream is not the one this ledger began with, or its protection is not what it was made with.
// Nothing is read from or written to it.
var ErrLoosened = errors.New("the ledger's stream is not as it was made")

// ErrElsewhere: the directory is of a ledger on servers of others and was opened without them, or the other way round.
var ErrElsewhere = errors.New("the ledger of this directory is not where it was looked for")

// Identity tells one ledger from another, and from itself made anew.
type Identity struct {
	ID      string    `json:"id"`      // a UUID
	Created time.Time `json:"created"` // the stream's own
}

func identityOf(info *jetstream.StreamInfo) Identity {
	return Identity{info.Config.Metadata["ledger.id"], info.Created}
}

func (i Identity) known() bool { return i.ID != "" }

func (i Identity) is(other Identity) bool { return i.ID == other.ID && i.Created.Equal(other.Created) }

// StreamConfig is the stream of a plain ledger as it is made and as it must stay. See docs/adr on why each protection is
// there.
func StreamConfig(id string, replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:     streamName,
		Subjects: []string{"ledger.youth.*", "ledger.unit.*", "ledger.supervision.*"},
		Storage:  jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		MaxMsgs: -1, MaxBytes: -1, MaxMsgsPerSubject: -1, MaxConsumers: -1, MaxMsgSize: maxMessage,
		Replicas: replicas, Duplicates: dedupWindow, Compression: jetstream.NoCompression,
		DenyDelete: true, DenyPurge: true, AllowDirect: true, AllowAtomicPublish: true,
		Metadata: map[string]string{"ledger.id": id, formatKey: plainFormat},
	}
}

// streamConfig is the stream of this ledger.
func (l *Ledger) streamConfig(id string) jetstream.StreamConfig {
	c := StreamConfig(id, l.replicas)
	c.Name = l.names.entries
	if l.sealed {
		c.Metadata[formatKey] = sealedFormat
	}
	if l.config.Kinds != nil {
		c.Subjects = nil
		for _, kind := range l.config.Kinds {
			c.Subjects = append(c.Subjects, subjectPrefix+string(kind)+".*")
		}
	}
	return c
}

// openStream finds the ledger's stream, or makes it on an empty server, and checks it.
func (l *Ledger) openStream(ctx context.Context) error {
	stream, err := l.js.Stream(ctx, l.names.entries)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if l.identity.known() {
			return fmt.Errorf("%w: it is gone", ErrLoosened)
		}
		if l.config.Master == nil && l.config.NewMaster != nil {
			if l.config.Master, err = l.config.NewMaster(); err != nil {
				return err
			}
		}
		if l.sealed = l.config.Master != nil; l.config.Sealed && !l.sealed {
			return ErrNoMaster
		}
		stream, err = create(ctx, l.js, l.streamConfig(uuid.NewString()))
	}
	if err != nil {
		return fmt.Errorf("open the stream: %w", err)
	}
	l.stream, l.sealed = stream, stream.CachedInfo().Config.Metadata[formatKey] == sealedFormat
	switch {
	case l.sealed && l.config.Master == nil:
		return ErrNoMaster
	case !l.sealed && l.config.Sealed:
		return ErrPlain
	}
	info, err := l.checkStream(ctx)
	if err != nil {
		return err
	}
	if err := l.checkSync(ctx, info, true); err != nil {
		return err
	}
	l.opened = info.State.LastSeq
	if l.identity.known() && l.lease == nil {
		return nil
	}
	l.identity = identityOf(info)
	return l.rememberIdentity(ctx)
}

// create makes a stream. Servers of a cluster that are still finding each other are asked again for a while.
func create(ctx context.Context, js jetstream.JetStream, config jetstream.StreamConfig) (stream jetstream.Stream, err error) {
	const noPeers, noMetaLeader jetstream.ErrorCode = 10005, 10008
	for deadline := time.Now().Add(ackWait); ; {
		var api *jetstream.APIError
		stream, err = js.CreateStream(ctx, config)
		settling := errors.As(err, &api) && (api.ErrorCode == noPeers || api.ErrorCode == noMetaLeader)
		if !settling || time.Now().After(deadline) {
			return stream, err
		}
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
}

// checkStream compares the stream with what it was made as.
func (l *Ledger) checkStream(ctx context.Context) (*jetstream.StreamInfo, error) {
	known := max(l.Durable(), l.least) // before the stream is asked
	info, err := l.look(ctx, known)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, fmt.Errorf("%w: it is gone", ErrLoosened)
	}
	if err != nil {
		return nil, fmt.Errorf("look at the stream: %w", err)
	}
	if difference := differs(info.Config, l.streamConfig(info.Config.Metadata["ledger.id"])); difference != "" {
		return nil, fmt.Errorf("%w: %s differs", ErrLoosened, difference)
	}
	if info.State.Msgs > 0 && info.State.FirstSeq != 1 || info.State.NumDeleted > 0 || info.State.Msgs != info.State.LastSeq {
		return nil, l.incomplete(ctx, info.State)
	}
	if info.State.LastSeq < known {
		return nil, fmt.Errorf("%w: from sequence %d on entries are lost: of %d the stream holds the first %d", ErrLoosened, info.State.LastSeq+1, known, info.State.LastSeq)
	}
	if l.identity.known() && !l.identity.is(identityOf(info)) {
		return nil, fmt.Errorf("%w: it was made anew", ErrLoosened)
	}
	return info, nil
}

// look asks for the stream as it is. A cluster's leader that has just been chosen may lag behind what is known; it is
// asked again for a while.
func (l *Ledger) look(ctx context.Context, known uint64) (*jetstream.StreamInfo, error) {
	for deadline := time.Now().Add(l.config.AckWait / 2); ; {
		info, err := l.stream.Info(ctx)
		if err != nil || info.State.LastSeq >= known || l.config.Remote == nil || time.Now().After(deadline) {
			return info, err
		}
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
}

// incomplete is ErrBroken with the first sequence that the stream has lost.
func (l *Ledger) incomplete(ctx context.Context, state jetstream.StreamState) error {
	first := uint64(1)
	if state.FirstSeq == 1 {
		info, err := l.stream.Info(ctx, jetstream.WithDeletedDetails(true))
		if err == nil && len(info.State.Deleted) > 0 {
			first = slices.Min(info.State.Deleted)
		}
	}
	return fmt.Errorf("%w: from sequence %d on entries are lost: of %d the stream holds %d", ErrBroken, first, state.LastSeq, state.Msgs)
}

// differs names the first part of a configuration that is not as it was made, or nothing.
func differs(got, want jetstream.StreamConfig) string {
	got.Duplicates = want.Duplicates // that of earlier ledgers is longer, and protects nothing
	got.Metadata = maps.Clone(got.Metadata)
	maps.DeleteFunc(got.Metadata, func(k, _ string) bool { return strings.HasPrefix(k, "_nats.") })
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		if !reflect.DeepEqual(g.Field(i).Interface(), w.Field(i).Interface()) {
			return g.Type().Field(i).Name
		}
	}
	return ""
}

// home is what the IdentityFile says: which stream the directory belongs to, and whether servers of others hold it.
type home struct {
	Identity
	Remote bool `json:"remote,omitempty"`
}

// recallIdentity reads which stream the directory belongs to; the zero Identity when that was not written down yet. It
// fails with ErrElsewhere when the stream is not where it is looked for.
func (l *Ledger) recallIdentity() (Identity, error) {
	var known home
	data, err := os.ReadFile(filepath.Join(l.config.Dir, IdentityFile))
	if errors.Is(err, os.ErrNotExist) {
		return Identity{}, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &known)
	}
	if err == nil && !known.known() {
		err = errors.New("it names none")
	}
	switch {
	case err != nil:
		return Identity{}, fmt.Errorf("%w: %s cannot be read: %w", ErrLoosened, IdentityFile, err)
	case known.Remote && l.config.Remote == nil:
		return Identity{}, fmt.Errorf("%w: servers of others hold it; serve it with --nats, and ask it with --server", ErrElsewhere)
	case !known.Remote && l.config.Remote != nil:
		return Identity{}, fmt.Errorf("%w: the directory itself holds it; with --nats another one is needed", ErrElsewhere)
	}
	return known.Identity, nil
}

// rememberIdentity writes down which stream this ledger is: in the directory, and before in the lease. If we crash before
// the renaming, the next start takes the stream it finds, or the one that the lease names; after, it accepts no other.
func (l *Ledger) rememberIdentity(ctx context.Context) error {
	if l.lease != nil {
		l.claimed.Ledger = l.identity
		if err := l.lease.renew(ctx, l.claim()); err != nil {
			return err
		}
	}
	data, err := json.Marshal(home{l.identity, l.config.Remote != nil})
	if err != nil {
		return err
	}
	return writeDurably(filepath.Join(l.config.Dir, IdentityFile), append(data, '\n'))
}

func subjectOf(e events.Entity) string { return subjectPrefix + string(e.Kind) + "." + e.ID }

// entityOf is the entity of a subject: its second and third token.
func entityOf(subject string) (events.Entity, error) {
	kind, id, ok := strings.Cut(strings.TrimPrefix(subject, subjectPrefix), ".")
	if !ok {
		return events.Entity{}, fmt.Errorf("%w: a subject of another form", events.ErrUnreadable)
	}
	return events.Entity{Kind: events.Kind(kind), ID: id}, nil
}
