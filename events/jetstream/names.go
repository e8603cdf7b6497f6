package jetstream

import "strings"

// names is what a ledger's streams are called, their subjects beside those of entries, and its key in the bucket of leases.
type names struct {
	entries, keys, checkpoints    string
	keySubject, checkpointSubject string
	lease                         string
}

// usual is the names of a ledger that is alone on its server.
var usual = names{streamName, keyStream, checkpointStream, keySubject, checkpointSubject, leaseKey}

// namesOf is the names of a ledger that shares an account with another.
func namesOf(name string) names {
	if name == "" {
		return usual
	}
	lower := strings.ToLower(name)
	return names{name, name + "_" + keyStream, name + "_" + checkpointStream, "keys." + lower, "checkpoints." + lower, lower}
}
