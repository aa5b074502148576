// Package logged keeps what is logged, for tests to read.
package logged

import (
	"bytes"
	"sync"
)

// Log is written to by whoever logs and read by the test, also at the same time. The zero value is an empty log.
type Log struct {
	mu  sync.Mutex
	out bytes.Buffer
}

// Write takes a line.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

// String gives all that was written.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}
