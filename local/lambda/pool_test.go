package lambda

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// burst invokes n times at once and returns who answered.
func burst(t *testing.T, s *Service, n int, in InvokeInput) []string {
	t.Helper()
	answers := make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { answers[i] = string(invoke(t, s, in).Payload) })
	}
	wg.Wait()
	return answers
}

func distinct(list []string) int {
	set := map[string]bool{}
	for _, s := range list {
		set[s] = true
	}
	return len(set)
}

func TestOneEnvironmentPerConcurrentInvocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{initTime: time.Second, handler: answerAfter(time.Second)}
		s := newService(t, l)
		create(t, s)
		start := time.Now()
		if got := distinct(burst(t, s, 50, InvokeInput{})); got != 50 {
			t.Errorf("50 concurrent invocations ran in %d environments", got)
		}
		// Neither starts nor invocations wait for each other here.
		if elapsed := time.Since(start); elapsed != 2*time.Second {
			t.Errorf("50 concurrent cold starts took %v, want as long as one: 2s", elapsed)
		}
	})
}

func TestMostRecentlyUsedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{handler: answerAfter(time.Second)}
		s := newService(t, l)
		create(t, s)
		burst(t, s, 3, InvokeInput{})
		for range 3 {
			last := string(invoke(t, s, InvokeInput{LogTail: true}).Payload)
			if next := string(invoke(t, s, InvokeInput{LogTail: true}).Payload); next != last {
				t.Errorf("after %s came %s", last, next)
			}
		}
	})
}

func TestIdleEnvironmentsAreReaped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{handler: answerAfter(time.Second)}
		s := newService(t, l, func(o *Options) { o.Idle = time.Minute })
		create(t, s)
		burst(t, s, 3, InvokeInput{})
		for range 10 { // keeps one of them warm
			time.Sleep(10 * time.Second)
			invoke(t, s, InvokeInput{LogTail: true})
		}
		if open := l.open(); len(open) != 1 {
			t.Errorf("%d environments are left while one is in use, want 1", len(open))
		}
		time.Sleep(time.Minute - time.Nanosecond)
		if len(l.open()) != 1 {
			t.Error("reaped before its time")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if len(l.open()) != 0 {
			t.Error("not reaped in time")
		}
	})
}

func TestDeadIdleEnvironmentsAreNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{}
		s := newService(t, l)
		create(t, s)
		invoke(t, s, InvokeInput{LogTail: true})
		l.environments()[0].kill()
		if out := invoke(t, s, InvokeInput{}); string(out.Payload) != `"e2"` {
			t.Errorf("served by %s, want a new environment", out.Payload)
		}
		synctest.Wait()
		if !l.environments()[0].closed.Load() {
			t.Error("the dead environment was not closed")
		}
	})
}

func TestOnlyTheGuiltyEnvironmentEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{handler: answerAfter(time.Second)}
		s := newService(t, l)
		create(t, s)
		var wg sync.WaitGroup
		failed, fine := 0, 0
		var mu sync.Mutex
		for range 3 {
			wg.Go(func() {
				out := invoke(t, s, InvokeInput{})
				mu.Lock()
				defer mu.Unlock()
				if out.FunctionError != "" {
					failed++
				} else {
					fine++
				}
			})
		}
		synctest.Wait()
		l.environments()[1].kill()
		wg.Wait()
		if failed != 1 || fine != 2 {
			t.Errorf("%d failed and %d did not, want 1 and 2", failed, fine)
		}
		synctest.Wait()
		if len(l.open()) != 2 {
			t.Errorf("%d environments are left, want 2", len(l.open()))
		}
	})
}

func TestLaunchFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{onLaunch: func(n int, _ functions.InitializationType) error {
			if n == 1 {
				return errors.New("fork: resource temporarily unavailable")
			}
			return nil
		}}
		s := newService(t, l, func(o *Options) { o.Concurrency = 1 })
		create(t, s)
		_, err := s.Invoke(t.Context(), InvokeInput{Function: "hello"})
		wantError(t, err, "ServiceException", "start an environment of hello:$LATEST: fork: resource temporarily unavailable")
		invoke(t, s, InvokeInput{}) // the concurrency was given back
	})
}

// A caller that gives up does not stop its invocation.
func TestCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{initTime: time.Second, handler: answerAfter(time.Second)}
		s := newService(t, l)
		create(t, s)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if _, err := s.Invoke(ctx, InvokeInput{Function: "hello"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Invoke = %v", err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if e := l.environments()[0]; e.count.Load() != 1 || e.closed.Load() {
			t.Errorf("%d invocations, closed %v; want the invocation done and the environment idle", e.count.Load(), e.closed.Load())
		}
	})
}

