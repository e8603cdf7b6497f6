package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ettervern/projections/requirements"
)

const requirementsOpening = `# Requirements

<!-- Written by go run ./docs/generate from the tables in projections/requirements. Do not edit. -->

*Bokmål:* Dette er kravene som protokollen regner etter, slik programmet har dem: hvem de gjelder, hva som utløser og oppfyller dem, fristene
og hjemmelen, hver verdi med datoen den gjelder fra. Et svar er en beregning og ikke et enkeltvedtak.

*Nynorsk:* Dette er krava som protokollen reknar etter, slik programmet har dei: kven dei gjeld, kva som utløyser og oppfyller dei, fristane og
heimelen, kvar verdi med datoen han gjeld frå. Eit svar er ei utrekning og ikkje eit enkeltvedtak.

*English:* These are the requirements that the ledger judges by, as the program has them: whom they cover, what brings them about and fulfils
them, the limits and the legal basis, each value with the date it holds from. An answer is a computation and not an administrative
decision.

Catalogue version %s. Each requirement is judged by the law in force at its time; scenarios that are run as tests show each with its dates. How the
statuses follow one from another is [told below](#how-a-duty-is-judged).

## Parameters

An assumed value has no source that could be read: it is a default, and every answer that rests on it says so. A municipality's own routine
([RoutineAdopted](events.md#routineadopted)) takes its place from its date on; one that gives more time than the default is used, and flagged
` + "`lax_routine`" + `. No statute gives a number of months for “in good time”, for follow-up or for the plan.

| parameter | value from | source | replaced by a routine |
|---|---|---|---|
`

const judging = `
## How a duty is judged

In this order: before the transition window ` + "`upcoming`" + ` while a covered measure is active, else ` + "`not_applicable`" + `; no duty: ` + "`not_applicable`" + `; fulfilled
in time: ` + "`met`" + `; excused in time: ` + "`excused`" + `; fulfilled later: ` + "`met_late`" + `; ended by death or as the requirement says: ` + "`not_applicable`" + ` when that was on
or before the limit, else ` + "`missed`" + `; the limit passed: ` + "`overdue`" + `, and ` + "`missed`" + ` once aftercare is no longer possible; the target passed: ` + "`due`" + `; else
` + "`open`" + `. Before 18 the limit is the 18th birthday, and nothing on that day is in time; elsewhere the limit is the last day in time.

A decision that a complaint annulled is treated as never made. What is recorded late counts, flagged ` + "`recorded_late`" + ` and ` + "`recorded_after_limit`" + `.
Something retracted counts as never told; what refers to it stands, flagged ` + "`refers_to_retracted`" + `.
`

// requirementsPage is docs/requirements.md.
func requirementsPage() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, requirementsOpening, requirements.Version)
	for _, p := range requirements.Parameters {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", p.ID, values(p), source(p), routine(p))
	}
	group := requirements.Group("")
	for i := range requirements.Requirements {
		r := &requirements.Requirements[i]
		if r.Group != group {
			group = r.Group
			fmt.Fprintf(&b, "\n## %s\n", groupTitles[group])
		}
		requirement(&b, r)
	}
	unitRequirements(&b)
	b.WriteString(judging)
	return b.Bytes()
}

var groupTitles = map[requirements.Group]string{
	requirements.Before18: "Before 18", requirements.After18: "After 18", requirements.OfNav: "Nav, and cooperation in the single case",
}

func values(p *requirements.Parameter) string {
	parts := make([]string, len(p.Values))
	for i, v := range p.Values {
		parts[i] = v.From.String() + ": " + v.String()
	}
	text := strings.Join(parts, "<br>")
	if p.Index != "" {
		text += "<br>by the law in force on " + p.Index
	}
	return text
}

func source(p *requirements.Parameter) string {
	if p.Assumed {
		return "assumed"
	}
	return "law or guideline"
}

func routine(p *requirements.Parameter) string {
	if p.Routine == "" {
		return ""
	}
	services := make([]string, len(p.By))
	for i, s := range p.By {
		services[i] = string(s)
	}
	return fmt.Sprintf("`%s` of %s", p.Routine, strings.Join(services, ", else "))
}

func requirement(b *bytes.Buffer, r *requirements.Requirement) {
	fmt.Fprintf(b, "\n### %s\n\n**%s** · nn: %s · en: %s\n\n| | |\n|---|---|\n", r.ID, r.Title.NB, r.Title.NN, r.Title.EN)
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintf(b, "| %s | %s |\n", name, text)
		}
	}
	row("norm level", string(r.Norm))
	row("whose duty", cmp.Or(string(r.Service), "the service that decided"))
	for _, c := range r.Covers {
		row("covers, 18th birthdays from "+c.From.String(), c.Kinds.String())
	}
	row("instance", r.Terms.Instance)
	row("brought about by", r.Terms.Trigger)
	row("limit", limitOf(r))
	row("should be done by", target(r))
	row("fulfilled by", r.Terms.Fulfilled)
	row("excused by", r.Terms.Excused)
	row("ends", r.Terms.Ends)
	row("flag", r.Terms.Lacking)
	for _, basis := range r.Basis {
		row("legal basis from "+basis.From.String(), fmt.Sprintf("%s<br>nb: %s<br>nn: %s", basis.Text, basis.In.NB, basis.In.NN))
	}
	row("scenarios", scenarios(r.ID))
}

func limitOf(r *requirements.Requirement) string {
	switch {
	case r.Group == requirements.Before18:
		return "birthday(18); nothing on that day is in time"
	case r.Within == nil:
		return "the day itself"
	}
	return "that day + `" + r.Within.ID + "`"
}

func target(r *requirements.Requirement) string {
	if r.Target == nil {
		return ""
	}
	return "the limit − `" + r.Target.ID + "`"
}

// scenarios links the file of scenarios named after the requirement.
func scenarios(id string) string {
	path := filepath.Join("projections", "testdata", id+".txt")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return fmt.Sprintf("[%s.txt](../projections/testdata/%s.txt)", id, id)
}
