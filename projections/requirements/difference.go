package requirements

import (
	"fmt"

	"ettervern/events"
)

// Differences says in words what differs between the laws by which two open cases of one youth are judged, as far as a
// requirement rests on it.
func Differences(i int, from, to *Case) []Text {
	r := &Requirements[i]
	all := []Text{}
	add := func(differ bool, nb, nn, en string) {
		if differ {
			all = append(all, Text{nb, nn, en})
		}
	}
	if r.duties == nil {
		was, is := r.Covered(from.lawOn(from.Adult)), r.Covered(to.lawOn(to.Adult))
		add(was != is, "Kravet omfatter "+was.in(bokmaal.kinds)+" etter den ene loven, "+is.in(bokmaal.kinds)+" etter den andre.",
			"Kravet omfattar "+was.in(nynorsk.kinds)+" etter den eine lova, "+is.in(nynorsk.kinds)+" etter den andre.",
			"The requirement covers "+was.in(english.kinds)+" by the one law, "+is.in(english.kinds)+" by the other.")
	}
	add(from.inForce(r, from.Adult) != to.inForce(r, to.Adult), "Kravet gjelder fra "+r.AppliesFrom.String()+".",
		"Kravet gjeld frå "+r.AppliesFrom.String()+".", "The requirement applies from "+r.AppliesFrom.String()+".")
	add(from.Upper != to.Upper, "Ettervern kan gis til "+from.Upper.String()+" etter den ene loven, til "+to.Upper.String()+" etter den andre.",
		"Ettervern kan givast til "+from.Upper.String()+" etter den eine lova, til "+to.Upper.String()+" etter den andre.",
		"Aftercare may last until "+from.Upper.String()+" by the one law, until "+to.Upper.String()+" by the other.")
	starter := func(c *Case) bool { return c.lawOn(c.ValidAt) >= responsibleStarter }
	add(starter(from) != starter(to), "Fra "+responsibleStarter.String()+" er kommunen som sist iverksatte tiltak før 18 år, ansvarlig.",
		"Frå "+responsibleStarter.String()+" er kommunen som sist sette i verk tiltak før 18 år, ansvarleg.",
		"From "+responsibleStarter.String()+" the municipality that last started measures before 18 is responsible.")
	for _, p := range r.parameters() {
		was, is := from.value(p, from.Adult), to.value(p, to.Adult)
		add(was != is, fmt.Sprintf("Verdien %s er %s etter den ene loven, %s etter den andre.", p.ID, was, is),
			fmt.Sprintf("Verdien %s er %s etter den eine lova, %s etter den andre.", p.ID, was, is),
			fmt.Sprintf("The value %s is %s by the one law, %s by the other.", p.ID, was, is))
	}
	return all
}

// parameters is those that a requirement rests on, besides the ages.
func (r *Requirement) parameters() []*Parameter {
	var all []*Parameter
	if r.duties == nil {
		all = append(all, &TransitionWindow)
	}
	for _, p := range []*Parameter{r.Target, r.Within, r.Attempts} {
		if p != nil {
			all = append(all, p)
		}
	}
	return all
}

// String is the value as the catalogue writes it.
func (v Value) String() string {
	switch {
	case v.MonthDay != "":
		return v.MonthDay
	case v.Duration != events.Duration{}:
		return v.Duration.String()
	}
	return fmt.Sprint(v.Number)
}

// String lists the kinds as events write them.
func (k Kinds) String() string {
	return k.in([4]string{string(events.Voluntary), string(events.CareOrder), string(events.Placement), string(events.Behaviour)})
}

// in lists the kinds in a language's words.
func (k Kinds) in(names [4]string) string {
	if k == 0 {
		return "–"
	}
	text := ""
	for i, name := range names {
		if k&(1<<i) != 0 {
			if text != "" {
				text += ", "
			}
			text += name
		}
	}
	return text
}
