package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"ettervern/projections/requirements"
)

const unitsOpening = `
## The system level: units of child welfare and Nav

What a service itself must arrange and check, told by its leaders; how they are judged is told in [units](units.md). Each must have been done
within ` + "`unit_period`" + ` up to the day asked about, unless it says that it lasts. No legal basis could be read beyond internal control:

| from | legal basis |
|---|---|
`

// unitRequirements writes the requirements towards units.
func unitRequirements(b *bytes.Buffer) {
	b.WriteString(unitsOpening)
	for _, basis := range requirements.UnitBasis {
		fmt.Fprintf(b, "| %s | %s<br>nb: %s<br>nn: %s |\n", basis.From, basis.Text, basis.In.NB, basis.In.NN)
	}
	b.WriteString("\n| requirement | title | norm level | fulfilled by | scenarios |\n|---|---|---|---|---|\n")
	for _, r := range requirements.UnitRequirements {
		terms := r.Terms
		if r.Lasting {
			terms += "; it lasts"
		}
		fmt.Fprintf(b, "| `%s` | **%s**<br>nn: %s<br>en: %s | %s | %s | %s |\n", r.ID, r.Title.NB, r.Title.NN, r.Title.EN, r.Norm, terms, unitScenarios(r.ID))
	}
}

// unitScenarios links the file of scenarios named after a requirement towards units.
func unitScenarios(id string) string {
	if _, err := os.Stat(filepath.Join("projections", "testdata", "units", id+".txt")); err != nil {
		return ""
	}
	return fmt.Sprintf("[%s.txt](../projections/testdata/units/%s.txt)", id, id)
}
