package lambda

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{initTime: time.Second, handler: func(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome {
			select {
			case <-time.After(time.Hour):
			case <-e.gone:
			}
			return failure(e, i)
		}}
		s := newService(t, l)
		create(t, s)
		provision(t, s, 2)
		for _, qualifier := range []string{"live", ""} {
			invoke(t, s, InvokeInput{Qualifier: qualifier, Type: Event})
		}
		time.Sleep(1500 * time.Millisecond) // both are running
		invoke(t, s, InvokeInput{Type: Event})
		time.Sleep(500 * time.Millisecond) // this one is being started
		if _, err := s.UpdateFunctionConfiguration("hello", ConfigurationChange{}); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := s.Close(); err != nil || time.Since(start) != 0 {
			t.Errorf("Close = %v after %v; it is to wait for no function", err, time.Since(start))
		}
		if n, open := len(l.environments()), len(l.open()); n != 4 || open != 0 {
			t.Errorf("%d of %d environments are left", open, n)
		}
		_, err := s.Invoke(t.Context(), InvokeInput{Function: "hello"})
		wantError(t, err, "ServiceException", "the service has been closed")
		if err := s.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	})
}

// Whatever is done at once, no environment ever runs two invocations or one
// after it was closed (the fake panics), none is left in the end, and the
// concurrency adds up.
func TestAnyInterleaving(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { interleave(t, rand.New(rand.NewPCG(seed, 0))) })
		})
	}
}

func interleave(t *testing.T, random *rand.Rand) {
	var mu sync.Mutex
	milliseconds := func(n int) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(random.IntN(n)) * time.Millisecond
	}
	one := func(in int) bool { return milliseconds(in) == 0 }
	l := &fakeLauncher{
		initTime:    20 * time.Millisecond,
		afterAnswer: time.Duration(random.IntN(8)) * time.Millisecond,
		onLaunch: func(int, functions.InitializationType) error {
			switch {
			case one(10):
				return fmt.Errorf("no process")
			case one(10):
				return &initError{"no module"}
			}
			return nil
		},
		handler: func(e *fakeEnvironment, i sandbox.Invocation) sandbox.Outcome {
			if one(10) {
				e.kill()
			}
			return answerAfter(milliseconds(40))(e, i)
		},
	}
	s := newService(t, l, func(o *Options) {
		o.Idle, o.Concurrency, o.Progress = 50*time.Millisecond, 120, func(string, ...any) {}
	})
	create(t, s, func(c *FunctionConfig) { c.Publish = true })
	if one(2) {
		n := 8
		create(t, s, func(c *FunctionConfig) { c.Name, c.Publish, c.ReservedConcurrency = "reserved", true, &n })
	} else {
		create(t, s, func(c *FunctionConfig) { c.Name, c.Publish = "reserved", true })
	}
	name := func() string {
		if one(2) {
			return "reserved"
		}
		return "hello"
	}
	actions := []func(){
		func() {
			qualifier := "$LATEST"
			if one(2) {
				qualifier = "1"
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond+milliseconds(100))
			defer cancel()
			s.Invoke(ctx, InvokeInput{Function: name(), Qualifier: qualifier, LogTail: one(2)})
		},
		func() { s.Invoke(t.Context(), InvokeInput{Function: name(), Type: Event}) },
		func() { s.UpdateFunctionConfiguration(name(), ConfigurationChange{}) },
		func() { s.PutProvisionedConcurrency(t.Context(), name(), "1", 1+int(milliseconds(6)/time.Millisecond)) },
		func() {
			if open := l.open(); len(open) > 0 {
				open[int(milliseconds(len(open))/time.Millisecond)].kill()
			}
		},
	}
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			for range 25 {
				time.Sleep(milliseconds(15))
				// Mostly invocations.
				actions[max(0, int(milliseconds(len(actions)+6)/time.Millisecond)-6)]()
			}
		})
	}
	wg.Wait()
	if one(2) {
		return // closed with events that wait and members that are replaced
	}
	time.Sleep(7 * time.Hour)
	synctest.Wait() // every event has ended, everything idle was reaped, every provisioned member is there
	s.concurrency.mu.Lock()
	defer s.concurrency.mu.Unlock()
	provisioned := 0
	for _, f := range s.functions {
		if f.share.running != 0 {
			t.Errorf("%s: %d invocations run in the end", f.name, f.share.running)
		}
		for _, v := range append(f.published, f.latest) {
			v.pool.mu.Lock()
			if v.pool.target != v.provisioned || v.pool.members != v.pool.target || len(v.pool.ready) != v.pool.target || v.pool.answered != 0 || v.pool.waiting != 0 {
				t.Errorf("%s:%s: target %d, accounted for %d, members %d, ready %d, answered %d, waiting %d", f.name, v.number,
					v.pool.target, v.provisioned, v.pool.members, len(v.pool.ready), v.pool.answered, v.pool.waiting)
			}
			v.pool.mu.Unlock()
			provisioned += v.provisioned
		}
	}
	if s.concurrency.running != 0 {
		t.Errorf("%d invocations run in the end", s.concurrency.running)
	}
	if open := len(l.open()); open != provisioned {
		t.Errorf("%d environments are open, want the %d provisioned", open, provisioned)
	}
}
