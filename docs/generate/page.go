package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"ettervern/events"
)

// page is docs/events.md in the making.
type page struct {
	bytes.Buffer
	sections bytes.Buffer
}

const opening = `# Events

<!-- Written by go run ./docs/generate from the catalogue in events/catalogue.go. Do not edit. -->

An event says that something happened: to one young person, in one unit (a service of a municipality), or in one supervision (tilsyn). It is a [CloudEvent](https://cloudevents.io) 1.0 in structured JSON,
at most %d bytes, with exactly the attributes and fields below: an unknown one, a name given twice and a wrong case are
refused, each with a JSON pointer to the place. Lists hold at most %d items and may be empty. What is optional is left out when it is
not known, never sent empty or as null; a yes or no that is left out means *not documented*.

There is no field for a person's name, an address or a story; the longest text is the reference to the law. A text that holds a national identity number is refused, and not
repeated in the answer.

## Around each event

| attribute | | |
|---|---|---|
`

const between = "| `type` | required | `ettervern.<Name>.v1`, one of those below |\n" +
	"| `data` | required | the fields of the type; an event without fields may come without |\n" +
	"| %s | accepted | added by SDKs, not kept |\n" + `
(` + "`source`, `id`" + `) names one event for ever. ` + "`subject`" + ` is whom the event is about: a youth's pseudonym, a unit such as ` + "`3403-nav`" + `, or a
supervision's UUID. ` + "`time`" + ` is when it happened; its date in Norway is what the law
counts. The ledger itself adds ` + "`recordedtime`, `entitynumber` and `actor`" + `, which must not be sent.

## All types

| event | about a | Norwegian | told by | schema |
|---|---|---|---|---|
`

const closing = `
## History

Fields and codes are only added, fields as optional ones; none is renamed, taken away or given another meaning. A new meaning is a new type.

- v1 of every type above: the first version. The types about units and supervisions came after those about youths.
- ` + "`ConsentGiven.form`" + ` may be left out: the national register does not say how a consent was given.
- ` + "`SubmissionRead`" + `: added for the import of the national register.
- ` + "`YouthRestricted`, `RestrictionLifted`, `YouthErased`" + `: added. Only the ledger's operator records them; sent by anyone else they are refused.
`

func (p *page) begin() {
	fmt.Fprintf(p, opening, events.MaxEventBytes, events.MaxItems)
	for _, a := range events.Attributes("") {
		p.line(&p.Buffer, "", a)
	}
	fmt.Fprintf(p, between, "`"+strings.Join(events.Dropped(), "`, `")+"`")
}

func (p *page) event(row *events.Row, meaning string, example []byte) {
	fmt.Fprintf(p, "| [%s](#%s) | %s | %s | %s | [schema](schemas/%s.v1.json) |\n", row.Name, strings.ToLower(row.Name), about(row), row.Norwegian, row.Owner, row.Name)
	s := &p.sections
	fmt.Fprintf(s, "\n## %s\n\n*%s.* %s Told by: %s.\n", row.Name, row.Norwegian, meaning, row.Owner)
	fields := events.Describe(row.New())
	if len(fields) == 0 {
		s.WriteString("\nIt has no fields.\n")
	} else {
		s.WriteString("\n| field | | |\n|---|---|---|\n")
	}
	for _, d := range fields {
		p.line(s, "", d)
	}
	s.WriteString("\n```json\n")
	_ = json.Indent(s, example, "", "  ") // the example was encoded as JSON
	s.WriteString("\n```\n")
}

// about is the kind of entity that events of the type are about.
func about(row *events.Row) string {
	if row.Entity == "" {
		return "youth, unit or supervision"
	}
	return string(row.Entity)
}

// line is the row of a field, with those of an object of its own below it.
func (p *page) line(out *bytes.Buffer, within string, d events.Description) {
	needed := "required"
	if d.Optional {
		needed = "optional"
	}
	fmt.Fprintf(out, "| `%s%s` | %s | %s |\n", within, d.Name, needed, holds(d))
	if d.Object == "Document" {
		for _, inner := range d.Fields {
			p.line(out, d.Name+".", inner)
		}
	}
}

func holds(d events.Description) string {
	what := "true or false"
	switch {
	case d.Number:
		what = "a year"
	case d.Codes != nil:
		what = "`" + strings.Join(d.Codes, "`, `") + "`"
	case d.Text != nil:
		what = d.Text.Name + limit(d.Text)
	case d.Object == "CloudEvent":
		what = "a whole event as it should have been, with the original's id, source, type and subject; not itself a correction"
	case d.Object != "":
		what = "a document referred to, never its content"
	}
	if d.Many {
		return "a list of: " + what
	}
	return what
}

// limit is how long a text may be, where its pattern leaves that open.
func limit(p *events.Pattern) string {
	if strings.HasSuffix(p.Regexp, "+$") || strings.HasSuffix(p.Regexp, "*$") {
		return fmt.Sprintf(", at most %d characters", p.Max)
	}
	return ""
}

func (p *page) end() []byte {
	p.Write(p.sections.Bytes())
	p.WriteString(closing)
	return p.Bytes()
}
