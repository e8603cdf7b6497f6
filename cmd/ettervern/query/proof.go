package query

import (
	"context"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"ettervern/cmd/ettervern/access"
	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/events/vault"
)

// Prover is what questions for proofs need of the ledger.
type Prover interface {
	// VerifierKey is the public key of its checkpoints, as C2SP signed-note writes it, "" for none.
	VerifierKey() string
	// Checkpoint is a signed checkpoint over everything durable; it may have to wait up to a second. A ledger that keeps
	// none answers this and what follows with proof.ErrNone.
	Checkpoint(ctx context.Context) (proof.Signed, error)
	// Consistency proves that the ledger begins with its first old entries, or proof.ErrNotThatLong.
	Consistency(ctx context.Context, old uint64) ([]byte, error)
	// Proofs proves every entry of an entity under one checkpoint.
	Proofs(ctx context.Context, entity events.Entity) (proof.Signed, []proof.Proven, error)
	// Standings proves the same of several entities under one checkpoint, and that these entries are all.
	Standings(ctx context.Context, entities ...events.Entity) (proof.Signed, []proof.Standing, error)
	// KeysOf is the keys that open stored entries, in the order in which they are named; those destroyed are left out.
	KeysOf(entries []proof.Proven) []*vault.Key
	// Growth is Consistency under a checkpoint that is at hand.
	Growth(signed proof.Signed, old uint64) ([]byte, error)
	// Stored shows every entry up to a size as it is stored, in order.
	Stored(ctx context.Context, size uint64, each func(e events.Entity, number uint64, stored []byte) error) error
	// KeysFor is KeysOf an entity's entries up to a size, and how many entries these are.
	KeysFor(ctx context.Context, entity events.Entity, size uint64) ([]*vault.Key, int, error)
	// ProofsAt proves the entries at some sequences under one checkpoint.
	ProofsAt(ctx context.Context, sequences []uint64) (proof.Signed, []proof.Proven, error)
	// Tile is a tile of height 8 of the tree, or events.ErrNotFound when the tree is not that large.
	Tile(ctx context.Context, tile tlog.Tile) ([]byte, error)
	// Leaves shows the leaf of every entry up to a size, in order.
	Leaves(ctx context.Context, size uint64, each func(e events.Entity, number uint64, leaf proof.Hash) error) error
}

// Checkpoint is the ledger's signed checkpoint; where old is given, with the proof that the ledger begins with its first
// old entries before it.
func (c *Core) Checkpoint(ctx context.Context, params Params) ([]byte, error) {
	return c.checkpoint(ctx, c.config.Prover, params)
}

// AccessCheckpoint is that of the ledger that keeps who has looked.
func (c *Core) AccessCheckpoint(ctx context.Context, params Params) ([]byte, error) {
	return c.checkpoint(ctx, c.config.AccessProver, params)
}

func (c *Core) checkpoint(ctx context.Context, prover Prover, params Params) ([]byte, error) {
	a, err := c.understand(ctx, access.Checkpoint, params, OfCheckpoint)
	if err != nil {
		return nil, err
	}
	if a.old == nil {
		signed, err := prover.Checkpoint(ctx)
		return signed.Note, err
	}
	consistency, err := prover.Consistency(ctx, *a.old)
	if errors.Is(err, proof.ErrNotThatLong) {
		return nil, bad("old", "the size of an earlier checkpoint of this ledger: it is not that long")
	}
	return consistency, err
}

// Tile is a tile of the tree, named L/N or L/N.p/W as C2SP tlog-tiles writes it.
func (c *Core) Tile(ctx context.Context, tile string, params Params) ([]byte, error) {
	return c.tile(ctx, c.config.Prover, tile, params)
}

// AccessTile is that of the ledger that keeps who has looked.
func (c *Core) AccessTile(ctx context.Context, tile string, params Params) ([]byte, error) {
	return c.tile(ctx, c.config.AccessProver, tile, params)
}

func (c *Core) tile(ctx context.Context, prover Prover, name string, params Params) ([]byte, error) {
	if _, err := c.understand(ctx, access.Checkpoint, params, nil); err != nil {
		return nil, err
	}
	tile, err := tlog.ParseTilePath("tile/8/" + name)
	if err != nil {
		return nil, events.ErrNotFound
	}
	return prover.Tile(ctx, tile)
}

// VerifierKey is the public key that checkpoints are checked with, or proof.ErrNone.
func (c *Core) VerifierKey(ctx context.Context, params Params) ([]byte, error) {
	if _, err := c.understand(ctx, access.Checkpoint, params, nil); err != nil {
		return nil, err
	}
	return keyOf(c.config.Prover)
}

// AccessVerifierKey is that of the ledger that keeps who has looked.
func (c *Core) AccessVerifierKey(ctx context.Context, params Params) ([]byte, error) {
	if _, err := c.understand(ctx, access.Checkpoint, params, nil); err != nil {
		return nil, err
	}
	return keyOf(c.config.AccessProver)
}

func keyOf(prover Prover) ([]byte, error) {
	key := prover.VerifierKey()
	if key == "" {
		return nil, proof.ErrNone
	}
	return []byte(key + "\n"), nil
}

// Proof is what shows, offline, that every entry of a youth's history is in the ledger as it is stored.
type Proof struct {
	Youth      string     `json:"youth"`
	Checkpoint string     `json:"checkpoint" doc:"The signed checkpoint (C2SP tlog-checkpoint) that all proofs are under."`
	Rows       []ProofRow `json:"rows" doc:"Every entry, in the order of its number."`
	Sequence   uint64     `json:"sequence" doc:"How many entries the checkpoint covers."`
}

// ProofRow is one entry and its proof.
type ProofRow struct {
	Number   uint64 `json:"number" doc:"In the youth's history."`
	Sequence uint64 `json:"sequence" doc:"In the ledger; the leaf's index is one less."`
	Entry    []byte `json:"entry" doc:"The bytes as stored. The leaf is SHA-256 of a zero byte and these."`
	Proof    string `json:"proof" doc:"c2sp.org/tlog-proof@v1"`
}

// Proof proves one youth's history, or events.ErrNotFound.
func (c *Core) Proof(ctx context.Context, id string, params Params) (Proof, error) {
	a, err := c.understand(ctx, access.Proof, params, OfProof)
	if err != nil {
		return Proof{}, err
	}
	if err := c.known(a.grant, id); err != nil {
		return Proof{}, err
	}
	signed, proven, err := c.config.Prover.Proofs(ctx, events.YouthEntity(id))
	if err != nil {
		return Proof{}, err
	}
	p := Proof{Youth: id, Checkpoint: string(signed.Note), Rows: make([]ProofRow, len(proven)), Sequence: signed.Size}
	for i, e := range proven {
		p.Rows[i] = ProofRow{e.Number, e.Sequence, e.Stored, string(e.Proof)}
	}
	return p, c.record(ctx, &a, params, shown{what: events.ShownProof, youth: id, sequence: signed.Size, count: len(p.Rows)})
}
