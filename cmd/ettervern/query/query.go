// Package query is the one core under every door that answers questions: it understands parameters, waits for what
// the asker has written, and answers from the views.
package query

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"ettervern/cmd/ettervern/access"
	"ettervern/commands"
	"ettervern/events"
	"ettervern/projections"
	"ettervern/projections/requirements"
)

// Ledger is what questions need of the ledger.
type Ledger interface {
	// History reads an entity's durable entries in order; none is an empty history.
	History(ctx context.Context, entity events.Entity) ([]events.Entry, error)
	// Await returns when the views show the entry at sequence, or the context's error, or why they never will.
	Await(ctx context.Context, sequence uint64) error
}

// Receipts knows what became of events.
type Receipts interface {
	Receipts(ctx context.Context, source string, ids []string) ([]commands.Receipt, error)
}

// Config is what a Core needs. Every field is required.
type Config struct {
	Ledger   Ledger
	Youths   *projections.Youths // a view of Ledger
	Receipts Receipts
	Units    *projections.Units // a view of Ledger that is never behind Youths

	Supervisions *projections.Supervisions // a view of Ledger
	Prover       Prover                    // Ledger's

	Accesses     Accesses
	AccessProver Prover // of the ledger of Accesses
}

// Core answers questions. It is safe for concurrent use.
//
// Every question is answered for the access.Principal in its context, as far as that reaches; without one none is.
type Core struct {
	config  Config
	cursors cursors
}

// New makes a Core.
func New(config Config) *Core { return &Core{config, newCursors()} }

const (
	patience = 10 * time.Second // of awaitSequence
	// MaxIDs is how many receipts can be asked for at once.
	MaxIDs = 1000
)

// Overdue is a page of verdicts, by default those overdue.
func (c *Core) Overdue(ctx context.Context, params Params) (projections.Page, error) {
	return c.page(ctx, params, OfOverdue, requirements.Overdue.String())
}

// page is a page of verdicts, by month for those beyond the municipality; of these statuses where none is asked for.
func (c *Core) page(ctx context.Context, params Params, known []Parameter, statuses ...string) (projections.Page, error) {
	a, err := c.understand(ctx, access.List, params, known)
	if err != nil {
		return projections.Page{}, err
	}
	if len(a.query.Status) == 0 {
		a.query.Status = statuses
	}
	page, err := c.pageFor(&a)
	if err != nil {
		return projections.Page{}, err
	}
	if err := c.record(ctx, &a, params, shown{what: events.ShownList, validAt: page.ValidAt, sequence: page.Sequence, count: len(page.Rows)}); err != nil {
		return projections.Page{}, err
	}
	return page, nil
}

func (c *Core) pageFor(a *ask) (page projections.Page, err error) {
	if !a.grant.Coarse() {
		return c.config.Youths.Overdue(a.query)
	}
	if a.query.After, err = c.cursors.open(a.query.After); err != nil {
		return projections.Page{}, err
	}
	page, err = c.config.Youths.Overdue(a.query)
	for i := range page.Rows {
		page.Rows[i] = page.Rows[i].ByMonth()
	}
	page.Next = c.cursors.seal(page.Next)
	return page, err
}

// streamed puts a stream on record before its first row: its rows are worked out once to be counted, and once to be given.
func streamed[T interface{ ByMonth() T }](ctx context.Context, c *Core, a *ask, params Params, head projections.Page, rows iter.Seq[T]) (projections.Page, iter.Seq[T], error) {
	n := 0
	for range rows {
		if n++; ctx.Err() != nil {
			return head, nil, ctx.Err()
		}
	}
	err := c.record(ctx, a, params, shown{what: events.ShownList, validAt: head.ValidAt, sequence: head.Sequence, count: n})
	if err != nil {
		return projections.Page{}, nil, err
	}
	if a.grant.Coarse() {
		rows = projections.ByMonths(rows)
	}
	return head, rows, nil
}

// Verdicts streams all verdicts asked for, at most limit; the page is its head, without rows.
func (c *Core) Verdicts(ctx context.Context, params Params) (projections.Page, iter.Seq[projections.Verdict], error) {
	a, err := c.understand(ctx, access.List, params, OfVerdicts)
	if err != nil {
		return projections.Page{}, nil, err
	}
	head, rows, err := c.config.Youths.Verdicts(a.query)
	if err == nil && a.query.Limit > 0 {
		rows = atMost(a.query.Limit, rows)
	}
	if err != nil {
		return head, nil, err
	}
	return streamed(ctx, c, &a, params, head, rows)
}

func atMost[T any](n int, rows iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		left := n
		for row := range rows {
			if left--; !yield(row) || left == 0 {
				return
			}
		}
	}
}

