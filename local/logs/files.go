package logs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	// pendingLimit bounds the bytes that wait to be written to files.
	pendingLimit = 32 << 20
	// openLimit bounds the files that are open at once.
	openLimit = 64
	// timeFormat is UTC to the millisecond, as the AWS CLI prints events.
	timeFormat = "2006-01-02T15:04:05.000Z"
)

// files writes events to one file per stream, in the background.
type files struct {
	dir  string
	done chan struct{}

	mu      sync.Mutex
	wake    *sync.Cond
	pending []line
	size    int
	dropped int // lines
	closing bool

	// Only the writing goroutine touches these.
	open map[string]*os.File
	err  error // the first; nothing is written after it
}

type line struct {
	path, text string
}

func newFiles(dir string) *files {
	f := &files{dir: dir, done: make(chan struct{}), open: map[string]*os.File{}}
	f.wake = sync.NewCond(&f.mu)
	go f.write()
	return f
}

// append hands an event to the writer. It never waits for it.
func (f *files) append(path string, e event) {
	text := e.timestamp.UTC().Format(timeFormat) + "\t" + strings.TrimRight(e.message, "\n") + "\n"
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.size+len(text) > pendingLimit {
		f.dropped++
		return
	}
	f.pending = append(f.pending, line{path: path, text: text})
	f.size += len(text)
	f.wake.Signal()
}

// path is where a stream is kept.
func (f *files) path(group, stream string) string {
	return filepath.Join(f.dir, filepath.FromSlash(group), filepath.FromSlash(stream)+".log")
}

// write runs until close and takes all that waits at a time, one system call per stream.
func (f *files) write() {
	defer close(f.done)
	for {
		f.mu.Lock()
		for len(f.pending) == 0 && !f.closing {
			f.wake.Wait()
		}
		batch, last := f.pending, f.closing
		f.pending, f.size = nil, 0
		f.mu.Unlock()

		texts := map[string]*strings.Builder{}
		for _, l := range batch {
			if texts[l.path] == nil {
				texts[l.path] = new(strings.Builder)
			}
			texts[l.path].WriteString(l.text)
		}
		for path, text := range texts {
			if f.err == nil {
				f.err = f.writeFile(path, text.String())
			}
		}
		if last {
			for _, file := range f.open {
				if err := file.Close(); err != nil && f.err == nil {
					f.err = err
				}
			}
			return
		}
	}
}

func (f *files) writeFile(path, text string) error {
	file := f.open[path]
	if file == nil {
		if len(f.open) == openLimit {
			for old, file := range f.open {
				delete(f.open, old)
				if err := file.Close(); err != nil {
					return err
				}
			}
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		var err error
		if file, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
			return err
		}
		f.open[path] = file
	}
	_, err := file.WriteString(text)
	return err
}

func (f *files) close() error {
	f.mu.Lock()
	f.closing = true
	f.wake.Signal()
	f.mu.Unlock()
	<-f.done
	if f.err == nil && f.dropped > 0 {
		return fmt.Errorf("the disk was too slow for %d lines, which are missing", f.dropped)
	}
	return f.err
}
