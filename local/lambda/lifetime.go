package lambda

import (
	"context"
	"errors"
	"sync"
)

// lifetime is how long a service lives, and who still works for it.
type lifetime struct {
	context context.Context // done when the service is closing
	cancel  context.CancelFunc
	work    sync.WaitGroup

	mu       sync.RWMutex
	closed   bool
	failures []error // of environments that did not end well, since closed
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

// fail has close report an error, if the service is closing.
func (l *lifetime) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		l.failures = append(l.failures, err)
	}
}

// close lets no work begin any more, cancels what there is, and returns when it has ended.
func (l *lifetime) close() error {
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	l.mu.Unlock()
	l.cancel()
	l.work.Wait()
	if !first {
		return nil
	}
	return errors.Join(l.failures...)
}
