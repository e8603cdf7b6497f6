package query_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/query"
	"ettervern/events"
	"ettervern/projections"
)

const id = "00000000-0000-4000-8000-000000000001"

// TestAskersAnswerInOneMessage: what doors that cannot stream are answered, and what they are told is wrong.
func TestAskersAnswerInOneMessage(t *testing.T) {
	view, at := projections.NewSupervisions(), events.MustDate("2019-05-07").Time()
	view.Apply(events.Entry{Entity: events.Entity{Kind: events.Supervision, ID: id}, Number: 1, Sequence: 1, Recorded: at, Events: []events.Occurrence{
		{ID: "o", Time: at, Event: &events.SupervisionOpened{Theme: "aftercare", Year: 2019, Authority: "A", Units: []string{"1235-nav"}}}}})
	view.Now = func() time.Time { return at }
	ctx := access.With(t.Context(), access.Open("test"))
	a := query.Asker{Core: query.New(query.Config{Supervisions: view})}

	page, err := a.Supervisions(ctx, query.Params{"status": "open", "municipality": "1235"})
	require.NoError(t, err)
	require.Len(t, page.(projections.SupervisionPage).Rows, 1)
	one, err := a.Supervision(ctx, id, query.Params{"knownAt": "seq:1"})
	require.NoError(t, err)
	require.Equal(t, "opened", one.(projections.Supervision).Stage)
	figures, err := a.SupervisionFigures(ctx, query.Params{"theme": "aftercare", "year": "2019"})
	require.NoError(t, err)
	require.Equal(t, 1, figures.(projections.FiguresPage).Rows[0].NotReported)

	for pointer, ask := range map[string]func() (any, error){
		"/year": func() (any, error) { return a.Supervisions(ctx, query.Params{"year": "MMXIX"}) },
		"/id":   func() (any, error) { return a.Supervision(ctx, "x", nil) },
		"/by":   func() (any, error) { return a.SupervisionFigures(ctx, query.Params{"by": "unit"}) },
	} {
		_, err := ask()
		var form *events.FormError
		require.ErrorAs(t, err, &form)
		require.Equal(t, pointer, form.Faults[0].Pointer)
	}
	_, err = a.Supervision(ctx, "00000000-0000-4000-8000-000000000002", nil)
	require.ErrorIs(t, err, events.ErrNotFound)
}
