//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
)

// output is what was printed so far, by any goroutine.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// A run waits until the one that measures has ended, and says so.
func TestTwoRunsDoNotMeasureAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	synctest.Test(t, func(t *testing.T) {
		first, err := awaitMachine(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		var said output
		got := make(chan *os.File, 1)
		go func() {
			second, err := awaitMachine(t.Context(), path, console.New(&said))
			if err != nil {
				t.Error(err)
			}
			got <- second
		}()
		synctest.Wait()
		select {
		case <-got:
			t.Fatal("the second run did not wait")
		default:
		}
		if !strings.Contains(said.String(), "another run measures on this machine") {
			t.Errorf("said %q while it waits", said.String())
		}
		first.Close()
		second := <-got
		defer second.Close()
		if !strings.Contains(said.String(), "the other run has ended") {
			t.Errorf("said %q after it had waited", said.String())
		}
	})
}

func TestWaitingForTheMachineCanBeInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := awaitMachine(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(console.ErrInterrupted)
	if _, err := awaitMachine(ctx, path, nil); !errors.Is(err, console.ErrInterrupted) {
		t.Errorf("error %v, want the interruption", err)
	}
}

// What another user can put in the lock's place neither blocks a run nor is written to.
func TestWhatIsInPlaceOfTheLock(t *testing.T) {
	for _, row := range []struct {
		name string
		put  func(path string) error
		fail bool
	}{
		{"nothing", func(string) error { return nil }, false},
		{"a file that cannot be written", func(path string) error { return os.WriteFile(path, []byte("theirs"), 0o444) }, false},
		{"a link", func(path string) error { return os.Symlink(path+".elsewhere", path) }, true},
		{"a pipe", func(path string) error { return syscall.Mkfifo(path, 0o666) }, true},
		{"a directory", func(path string) error { return os.Mkdir(path, 0o777) }, true},
		{"a file that cannot be read", func(path string) error { return os.WriteFile(path, nil, 0) }, os.Getuid() != 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "lock")
			if err := row.put(path); err != nil {
				t.Fatal(err)
			}
			lock, err := awaitMachine(t.Context(), path, nil)
			if _, cannot := errors.AsType[*lockError](err); cannot != row.fail {
				t.Fatalf("error %v, want one: %v", err, row.fail)
			}
			if err == nil {
				lock.Close()
			}
			if _, err := os.Lstat(path + ".elsewhere"); err == nil {
				t.Error("the link was followed")
			}
		})
	}
}

// A lock whose file was removed, as from a folder of temporary files, is no lock.
func TestLockOfARemovedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if locked, err := lockFile(file, path); locked || !errors.Is(err, errReplaced) {
		t.Errorf("locked %v, error %v", locked, err)
	}
	lock, err := awaitMachine(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	lock.Close()
}
