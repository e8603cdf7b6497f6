package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/access"
)

// Me is who asks, as the ledger sees them.
type Me struct {
	Name string      `json:"name" doc:"As the log of who has looked has it."`
	Role access.Role `json:"role"`
	access.Scope
}

// describeLogin tells of the paths by which people log in, which are not huma's.
func (a *api) describeLogin() {
	redirect := map[string]*huma.Response{"303": {Description: "Where to go on"}}
	paths, nobody := a.huma.OpenAPI().Paths, []map[string][]string{{}}
	paths["/v1/login"] = &huma.PathItem{Get: &huma.Operation{
		OperationID: "login", Summary: "People begin to log in here, where an issuer is configured: to the issuer, and back with a cookie", Responses: redirect, Security: nobody,
	}}
	paths["/v1/login/callback"] = &huma.PathItem{Get: &huma.Operation{
		OperationID: "login-callback", Summary: "Where the issuer sends people back to", Responses: redirect, Security: nobody,
	}}
	paths["/v1/logout"] = &huma.PathItem{Post: &huma.Operation{
		OperationID: "logout", Summary: "End a login", Responses: map[string]*huma.Response{"204": {Description: http.StatusText(http.StatusNoContent)}}, Security: nobody,
	}}
}

// me tells people and machines what their credential opens.
func (a *api) me(ctx context.Context, _ *none) (*dated[Me], error) {
	who := access.From(ctx) // there is one: the path is not public
	return answer(a, Me{who.Name, who.Role, who.Scope}, nil)
}
