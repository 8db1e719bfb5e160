//go:build linux || darwin

package sandbox

import (
	"fmt"
	"os"
	"sync"
	"syscall"
)

// output is the pipe that a function prints to, stdout and stderr alike, so
// that its lines keep their order.
//
// Its reader can be made to catch up: what a function printed before it asked
// for its next event must be in the log before that invocation's END.
type output struct {
	read    *os.File
	journal *journal
	done    chan struct{}

	mu  sync.Mutex
	buf [64 << 10]byte
}

// newOutput returns the reading side, and the file to give to the process.
func newOutput(j *journal) (*output, *os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("pipe for the function's output: %w", err)
	}
	o := &output{read: r, journal: j, done: make(chan struct{})}
	raw, err := r.SyscallConn()
	if err != nil {
		r.Close()
		w.Close()
		return nil, nil, fmt.Errorf("pipe for the function's output: %w", err)
	}
	go func() {
		defer close(o.done)
		// An error means that close was called, or that every writer is gone.
		_ = raw.Read(func(fd uintptr) bool { return o.take(int(fd), 1<<62) })
	}()
	return o, w, nil
}

// take reads what is there, up to the limit, and reports whether that was the end.
func (o *output) take(fd, limit int) (end bool) {
	for limit > 0 {
		n, err := o.takeOnce(fd)
		switch {
		case n > 0:
			limit -= n
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return false
		default:
			return true
		}
	}
	return false
}

func (o *output) takeOnce(fd int) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := syscall.Read(fd, o.buf[:])
	if n > 0 {
		o.journal.write(o.buf[:n])
	}
	return n, err
}

// catchUp reads what the function has printed until now. The bound is for a
// function that prints faster than we read; a pipe holds 64 KB.
func (o *output) catchUp() {
	raw, err := o.read.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { o.take(int(fd), 1<<20) })
}

// close ends the reading, even if a process still holds the writing side.
func (o *output) close() {
	o.catchUp()
	o.read.Close()
	<-o.done
}
