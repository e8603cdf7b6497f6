package intake

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/query"
)

// The parameters of each question: those of HTTP, with the youth and the ids in the request's body.
var (
	ofOverdue  = query.OfOverdue
	ofVerdicts = query.OfPages
	ofHistory  = append([]query.Parameter{{Name: "youth", Type: "string", Required: true, Doc: "The youth's UUID."}}, query.OfHistory...)
	ofAccesses = append([]query.Parameter{{Name: "youth", Type: "string", Required: true, Doc: "The youth's UUID."}}, query.OfAccesses...)
	ofReceipts = []query.Parameter{
		query.OfReceipts[0],
		{Name: "ids", Type: "string", Required: true, Repeated: true, Doc: query.OfReceipts[1].Doc},
	}
	ofPseudonym = []query.Parameter{{Name: "identityNumber", Type: "string", Required: true, Doc: "The youth's national identity number, D-number or DUF number."}}
)

func (s *Service) overdue(ctx context.Context, body []byte) answer {
	given, err := parse(body, ofOverdue)
	if err != nil {
		return badRequest(err)
	}
	return answered(s.config.Asker.Overdue(ctx, params(given)))
}

func (s *Service) verdicts(ctx context.Context, body []byte) answer {
	given, err := parse(body, ofVerdicts)
	if err != nil {
		return badRequest(err)
	}
	return answered(s.config.Asker.Verdicts(ctx, params(given)))
}

func (s *Service) history(ctx context.Context, body []byte) answer {
	return ofOneYouth(ctx, body, ofHistory, s.config.Asker.History)
}

func (s *Service) accesses(ctx context.Context, body []byte) answer {
	return ofOneYouth(ctx, body, ofAccesses, s.config.Asker.YouthAccesses)
}

// ofOneYouth asks a question about the youth that the body names.
func ofOneYouth(ctx context.Context, body []byte, known []query.Parameter, ask func(context.Context, string, Params) (any, error)) answer {
	given, err := parse(body, known)
	if err != nil {
		return badRequest(err)
	}
	if len(given["youth"]) != 1 {
		return badRequest(fault("/youth", "must be the id of a youth"))
	}
	youth := given["youth"][0]
	delete(given, "youth")
	return answered(ask(ctx, youth, params(given)))
}

func (s *Service) receipts(ctx context.Context, body []byte) answer {
	given, err := parse(body, ofReceipts)
	if err != nil {
		return badRequest(err)
	}
	if len(given["source"]) != 1 {
		return badRequest(fault("/source", "must be the source of the events"))
	}
	if n := len(given["ids"]); n == 0 || n > query.MaxIDs {
		return badRequest(fault("/ids", "must be a list of 1 to "+strconv.Itoa(query.MaxIDs)+" event ids"))
	}
	return answered(s.config.Asker.Receipts(ctx, given["source"][0], given["ids"]))
}

func (s *Service) pseudonym(ctx context.Context, body []byte) answer {
	if _, err := access.Allowed(ctx, access.Pseudonym); err != nil {
		return badRequest(err)
	}
	given, err := parse(body, ofPseudonym)
	if err != nil || len(given["identityNumber"]) != 1 { // what is wrong could be named by the number itself
		return badRequest(fault("", `must be {"identityNumber": "…"} and nothing else`))
	}
	youth, err := s.config.Pseudonyms.Youth(ctx, given["identityNumber"][0])
	return answered(map[string]string{"youth": youth}, err)
}

func answered(body any, err error) answer {
	if err != nil {
		return badRequest(err)
	}
	return answer{body: body}
}

// params puts lists into one text with commas, as HTTP has them.
func params(given map[string][]string) Params {
	params := Params{}
	for name, texts := range given {
		params[name] = strings.Join(texts, ",")
	}
	return params
}

// parse reads an object of texts, numbers, truth values and lists of texts. An empty body asks without parameters. A name that the
// question does not know is an error: left out, it would change the answer unseen.
func parse(body []byte, known []query.Parameter) (map[string][]string, error) {
	given := map[string][]string{}
	if body = bytes.TrimSpace(body); len(body) == 0 {
		return given, nil
	}
	if body[0] != '{' || !jsontext.Value(body).IsValid() {
		return nil, fault("", "must be a JSON object with each name once")
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(body))
	_, _ = decoder.ReadToken() // it is valid: no read fails from here on
	for decoder.PeekKind() != '}' {
		token, _ := decoder.ReadToken()
		name := token.String()
		pointer := string(decoder.StackPointer())
		if !slices.ContainsFunc(known, func(p query.Parameter) bool { return p.Name == name }) {
			return nil, fault(pointer, "is not a parameter of this question, which has "+query.Names(known))
		}
		value, _ := decoder.ReadValue()
		texts, ok := textsOf(value)
		if !ok {
			return nil, fault(pointer, "must be a text, a number, true, false or a list of texts")
		}
		given[name] = texts
	}
	return given, nil
}

func textsOf(value jsontext.Value) ([]string, bool) {
	switch value.Kind() {
	case '"':
		text, err := jsontext.AppendUnquote(nil, value)
		return []string{string(text)}, err == nil && len(text) > 0
	case '0', 't', 'f':
		return []string{string(value)}, true
	case '[':
		return textsOfList(value)
	}
	return nil, false
}

func textsOfList(list jsontext.Value) (texts []string, ok bool) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(list))
	_, _ = decoder.ReadToken()
	for decoder.PeekKind() == '"' {
		token, _ := decoder.ReadToken()
		if token.String() == "" {
			return nil, false
		}
		texts = append(texts, token.String())
	}
	return texts, decoder.PeekKind() == ']'
}
