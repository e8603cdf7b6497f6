package bundle

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ettervern/events"
	"ettervern/events/proof"
)

// read makes a bundle of its files. What it reads is of the right form, but not yet believed: sequences are not set. The
// verdicts and the law are as the bundle has them.
func read(files map[string][]byte) (b Bundle, verdicts, law []byte, err error) {
	files = maps.Clone(files)
	take := func(name string) []byte {
		body, there := files[name]
		if !there {
			err = errors.Join(err, fmt.Errorf("%s is missing", name))
		}
		delete(files, name)
		return body
	}
	b.Checkpoint, verdicts, law = take(checkpointFile), take(verdictsFile), take(lawFile)
	question := take(questionFile)
	for _, name := range []string{"README.nb.txt", "README.nn.txt", "README.en.txt", sumsFile} {
		take(name)
	}
	if _, grown := files[earlierFile]; grown {
		b.Earlier, b.Growth = take(earlierFile), take(consistencyFile)
	}
	if err != nil {
		return b, nil, nil, err
	}
	if b.Question, err = readQuestion(question); err != nil {
		return b, nil, nil, err
	}
	b.Standings, err = readStandings(files, b.Question.Youth)
	return b, verdicts, law, err
}

// whole takes an archive apart and compares the sums.
func whole(archive []byte) (map[string][]byte, error) {
	files, err := unpack(archive)
	if err == nil && !bytes.Equal(files[sumsFile], sums(files)) {
		err = differing(files)
	}
	return files, err
}

// differing names the first file that the sums do not fit.
func differing(files map[string][]byte) error {
	listed := map[string]bool{}
	for line := range strings.Lines(string(files[sumsFile])) {
		listed[line] = true
	}
	for line := range strings.Lines(string(sums(files))) {
		if !listed[line] {
			_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
			return fmt.Errorf("%s is not the file that %s tells of", name, sumsFile)
		}
	}
	return fmt.Errorf("a file of %s is missing", sumsFile)
}

func readQuestion(text []byte) (q Question, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err = d.Decode(&q); err != nil {
		return q, fmt.Errorf("%s: %w", questionFile, err)
	}
	again, err := json.Marshal(q)
	if err != nil || !bytes.Equal(append(again, '\n'), text) {
		return q, fmt.Errorf("%s is not written as it must be", questionFile)
	}
	switch {
	case q.Format != format:
		return q, fmt.Errorf("the bundle is of another format than %s", format)
	case !events.CanonicalUUID(q.Youth):
		return q, fmt.Errorf("%s names no youth", questionFile)
	}
	return q, nil
}

// readStandings reads entries/KIND/ID/NAME. Every file left must be one of these.
func readStandings(files map[string][]byte, youth string) ([]Standing, error) {
	standings := map[events.Entity]*Standing{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parts := strings.Split(name, "/")
		if len(parts) != 4 || parts[0] != "entries" {
			return nil, fmt.Errorf("%s does not belong into a bundle", name)
		}
		entity := events.Entity{Kind: events.Kind(parts[1]), ID: parts[2]}
		if standings[entity] == nil {
			standings[entity] = &Standing{Entity: entity}
		}
		if err := standings[entity].take(parts[3], files); err != nil {
			return nil, err
		}
	}
	first := standings[events.YouthEntity(youth)]
	if first == nil {
		return nil, errors.New("nothing is said of the youth")
	}
	all := []Standing{{}}
	for _, s := range standings {
		slices.SortFunc(s.Entries, func(a, b proof.Proven) int { return cmp.Compare(a.Number, b.Number) })
		switch {
		case s.Path == nil:
			return nil, fmt.Errorf("%s is missing", s.file("directory"))
		case s != first && s.Entity.Kind != events.Unit && s.Entity.Kind != events.Youth:
			return nil, fmt.Errorf("%s does not belong into the bundle", s.Entity)
		case s != first:
			all = append(all, *s)
		}
	}
	all[0] = *first
	slices.SortFunc(all[1:], func(a, b Standing) int { return strings.Compare(a.Entity.ID, b.Entity.ID) })
	return all, nil
}

// take reads one of the entity's files, which come in the order of their names: contents, then what they are of.
func (s *Standing) take(name string, files map[string][]byte) (err error) {
	body := files[s.file(name)]
	switch name {
	case "directory":
		s.Path = body
		return nil
	case "keys":
		s.Keys, err = parseKeys(body)
		return err
	}
	number, kind, _ := strings.Cut(name, ".")
	n, err := strconv.ParseUint(number, 10, 32)
	last := len(s.Entries) - 1
	switch {
	case err != nil || fmt.Sprintf("%04d", n) != number:
	case kind == "json":
		return nil // what follows from the others is compared when they are known to be right
	case kind == "entry":
		s.Entries = append(s.Entries, proof.Proven{Number: n, Stored: body})
		return nil
	case kind == "tlog-proof" && last >= 0 && s.Entries[last].Number == n:
		s.Entries[last].Proof = body
		return nil
	}
	return fmt.Errorf("%s does not belong into a bundle", s.file(name))
}
