package profile

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"os"
	"reflect"
	"sync"
)

//go:embed default.yaml
var defaultFile []byte

// maxFileSize bounds a profile in bytes; the default one has some tens of thousands.
const maxFileSize = 1 << 20

// Load reads and checks the profile in that file, or the embedded one for "".
// The error is a *Problems when the file can be read but is not right.
func Load(path string) (*Profile, error) {
	if path == "" {
		return Default()
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return Parse(path, content)
}

var embedded = sync.OnceValues(func() (*Profile, error) { return Parse("default.yaml", defaultFile) })

// Default gives the embedded profile. It is parsed once, and everybody shares it.
func Default() (*Profile, error) { return embedded() }

// DefaultYAML gives the embedded file, comments and all, for those who begin one of their own.
func DefaultYAML() []byte { return bytes.Clone(defaultFile) }

// Parse reads and checks a profile; name stands in its problems. The error is a
// *Problems with everything that is wrong, not only the first thing.
func Parse(name string, content []byte) (*Profile, error) {
	d := &decoder{lines: map[string]int{}}
	p := &Profile{lines: d.lines}
	if root := d.root(content); root != nil {
		d.value(root, reflect.ValueOf(p).Elem(), "", fieldRule{})
		c := &checker{found: d.problems, lines: d.lines}
		c.check(p)
		d.problems = append(d.problems, c.problems...)
	}
	if len(d.problems) > 0 {
		return nil, newProblems(name, d.problems)
	}
	if err := p.build(name); err != nil {
		return nil, err
	}
	return p, nil
}

// build makes what is derived from the file. The checks have let nothing through
// that fails here.
func (p *Profile) build(name string) (err error) {
	if p.calendar, err = p.CalendarSection.build(); err != nil {
		return fmt.Errorf("profile %s: %w", name, err)
	}
	if p.catalogue, err = p.CatalogueSection.build(); err != nil {
		return fmt.Errorf("profile %s: %w", name, err)
	}
	p.prices = buildPrices(p.PriceLists, p.Taxes)
	return nil
}
