package lambda

import (
	"context"
	"sync"
)

// lifetime is how long a service lives, and who still works for it.
type lifetime struct {
	context context.Context // done when the service is closing
	cancel  context.CancelFunc

	mu     sync.RWMutex
	closed bool
	work   sync.WaitGroup
}

func newLifetime() *lifetime {
	l := &lifetime{}
	l.context, l.cancel = context.WithCancel(context.Background())
	return l
}

// begin starts a piece of work that close waits for. It returns false once
// the service is closing.
func (l *lifetime) begin() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if !l.closed {
		l.work.Add(1)
	}
	return !l.closed
}

func (l *lifetime) end() { l.work.Done() }

// spawn runs f as work of its own. Only work that has begun and not ended may call it.
func (l *lifetime) spawn(f func()) { l.work.Go(f) }

// close lets no work begin, cancels what runs, and returns whether it was the first to do so.
func (l *lifetime) close() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := !l.closed
	l.closed = true
	l.cancel()
	return first
}
