package bundle

import (
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"ettervern/events"
	"ettervern/events/proof"
	"ettervern/events/vault"
	"ettervern/projections"
)

// book is a ledger in memory: entries, both trees and a key.
type book struct {
	t        testing.TB
	signer   note.Signer
	verifier note.Verifier
	public   string // its key as text
	entries  []events.Entry
	stored   [][]byte
	edge     proof.Edge
	hashes   hashes
	tree     proof.Directory
	numbers  map[events.Entity]uint64
	keys     map[events.Entity]*vault.Key // by which entries are sealed; nil for a book in plain
	units    *projections.Units
	cosigned func(text string) []byte // the lines of witnesses; nil for none
}

type hashes []proof.Hash

// ReadHashes reads them by their places.
func (h hashes) ReadHashes(places []int64) ([]proof.Hash, error) {
	out := make([]proof.Hash, len(places))
	for i, place := range places {
		out[i] = h[place]
	}
	return out, nil
}

func newBook(t testing.TB) *book {
	secret, public, err := note.GenerateKey(rand.Reader, "kommune.example/ettervern")
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	return &book{t: t, signer: signer, verifier: verifier, public: public, numbers: map[events.Entity]uint64{}, keys: map[events.Entity]*vault.Key{}, units: projections.NewUnits()}
}

// record puts an entry of one event into the book, on a day.
func (b *book) record(entity events.Entity, day string, e events.Event) {
	b.numbers[entity]++
	at := events.MustDate(day).Time().Add(12 * time.Hour)
	entry := events.Entry{
		Entity: entity, Number: b.numbers[entity], Recorded: time.Date(2026, 1, 1, 0, 0, len(b.entries), 0, time.UTC), Actor: "emitter",
		Events: []events.Occurrence{{ID: fmt.Sprint(len(b.entries)), Source: "/test", Time: at, Event: e}}, Sequence: uint64(len(b.entries)) + 1,
	}
	b.put(entry, b.seal(entry))
}

func (b *book) seal(e events.Entry) []byte {
	body := events.Encode(e)
	if b.keys == nil {
		return body
	}
	if b.keys[e.Entity] == nil {
		b.keys[e.Entity] = vault.NewKey()
	}
	return b.keys[e.Entity].Seal(nil, vault.Clear{Entity: e.Entity, Number: e.Number, Recorded: e.Recorded}, vault.Pad(body))
}

func (b *book) put(entry events.Entry, stored []byte) {
	b.entries, b.stored = append(b.entries, entry), append(b.stored, stored)
	leaf := proof.Leaf(stored)
	b.hashes = b.edge.Append(leaf, b.hashes)
	b.tree.Set(proof.Key(entry.Entity.String()), proof.Value(entry.Number, leaf))
	b.units.Apply(entry)
}

func (b *book) sign() proof.Signed {
	c := proof.Checkpoint{Origin: b.signer.Name(), Size: b.edge.Size(), Root: b.edge.Root(), Directory: b.tree.Root()}
	signed, err := c.Sign(b.signer)
	require.NoError(b.t, err)
	if b.cosigned != nil {
		signed = append(signed, b.cosigned(c.Text())...)
	}
	return proof.Signed{Checkpoint: c, Note: signed}
}

func (b *book) standing(signed proof.Signed, entity events.Entity) Standing {
	s := Standing{Entity: entity, Path: b.tree.Path(proof.Key(entity.String())).Text(signed)}
	if key := b.keys[entity]; key != nil {
		s.Keys = []*vault.Key{key}
	}
	for i, e := range b.entries {
		if e.Entity == entity {
			p, err := proof.ProveInclusion(signed, uint64(i), proof.Leaf(b.stored[i]), b.hashes)
			require.NoError(b.t, err)
			s.Entries = append(s.Entries, proof.Proven{Number: e.Number, Sequence: e.Sequence, Stored: b.stored[i], Proof: p})
		}
	}
	return s
}

// bundle is the youth's bundle on a day; since is an earlier checkpoint, or nothing.
func (b *book) bundle(youth, day string, since *proof.Signed) Bundle {
	signed := b.sign()
	made := Bundle{Checkpoint: signed.Note, Standings: []Standing{b.standing(signed, events.YouthEntity(youth))}}
	lacking, err := made.Lacking(b.units)
	require.NoError(b.t, err)
	for _, unit := range lacking {
		made.Standings = append(made.Standings, b.standing(signed, unit))
	}
	made.Question = NewQuestion(youth, events.MustDate(day), b.entries[len(b.entries)-1].Recorded, signed.Size)
	if since != nil {
		made.Earlier = since.Note
		made.Growth, err = proof.ProveConsistency(signed, since.Size, b.hashes)
		require.NoError(b.t, err)
	}
	return made
}

func (b *book) auditor() Auditor { return Auditor{Key: b.verifier} }

// list is the leaves of the whole ledger.
func (b *book) list() (text string) {
	for i, e := range b.entries {
		text += Leaf(e.Entity, e.Number, proof.Leaf(b.stored[i]))
	}
	return text
}

func archive(t require.TestingT, b Bundle) []byte {
	packed, err := b.Archive()
	require.NoError(t, err)
	return packed
}

const (
	kari = "7b0c8f5e-5a43-4c6e-9a55-000000000001"
	ola  = "7b0c8f5e-5a43-4c6e-9a55-000000000002"
)

// filled is a book in which one youth was placed, told and heard; the municipality has a routine, and another one serves it.
func filled(t testing.TB) *book {
	b := newBook(t)
	hamar, other := events.Entity{Kind: events.Unit, ID: "3403-child_welfare"}, events.Entity{Kind: events.Unit, ID: "3411-nav"}
	youth, another := events.YouthEntity(kari), events.YouthEntity(ola)
	b.record(hamar, "2020-01-01", &events.RoutineAdopted{Topic: events.RoutineInGoodTime, Value: events.Duration{Months: 9}})
	b.record(youth, "2024-01-10", &events.YouthRegistered{BirthDate: events.MustDate("2007-03-14"), Municipality: "3403"})
	b.record(another, "2024-01-10", &events.YouthRegistered{BirthDate: events.MustDate("2008-03-14"), Municipality: "3411"})
	b.record(youth, "2024-01-15", &events.MeasureStarted{MeasureID: "m1", Kind: events.Placement, Category: "4.6", LegalBasis: "barnevernsloven § 5-1"})
	b.record(other, "2024-02-01", &events.UnitServes{Municipalities: []string{"3403"}})
	b.record(youth, "2024-05-01", &events.InformationGiven{Service: events.ChildWelfare, Topics: []events.Topic{events.TopicAftercare}, Form: "oral", Adapted: true})
	b.record(youth, "2024-06-01", &events.ParticipationRecorded{Service: events.ChildWelfare, Concerning: events.ConcernAftercare, Mode: "1.1"})
	b.record(another, "2024-07-01", &events.ResidenceChanged{Municipality: "0301"})
	return b
}

// without is a slice without one of its items.
func without[T any](all []T, at int) []T { return slices.Delete(slices.Clone(all), at, at+1) }
