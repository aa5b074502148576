package profile_test

import (
	"strings"
	"testing"

	"github.com/todoke/todoke/profile"
)

// parsed feeds a text: whatever it holds, there is a profile that holds together
// or a list of problems with lines, and never a crash.
func parsed(t *testing.T, content string) {
	p, err := profile.Parse("fuzzed.yaml", []byte(content))
	if err != nil {
		checkProblems(t, err, strings.Count(content, "\n")+1)
		return
	}
	checkProfile(t, p)
}

// FuzzParse feeds whole files.
func FuzzParse(f *testing.F) {
	for section := range strings.SplitSeq(string(profile.DefaultYAML()), "\n\n# ---") {
		f.Add(section[:min(len(section), 4000)])
	}
	for _, s := range []string{
		"", "brand:", "brand: {name: [", "a: &a [*a]", "<<: {}", "? {}\n: []", "mail: {kinds: {\"a.b[0]\": 1}}",
		"calendar: {holidays: [{date: 0001-01-01}], covered_until: 9999-12-31}", "--- \n--- \n", "\x00", "!!binary x",
		"[------\r\r\r: ra{nam: |",
	} {
		f.Add(s)
	}
	f.Fuzz(parsed)
}

// FuzzLine puts a text in place of one line of the default profile, so that most
// of the file is good.
func FuzzLine(f *testing.F) {
	lines := strings.Split(string(profile.DefaultYAML()), "\n")
	for i, line := range lines {
		if i%40 == 0 {
			f.Add(uint16(i), line)
		}
	}
	f.Add(uint16(400), "  covered_until: 9999-12-31\n  desk_hours: []")
	f.Fuzz(func(t *testing.T, at uint16, text string) {
		i := int(at) % len(lines)
		changed := append(append(append([]string{}, lines[:i]...), text), lines[i+1:]...)
		parsed(t, strings.Join(changed, "\n"))
	})
}
