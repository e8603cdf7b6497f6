package register

import (
	"context"
	"errors"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/vault"
)

// recording is one submission on its way into the ledger.
type recording struct {
	*Importer
	ctx context.Context
	parsed
	options Options
	secret  *vault.Pseudonyms
	at      extract

	anchored bool   // the ledger has read a submission of this case
	holder   string // the youth that it found the case to be of, "" for none
	nobody   bool   // the youth could not be registered
}

// run finds the youth, brings the history up to the submission, and ties the youth's former pseudonyms to it.
//
// If we crash between two histories, what was recorded stands, and importing the file again does the rest.
func (r *recording) run() error {
	if err := r.find(); err != nil {
		return err
	}
	youth, former, err := r.youth()
	if err != nil {
		return err
	}
	r.report.Youth = youth
	before, err := r.before(former)
	if err != nil {
		return err
	}
	if err := r.revise(youth, before); err != nil {
		return err
	}
	for _, e := range before {
		if err := r.leave(e, youth); err != nil {
			return err
		}
	}
	return nil
}

// find asks the ledger whose case this is.
func (r *recording) find() error {
	holder, err := r.Ledger.Holder(r.ctx, events.RegisterSource, anchorOf(r.at.caseID))
	if errors.Is(err, events.ErrNotFound) {
		return nil
	}
	if err == nil {
		r.anchored = true
		r.holder, err = r.current(holder.ID)
	}
	return err
}

// current follows a youth's mergers to the pseudonym that counts now.
func (r *recording) current(youth string) (string, error) {
	for range 10 { // nobody has had ten numbers; and two could be merged into each other
		history, err := r.Ledger.History(r.ctx, events.YouthEntity(youth))
		if err != nil {
			return "", err
		}
		into := mergedInto(history)
		if into == "" {
			return youth, nil
		}
		youth = into
	}
	return youth, nil
}

// mergedInto is the youth that another was merged into, "" for none.
func mergedInto(history []events.Entry) (into string) {
	told := map[string]string{}
	for i := range history {
		for _, o := range history[i].Events {
			switch e := o.Event.(type) {
			case *events.YouthMerged:
				told[o.ID], into = e.Into, e.Into
			case *events.EventRetracted:
				if told[e.EventID] == into {
					into = ""
				}
			default:
			}
		}
	}
	return into
}

// youth is the pseudonym that the case's events belong to, and those that the same person had or has besides.
func (r *recording) youth() (now string, former []string, err error) {
	if r.id.number.IsZero() { // the file does not say who it is about
		if r.holder == "" {
			return "", nil, &FileFinding{Element: r.s.Case.Place, Rule: "Personalia Kontroll 11", Severity: Error, Refused: true,
				Message: "Klienten mangler personaliainformasjon: the ledger does not know the case, so it cannot tell whose it is"}
		}
		return r.holder, nil, nil
	}
	told := r.secret.Of(r.id.number)
	if now, err = r.current(told); err != nil {
		return "", nil, err
	}
	if former, err = r.formerly(now); err != nil {
		return "", nil, err
	}
	if now != told {
		former = append(former, told)
	}
	switch {
	case r.holder == "" || r.holder == now:
	default:
		return r.renumbered(now, former)
	}
	return now, unique(former, now), nil
}

// formerly are the pseudonyms of the case's earlier numbers, and of a number it has besides when the ledger knows that.
func (r *recording) formerly(now string) (all []string, err error) {
	for _, n := range r.id.former {
		all = append(all, r.secret.Of(n))
	}
	for _, n := range r.id.aliases {
		history, err := r.Ledger.History(r.ctx, events.YouthEntity(r.secret.Of(n)))
		if err != nil {
			return nil, err
		}
		if len(history) > 0 {
			all = append(all, r.secret.Of(n))
		}
	}
	return unique(all, now), nil
}

