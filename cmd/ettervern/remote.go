package main

import (
	"time"

	"ettervern/events/jetstream"
)

// natsFlags say which NATS servers hold the ledger, and how to enter each account there. Passwords belong in contexts and
// credentials files: a command line can be read by others on the machine.
type natsFlags struct {
	NATS             string        `name:"nats" help:"Keep the ledger's streams on the JetStream of these servers: a URL, or the name of a NATS context. Into the ledger's own account." placeholder:"URL|CONTEXT" env:"ETTERVERN_NATS"`
	NatsCreds        string        `help:"Credentials for --nats, when that is a URL." placeholder:"FILE" type:"existingfile"`
	NatsReplicas     int           `help:"Replicas of the stream, 1 or 3; by default 3 on a cluster." enum:"0,1,3" default:"0" placeholder:"N"`
	NatsLease        time.Duration `help:"How long others wait for this writer when it falls silent." default:"15s"`
	ServiceNats      string        `help:"Where clients' requests arrive, in an account without the ledger; none for no service over NATS." placeholder:"URL|CONTEXT"`
	ServiceNatsCreds string        `help:"Credentials for the service; its servers are those of --nats unless told otherwise." placeholder:"FILE" type:"existingfile"`
	MonitorNats      string        `help:"Into the system account, to see that the servers sync always." placeholder:"URL|CONTEXT"`
	MonitorNatsCreds string        `help:"Credentials for the system account; its servers are those of --nats unless told otherwise." placeholder:"FILE" type:"existingfile"`
	RemoteSyncAlways bool          `help:"Your word that the servers sync always, when there is no way into their system account."`
}

// remote is the servers that the flags name; nil for none.
func (f natsFlags) remote() (*jetstream.Remote, error) {
	if f.NATS == "" {
		if f.used() {
			return nil, usageError("the flags about NATS servers go with --nats, which says where the ledger is")
		}
		return nil, nil
	}
	r := &jetstream.Remote{
		Ledger: jetstream.Access{Server: f.NATS, Creds: f.NatsCreds}, Service: f.access(f.ServiceNats, f.ServiceNatsCreds),
		Monitor: f.access(f.MonitorNats, f.MonitorNatsCreds), SyncAlways: f.RemoteSyncAlways, Replicas: f.NatsReplicas, Lease: f.NatsLease,
	}
	switch {
	case f.NatsLease < time.Second:
		return nil, usageError("--nats-lease is at least 1s: it must outlast a choice of leaders")
	case r.Monitor == jetstream.Access{} && !r.SyncAlways:
		return nil, usageError("a client cannot see whether the servers sync each message before they acknowledge it: give --monitor-nats or --monitor-nats-creds, a way into their system account, or your word, --remote-sync-always")
	case r.Monitor != jetstream.Access{} && r.SyncAlways:
		return nil, usageError("--remote-sync-always is for want of --monitor-nats-creds; give one of them")
	}
	return r, nil
}

func (f natsFlags) used() bool {
	f.NatsLease, f.NatsReplicas = 0, 0
	return f != natsFlags{}
}

// access is a way to the servers named, or by its credentials alone to those of the ledger.
func (f natsFlags) access(server, creds string) jetstream.Access {
	if server == "" && creds != "" {
		server = f.NATS
	}
	return jetstream.Access{Server: server, Creds: creds}
}
