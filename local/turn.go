package main

import (
	"context"
	"os"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
)

// turn holds the machine's lock while executions of one served stack run. Executions
// of the same stack share it: the workflow itself lets only one of them measure.
type turn struct {
	path    string // of the lock
	console *console.Console

	busy       *semaphore.Weighted // guards what follows
	executions int
	lock       *os.File // nil if no execution runs, or if the machine cannot be locked
}

func newTurn(path string, c *console.Console) *turn {
	return &turn{path: path, console: c, busy: semaphore.NewWeighted(1)}
}

// admit waits for the turn of an execution that begins, or until ctx is done, and
// returns what ends it. It is an executions.Options.Admit.
func (t *turn) admit(ctx context.Context) (release func()) {
	if t.busy.Acquire(ctx, 1) != nil {
		return func() {}
	}
	defer t.busy.Release(1)
	if t.executions == 0 {
		var err error
		if t.lock, err = awaitMachine(ctx, t.path, t.console); err != nil && ctx.Err() == nil {
			t.console.Printf("%v; another run may measure at the same time", err)
		}
	}
	t.executions++
	return sync.OnceFunc(t.end)
}

func (t *turn) end() {
	_ = t.busy.Acquire(context.Background(), 1) // fails only with its context
	defer t.busy.Release(1)
	if t.executions--; t.executions == 0 && t.lock != nil {
		t.lock.Close()
		t.lock = nil
	}
}
