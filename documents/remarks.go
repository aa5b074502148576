package documents

// limit keeps the first n lines and ends the last of them with … when more follow.
func limit(lines []string, n int) []string {
	if len(lines) <= n {
		return lines
	}
	lines = lines[:n:n]
	lines[n-1] += "…"
	return lines
}

// substitutionNote says below a document that marks in it stand for characters;
// nothing when none were replaced. Call it when everything else is set, but for
// what pages repeat at head and foot: name those texts.
func substitutionNote(t *typesetter, say *wording, repeated ...string) []group {
	for _, s := range repeated {
		t.clean(s)
	}
	if len(t.replaced) == 0 {
		return nil
	}
	text := column{x: margin, width: textWidth}
	text.in(t, smallText, say.substituted)
	return []group{{strips: append([]*strip{space(2)}, side(t, text)...)}}
}
