package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/cmd/ettervern/query"
)

const octets = "application/octet-stream"

type ofTile struct {
	Level string `path:"level"`
	Index string `path:"index"`
}

// tileRoutes lets the tree be fetched as C2SP tlog-tiles has it, below the place where its checkpoint is.
func (a *api) tileRoutes() {
	tiles(a, "/v1/tile/", "tile", "A tile of the tree over the ledger: hashes, by which a follower works out checkpoints and proofs itself (C2SP tlog-tiles)", a.Core.Tile)
	tiles(a, "/v1/accesses/tile/", "accesses-tile", "A tile of the tree over the log of who has looked", a.Core.AccessTile)
}

// tiles registers a route whose last part has slashes in it, which OpenAPI cannot say: it is described by hand.
func tiles(a *api, path, id, summary string, read func(ctx context.Context, tile string, params query.Params) ([]byte, error)) {
	responses := map[string]*huma.Response{"200": {Description: "The hashes, 32 bytes each, one after another", Content: map[string]*huma.MediaType{
		octets: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}}
	huma.Register(a.huma, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path + "{level}/{index...}", Hidden: true, SkipValidateParams: true,
		Responses: responses, Errors: append(errorsOf(path+"{}"), http.StatusNotImplemented),
	}, func(ctx context.Context, in *ofTile) (*text, error) {
		tile, err := read(ctx, in.Level+"/"+in.Index, askedIn(ctx).params)
		if err != nil {
			return nil, a.failed(err)
		}
		return &text{noStore, octets, tile}, nil
	})
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path + "{level}/{index}", Summary: summary, Responses: responses,
		Parameters: []*huma.Param{
			{Name: "level", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger}, Description: "The level of tiles, 0 for that of the leaves."},
			{Name: "index", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}, Example: "x001/x234/067",
				Description: "Its number in the level, three digits at a time, x before all but the last, with slashes as they are; for one that is not full, .p/ and how many hashes it has."},
		},
	})
}
