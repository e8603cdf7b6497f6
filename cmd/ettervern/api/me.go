package api

import (
	"context"

	"ettervern/cmd/ettervern/access"
)

// Me is who asks, as the ledger sees them.
type Me struct {
	Name string      `json:"name" doc:"As the log of who has looked has it."`
	Role access.Role `json:"role"`
	access.Scope
}

// me tells people and machines what their credential opens.
func (a *api) me(ctx context.Context, _ *none) (*dated[Me], error) {
	who := access.From(ctx) // there is one: the path is not public
	return answer(a, Me{who.Name, who.Role, who.Scope}, nil)
}
