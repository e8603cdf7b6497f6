package bundle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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
	Rows   string // a file to write what a year of accesses says, when it holds

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
	if p.Since != "" {
		if a.Earlier, err = os.ReadFile(p.Since); err != nil {
			return r, err
		}
	}
	file, err := os.Open(p.Bundle)
	if err != nil {
		return r, err
	}
	defer file.Close()
	if isYear(file) {
		return p.year(&a, file)
	}
	if p.Rows != "" {
		return r, errors.New("rows are of a year of accesses, and this is a bundle")
	}
	archive, err := io.ReadAll(file)
	if err != nil || p.Full == "" {
		return a.Check(archive), err
	}
	leaves, err := os.Open(p.Full)
	if err != nil {
		return r, err
	}
	defer leaves.Close()
	a.Leaves = leaves
	return a.Check(archive), nil
}

// isYear tells the file of a year of accesses from the archive of a bundle.
func isYear(file *os.File) bool {
	begin := make([]byte, len(yearFormat))
	_, err := file.ReadAt(begin, 0)
	return err == nil && string(begin) == yearFormat
}

// year checks a year of accesses. What it says is written down only if it holds.
func (p Paths) year(a *Auditor, file *os.File) (r Report, err error) {
	if p.Full != "" {
		return r, errors.New("a year of accesses has the leaves of the whole log in it")
	}
	if p.Rows == "" {
		return a.CheckYear(file), nil
	}
	rows, err := os.OpenFile(p.Rows, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return r, err
	}
	out := bufio.NewWriter(rows)
	a.Rows = out
	r = a.CheckYear(file)
	err = errors.Join(out.Flush(), rows.Close())
	if err != nil || !r.Holds() {
		err = errors.Join(err, os.Remove(p.Rows))
	}
	return r, err
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
