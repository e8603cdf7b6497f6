package intake

import (
	"maps"
	"slices"

	"ettervern/cmd/ettervern/access"
)

// operations is what each request does.
var operations = map[string]access.Operation{
	"record":              access.Record,
	"pseudonym":           access.Pseudonym,
	"receipts":            access.Receipts,
	"overdue":             access.List,
	"verdicts":            access.List,
	"history":             access.History,
	"accesses":            access.Accesses,
	"units":               access.Units,
	"supervisions":        access.Supervisions,
	"supervision":         access.Supervisions,
	"supervision_figures": access.Supervisions,
	"scorecard":           access.Scorecard,
}

// Subjects is the requests that a role may send, sorted: what its users of NATS may publish.
func Subjects(role access.Role) (subjects []string) {
	for _, name := range slices.Sorted(maps.Keys(operations)) {
		if access.ReachOf(role, operations[name]) != access.Nothing {
			subjects = append(subjects, "ettervern.v1."+name)
		}
	}
	return subjects
}
