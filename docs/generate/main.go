// Command generate writes docs/events.md and docs/schemas from the catalogue of event types, and docs/requirements.md from that
// of requirements:
//
//	go run ./docs/generate
//
// A test fails when they are not what it would write.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"ettervern/events"
)

func main() {
	files, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	for path, content := range files {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(len(files), "files written")
}

// generate makes each file by its path from the root of the module, which is where it must run.
func generate() (map[string][]byte, error) {
	meanings, err := meanings("events")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	var p page
	p.begin()
	for i := range events.Catalogue {
		row := &events.Catalogue[i]
		example, err := example(row)
		if err != nil {
			return nil, err
		}
		meaning := meanings[row.Name]
		if meaning == "" {
			return nil, fmt.Errorf("%s has no comment that says what it means", row.Name)
		}
		p.event(row, meaning, example)
		if files[schemaPath(row)], err = encode(schemaOf(row, meaning)); err != nil {
			return nil, err
		}
	}
	files[filepath.Join("docs", "events.md")] = p.end()
	files[filepath.Join("docs", "requirements.md")] = requirementsPage()
	return files, nil
}

// example is the type's golden event as an emitter would have sent it.
func example(row *events.Row) ([]byte, error) {
	stored, err := os.ReadFile(filepath.Join("events", "testdata", "golden", row.Name+".json"))
	if err != nil {
		return nil, err
	}
	entry, err := events.Decode(exampleOf(row.Entity), 1, stored)
	if err != nil {
		return nil, err
	}
	return events.EncodeSubmission(events.Submission{Entity: entry.Entity, Occurrence: entry.Events[0]}), nil
}

// exampleOf is the entity of the golden files; corrections are shown of a youth.
func exampleOf(kind events.Kind) events.Entity {
	switch kind {
	case events.Unit:
		return events.Entity{Kind: kind, ID: "3020-child_welfare"}
	case events.Supervision:
		return events.Entity{Kind: kind, ID: "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"}
	}
	return events.YouthEntity("7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01")
}

func schemaPath(row *events.Row) string {
	return filepath.Join("docs", "schemas", row.Name+".v1.json")
}
