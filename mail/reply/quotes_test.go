package reply

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// Nothing that a person wrote is lost between text and quotation.
func TestSplittingLosesNothing(t *testing.T) {
	line := rapid.SampledFrom([]string{
		"", "本文です。", "> 引用", ">> 二重", "＞全角", "On Wed, Jun 10, 2026, A <a@b.example> wrote:", "2026年6月10日(水) 12:00 A <a@b.example>:",
		"-----Original Message-----", "-----元のメッセージ-----", "From: a@b.example", "差出人: a", "送信日時: x", "宛先: y", "Subject: z", "件名：w",
		"________________________________", "-- ", "署名", "inquiry@example.jp> wrote:", "次の件:", "\t> tab",
	})
	shown := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		body := strings.TrimSpace(strings.Join(rapid.SliceOfN(line, 0, 14).Draw(t, "lines"), "\n"))
		text, quoted := split(body)
		if shown(text)+shown(quoted) != shown(body) {
			t.Fatalf("%q became %q and %q", body, text, quoted)
		}
		if strings.Contains(text, "本文です。") != strings.Contains(body, "本文です。") && !strings.Contains(quoted, "本文です。") {
			t.Fatalf("%q lost its words", body)
		}
	})
}
