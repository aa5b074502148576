package reply

import (
	"regexp"
	"strings"
)

var (
	// What stands above a quotation, in the words of the mail programs in use.
	wrote = regexp.MustCompile(`^(?:On\s.+\swrote:|.+(?:wrote|writes):|\d{4}年\s*\d{1,2}月\s*\d{1,2}日.*[:：]|\d{4}[/-]\d{1,2}[/-]\d{1,2}.*(?:[:：]|のメール[:：]?|wrote:)|.+さん(?:は|が)書きました[:：]?|.+のメール[:：])$`)
	// Programs break that line where it gets long.
	wroteBegins = regexp.MustCompile(`^(?:On\s.+|\d{4}年\s*\d{1,2}月\s*\d{1,2}日.*|\d{4}[/-]\d{1,2}[/-]\d{1,2}.*)$`)
	// From here on everything is the mail that is answered.
	original = regexp.MustCompile(`(?i)^-{2,}\s*(?:original message|original appointment|forwarded message|元のメッセージ|転送メッセージ|転送されたメッセージ)\s*-{2,}$`)
	from     = regexp.MustCompile(`(?i)^\*?(?:from|差出人)\*?\s*[:：]\*?`)
	sentOrTo = regexp.MustCompile(`(?i)^\*?(?:sent|date|to|cc|subject|送信日時|日時|日付|宛先|件名)\*?\s*[:：]`)
	rule     = regexp.MustCompile(`^(?:_{5,}|-{5,}|={5,})$`)
	// What comes after the last words of a person: a signature, a list's footer.
	footer = regexp.MustCompile(`^(?:--|_{5,}|-{5,}|={5,})\s*$`)
)

// split parts what the person wrote from what is quoted below it. Nothing is
// lost: every character stands in one of the two. Where the person wrote
// between quoted lines all is kept as it stands, because the answers make no
// sense without their questions.
func split(body string) (text, quoted string) {
	lines := strings.Split(body, "\n")
	begin, whole := quotation(lines)
	if begin < 0 {
		return body, ""
	}
	if !whole && answeredBelow(lines[begin:]) {
		return body, ""
	}
	return strings.TrimSpace(strings.Join(lines[:begin], "\n")), strings.TrimSpace(strings.Join(lines[begin:], "\n"))
}

// quotation finds the line where the quoted mail begins, or -1. Whole says that
// nothing after it can be the person's.
func quotation(lines []string) (begin int, whole bool) {
	for i, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case original.MatchString(line):
			return i, true
		case from.MatchString(line) && headerFollows(lines[i+1:]):
			if i > 0 && rule.MatchString(strings.TrimSpace(lines[i-1])) {
				return i - 1, true
			}
			return i, true
		case isQuoted(line):
			return introduction(lines, i), false
		case wrote.MatchString(line) && quoteFollows(lines[i+1:]):
			return introduction(lines, i+1), false
		}
	}
	return -1, false
}

// headerFollows says whether the next lines are more of a mail's header.
func headerFollows(lines []string) bool {
	found := 0
	for _, line := range lines[:min(5, len(lines))] {
		if sentOrTo.MatchString(strings.TrimSpace(line)) {
			found++
		}
	}
	return found >= 2
}

func isQuoted(line string) bool {
	return strings.HasPrefix(line, ">") || strings.HasPrefix(line, "＞")
}

// quoteFollows says whether the next line with something on it is quoted.
func quoteFollows(lines []string) bool {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			return isQuoted(line)
		}
	}
	return false
}

// introduction goes back from the first quoted line to the one that says whose
// words follow.
func introduction(lines []string, first int) int {
	above := first - 1
	for above >= 0 && strings.TrimSpace(lines[above]) == "" {
		above--
	}
	if above < 0 {
		return first
	}
	line := strings.TrimSpace(lines[above])
	if !wrote.MatchString(line) && !strings.HasSuffix(line, ":") && !strings.HasSuffix(line, "：") {
		return first
	}
	if above > 0 && wroteBegins.MatchString(strings.TrimSpace(lines[above-1])) && !wroteBegins.MatchString(line) {
		return above - 1
	}
	if wrote.MatchString(line) {
		return above
	}
	return first
}

// answeredBelow says whether something of the person's own stands below quoted
// lines, other than a signature or a mailing list's footer.
func answeredBelow(lines []string) bool {
	seen := false
	for i, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case isQuoted(line):
			seen = true
		case line == "" || !seen:
		case footer.MatchString(line):
			return moreQuotes(lines[i:])
		default:
			return true
		}
	}
	return false
}

// moreQuotes says whether quoted lines come again: then what looked like a footer was none.
func moreQuotes(lines []string) bool {
	for _, line := range lines {
		if isQuoted(strings.TrimSpace(line)) {
			return true
		}
	}
	return false
}
