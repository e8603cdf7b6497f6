package main

import (
	"bytes"
	"encoding/json"
	"strings"

	"ettervern/events"
)

// schema is the part of JSON Schema 2020-12 that events need.
type schema struct {
	Dialect     string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        string             `json:"type,omitempty"`
	Const       string             `json:"const,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Format      string             `json:"format,omitempty"`
	MaxLength   int                `json:"maxLength,omitempty"`
	Minimum     int                `json:"minimum,omitempty"`
	Maximum     int                `json:"maximum,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	MaxItems    int                `json:"maxItems,omitempty"`
	Unique      bool               `json:"uniqueItems,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Others      *bool              `json:"additionalProperties,omitempty"`
}

// schemaOf describes the whole CloudEvent of a type, as it may be sent.
func schemaOf(row *events.Row, meaning string) *schema {
	s := cloudEvent(events.Attributes(row.Entity))
	s.Dialect = "https://json-schema.org/draft/2020-12/schema"
	s.ID = "urn:ettervern:schema:" + row.Name + ".v1"
	s.Title = row.Name + " (" + row.Norwegian + ")"
	s.Description = meaning
	s.Properties["type"] = &schema{Const: row.Type()}
	fields := events.Describe(row.New())
	s.Properties["data"] = object(fields)
	if len(fields) > 0 {
		s.Required = append(s.Required, "data")
	}
	return s
}

// cloudEvent lacks only what depends on the type.
func cloudEvent(attributes []events.Description) *schema {
	s := object(attributes)
	s.Required = append(s.Required, "type")
	for _, name := range events.Dropped() {
		s.Properties[name] = &schema{Description: "accepted, not kept"}
	}
	return s
}

// replacement is the event within a correction. What its data must be is for the schema of its own type to say.
func replacement(attributes []events.Description) *schema {
	s := cloudEvent(attributes)
	s.Description = "a whole event; its data as the schema of its type says"
	types := &schema{}
	for i := range events.Catalogue {
		if row := &events.Catalogue[i]; row.Name != "EventCorrected" {
			types.Enum = append(types.Enum, row.Type())
		}
	}
	s.Properties["type"], s.Properties["data"] = types, &schema{Type: "object"}
	return s
}

func object(fields []events.Description) *schema {
	closed := false
	s := &schema{Type: "object", Properties: map[string]*schema{}, Others: &closed}
	for _, f := range fields {
		s.Properties[f.Name] = field(f)
		if !f.Optional {
			s.Required = append(s.Required, f.Name)
		}
	}
	return s
}

func field(f events.Description) *schema {
	if f.Many {
		return &schema{Type: "array", Items: one(f), MaxItems: events.MaxItems, Unique: f.Codes != nil}
	}
	return one(f)
}

func one(f events.Description) *schema {
	switch {
	case f.Codes != nil:
		return &schema{Type: "string", Enum: f.Codes}
	case f.Text != nil:
		return text(f.Text)
	case f.Boolean:
		return &schema{Type: "boolean"}
	case f.Number:
		return &schema{Type: "integer", Minimum: 1000, Maximum: 9999}
	case f.Object == "CloudEvent":
		return replacement(f.Fields)
	}
	return object(f.Fields)
}

func text(p *events.Pattern) *schema {
	s := &schema{Type: "string", Description: p.Name, Pattern: p.Regexp, MaxLength: p.Max}
	switch {
	case strings.HasPrefix(p.Name, "a date that exists"):
		s.Format = "date"
	case strings.HasPrefix(p.Name, "an RFC 3339 time"):
		s.Format = "date-time"
	}
	return s
}

func encode(s *schema) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(s)
	return out.Bytes(), err
}
