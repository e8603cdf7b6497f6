package intake

import (
	"encoding/json"
	"errors"

	"ettervern/commands"
)

// answer is a body, and the problem for the micro error headers when nothing was recorded or answered.
type answer struct {
	body    any
	problem *commands.Objection
	status  int // of the problem, as in HTTP
}

// Problems of requests rather than of events.
var (
	stopping     = &commands.Objection{Code: "stopping", Message: "the service is stopping; nothing was recorded, send it again"}
	noCredential = &commands.Objection{Code: "no_credential", Message: "this needs a credential that is good"}

	tooOften = &commands.Objection{Code: "too_often", Message: "too many requests with this credential; ask less often"}

	tooLarge = &commands.Objection{Code: "too_large", Message: "the answer is larger than a message may be; ask for fewer with limit"}
)

func failed(p *commands.Objection) answer {
	return answer{body: map[string]any{"error": p}, problem: p, status: statusOf(p.Code)}
}

// statusOf is the HTTP status of a problem's code.
func statusOf(code string) int {
	switch code {
	case "bad_request":
		return 400
	case "too_large":
		return 413
	case "no_credential":
		return 401
	case "too_often":
		return 429
	case "not_allowed":
		return 403
	case "stopping":
		return 503
	}
	return commands.HTTPStatus(code)
}

var errTooLarge = errors.New("the answer is larger than a message may be")

// encode makes the body, at most limit bytes. Receipts that are too long for it lose the words of their errors and
// keep the codes: what was recorded must be told.
func (a answer) encode(limit int64) ([]byte, error) {
	const headers = 1 << 10
	body, err := json.Marshal(a.body)
	if err != nil || int64(len(body)) <= limit-headers {
		return body, err
	}
	receipts, ok := a.body.([]commands.Receipt)
	if !ok {
		return nil, errTooLarge
	}
	return json.Marshal(withoutWords(receipts))
}

func withoutWords(receipts []commands.Receipt) []commands.Receipt {
	short := make([]commands.Receipt, len(receipts))
	for i, r := range receipts {
		if r.Err != nil {
			r.Err = &commands.Refusal{Code: commands.ProblemOf(r.Err).Code, Message: "send it alone for the details"}
		}
		short[i] = r
	}
	return short
}
