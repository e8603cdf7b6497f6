package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go/jetstream"
)

// Where every server of the system tells about its JetStream, to those in the system account.
const askServers = "$SYS.REQ.SERVER.PING.JSZ"

func (l *Ledger) connectMonitor() (err error) {
	r := l.config.Remote
	switch {
	case r.Monitor != Access{}:
		l.monitor, err = r.Monitor.connect("monitor", l.config.Log)
	case !r.SyncAlways:
		err = ErrSyncUnseen
	}
	return err
}

// Durability is how what is recorded becomes durable, in words for operators.
func (l *Ledger) Durability() string {
	switch {
	case l.config.Remote == nil && syncsItself:
		return "the server syncs each message"
	case l.config.Remote == nil:
		return "one syncfs for each group"
	case l.monitor == nil:
		return "the servers sync always, by the operator's word"
	}
	return "the servers sync always, as they say"
}

// checkSync sees that the servers which hold the stream sync always. At the start each of them that is there must say
// so; later, those that answer must.
func (l *Ledger) checkSync(ctx context.Context, info *jetstream.StreamInfo, all bool) error {
	if l.monitor == nil {
		return nil
	}
	wanted := l.serversOf(info)
	ctx, cancel := context.WithTimeout(ctx, l.config.AckWait)
	defer cancel()
	err := l.askServers(ctx, func(name string, synced bool) (done bool, err error) {
		i := slices.Index(wanted, name)
		if i < 0 {
			return false, nil
		}
		if !synced {
			return true, fmt.Errorf("%w: %s", ErrNotSynced, name)
		}
		wanted = slices.Delete(wanted, i, i+1)
		return len(wanted) == 0, nil
	})
	if errors.Is(err, ErrNotSynced) || err == nil || !all {
		return err
	}
	return fmt.Errorf("%w: no answer from %v: %w", ErrSyncUnseen, wanted, err)
}

// serversOf is the names of the servers that hold the stream and are there.
func (l *Ledger) serversOf(info *jetstream.StreamInfo) []string {
	if info.Cluster == nil || info.Cluster.Leader == "" {
		return []string{l.conn.ConnectedServerName()}
	}
	names := []string{info.Cluster.Leader}
	for _, replica := range info.Cluster.Replicas {
		if !replica.Offline {
			names = append(names, replica.Name)
		}
	}
	return names
}

// askServers brings every server's answer to each, until that is done or fails.
func (l *Ledger) askServers(ctx context.Context, each func(name string, synced bool) (done bool, err error)) error {
	answers, err := l.monitor.SubscribeSync(l.monitor.NewInbox())
	if err != nil {
		return err
	}
	defer func() { _ = answers.Unsubscribe() }() // the connection is closing when it fails
	if err := l.monitor.PublishRequest(askServers, answers.Subject, nil); err != nil {
		return err
	}
	for {
		answer, err := answers.NextMsgWithContext(ctx)
		if err != nil {
			return err
		}
		var told struct {
			Server struct{ Name string }
			Data   struct {
				Config struct {
					SyncAlways bool `json:"sync_always"`
				}
			}
		}
		if err := json.Unmarshal(answer.Data, &told); err != nil {
			return fmt.Errorf("not a server's answer; is this the system account? %w", err)
		}
		if done, err := each(told.Server.Name, told.Data.Config.SyncAlways); done || err != nil {
			return err
		}
	}
}
