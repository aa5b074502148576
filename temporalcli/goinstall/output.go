package goinstall

import (
	"bytes"
	"strings"
	"sync"
)

const keptLines = 30

// lastLines keeps the end of what a program prints: enough to say what it does and why it failed.
type lastLines struct {
	mu    sync.Mutex
	lines []string
	rest  []byte
}

// Write takes output as it comes; it never fails.
func (l *lastLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		l.lines = append(l.lines, string(line))
		l.rest = rest
		if len(l.lines) > keptLines {
			l.lines = l.lines[len(l.lines)-keptLines:]
		}
	}
}

func (l *lastLines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == 0 {
		return ""
	}
	return l.lines[len(l.lines)-1]
}

// String is the kept lines, one below the other.
func (l *lastLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(append(l.lines[:len(l.lines):len(l.lines)], string(l.rest)), "\n")
}
