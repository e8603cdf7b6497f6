package intake

import (
	"encoding/json"
	"maps"
	"strings"

	"ettervern/cmd/ettervern/query"
)

// object is one of the description.
type object = map[string]any

// request describes one of the service's requests.
type request struct {
	name, summary string
	body, answer  object // what they hold
	media         string // of the body
}

// The schemas of bodies are those of the HTTP door: the bodies are the same.
func schema(name string) object { return object{"$ref": "openapi.yaml#/components/schemas/" + name} }

func several(of object) object { return object{"type": "array", "items": of} }

func oneOf(all ...object) object { return object{"oneOf": all} }

func requests() []request {
	event, receipt := schema("CloudEvent"), schema("Receipt")
	return []request{
		{"record", "Record one event or several: an object, an array, or one on each line", oneOf(event, several(event)), oneOf(receipt, several(receipt)), "application/cloudevents+json"},
		{"overdue", "Who is overdue, on any day, by what was known at any time", question(ofOverdue), schema("Page"), "application/json"},
		{"verdicts", "A page of verdicts of any status", question(ofVerdicts), schema("Page"), "application/json"},
		{"history", "One youth's events, and what each of them changed", question(ofHistory), schema("History"), "application/json"},
		{"accesses", "Who has looked at one youth: what, when and why", question(ofAccesses), schema("YouthAccesses"), "application/json"},
		{"receipts", "Which of a source's ids does the ledger have", question(ofReceipts), several(receipt), "application/json"},
		{"units", "How services stand at the system level: a page of units, one, or those of a municipality", question(ofUnits), oneOf(schema("UnitPage"), schema("Unit"), schema("MunicipalityUnits")), "application/json"},
		{"supervisions", "Supervisions, on any day, by what was known at any time", question(query.OfSupervisions), schema("SupervisionPage"), "application/json"},
		{"supervision", "One supervision: how far it has come, what was found, what is late", question(ofSupervision), schema("Supervision"), "application/json"},
		{"supervision_figures", "How many supervisions found a breach, by theme and year, as of any day", question(query.OfFigures), schema("FiguresPage"), "application/json"},
		{"scorecard", "How many verdicts of each status have their limit in a period: of a municipality, an office or the nation, as of any day", question(query.OfScorecard), schema("Scorecard"), "application/json"},
		{"pseudonym", "The youth's UUID for an identity number; nothing is stored", question(ofPseudonym), schema("Pseudonym"), "application/json"},
	}
}

// question is the object of a question's parameters.
func question(parameters []query.Parameter) object {
	properties, required := object{}, []string{}
	for _, p := range parameters {
		one := object{"type": p.Type}
		if len(p.Codes) > 0 {
			one["enum"] = p.Codes
		}
		switch {
		case p.Repeated:
			one = several(one)
		case p.Many:
			one = oneOf(one, several(one))
		}
		one["description"] = p.Doc
		properties[p.Name] = one
		if p.Required {
			required = append(required, p.Name)
		}
	}
	o := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

// Description is the service in AsyncAPI 3.0, as JSON. Its schemas lie beside it, in openapi.yaml.
func Description(version string) ([]byte, error) {
	channels, operations := object{}, object{}
	for _, r := range requests() {
		maps.Copy(channels, r.channels())
		operations[r.name] = r.operation()
	}
	return json.Marshal(object{
		"asyncapi": "3.0.0",
		"info": object{
			"title": "Ettervern over NATS", "version": version, "license": object{"name": "Apache-2.0"},
			"description": strings.Join([]string{
				"The micro service \"ettervern\": plain requests, answered into the client's own inbox; any NATS client will do.",
				"A client connects with a token or an nkey that the ledger has handed a role to, and may send the requests of that role.",
				"A request whose reply subject is no inbox is neither recorded nor answered.",
				"The headers Nats-Service-Error and Nats-Service-Error-Code are set only when nothing was recorded or answered; the code is the status that HTTP would have.",
				"An answer of success is given only after the events are durable.",
			}, " "),
		},
		"servers":            object{"local": object{"host": "127.0.0.1:4222", "protocol": "nats", "description": "As serve listens, unless told otherwise."}},
		"defaultContentType": "application/json",
		"channels":           channels,
		"operations":         operations,
	})
}

func (r request) channels() object {
	return object{
		r.name: object{
			"address": "ettervern.v1." + r.name, "summary": r.summary,
			"messages": object{"request": object{"contentType": r.media, "payload": r.body}},
		},
		r.name + "Answer": object{ // at the reply subject, which the client chooses
			"messages": object{
				"answer":  object{"payload": r.answer},
				"problem": object{"headers": problemHeaders, "payload": oneOf(r.answer, object{"type": "object", "properties": object{"error": schema("Objection")}, "required": []string{"error"}})},
			},
		},
	}
}

var problemHeaders = object{"type": "object", "properties": object{
	"Nats-Service-Error":      object{"type": "string", "description": "The problem's code, stable."},
	"Nats-Service-Error-Code": object{"type": "string", "description": "The status that HTTP would have."},
}}

func (r request) operation() object {
	to := func(channel string) object { return object{"$ref": "#/channels/" + channel} }
	return object{
		"action": "receive", "summary": r.summary, "channel": to(r.name), "messages": []object{to(r.name + "/messages/request")},
		"bindings": object{"nats": object{"queue": "q"}},
		"reply":    object{"channel": to(r.name + "Answer"), "messages": []object{to(r.name + "Answer/messages/answer"), to(r.name + "Answer/messages/problem")}},
	}
}
