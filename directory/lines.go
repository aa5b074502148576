package directory

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// What may be wrong with a line before its columns are looked at.
var (
	errQuotes    = errors.New("quotation marks do not match")
	errTooLong   = errors.New("the line is too long")
	errEncoding  = errors.New("characters cannot be read in the file's encoding")
	errCharacter = errors.New("there is a character that no text has")
)

// longestLine is beyond what any register's line needs.
const longestLine = 32 << 10

// lines reads a register's lines one by one. No value has a line break in it, so
// a line whose quotation marks do not match spoils only itself.
type lines struct {
	r      *bufio.Reader
	number int // of the line read last
}

// next gives the next line that has something in it; err is wrong for what is wrong
// with that line alone, and anything else when nothing more can be read.
func (l *lines) next() (line string, wrong, err error) {
	for {
		raw, err := l.read()
		if err != nil {
			return "", nil, err
		}
		if raw == nil {
			return "", errTooLong, nil
		}
		line := strings.TrimRight(string(raw), "\r\n\x1a")
		if line == "" {
			continue // the last line, or the mark that old systems end a file with
		}
		return line, lineProblem(line), nil
	}
}

// read gives a line with its end, or nil for one that is too long.
func (l *lines) read() ([]byte, error) {
	l.number++
	raw, err := l.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.r.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		return nil, nil
	}
	if errors.Is(err, io.EOF) && len(raw) > 0 {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if len(raw) > longestLine {
		return nil, nil
	}
	return raw, nil
}

// lineProblem says what makes a line's text unfit to be kept: broken characters,
// control characters, and marks that turn the direction of writing.
func lineProblem(line string) error {
	if !utf8.ValidString(line) || strings.Contains(line, "\uFFFD") {
		return errEncoding
	}
	for i := range len(line) {
		if line[i] < ' ' || line[i] == 0x7f {
			return errCharacter
		}
	}
	if strings.Contains(line, "\u200E") || strings.Contains(line, "\u200F") || turns(line, "\u202A", "\u202E") || turns(line, "\u2066", "\u2069") {
		return errCharacter
	}
	return nil
}

// turns looks for characters of a range whose encodings differ in the last byte only.
func turns(line, first, last string) bool {
	for rest := line; ; {
		_, after, found := strings.Cut(rest, first[:2])
		if !found || after == "" {
			return false
		}
		if after[0] >= first[2] && after[0] <= last[2] {
			return true
		}
		rest = after
	}
}

// split cuts a line at its commas into columns, which share its memory.
func split(line string, columns []string) ([]string, error) {
	columns = columns[:0]
	for {
		column, rest, more, err := firstColumn(line)
		if err != nil {
			return columns, err
		}
		columns = append(columns, column)
		if !more {
			return columns, nil
		}
		line = rest
	}
}

func firstColumn(line string) (column, rest string, more bool, err error) {
	if line == "" || line[0] != '"' {
		column, rest, more = strings.Cut(line, ",")
		if strings.Contains(column, `"`) {
			err = errQuotes
		}
		return column, rest, more, err
	}
	doubled := false
	for from := 1; ; {
		end := strings.IndexByte(line[from:], '"')
		if end < 0 {
			return "", "", false, errQuotes
		}
		end += from
		if end+1 < len(line) && line[end+1] == '"' {
			doubled, from = true, end+2
			continue
		}
		column, rest = line[1:end], line[end+1:]
		if doubled {
			column = strings.ReplaceAll(column, `""`, `"`)
		}
		if rest == "" {
			return column, "", false, nil
		}
		if rest[0] != ',' {
			return "", "", false, errQuotes
		}
		return column, rest[1:], true, nil
	}
}