// renumbered is a case whose number changed: the number of the later extract counts, and the other was the former one.
func (r *recording) renumbered(now string, former []string) (string, []string, error) {
	history, err := r.Ledger.History(r.ctx, events.YouthEntity(r.holder))
	if err != nil {
		return "", nil, err
	}
	known := fold(history)
	if len(known.secrets) > 0 && known.secrets[len(known.secrets)-1] != r.secret.ID() {
		return "", nil, &FileFinding{Element: r.s.Case.Place, Rule: "import/secret", Severity: Fatal, Refused: true,
			Message: "the ledger knows this case under a pseudonym made with another secret; give the secret that belongs to this ledger"}
	}
	if known.latest(r.at.caseID).after(r.at) {
		return r.holder, unique(append(former, now), r.holder), nil
	}
	return now, unique(append(former, r.holder), now), nil
}

// unique is each of the youths once, without the one that counts.
func unique(all []string, now string) (once []string) {
	seen := map[string]bool{now: true}
	for _, id := range all {
		if !seen[id] {
			seen[id] = true
			once = append(once, id)
		}
	}
	return once
}

// revise brings the youth's history up to the submission.
func (r *recording) revise(youth string, before []earlier) error {
	elements := r.s.elements(r.report)
	var rev *revision
	var steps []step
	receipts, err := r.do(youth, func(history []events.Entry) []events.Submission {
		rev = &revision{youth: youth, s: r.s, at: r.at, known: fold(history), total: r.options.Total, secret: r.secret.ID(), anchored: r.anchored}
		rev.revise(elements)
		for _, e := range before {
			rev.inherit(e)
		}
		if steps = nil; rev.conflict == nil {
			steps = rev.steps()
		}
		return submissions(youth, steps)
	})
	if err != nil {
		return err
	}
	if rev.conflict != nil {
		return rev.conflict
	}
	r.report.Same += rev.same
	r.report.Older += rev.older
	for _, f := range rev.findings {
		r.report.find(f)
	}
	if r.s.PreviousID != "" && !rev.known.has(r.at.caseID, r.s.PreviousID) {
		r.report.Missing = r.s.PreviousID
	}
	return r.account(steps, receipts)
}

func (r *recording) do(youth string, revise commands.Revision) ([]commands.Receipt, error) {
	if r.options.DryRun {
		return r.Ledger.Rehearse(r.ctx, events.YouthEntity(youth), revise)
	}
	return r.Ledger.Revise(r.ctx, events.YouthEntity(youth), r.options.Actor, revise)
}

func submissions(youth string, steps []step) []events.Submission {
	all := make([]events.Submission, len(steps))
	for i, s := range steps {
		all[i] = events.Submission{Entity: events.YouthEntity(youth), Occurrence: s.o}
	}
	return all
}

// account puts what became of each step into the report. The error is of one that is not known to be stored.
func (r *recording) account(steps []step, receipts []commands.Receipt) error {
	var failed error
	for i, s := range steps {
		if receipts[i].Err != nil {
			failed = errors.Join(failed, r.refused(s, receipts[i].Err))
			continue
		}
		if receipts[i].Status == commands.Duplicate {
			r.report.Same++
			continue
		}
		r.report.Outcome = Imported
		name := events.RowOf(s.what).Name
		switch s.o.Event.(type) {
		case *events.EventCorrected:
			r.report.Corrected.add(name)
		case *events.EventRetracted:
			r.report.Retracted.add(name)
		default:
			r.report.Recorded.add(name)
		}
	}
	if r.report.Outcome == "" {
		r.report.Outcome = r.unchanged(len(steps))
	}
	return failed
}

// unchanged is what became of a file of which nothing was recorded: refused when there was something to record and the
// ledger has none of it.
func (r *recording) unchanged(steps int) Outcome {
	if steps > 0 && r.report.Same == 0 {
		return Refused
	}
	return Unchanged
}

// refused reports an event that the ledger refused; any other error is passed on.
func (r *recording) refused(s step, err error) error {
	var refusal *commands.Refusal
	var form *events.FormError
	problem := commands.ProblemOf(err)
	_, registers := s.what.(*events.YouthRegistered)
	switch {
	case !errors.As(err, &refusal) && !errors.As(err, &form):
		return err
	case problem.Code == "unregistered" && r.nobody: // told once, with the reason
		return nil
	}
	r.nobody = r.nobody || registers
	r.report.find(FileFinding{Element: s.place, Rule: "ledger/" + problem.Code, Severity: Error, Refused: true,
		Message: events.RowOf(s.what).Name + " " + s.o.Date().String() + ": " + problem.Message})
	return nil
}
