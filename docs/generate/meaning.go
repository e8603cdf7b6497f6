package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// meanings reads what each type of a package means from its comment: "Name: meaning" or "Name is a meaning".
func meanings(dir string) (map[string]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			collect(found, d)
		}
	}
	return found, nil
}

func collect(found map[string]string, d ast.Decl) {
	types, ok := d.(*ast.GenDecl)
	if !ok || types.Tok != token.TYPE || types.Doc == nil {
		return
	}
	for _, spec := range types.Specs {
		name := spec.(*ast.TypeSpec).Name.Name
		text := strings.Join(strings.Fields(types.Doc.Text()), " ")
		found[name] = sentence(strings.TrimPrefix(text, name))
	}
}

// sentence makes "is an offer" and ": a plan applies" stand alone.
func sentence(text string) string {
	text = strings.TrimSpace(strings.TrimPrefix(text, ":"))
	text = strings.TrimPrefix(text, "is ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
