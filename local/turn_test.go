package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
)

// Executions of a stack that is served measure while no other run does, and share
// their turn.
func TestServedExecutionsWaitForTheMachine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	synctest.Test(t, func(t *testing.T) {
		other, err := awaitMachine(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		var said output
		served := newTurn(path, console.New(&said))
		admitted := make(chan func(), 2)
		for range 2 {
			go func() { admitted <- served.admit(t.Context()) }()
		}
		synctest.Wait()
		if len(admitted) > 0 {
			t.Fatal("an execution did not wait for the other run")
		}
		other.Close()
		first, second := <-admitted, <-admitted
		if n := strings.Count(said.String(), "another run measures on this machine"); n != 1 {
			t.Errorf("the wait was said %d times, want once:\n%s", n, said.String())
		}
		for _, release := range []func(){first, second} {
			if lock, err := tryMachine(path); err != nil || lock != nil {
				t.Fatalf("another run locked the machine while an execution measured: error %v", err)
			}
			release()
			release() // twice is once
		}
		again, err := tryMachine(path)
		if err != nil || again == nil {
			t.Fatalf("the lock was not given back: error %v", err)
		}
		again.Close()
	})
}

func TestServedExecutionEndsItsWait(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	other, err := awaitMachine(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	served := newTurn(path, nil)
	served.admit(ctx)() // and does not hang
	if served.executions != 0 {
		t.Errorf("%d executions hold the turn", served.executions)
	}
}
