package query

import (
	"context"
	"errors"

	"ettervern/events"
	"ettervern/projections"
	"ettervern/projections/requirements"
)

// Asker answers the same questions in one message each, for doors that cannot stream. A question that cannot be
// understood is an *events.FormError with a pointer to the parameter in the request.
type Asker struct{ Core *Core }

// Overdue is a page of verdicts, by default those overdue.
func (a Asker) Overdue(ctx context.Context, params Params) (any, error) {
	return answer(a.Core.Overdue(ctx, params))
}

// Verdicts is a page of verdicts of any status, sorted as those overdue.
func (a Asker) Verdicts(ctx context.Context, params Params) (any, error) {
	return answer(a.Core.page(ctx, params, OfPages, requirements.StatusNames()...))
}

// History is one youth's history.
func (a Asker) History(ctx context.Context, youth string, params Params) (any, error) {
	return answer(a.Core.History(ctx, youth, params))
}

// Receipts tells which of a source's ids the ledger has.
func (a Asker) Receipts(ctx context.Context, source string, ids []string) (any, error) {
	return answer(a.Core.Receipts(ctx, source, ids))
}

func answer[T any](value T, err error) (any, error) {
	var badQuery *projections.BadQuery
	if errors.As(err, &badQuery) {
		return nil, &events.FormError{Faults: []events.Fault{{Pointer: "/" + badQuery.Field, Problem: "must be " + badQuery.Allowed}}}
	}
	if err != nil {
		return nil, err
	}
	return value, nil
}
