// Command length measures functions and files of a Go module and fails where they have grown too long.
// usage: length FOLDER
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	longestFunction = 80
	longestFile     = 500
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: length FOLDER")
		os.Exit(2)
	}
	m := &measure{}
	if err := m.walk(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "length:", err)
		os.Exit(2)
	}
	fmt.Println(m.summary())
	for _, line := range m.tooLong {
		fmt.Fprintln(os.Stderr, line)
	}
	if len(m.tooLong) > 0 {
		os.Exit(1)
	}
}

// measure is what was found: the lines of every function of the product itself, and complaints.
type measure struct {
	functions []int
	tooLong   []string
}

func (m *measure) walk(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && skipped(root, path) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return m.file(path, source)
	})
}

// skipped leaves out what is not source of the module: hidden folders, built programs, test data.
func skipped(root, path string) bool {
	name := filepath.Base(path)
	return strings.HasPrefix(name, ".") || name == "testdata" ||
		(filepath.Dir(path) == filepath.Clean(root) && (name == "bin" || name == "tmp"))
}

func (m *measure) file(path string, source []byte) error {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, path, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if ast.IsGenerated(parsed) {
		return nil
	}
	if lines := files.File(parsed.Pos()).LineCount(); lines > longestFile {
		m.tooLong = append(m.tooLong, fmt.Sprintf("%s: %d lines, at most %d", path, lines, longestFile))
	}
	for _, declaration := range parsed.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		begin, end := files.Position(function.Pos()), files.Position(function.End())
		lines := end.Line - begin.Line + 1
		if lines > longestFunction {
			m.tooLong = append(m.tooLong, fmt.Sprintf("%s:%d: %s has %d lines, at most %d",
				path, begin.Line, function.Name.Name, lines, longestFunction))
		}
		if !strings.HasSuffix(path, "_test.go") {
			m.functions = append(m.functions, lines)
		}
	}
	return nil
}

// summary is one line: how long functions are, tests and generated code aside.
func (m *measure) summary() string {
	if len(m.functions) == 0 {
		return "functions: none"
	}
	slices.Sort(m.functions)
	return fmt.Sprintf("functions: %d, lines median %d, 90 %% %d, longest %d", len(m.functions),
		m.functions[len(m.functions)/2], m.functions[len(m.functions)*9/10], m.functions[len(m.functions)-1])
}
