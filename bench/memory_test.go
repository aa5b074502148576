//go:build bench

package bench

import (
	"errors"
	"sync"
	"time"

	"github.com/todoke/todoke/test/harness"
)

// memoryWatch looks again and again at how much serve and worker have resident together.
type memoryWatch struct {
	serve, worker *harness.Process
	end           chan struct{}
	once          sync.Once
	looking       sync.WaitGroup

	mu       sync.Mutex
	together int64
}

const lookEvery = 250 * time.Millisecond

func watchMemory(serve, worker *harness.Process) *memoryWatch {
	w := &memoryWatch{serve: serve, worker: worker, end: make(chan struct{})}
	w.looking.Go(w.look)
	return w
}

func (w *memoryWatch) look() {
	for {
		serve, err := w.serve.SharedMemory()
		worker, failed := w.worker.SharedMemory()
		if errors.Join(err, failed) == nil { // else peak says that there is nothing to tell
			w.mu.Lock()
			w.together = max(w.together, serve+worker)
			w.mu.Unlock()
		}
		select {
		case <-w.end:
			return
		case <-time.After(lookEvery):
		}
	}
}

func (w *memoryWatch) stop() {
	w.once.Do(func() { close(w.end) })
	w.looking.Wait()
}

// peak gives the most that was seen.
func (w *memoryWatch) peak() (m Memory, err error) {
	w.stop()
	if m.Together = w.together; m.Together == 0 {
		return m, errors.New("the memory of serve and worker cannot be read from /proc")
	}
	if m.Serve, err = w.serve.PeakMemory(); err != nil {
		return m, err
	}
	m.Worker, err = w.worker.PeakMemory()
	return m, err
}
