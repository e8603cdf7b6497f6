package commands

import (
	"context"
	"iter"

	"ettervern/events"
)

// inFlight is how many runs RecordAll has under way at once: enough to fill the ledger's groups.
const inFlight = 512

// maxRunBytes is how much may share an entry, as it comes in: what is stored is a little longer.
const maxRunBytes = events.MaxEntryBytes / 2

// RecordAll records a stream of CloudEvents and gives each its receipt, in order. Consecutive events about one entity
// share an entry, up to events.MaxEntryEvents. What is refused is told; the rest stands. It stops at the first error
// of raws or of each, after the receipts of what was under way.
func (h *Handler) RecordAll(ctx context.Context, raws iter.Seq2[[]byte, error], actor string, each func(Receipt) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan chan []Receipt, inFlight)
	failed := make(chan error, 1)
	go func() {
		defer close(answers)
		failed <- h.feed(ctx, raws, actor, answers)
	}()
	var err error
	for answer := range answers {
		for _, receipt := range <-answer {
			if err == nil {
				if err = each(receipt); err != nil {
					cancel()
				}
			}
		}
	}
	if fed := <-failed; err == nil {
		err = fed
	}
	return err
}

// feed cuts the stream into runs and starts each, in order; answers takes one channel for each.
func (h *Handler) feed(ctx context.Context, raws iter.Seq2[[]byte, error], actor string, answers chan<- chan []Receipt) error {
	var pending []events.Submission
	size := 0
	flush := func() {
		if len(pending) > 0 {
			answers <- h.start(ctx, run{submissions: pending, turn: h.queue.join(pending[0].Entity), actor: actor})
			pending, size = nil, 0
		}
	}
	for raw, err := range raws {
		if err != nil || ctx.Err() != nil {
			flush()
			if err == nil {
				err = ctx.Err()
			}
			return err
		}
		submission, err := events.ReadSubmission(raw)
		if err != nil {
			flush()
			answers <- answered(refused(submission, err))
			continue
		}
		if len(pending) == events.MaxEntryEvents || size+len(raw) > maxRunBytes ||
			len(pending) > 0 && !together(pending[0].Entity, submission.Entity) {
			flush()
		}
		pending, size = append(pending, submission), size+len(raw)
	}
	flush()
	return nil
}

func (h *Handler) start(ctx context.Context, r run) chan []Receipt {
	answer := make(chan []Receipt, 1)
	go func() { answer <- h.record(ctx, r) }()
	return answer
}

func answered(r Receipt) chan []Receipt {
	answer := make(chan []Receipt, 1)
	answer <- []Receipt{r}
	return answer
}
