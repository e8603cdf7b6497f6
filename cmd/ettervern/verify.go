package main

import (
	"errors"
	"fmt"

	"ettervern/projections/bundle"
)

// errUnsound ends a check whose output has already said what does not hold.
var errUnsound = errors.New("the bundle does not hold")

type verifyCommand struct {
	Bundle  string   `arg:"" help:"The audit bundle, or a year of the log of who has looked." placeholder:"BUNDLE.zip" type:"existingfile"`
	Key     string   `help:"The ledger's public key, NAME+ID+KEY, or a file that holds it. Get it by another way than the bundle." required:"" placeholder:"KEY"`
	Witness []string `help:"The public key of a witness that must have cosigned, NAME+ID+KEY; once for each." placeholder:"KEY" sep:"none"`
	Quorum  int      `help:"How many of the witnesses must have cosigned; all by default." placeholder:"N"`
	Since   string   `help:"A checkpoint that was kept from an earlier audit." placeholder:"FILE" type:"existingfile"`
	Full    string   `help:"The leaves of the whole ledger (export --leaves): work both trees out again." placeholder:"FILE" type:"existingfile"`
	Rows    string   `help:"Of a year of accesses: write what it says to this file, one access a line, when it holds." placeholder:"FILE" type:"path"`
	Lang    string   `help:"The language of the answer: ${enum}." enum:"nb,nn,en" default:"nb"`
}

// Run checks the bundle, without any ledger.
func (v *verifyCommand) Run(c *cli) error {
	report, err := bundle.Paths{Bundle: v.Bundle, Key: v.Key, Since: v.Since, Full: v.Full, Rows: v.Rows, Witnesses: v.Witness, Quorum: v.Quorum}.Check()
	if err != nil {
		return usageError(err.Error())
	}
	if _, err := fmt.Fprint(c.out, report.Text(v.Lang)); err != nil {
		return err
	}
	if !report.Holds() {
		return errUnsound
	}
	return nil
}