// LawDiff streams the duties that the laws of two days judge differently; the page is its head, without rows.
func (c *Core) LawDiff(ctx context.Context, params Params) (projections.Page, iter.Seq[projections.LawDifference], error) {
	a, err := c.understand(ctx, access.List, params, OfLawDiff)
	switch {
	case err != nil:
		return projections.Page{}, nil, err
	case a.from == 0:
		return projections.Page{}, nil, bad("from", "given: the day of the one law")
	case a.to == 0:
		return projections.Page{}, nil, bad("to", "given: the day of the other law")
	}
	head, rows, err := c.config.Youths.LawDiff(a.query, a.from, a.to)
	if err != nil {
		return head, nil, err
	}
	return streamed(ctx, c, &a, params, head, rows)
}

// Youth is every verdict about one youth, or events.ErrNotFound.
func (c *Core) Youth(ctx context.Context, id string, params Params) (projections.Page, error) {
	a, err := c.understand(ctx, access.Verdicts, params, OfYouth)
	if err != nil {
		return projections.Page{}, err
	}
	notOurs := c.known(a.grant, id)
	if notOurs != nil && !errors.Is(notOurs, events.ErrNotFound) {
		return projections.Page{}, notOurs
	}
	a.query.Youths = []string{id}
	page, rows, err := c.config.Youths.Verdicts(a.query)
	if err != nil {
		return page, err
	}
	if a.grant.Coarse() {
		rows = projections.ByMonths(rows)
	}
	for row := range rows {
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) == 0 && notOurs != nil { // a youth that has moved away leaves verdicts behind
		return projections.Page{}, notOurs
	}
	err = c.record(ctx, &a, params, shown{events.ShownVerdicts, id, page.ValidAt, page.Sequence, len(page.Rows)})
	return page, err
}

// History is one youth's events in the order they were recorded, with what the answer was computed from.
type History struct {
	Youth    string                   `json:"youth"`
	Number   uint64                   `json:"number"` // of entries in the whole history, for If-Match
	Rows     []projections.HistoryRow `json:"rows"`
	ValidAt  events.Date              `json:"validAt"`
	KnownAt  time.Time                `json:"knownAt"`
	Sequence uint64                   `json:"sequence"`
	projections.Withheld
}

// History is one youth's history, or events.ErrNotFound.
func (c *Core) History(ctx context.Context, id string, params Params) (History, error) {
	a, err := c.understand(ctx, access.History, params, OfHistory)
	if err != nil {
		return History{}, err
	}
	if err := c.known(a.grant, id); err != nil {
		return History{}, err
	}
	a.query.Youths = []string{id}
	at, head, err := c.config.Youths.Moment(a.query)
	if err != nil {
		return History{}, err
	}
	entries, err := c.config.Ledger.History(ctx, events.YouthEntity(id))
	if err != nil {
		return History{}, err
	}
	if c.config.Youths.Restricted(id) {
		entries = projections.Hide(entries)
	}
	rows := projections.History(entries, at)
	c.config.Units.Municipalities.Flag(rows)
	if err := c.record(ctx, &a, params, shown{events.ShownHistory, id, head.ValidAt, head.Sequence, len(rows)}); err != nil {
		return History{}, err
	}
	return History{
		Youth: id, Number: uint64(len(entries)), Rows: rows,
		ValidAt: head.ValidAt, KnownAt: head.KnownAt, Sequence: head.Sequence, Withheld: head.Withheld,
	}, nil
}

// Receipts tells which of a source's ids the ledger has.
func (c *Core) Receipts(ctx context.Context, source string, ids []string) ([]commands.Receipt, error) {
	grant, err := access.Allowed(ctx, access.Receipts)
	switch {
	case err != nil:
		return nil, err
	case source != "" && !grant.OwnsSource(source):
		return nil, &access.Denied{Role: grant.Role, Operation: access.Receipts}
	case source == "":
		return nil, bad("source", "the source of the events")
	case len(ids) == 0 || len(ids) > MaxIDs:
		return nil, bad("id", fmt.Sprintf("given once for each event id, 1 to %d times", MaxIDs))
	}
	return c.config.Receipts.Receipts(ctx, source, ids)
}

// understand settles whether the asker may, reads the parameters, and waits for the sequence that is to be awaited.
func (c *Core) understand(ctx context.Context, operation access.Operation, params Params, known []Parameter) (ask, error) {
	grant, err := c.may(ctx, operation)
	if err != nil {
		return ask{}, err
	}
	a, err := parse(params, known)
	a.grant, a.query.Within = grant, within(grant)
	if err != nil || a.await == 0 {
		return a, err
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = c.config.Ledger.Await(waiting, a.await)
	if errors.Is(err, context.DeadlineExceeded) {
		err = events.ErrNotYet
	}
	return a, err
}
