package main

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

// pack ARCHIVE FILE… makes a ZIP archive of the files, each under its own name.
func pack(ts *testscript.TestScript, _ bool, args []string) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range args[1:] {
		w, err := z.Create(filepath.Base(name))
		ts.Check(err)
		_, err = w.Write([]byte(ts.ReadFile(name)))
		ts.Check(err)
	}
	ts.Check(z.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out.Bytes(), 0o600))
}

var (
	numbersIn = regexp.MustCompile(`(?:Fodselsnummer|DUFnummer)="([0-9]+)"`)
	leftOver  = regexp.MustCompile(`\.xml$|\.zip$`) // what the script itself wrote
)

// noNumbers PATH… demands that no identity number of the samples, with or without a space, is in
// any file below the paths, in the last outputs, or in a file's name.
func noNumbers(ts *testscript.TestScript, _ bool, args []string) {
	secret := numbersOfSamples(ts)
	look := func(where string, text []byte) {
		for _, number := range secret {
			for _, form := range [][]byte{number, append(append(bytes.Clone(number[:6]), ' '), number[6:]...)} {
				if bytes.Contains(text, form) {
					ts.Fatalf("%s holds an identity number", where)
				}
			}
		}
	}
	look("the standard output", []byte(ts.ReadFile("stdout")))
	look("the standard error", []byte(ts.ReadFile("stderr")))
	for _, path := range args {
		ts.Check(filepath.WalkDir(ts.MkAbs(path), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || leftOver.MatchString(name) {
				return err
			}
			text, err := os.ReadFile(name)
			look(name, append(text, name...))
			return err
		}))
	}
}

func numbersOfSamples(ts *testscript.TestScript) (all [][]byte) {
	files, err := filepath.Glob(filepath.Join(ts.Getenv("SAMPLES"), "*.xml"))
	ts.Check(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		ts.Check(err)
		for _, found := range numbersIn.FindAllSubmatch(text, -1) {
			all = append(all, found[1])
		}
	}
	if len(all) < 8 {
		ts.Fatalf("the samples have only %d numbers", len(all))
	}
	return all
}
