package intake

import (
	"context"
	"errors"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/batch"
	"ettervern/commands"
	"ettervern/events"
)

// record takes one structured CloudEvent, an array or NDJSON. One event is answered with its receipt, several with a
// receipt each, in order. What is refused is told; the rest stands.
func (s *Service) record(ctx context.Context, body []byte) answer {
	ctx, actor, err := s.config.Warrant.Issue(ctx, access.Record)
	if err != nil {
		return badRequest(err)
	}
	raws, several, err := split(body)
	if err != nil {
		return badRequest(err)
	}
	if !several {
		receipt := s.config.Recorder.Record(ctx, raws[0], actor)
		return withHeaders(receipt, []commands.Receipt{receipt})
	}
	receipts := make([]commands.Receipt, 0, len(raws))
	err = s.config.Recorder.RecordAll(ctx, batch.Of(raws), actor, func(r commands.Receipt) error {
		receipts = append(receipts, r.At(len(receipts)))
		return nil
	})
	receipts = s.complete(receipts, raws, err)
	return withHeaders(receipts, receipts)
}

// complete gives the events that were not tried before the time ran out their receipts: nothing of them is recorded.
func (s *Service) complete(receipts []commands.Receipt, raws [][]byte, err error) []commands.Receipt {
	if err == nil {
		err = errors.New("no receipt was given")
	}
	for _, raw := range raws[len(receipts):] {
		submission, _ := events.ReadSubmission(raw)
		receipts = append(receipts, commands.Receipt{ID: submission.ID, Source: submission.Source, Status: commands.Refused, Err: err})
	}
	return receipts
}

// withHeaders adds the error of the first event when surely nothing is recorded of any.
func withHeaders(body any, receipts []commands.Receipt) answer {
	for _, r := range receipts {
		if r.Status != commands.Refused {
			return answer{body: body}
		}
	}
	problem := commands.ProblemOf(receipts[0].Err)
	return answer{body: body, problem: problem, status: statusOf(problem.Code)}
}
