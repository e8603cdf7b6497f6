package main

import (
	"os"

	"ettervern/projections"
)

// municipalities is the table of the file that the command line names; nil for none.
func (c *cli) municipalities() (*projections.Municipalities, error) {
	switch {
	case c.Municipalities == "":
		return nil, nil
	case c.Server != "":
		return nil, usageError("--municipalities is for who opens the ledger; the server has a table of its own")
	}
	file, err := os.Open(c.Municipalities)
	if err != nil {
		return nil, usageError("--municipalities: " + err.Error())
	}
	defer file.Close()
	table, err := projections.ReadMunicipalities(file)
	if err != nil {
		return nil, usageError("--municipalities: " + c.Municipalities + ": " + err.Error())
	}
	return table, nil
}
