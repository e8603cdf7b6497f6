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
	const usual = 16 // events of a run
	var pending []events.Submission
	size, crew := 0, newCrew(h)
	defer crew.dismiss()
	flush := func() {
		if len(pending) > 0 {
			answers <- crew.start(ctx, run{submissions: pending, turn: h.queue.join(pending[0].Entity), actor: actor})
			pending, size = make([]events.Submission, 0, usual), 0
		}
	}
	defer flush()
	for a := range read(arrivals(ctx, raws)) {
		switch {
		case a.failed != nil:
			return a.failed
		case a.err != nil:
			flush()
			answers <- answered(refused(a.submission, a.err))
			continue
		case len(pending) == events.MaxEntryEvents, size+len(a.raw) > maxRunBytes,
			len(pending) > 0 && !together(pending[0].Entity, a.submission.Entity):
			flush()
		}
		pending, size = append(pending, a.submission), size+len(a.raw)
	}
	return ctx.Err()
}

// crew are the goroutines that record the runs of a stream, one each. Who is done takes the next, for to begin anew costs
// a stack that grows.
type crew struct {
	handler *Handler
	work    chan task
}

type task struct {
	ctx    context.Context
	run    run
	answer chan []Receipt
}

func newCrew(h *Handler) crew { return crew{h, make(chan task)} }

func (c crew) start(ctx context.Context, r run) chan []Receipt {
	t := task{ctx, r, make(chan []Receipt, 1)}
	select {
	case c.work <- t:
	default:
		go c.do(t)
	}
	return t.answer
}

func (c crew) do(t task) {
	for more := true; more; t, more = <-c.work {
		t.answer <- c.handler.record(t.ctx, t.run)
	}
}

// dismiss lets everyone go when they are done.
func (c crew) dismiss() { close(c.work) }

func answered(r Receipt) chan []Receipt {
	answer := make(chan []Receipt, 1)
	answer <- []Receipt{r}
	return answer
}
