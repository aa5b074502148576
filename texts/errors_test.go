package texts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

// rooms are the packages whose errors people read.
var rooms = []string{"models", "store", "api", "web", "activities", "documents", "files"}

// constructors make errors: the place of the code among the arguments, and the
// text that the code names.
var constructors = map[string]constructor{
	"NewError":  {1, "error.", ""},
	"NotFound":  {0, "error.", "_not_found"},
	"Field":     {1, "field.", ""},
	"LineField": {2, "field.", ""},
}

// computed are the codes that are no literals where the error is made: the
// expression, and the texts that it can name.
var computed = map[string][]string{
	"code":                nil, // of a …Problem function, found there
	"p.code":              nil, // of the list in api/problem_codes.go, whose test looks at its texts
	`what + "_not_found"`: nil, // NotFound itself
	"wrong.Code":          {"field.receipt_malformed", "field.receipt_mistyped"},
	"string(problem)":     {"field.renewal_window_closed"},
}

type constructor struct {
	argument       int
	prefix, suffix string
}

// TestEveryErrorHasItsTexts reads the source of all rooms and demands a text in
// both languages for every code that an error is made of.
func TestEveryErrorHasItsTexts(t *testing.T) {
	found := scan(t)
	if len(found.ids) < 60 {
		t.Fatalf("only %d codes found: the scanner does not see the source any more", len(found.ids))
	}
	for _, canary := range []string{"error.receipt_mistyped", "error.order_not_found", "field.product_unknown", "field.kana_expected", "error.malformed_json"} {
		if _, ok := found.ids[canary]; !ok {
			t.Errorf("the scanner misses %s", canary)
		}
	}
	for id, where := range found.ids {
		for _, lang := range []models.Language{models.Japanese, models.English} {
			if texts.T(lang, id) == id {
				t.Errorf("%s (%s) has no text in %s", id, where, lang)
			}
		}
	}
	for _, where := range found.unclear {
		t.Errorf("%s: the code is neither a literal, a constant nor a parameter; name it where the error is made", where)
	}
}

// TestErrorTextsAgree compares the two languages' files: same IDs, same parameters.
func TestErrorTextsAgree(t *testing.T) {
	for _, area := range []string{"errors", "fields", "api"} {
		ja, en := readTexts(t, area+".ja.yaml"), readTexts(t, area+".en.yaml")
		for id, text := range ja {
			if _, ok := en[id]; !ok {
				t.Errorf("%s: %s has no English text", area, id)
				continue
			}
			if a, b := params(text), params(en[id]); !slices.Equal(a, b) {
				t.Errorf("%s: %s has parameters %v in Japanese and %v in English", area, id, a, b)
			}
		}
		for id := range en {
			if _, ok := ja[id]; !ok {
				t.Errorf("%s: %s has no Japanese text", area, id)
			}
		}
	}
}

var param = regexp.MustCompile(`\.[a-z_]+`)