// provision publishes, points the alias live at it and provisions n environments.
func provision(t *testing.T, s *Service, n int) {
	t.Helper()
	if _, err := s.PublishVersion("hello", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateAlias("hello", "live", "1"); err != nil {
		t.Fatal(err)
	}
	if err := s.PutProvisionedConcurrency(t.Context(), "hello", "live", n); err != nil {
		t.Fatal(err)
	}
}

func TestProvisionedConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{initTime: time.Second, handler: answerAfter(time.Second)}
		s := newService(t, l)
		create(t, s)
		provision(t, s, 5)
		environments := l.environments()
		if len(environments) != 5 || environments[4].kind != functions.ProvisionedConcurrency || environments[4].config.Version != "1" {
			t.Fatalf("%d environments, the last %+v", len(environments), environments[len(environments)-1])
		}

		if got := distinct(burst(t, s, 5, InvokeInput{Qualifier: "live"})); got != 5 || len(l.environments()) != 5 {
			t.Errorf("5 invocations ran in %d of %d environments", got, len(l.environments()))
		}
		// One more than is provisioned spills over.
		if got := distinct(burst(t, s, 6, InvokeInput{Qualifier: "1"})); got != 6 || len(l.environments()) != 6 || l.environments()[5].kind != functions.OnDemand {
			t.Errorf("6 invocations ran in %d of %d environments", got, len(l.environments()))
		}
		// Idle ones come before the one on demand, and provisioned ones are not reaped.
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := len(l.open()); got != 5 {
			t.Errorf("%d environments after an hour, want the 5 provisioned", got)
		}
		invoke(t, s, InvokeInput{}) // $LATEST has a pool of its own
		if n := len(l.environments()); n != 7 {
			t.Errorf("%d environments, want another one for $LATEST", n)
		}
	})
}

// A load of one after another reaches every provisioned environment, in an
// order that only the seed decides.
func TestProvisionedEnvironmentsArePickedAtRandom(t *testing.T) {
	order := func(seed uint64) []string {
		var order []string
		synctest.Test(t, func(t *testing.T) {
			n := 0
			l := &fakeLauncher{}
			s := newService(t, l, func(o *Options) { o.Seed = seed })
			// Environments are started side by side; here one by one, for names that repeat.
			create(t, s)
			provision(t, s, 1)
			for n = 2; n <= 20; n++ {
				if err := s.PutProvisionedConcurrency(t.Context(), "hello", "live", n); err != nil {
					t.Fatal(err)
				}
			}
			for range 200 {
				order = append(order, string(invoke(t, s, InvokeInput{Qualifier: "live", LogTail: true}).Payload))
			}
		})
		return order
	}
	first := order(1)
	if got := distinct(first); got != 20 {
		t.Errorf("200 invocations reached %d of 20 environments", got)
	}
	if again := order(1); fmt.Sprint(again) != fmt.Sprint(first) {
		t.Error("the same seed gave another order")
	}
	if other := order(2); fmt.Sprint(other) == fmt.Sprint(first) {
		t.Error("another seed gave the same order")
	}
}

func TestDeadProvisionedEnvironmentsAreReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failing atomic.Bool
		l := &fakeLauncher{onLaunch: func(n int, _ functions.InitializationType) error {
			if failing.Load() {
				return &initError{"no"}
			}
			return nil
		}, handler: answerAfter(time.Second)}
		s := newService(t, l)
		create(t, s)
		provision(t, s, 3)
		ready := func() int {
			p := s.functions["hello"].published[0].pool
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.ready)
		}

		l.environments()[0].kill() // while it idles
		synctest.Wait()
		if got := ready(); got != 3 {
			t.Errorf("%d ready after one died idle, want 3", got)
		}
		var wg sync.WaitGroup
		wg.Go(func() { burst(t, s, 3, InvokeInput{Qualifier: "live"}) })
		synctest.Wait()
		l.open()[1].kill() // while it is busy
		wg.Wait()
		synctest.Wait()
		if got := ready(); got != 3 {
			t.Errorf("%d ready after one died busy, want 3", got)
		}
		failing.Store(true)
		l.open()[0].kill()
		time.Sleep(10 * time.Second)
		if got, n := ready(), len(l.environments()); got != 2 || n < 8 || n > 10 {
			t.Errorf("%d ready after %d launches, want 2, and a growing wait between the launches", got, n)
		}
		failing.Store(false)
		time.Sleep(time.Minute)
		if got := ready(); got != 3 {
			t.Errorf("%d ready once launches succeed again, want 3", got)
		}
		if open := len(l.open()); open != 3 {
			t.Errorf("%d environments are open, want 3", open)
		}
	})
}

