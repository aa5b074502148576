// Command report writes docs/performance.md anew from docs/performance.json. Run it in the module's root.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/todoke/todoke/bench"
)

func main() {
	if err := write("docs/performance.json", "docs/performance.md"); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func write(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var f bench.Figures
	if err := json.Unmarshal(text, &f); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if f.Quick {
		return fmt.Errorf("%s is of the small run, which is for trying only: make bench takes the whole one", from)
	}
	f.Judge()
	return os.WriteFile(to, []byte(bench.Page(f)), 0o644)
}