func params(text string) []string {
	var names []string
	for _, action := range regexp.MustCompile(`\{\{[^}]*\}\}`).FindAllString(text, -1) {
		names = append(names, param.FindAllString(action, -1)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// readTexts reads a file of "id: text" lines.
func readTexts(t *testing.T, name string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(content)) {
		if id, text, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(id, "#") {
			if _, twice := all[id]; twice {
				t.Errorf("%s: %s stands there twice", name, id)
			}
			all[id] = text
		}
	}
	if len(all) == 0 {
		t.Fatalf("%s holds nothing", name)
	}
	return all
}

// codes is what the source says.
type codes struct {
	ids     map[string]string // text ID → a place that makes it
	unclear []string
	fset    *token.FileSet
}

func scan(t *testing.T) codes {
	t.Helper()
	found := codes{ids: map[string]string{}, fset: token.NewFileSet()}
	for _, room := range rooms {
		for _, files := range packages(t, found.fset, filepath.Join("..", room)) {
			found.add(files)
		}
	}
	return found
}

// packages parses the folders below root, a list of files for each.
func packages(t *testing.T, fset *token.FileSet, root string) map[string][]*ast.File {
	t.Helper()
	all := map[string][]*ast.File{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err == nil {
			all[filepath.Dir(path)] = append(all[filepath.Dir(path)], file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// add finds the codes in one package.
func (c *codes) add(files []*ast.File) {
	constants, wrappers := constantsOf(files), wrappersOf(files)
	for _, file := range files {
		handed := map[string]bool{} // parameters: the code comes from the caller
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				c.addProblems(n)
				for _, name := range parameters(n.Type) {
					handed[name] = true
				}
			case *ast.FuncLit:
				for _, name := range parameters(n.Type) {
					handed[name] = true
				}
			case *ast.CallExpr:
				c.addCall(n, constants, wrappers, handed)
			}
			return true
		})
	}
}

// addProblems takes the codes that functions named …Problem return: the caller
// makes a field's error of them.
func (c *codes) addProblems(f *ast.FuncDecl) {
	if !strings.HasSuffix(f.Name.Name, "Problem") || f.Body == nil {
		return
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) > 0 {
			if code, ok := literal(r.Results[0], nil); ok && code != "" {
				c.ids["field."+code] = c.fset.Position(r.Pos()).String()
			}
		}
		return true
	})
}

func (c *codes) addCall(call *ast.CallExpr, constants map[string]string, wrappers map[string]constructor, handed map[string]bool) {
	made, ok := constructed(call)
	if !ok {
		if made, ok = wrappers[callee(call)]; !ok {
			return
		}
	}
	if len(call.Args) <= made.argument {
		return
	}
	where, argument := c.fset.Position(call.Pos()).String(), call.Args[made.argument]
	if code, ok := literal(argument, constants); ok {
		c.ids[made.prefix+code+made.suffix] = where
		return
	}
	expression := types.ExprString(argument)
	ids, known := computed[expression]
	for _, id := range ids {
		c.ids[id] = where
	}
	if !known && !handed[expression] {
		c.unclear = append(c.unclear, where+": "+expression)
	}
}

// constructed says whether the call is one of models' constructors, and which:
// other packages have functions of those names too.
func constructed(call *ast.CallExpr) (constructor, bool) {
	if s, ok := call.Fun.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); !ok || x.Name != "models" {
			return constructor{}, false
		}
	}
	made, ok := constructors[callee(call)]
	return made, ok
}

func callee(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literal gives a string literal's or constant's value.
func literal(e ast.Expr, constants map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		text, ok := constants[e.Name]
		return text, ok
	}
	return "", false
}

func constantsOf(files []*ast.File) map[string]string {
	constants := map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			for i, name := range spec.Names {
				if i < len(spec.Values) {
					if text, ok := literal(spec.Values[i], nil); ok {
						constants[name.Name] = text
					}
				}
			}
			return true
		})
	}
	return constants
}

// wrappersOf finds functions and closures that hand one of their parameters to a
// constructor as its code: add := func(name, code string) { … Field(…, code) }.
func wrappersOf(files []*ast.File) map[string]constructor {
	wrappers := map[string]constructor{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				addWrapper(wrappers, n.Name.Name, n.Type, n.Body)
			case *ast.AssignStmt:
				for i, right := range n.Rhs {
					f, isFunc := right.(*ast.FuncLit)
					name, isName := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident)
					if isFunc && isName {
						addWrapper(wrappers, name.Name, f.Type, f.Body)
					}
				}
			}
			return true
		})
	}
	return wrappers
}

func addWrapper(wrappers map[string]constructor, name string, t *ast.FuncType, body *ast.BlockStmt) {
	if body == nil || constructors[name] != (constructor{}) {
		return
	}
	places := map[string]int{}
	for i, param := range parameters(t) {
		places[param] = i
	}
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		made, ok := constructed(call)
		if !ok || len(call.Args) <= made.argument {
			return true
		}
		if code, ok := call.Args[made.argument].(*ast.Ident); ok {
			if place, isParam := places[code.Name]; isParam {
				wrappers[name] = constructor{place, made.prefix, made.suffix}
			}
		}
		return true
	})
}

// parameters gives the names of a function's parameters in order.
func parameters(t *ast.FuncType) []string {
	var names []string
	for _, group := range t.Params.List {
		for _, param := range group.Names {
			names = append(names, param.Name)
		}
	}
	return names
}
