package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	signatures "golang.org/x/mod/sumdb/note"

	"ettervern/cmd/ettervern/witness"
	"ettervern/events/jetstream"
)

type witnessCommand struct {
	Listen string   `help:"Where ledgers bring their checkpoints. No credentials are asked: a ledger's signature is enough." default:"127.0.0.1:8090" placeholder:"HOST:PORT"`
	Name   string   `help:"The name under which the witness signs, such as statsforvalter.example/vitne; fixed at the first start." placeholder:"NAME"`
	Key    []string `help:"The public key of a ledger whose checkpoints are cosigned, NAME+ID+KEY; once for each ledger." required:"" placeholder:"KEY" sep:"none"`
}

// Run cosigns until interrupted.
func (w *witnessCommand) Run(ctx context.Context, c *cli) error {
	if c.Data == "" {
		return usageError("witness needs --data DIR, where it keeps its key and what it has seen")
	}
	ledgers, err := w.ledgers()
	if err != nil {
		return err
	}
	lock, err := jetstream.LockDir(c.Data)
	if err != nil {
		return err
	}
	defer lock.Close()
	one, err := witness.Open(witness.Config{Dir: c.Data, Name: w.Name, Ledgers: ledgers})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", w.Listen)
	if err != nil {
		return fmt.Errorf("open the witness's port: %w", err)
	}
	fmt.Fprintf(c.out, "http://%s,%s\n", listener.Addr(), one.VerifierKey())
	server := witness.NewServer(one.Handler())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		return server.Shutdown(context.WithoutCancel(ctx))
	}
}

func (w *witnessCommand) ledgers() (all []signatures.Verifier, err error) {
	names := map[string]bool{}
	for _, key := range w.Key {
		verifier, err := signatures.NewVerifier(key)
		switch {
		case err != nil:
			return nil, usageError(fmt.Sprintf("%q is not the public key of a ledger, NAME+ID+KEY (ettervern checkpoint --key)", key))
		case names[verifier.Name()]:
			return nil, usageError("two keys of " + verifier.Name())
		}
		names[verifier.Name()] = true
		all = append(all, verifier)
	}
	return all, nil
}

// witnessFlags are those by which a ledger has its checkpoints cosigned.
type witnessFlags struct {
	Witness []string `help:"A witness that cosigns checkpoints: its address, a comma, its public key; once for each." placeholder:"URL,KEY" sep:"none"`
	Quorum  int      `help:"How many witnesses must have cosigned; all by default." placeholder:"N"`
}

// into sets what the flags say.
func (f *witnessFlags) into(of *config) error {
	names := map[string]bool{}
	for _, address := range f.Witness {
		client, err := witness.NewClient(address)
		if errors.Is(err, witness.ErrAddress) {
			return usageError(err.Error())
		}
		if err != nil {
			return err
		}
		if names[client.Name()] {
			return usageError("two witnesses named " + client.Name())
		}
		names[client.Name()] = true
		of.witnesses = append(of.witnesses, client)
	}
	of.quorum = f.Quorum
	switch {
	case f.Quorum < 0 || f.Quorum > len(of.witnesses):
		return usageError(fmt.Sprintf("--quorum must be from 1 to the number of witnesses, %d", len(of.witnesses)))
	case f.Quorum == 0:
		of.quorum = len(of.witnesses)
	}
	return nil
}
