package register

import (
	"ettervern/events"
)

// earlier is the history under a pseudonym that the case's youth had before.
type earlier struct {
	id    string
	known *known
	// apart: the case had that number, and so has another case of the register. Perhaps it was somebody else's, a twin's.
	// What this case told moves; the two are not made one youth, for that could not be undone.
	apart bool
}

// before reads the histories under former pseudonyms. That a file itself says whose they were is believed.
func (r *recording) before(former []string) (all []earlier, err error) {
	said := map[string]bool{}
	for _, n := range r.id.former {
		said[r.secret.Of(n)] = true
	}
	for _, id := range former {
		history, err := r.Ledger.History(r.ctx, events.YouthEntity(id))
		if err != nil {
			return nil, err
		}
		k := fold(history)
		all = append(all, earlier{id, k, !said[id] && k.merged == "" && k.holdsOther(r.at.caseID)})
	}
	return all, nil
}

// holdsOther tells whether something stands that another case of the register told.
func (k *known) holdsOther(caseID string) bool {
	for key, s := range k.elements {
		if s.caseID != caseID && len(s.movable(key)) > 0 {
			return true
		}
	}
	return false
}

// keys are those of the elements that move.
func (e earlier) keys(caseID string) []string {
	if e.apart {
		return e.known.of(caseID)
	}
	return e.known.keys
}

// leave takes back in a former history what has moved, so that nobody is counted twice, and says there which pseudonym
// counts now. If we crash before, the next import of the file does it.
func (r *recording) leave(e earlier, now string) error {
	if e.apart {
		r.report.find(FileFinding{Element: r.s.Case.Place, Rule: "import/number", Severity: Warning,
			Message: "the number of this case has changed, and another case has the number it had; what this case told was moved, and the two were not made one youth"})
	}
	var steps []step
	receipts, err := r.do(e.id, func(history []events.Entry) []events.Submission {
		k := fold(history)
		if steps = r.moved(earlier{e.id, k, e.apart}, now); !e.apart && k.merged != now {
			steps = append(steps, r.merger(k, e.id, now)...)
		}
		return submissions(e.id, steps)
	})
	if err != nil {
		return err
	}
	return r.account(steps, receipts)
}

// moved takes back what stands now in another history. It comes with this submission, so that an older one does not
// tell it here again.
func (r *recording) moved(from earlier, now string) (steps []step) {
	reading := (&revision{youth: from.id}).readOf(r.at, 0)
	for _, key := range from.keys(r.at.caseID) {
		for _, f := range from.known.elements[key].movable(key) {
			steps = append(steps, step{r.s.Case.Place, f.told.Event, events.Occurrence{
				ID: uuidOf("moved", f.id, now), Source: events.RegisterSource, Time: r.at.at, CorrelationID: key, CausationID: reading,
				Event: &events.EventRetracted{EventID: f.id, Reason: "duplicate"},
			}, 0})
		}
	}
	if len(steps) == 0 {
		return nil
	}
	e := &events.SubmissionRead{CaseID: r.at.caseID, SubmissionID: r.at.submission, PreviousID: r.s.PreviousID, SecretID: r.secret.ID()}
	return append(steps, step{r.s.Case.Place, e, events.Occurrence{ID: reading, Source: events.RegisterSource, Time: r.at.at, Event: e}, 0})
}

// merger tells which pseudonym counts now. One that the ledger does not know yet is registered first: an emitter may
// know the youth by it.
func (r *recording) merger(k *known, former, now string) (steps []step) {
	key := keyOf(r.at.caseID, "Sak", r.at.caseID)
	add := func(name string, o events.Occurrence) {
		o.ID, o.Source, o.CorrelationID = uuidOf("event", former, key, name, now), events.RegisterSource, key
		steps = append(steps, step{r.s.Case.Place, o.Event, o, 0})
	}
	born := r.s.Case.born()
	if k.registered == "" {
		add("former", events.Occurrence{Time: dayTime(max(r.s.Case.Start, born)),
			Event: &events.YouthRegistered{BirthDate: born, Municipality: r.s.Municipality, District: r.s.District}})
	}
	date := born
	if p := r.s.Case.person(); p != nil {
		date = max(p.Start, born)
	}
	for _, told := range k.born {
		date = max(date, told) // nothing happens to anyone before birth, whichever is right
	}
	add("merged", events.Occurrence{Time: dayTime(date), Event: &events.YouthMerged{Into: now}})
	return steps
}