// A process may end at the very moment when its invocation has ended well.
func TestProvisionedEnvironmentDiesAtTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{late: func(e *fakeEnvironment) {
			e.kill()
			time.Sleep(time.Nanosecond) // until everybody knows
		}}
		s := newService(t, l)
		create(t, s)
		provision(t, s, 2)
		for range 5 {
			if out := invoke(t, s, InvokeInput{Qualifier: "live", LogTail: true}); out.FunctionError != "" {
				t.Errorf("invocation ended with %s", out.Payload)
			}
		}
		synctest.Wait()
		if open := len(l.open()); open != 2 || len(l.environments()) != 7 {
			t.Errorf("%d of %d environments are open, want 2 of 7", open, len(l.environments()))
		}
	})
}

func TestProvisioningFails(t *testing.T) {
	for name, failure := range map[string]error{
		"init":   &initError{"Runtime.ImportModuleError: Cannot find module 'x'"},
		"launch": errors.New("fork: no memory"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var failing atomic.Bool
				failing.Store(true)
				l := &fakeLauncher{initTime: time.Second, onLaunch: func(n int, _ functions.InitializationType) error {
					if failing.Load() && n == 3 {
						return failure
					}
					return nil
				}}
				s := newService(t, l, func(o *Options) { o.Concurrency = 105 }) // just enough
				create(t, s, func(c *FunctionConfig) { c.Publish = true })
				err := s.PutProvisionedConcurrency(t.Context(), "hello", "1", 5)
				if !errors.Is(err, failure) {
					t.Errorf("PutProvisionedConcurrency = %v, want %v", err, failure)
				}
				synctest.Wait()
				if open := len(l.open()); open != 0 {
					t.Errorf("%d environments are left, want none", open)
				}
				if out := invoke(t, s, InvokeInput{Qualifier: "1", LogTail: true}); out.FunctionError != "" || l.open()[0].kind != functions.OnDemand {
					t.Errorf("the function no longer runs on demand: %+v", out)
				}
				failing.Store(false)
				if err := s.PutProvisionedConcurrency(t.Context(), "hello", "1", 5); err != nil {
					t.Errorf("second try: %v", err)
				}
			})
		})
	}
}

func TestProvisionedConcurrencyShrinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{handler: answerAfter(time.Second)}
		s := newService(t, l)
		create(t, s)
		provision(t, s, 4)
		var wg sync.WaitGroup
		wg.Go(func() { burst(t, s, 4, InvokeInput{Qualifier: "live"}) })
		synctest.Wait()
		if err := s.PutProvisionedConcurrency(t.Context(), "hello", "live", 2); err != nil {
			t.Fatal(err)
		}
		if open := len(l.open()); open != 4 {
			t.Errorf("%d environments while all are busy, want 4", open)
		}
		wg.Wait()
		synctest.Wait()
		if open := len(l.open()); open != 2 {
			t.Errorf("%d environments afterwards, want 2", open)
		}
	})
}

func TestPutProvisionedConcurrencyErrors(t *testing.T) {
	s := newService(t, &fakeLauncher{})
	create(t, s, func(c *FunctionConfig) { c.Publish = true })
	for alias, version := range map[string]string{"live": "1", "head": "$LATEST"} {
		if _, err := s.CreateAlias("hello", alias, version); err != nil {
			t.Fatal(err)
		}
	}
	const arn = "arn:aws:lambda:eu-central-1:123456789012:function:"
	check := func(name, function, qualifier string, n int, code, message string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			t.Helper()
			wantError(t, s.PutProvisionedConcurrency(t.Context(), function, qualifier, n), code, message)
		})
	}
	const unpublished = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
	check("none", "hello", "1", 0, "ValidationException", "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1")
	check("$LATEST", "hello", "$LATEST", 1, "InvalidParameterValueException", unpublished)
	check("no qualifier", "hello", "", 1, "InvalidParameterValueException", unpublished)
	check("alias of $LATEST", "hello", "head", 1, "InvalidParameterValueException", unpublished)
	check("no such alias", "hello", "none", 1, "ResourceNotFoundException", "Cannot find alias arn: "+arn+"hello:none")
	check("no such version", "hello", "10", 1, "ResourceNotFoundException", "Function not found: "+arn+"hello:10")
	check("no such function, alias", "none", "live", 1, "ResourceNotFoundException", "Cannot find alias arn: "+arn+"none:live")
	check("no such function, version", "none", "1", 1, "ResourceNotFoundException", "Function not found: "+arn+"none:1")
	check("more than there is", "hello", "1", 1001, "InvalidParameterValueException", "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000].")
	check("more than may be reserved", "hello", "1", 901, "InvalidParameterValueException", "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].")
	if err := s.PutProvisionedConcurrency(t.Context(), "hello", "1", 1); err != nil {
		t.Fatal(err)
	}
	check("alias of a version that has it", "hello", "live", 1, "ResourceConflictException", "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
}
