package api

import (
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ettervern/commands"
	"ettervern/projections"
)

var (
	verdictType = reflect.TypeFor[projections.Verdict]()
	receiptType = reflect.TypeFor[Receipt]()
)

// Receipt is a receipt as it is written, for the description.
type Receipt struct {
	ID       string              `json:"id"`
	Source   string              `json:"source"`
	Status   commands.Status     `json:"status" enum:"recorded,duplicate,refused,outcome_unknown,unknown"`
	Sequence *uint64             `json:"sequence" doc:"Of the entry in the ledger."`
	Number   *uint64             `json:"number" doc:"Of the entry in the entity's history."`
	Recorded *time.Time          `json:"recorded"`
	Error    *commands.Objection `json:"error,omitempty"`
}

// Schema describes the receipt for OpenAPI.
func (receipt) Schema(r huma.Registry) *huma.Schema { return r.Schema(receiptType, true, "") }

// describeRecording says what the door of events takes and answers, which has more forms than huma can tell.
func (a *api) describeRecording() {
	schemas := a.huma.OpenAPI().Components.Schemas
	event := &huma.Schema{Type: huma.TypeObject, Description: "A CloudEvent 1.0 in structured JSON.",
		Properties: map[string]*huma.Schema{
			"specversion": {Type: huma.TypeString, Enum: []any{"1.0"}}, "id": {Type: huma.TypeString}, "source": {Type: huma.TypeString},
			"type": {Type: huma.TypeString, Examples: []any{"ettervern.InformationGiven.v1"}}, "subject": {Type: huma.TypeString},
			"time": {Type: huma.TypeString, Format: "date-time"}, "datacontenttype": {Type: huma.TypeString}, "data": {Type: huma.TypeObject},
		},
		Required: []string{"specversion", "id", "source", "type", "subject", "time"}}
	schemas.Map()["CloudEvent"] = event
	one := &huma.Schema{Ref: "#/components/schemas/CloudEvent"}
	op := a.huma.OpenAPI().Paths["/v1/events"].Post
	op.RequestBody = &huma.RequestBody{
		Required: true,
		Description: "One event, an array of at most " + strconv.Itoa(maxEvents) + ", or one on each line: lines are recorded as they come in. At most " +
			strconv.Itoa(maxBody>>20) + " MiB, of lines " + strconv.Itoa(maxStream>>20) + " MiB.",
		Content: map[string]*huma.MediaType{
			structured: {Schema: one}, batched: {Schema: &huma.Schema{Type: huma.TypeArray, Items: one}}, ndjson: {Schema: one},
		},
	}
	single := huma.SchemaFromType(schemas, reflect.TypeFor[receipt]())
	several := &huma.Schema{Type: huma.TypeArray, Items: single}
	op.Responses["200"] = response("One event that was recorded before; or several: a receipt for each, in order", &huma.Schema{OneOf: []*huma.Schema{single, several}})
	op.Responses["201"] = response("One event, recorded", single)
}

func response(description string, schema *huma.Schema) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}},
		Headers: map[string]*huma.Param{"ETag": {Schema: &huma.Schema{Type: huma.TypeString}, Description: "The entity's number, for If-Match on the next write; of one event only."}}}
}
