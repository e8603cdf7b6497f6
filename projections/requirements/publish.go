package requirements

import (
	"bytes"
	"encoding/json"

	"ettervern/events"
)

// published is the catalogue as it is put into audit bundles. Its names are for ever; fields are only added.
type published struct {
	Version      string                 `json:"version"`
	Requirements []publishedRequirement `json:"requirements"`
	Parameters   []publishedParameter   `json:"parameters"`
}

type publishedRequirement struct {
	ID          string           `json:"id"`
	Group       Group            `json:"group"`
	Norm        Norm             `json:"norm"`
	Service     Owner            `json:"service"` // empty: of the service that decided
	Title       Text             `json:"title"`
	Covers      []publishedCover `json:"covers,omitempty"`
	Basis       []publishedBasis `json:"legalBasis"`
	AppliesFrom *events.Date     `json:"appliesFrom,omitempty"`
	Target      string           `json:"target,omitempty"` // ids of parameters
	Within      string           `json:"within,omitempty"`
	Attempts    string           `json:"attempts,omitempty"`
	Instance    string           `json:"instance,omitempty"`
	Trigger     string           `json:"trigger"`
	Fulfilled   string           `json:"fulfilled"`
	Excused     string           `json:"excused,omitempty"`
	Ends        string           `json:"ends,omitempty"`
	Lacking     string           `json:"lacking,omitempty"`
}

type publishedCover struct {
	From  events.Date `json:"from"`
	Kinds string      `json:"kinds"`
}

type publishedBasis struct {
	From events.Date `json:"from"`
	Text Text        `json:"text"`
}

type publishedParameter struct {
	ID      string           `json:"id"`
	Assumed bool             `json:"assumed"`
	Routine events.Routine   `json:"routine,omitempty"`
	Values  []publishedValue `json:"values"`
}

type publishedValue struct {
	From  events.Date `json:"from"`
	Value string      `json:"value"`
}

// Published is the catalogue of the duties towards a youth as JSON, for audit bundles.
func Published() []byte {
	p := published{Version: Version}
	for i := range Requirements {
		p.Requirements = append(p.Requirements, publish(&Requirements[i]))
	}
	for _, one := range Parameters {
		values := make([]publishedValue, len(one.Values))
		for i, v := range one.Values {
			values[i] = publishedValue{v.From, v.String()}
		}
		p.Parameters = append(p.Parameters, publishedParameter{one.ID, one.Assumed, one.Routine, values})
	}
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	lines.SetEscapeHTML(false)
	lines.SetIndent("", "  ")
	if err := lines.Encode(p); err != nil {
		panic(err) // the catalogue has only texts
	}
	return b.Bytes()
}

func publish(r *Requirement) publishedRequirement {
	p := publishedRequirement{
		ID: r.ID, Group: r.Group, Norm: r.Norm, Service: r.Service, Title: r.Title,
		Target: idOf(r.Target), Within: idOf(r.Within), Attempts: idOf(r.Attempts),
		Instance: r.Terms.Instance, Trigger: r.Terms.Trigger, Fulfilled: r.Terms.Fulfilled, Excused: r.Terms.Excused, Ends: r.Terms.Ends, Lacking: r.Terms.Lacking,
	}
	if r.AppliesFrom != 0 {
		p.AppliesFrom = &r.AppliesFrom
	}
	for _, c := range r.Covers {
		p.Covers = append(p.Covers, publishedCover{c.From, c.Kinds.String()})
	}
	for _, b := range r.Basis {
		p.Basis = append(p.Basis, publishedBasis{b.From, b.In})
	}
	return p
}

func idOf(p *Parameter) string {
	if p == nil {
		return ""
	}
	return p.ID
}
