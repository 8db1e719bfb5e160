package artifact

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/filelock"
)

const (
	// lockPoll is how often a lock that another process holds is tried again.
	lockPoll = 100 * time.Millisecond
	// lockSilence is how long a wait is not worth a word.
	lockSilence = time.Second
)

// lock makes sure that a cell is built by one caller at a time: first among the
// goroutines of this process, then among processes. Giving up is up to ctx.
func (b *Builder) lock(ctx context.Context, cell string) (release func(), err error) {
	b.mu.Lock()
	if b.busy == nil {
		b.busy = map[string]chan struct{}{}
	}
	turn, ok := b.busy[cell]
	if !ok {
		turn = make(chan struct{}, 1)
		b.busy[cell] = turn
	}
	b.mu.Unlock()

	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for another build of it: %w", context.Cause(ctx))
	}
	unlock, err := b.lockFile(ctx, cell)
	if err != nil {
		<-turn
		return nil, err
	}
	return func() {
		unlock()
		<-turn
	}, nil
}

func (b *Builder) lockFile(ctx context.Context, cell string) (unlock func(), err error) {
	dir := filepath.Join(b.Dir, "locks")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("make the folder of locks: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, cell), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	start, told := time.Now(), false
	for {
		locked, err := filelock.Try(file)
		if locked {
			return func() { file.Close() }, nil // which unlocks
		}
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
		}
		if !told && time.Since(start) > lockSilence {
			told = true
			b.progress("waiting for another process that builds %s", cell)
		}
		select {
		case <-time.After(lockPoll):
		case <-ctx.Done():
			file.Close()
			return nil, fmt.Errorf("wait for another process that builds it: %w", context.Cause(ctx))
		}
	}
}
