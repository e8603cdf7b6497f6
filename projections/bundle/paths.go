package bundle

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"ettervern/events/proof"
)

// Paths is what an auditor gives on a command line. All but Key and Bundle may be empty.
type Paths struct {
	Bundle string // the file to check
	Key    string // the ledger's public key, NAME+ID+KEY, or a file that holds it
	Since  string // a file with a checkpoint that was kept
	Full   string // a file with the leaves of the whole ledger

	Witnesses []string // the public keys of witnesses
	Quorum    int      // how many of these must have cosigned; 0 for all
}

// Check checks the bundle. Its error tells what was given wrong; what is wrong with the bundle is in the report.
func (p Paths) Check() (r Report, err error) {
	var a Auditor
	if a.Key, err = readKey(p.Key); err != nil {
		return r, err
	}
	if err := p.witnesses(&a); err != nil {
		return r, err
	}
	archive, err := os.ReadFile(p.Bundle)
	if err != nil {
		return r, err
	}
	if p.Since != "" {
		if a.Earlier, err = os.ReadFile(p.Since); err != nil {
			return r, err
		}
	}
	if p.Full == "" {
		return a.Check(archive), nil
	}
	leaves, err := os.Open(p.Full)
	if err != nil {
		return r, err
	}
	defer leaves.Close()
	a.Leaves = leaves
	return a.Check(archive), nil
}

// witnesses reads the keys of witnesses, each of which counts once.
func (p Paths) witnesses(a *Auditor) error {
	names := map[string]bool{}
	for _, key := range p.Witnesses {
		verifier, err := proof.NewCosignatureVerifier(strings.TrimSpace(key))
		if err != nil {
			return err
		}
		if names[verifier.Name()] {
			return fmt.Errorf("the witness %s is given twice", verifier.Name())
		}
		names[verifier.Name()] = true
		a.Witnesses = append(a.Witnesses, verifier)
	}
	if p.Quorum < 0 || p.Quorum > len(a.Witnesses) {
		return fmt.Errorf("the quorum must be from 1 to the number of witnesses, %d", len(a.Witnesses))
	}
	if a.Quorum = p.Quorum; a.Quorum == 0 {
		a.Quorum = len(a.Witnesses)
	}
	return nil
}

// readKey reads a public key, as text or from a file.
func readKey(key string) (note.Verifier, error) {
	if key == "" {
		return nil, errors.New("the ledger's public key is missing: get it by another way than the bundle")
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(key))
	if err == nil {
		return verifier, nil
	}
	file, unread := os.ReadFile(key)
	if unread != nil {
		return nil, fmt.Errorf("%q is neither a public key, NAME+ID+KEY, nor a file with one", key)
	}
	if verifier, err = note.NewVerifier(strings.TrimSpace(string(file))); err != nil {
		return nil, fmt.Errorf("%s holds no public key, NAME+ID+KEY", key)
	}
	return verifier, nil
}
