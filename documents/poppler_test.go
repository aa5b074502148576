package documents

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// poppler runs one of its tools on the PDF. A machine without them fails the test:
// what nobody read is not tested.
func poppler(t *testing.T, pdf []byte, tool string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Fatalf("%s is missing: install poppler-utils (apt-get install poppler-utils)", tool)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = bytes.NewReader(pdf)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", tool, err, problems.String())
	}
	if problems.Len() > 0 {
		t.Fatalf("%s complains: %s", tool, problems.String())
	}
	return out.String()
}

// textOf gives each page's text without white space, which layout may add.
func textOf(t *testing.T, pdf PDF) []string {
	t.Helper()
	pages := strings.Split(poppler(t, pdf.Bytes, "pdftotext", "-raw", "-", "-"), "\f")
	pages = pages[:len(pages)-1] // every page ends with a form feed
	for i := range pages {
		pages[i] = squeeze(pages[i])
	}
	return pages
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// wantAll says which of the texts are missing.
func wantAll(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, squeeze(w)) {
			t.Errorf("%q is missing", w)
		}
	}
}

func infoOf(t *testing.T, pdf PDF) map[string]string {
	t.Helper()
	info := map[string]string{}
	for line := range strings.Lines(poppler(t, pdf.Bytes, "pdfinfo", "-rawdates", "-")) {
		name, value, _ := strings.Cut(line, ":")
		info[name] = strings.TrimSpace(value)
	}
	return info
}
