package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/access"
	"ettervern/commands"
	"ettervern/events"
)

// Privacy hides histories of youths, shows them again, and erases them.
type Privacy interface {
	Restrict(ctx context.Context, youth, reason, actor string) commands.Receipt
	Lift(ctx context.Context, youth, reason, actor string) commands.Receipt
	// Erase is Restrict for ever. The error is why the key is not destroyed yet though the erasure is recorded.
	Erase(ctx context.Context, youth, reason, clearance, actor string) (commands.Receipt, events.Date, error)
}

// Shredding is what is to be done about a youth's history.
type Shredding struct {
	Reason    string `json:"reason" doc:"Why, as a code of PrivacyReason in docs/events.md."`
	Clearance string `json:"clearance,omitempty" doc:"The archive authority's clearance. With it the youth is erased, for ever; without it the history is hidden."`
	Lift      bool   `json:"lift,omitempty" doc:"Show a hidden history again."`
}

// Shredded is what was done.
type Shredded struct {
	Youth       string      `json:"youth"`
	Status      string      `json:"status" enum:"restricted,shown,erased"`
	Sequence    uint64      `json:"sequence,omitempty" doc:"Of the entry that says so; left out where it was erased before."`
	Number      uint64      `json:"number,omitempty"`
	Recorded    time.Time   `json:"recorded,omitzero"`
	Others      []string    `json:"others,omitempty" doc:"Other pseudonyms of the same person, whose histories are as they were: do the same to each of them."`
	KeyGoneFrom events.Date `json:"keyGoneFrom,omitzero" doc:"Of an erased youth: from this day on no backup holds the key either."`
}

type shredding struct {
	ID   string `path:"id" doc:"The youth's UUID."`
	Body Shredding
}

func (a *api) shredding() {
	huma.Register(a.huma, huma.Operation{
		OperationID: "youth-shred", Method: http.MethodPost, Path: "/v1/youths/{id}/shred", Summary: "Hide a youth's history, show it again, or erase it for ever",
		Description: "What is done is recorded in the history itself. An erased history cannot be opened by anyone; that there were entries, and their proofs, remain.",
		Errors:      []int{400, 401, 403, 404, 409, 422, 503}, Middlewares: huma.Middlewares{a.only(access.Shred)},
	}, a.shred)
}

func (a *api) shred(ctx context.Context, in *shredding) (*dated[Shredded], error) {
	grant, err := access.Allowed(ctx, access.Shred)
	if err != nil {
		return nil, a.failed(err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := Shredded{Youth: in.ID, Others: a.Youths.Others(in.ID)} // before they are forgotten
	var r commands.Receipt
	switch {
	case in.Body.Lift && in.Body.Clearance != "":
		return nil, badRequest("/lift", "lift and clearance exclude each other: what is erased cannot be shown again")
	case in.Body.Lift:
		out.Status, r = "shown", a.Privacy.Lift(ctx, in.ID, in.Body.Reason, grant.Actor)
	case in.Body.Clearance == "":
		out.Status, r = "restricted", a.Privacy.Restrict(ctx, in.ID, in.Body.Reason, grant.Actor)
	default:
		out.Status = "erased"
		r, out.KeyGoneFrom, err = a.Privacy.Erase(ctx, in.ID, in.Body.Reason, in.Body.Clearance, grant.Actor)
	}
	if err != nil {
		a.Log.Error("a key could not be destroyed", "youth", in.ID, "error", err)
		return nil, problem("key_left", "it is recorded that the youth is erased, and the key could not be destroyed; ask for it again, and look at the log")
	}
	if r.Err != nil {
		return nil, a.failed(r.Err)
	}
	out.Sequence, out.Number, out.Recorded = r.Sequence, r.Number, r.Recorded
	a.Log.Info("a history was hidden, shown again or erased", "status", out.Status, "sequence", r.Sequence, "by", inLog(grant)) // whose it is, the entry tells
	return answer(a, out, nil)
}
