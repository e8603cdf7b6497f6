package register

import (
	"ettervern/events"
)

// key is the key of what the case tells about who the youth is and who answers for the case.
func (r *revision) key() string { return keyOf(r.s.Case.ID, "Sak", r.s.Case.ID) }

// registration registers the youth, or brings the registration up to what the case tells now.
//
// A youth can have several cases, and other systems may have registered the youth. The registration is that of the
// case begun last; another system's stands. A case that tells another birth date than all told so far is not about
// this youth: its number is wrong, or the other's is.
func (r *revision) registration() {
	key, born := r.key(), r.s.Case.born()
	r.mentioned[key] = true
	if r.s.Case.Deleted {
		r.unregister()
		return
	}
	if born == 0 { // the file does not say who it is about; the case does
		return
	}
	r.covered[key] = true
	date := max(r.s.Case.Start, born)
	o := events.Occurrence{Source: events.RegisterSource, Time: dayTime(date),
		Event: &events.YouthRegistered{BirthDate: born, Municipality: r.s.Municipality, District: r.s.District}}
	f := r.known.facts[r.known.registered]
	switch {
	case r.known.registered == "" && r.isOlder(key):
		r.over = true
		r.older++
	case r.known.registered == "":
		o.ID, _ = r.standing(key, "registered")
		r.add(r.s.Case.Place, key, o, 0)
	case f != nil && f.key == key:
		r.reregister(f, o)
	case !r.toldBefore(born):
		r.conflict = &FileFinding{Element: r.s.Case.Place, Rule: "import/birth_date", Severity: Fatal, Refused: true,
			Message: "another birth date is known of whoever has this number; one of the two numbers is wrong"}
	case f != nil && r.laterCase(f, date) && !r.isOlder(key):
		o.ID = f.id
		r.replace(r.s.Case.Place, key, o)
	}
}

// reregister brings up to date what this case itself told.
func (r *revision) reregister(f *fact, o events.Occurrence) {
	o.ID = f.id
	switch {
	case r.isOlder(f.key):
		r.older++
	case r.says(f.told, o):
		r.same++
		r.confirm(f.key, r.known.elements[f.key])
	default:
		r.replace(r.s.Case.Place, f.key, o)
	}
}

func (r *revision) isOlder(key string) bool {
	s := r.known.elements[key]
	return s != nil && s.last.after(r.at)
}

func (r *revision) toldBefore(born events.Date) bool {
	for _, date := range r.known.born {
		if date == born {
			return true
		}
	}
	return false
}

// laterCase tells whether this case began after the one that the registration is of.
func (r *revision) laterCase(f *fact, date events.Date) bool {
	if of := f.told.Date(); date != of {
		return date > of
	}
	return r.s.Case.ID > r.known.elements[f.key].caseID
}

// unregister takes the registration back when the case is deleted and nothing else is known of the youth.
func (r *revision) unregister() {
	f := r.known.facts[r.known.registered]
	if f == nil || f.key != r.key() || r.isOlder(f.key) || r.known.others > 0 {
		return
	}
	for _, s := range r.known.elements {
		if s.caseID != r.s.Case.ID {
			return
		}
	}
	r.take(r.s.Case.Place, f)
	r.last, r.back = r.back, nil // nothing can be recorded after it, and it is the first of what is taken back
}
