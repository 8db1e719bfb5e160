package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/filelock"
)

// machineLock is the file that a run locks while it measures, the same for all users
// of the machine: two runs at once make each other's starts two and three times as slow.
const machineLock = "/tmp/lambda-benchmark-measuring.lock"

// lockPoll is how often a run that waits tries again.
const lockPoll = 250 * time.Millisecond

// awaitMachine takes the lock at path, and waits for it as long as another run has it.
// Closing the file gives it back. The error of anything but ctx is a *lockError.
func awaitMachine(ctx context.Context, path string, c *console.Console) (*os.File, error) {
	began := time.Now()
	waiting := false
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		file, err := tryMachine(path)
		if err != nil {
			return nil, &lockError{err}
		}
		if file != nil {
			if waiting {
				c.Printf("the other run has ended after %v", time.Since(began).Round(time.Second))
			}
			return file, nil
		}
		if !waiting {
			c.Printf("another run measures on this machine, and two at once would spoil each other: waiting until it has ended")
			waiting = true
		}
		c.Status("waiting for the other run: %v", time.Since(began).Round(time.Second))
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// lockError says why the machine cannot be locked at all.
type lockError struct{ err error }

func (e *lockError) Error() string { return "lock the machine for measuring: " + e.err.Error() }
func (e *lockError) Unwrap() error { return e.err }

// tryMachine returns the locked file, or nil if another run has it. The file is opened
// for reading: every user may do that, whoever made it, and a lock needs no more. A link
// is not followed, and a pipe in its place does not block.
func tryMachine(path string) (*os.File, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDONLY|openAsIs, 0)
		if errors.Is(err, fs.ErrNotExist) {
			file, err = os.OpenFile(path, os.O_RDONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				continue // another run was faster
			}
		}
		if err != nil {
			return nil, err
		}
		locked, err := lockFile(file, path)
		if err == nil && locked {
			return file, nil
		}
		file.Close()
		if !errors.Is(err, errReplaced) {
			return nil, err
		}
	}
}

// errReplaced says that the file was removed between its opening and its locking.
var errReplaced = errors.New("the file was replaced")

func lockFile(file *os.File, path string) (bool, error) {
	opened, err := file.Stat()
	if err != nil {
		return false, err
	}
	if !opened.Mode().IsRegular() {
		return false, fmt.Errorf("%s is no regular file", path)
	}
	if locked, err := filelock.Try(file); err != nil || !locked {
		return false, err
	}
	if now, err := os.Lstat(path); err != nil || !os.SameFile(opened, now) {
		return false, errReplaced
	}
	return true, nil
}
