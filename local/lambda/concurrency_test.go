package lambda

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

// throttled invokes n times at once and returns how many were refused, by their reason.
func throttled(t *testing.T, s *Service, n int, in InvokeInput) map[any]int {
	t.Helper()
	reasons := map[any]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			_, err := s.Invoke(t.Context(), in)
			var refused *apierror.Error
			if !errors.As(err, &refused) {
				return
			}
			if refused.Code != "TooManyRequestsException" || refused.Status != 429 || refused.Message != "Rate Exceeded." || refused.Extra["Type"] != "User" {
				t.Errorf("refused by %+v", refused)
			}
			mu.Lock()
			defer mu.Unlock()
			reasons[refused.Extra["Reason"]]++
		})
	}
	wg.Wait()
	return reasons
}

func TestConcurrency(t *testing.T) {
	reserve := func(n int) func(*FunctionConfig) { return func(c *FunctionConfig) { c.ReservedConcurrency = &n } }
	for name, test := range map[string]struct {
		limit, provisioned int
		change             func(*FunctionConfig)
		calls, refused     int
		reason             string
	}{
		"account":                    {110, 0, func(*FunctionConfig) {}, 112, 2, "ConcurrentInvocationLimitExceeded"},
		"account less provisioned":   {110, 10, func(*FunctionConfig) {}, 112, 2, "ConcurrentInvocationLimitExceeded"},
		"reserved":                   {200, 0, reserve(5), 7, 2, "ReservedFunctionConcurrentInvocationLimitExceeded"},
		"reserved and provisioned":   {200, 3, reserve(5), 7, 2, "ReservedFunctionConcurrentInvocationLimitExceeded"},
		"all reserved is provided":   {200, 5, reserve(5), 7, 2, "ReservedFunctionConcurrentInvocationLimitExceeded"},
		"switched off":               {200, 0, reserve(0), 3, 3, "ReservedFunctionConcurrentInvocationLimitExceeded"},
		"within":                     {200, 0, reserve(5), 5, 0, ""},
		"within, provisioned in use": {200, 5, reserve(5), 5, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(t, &fakeLauncher{handler: answerAfter(time.Second)}, func(o *Options) { o.Concurrency = test.limit })
				create(t, s, test.change, func(c *FunctionConfig) { c.Publish = true })
				if test.provisioned > 0 {
					if err := s.PutProvisionedConcurrency(t.Context(), "hello", "1", test.provisioned); err != nil {
						t.Fatal(err)
					}
				}
				for range 2 { // the second time in warm environments, with all concurrency given back
					reasons := throttled(t, s, test.calls, InvokeInput{Function: "hello:1"})
					if len(reasons) > 1 || reasons[test.reason] != test.refused {
						t.Errorf("of %d calls were refused %v, want %d by %s", test.calls, reasons, test.refused, test.reason)
					}
				}
			})
		})
	}
}

// What one function has reserved the others cannot use, and the other way around.
func TestConcurrencyOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, &fakeLauncher{handler: answerAfter(time.Second)}, func(o *Options) { o.Concurrency = 110 })
		n := 10
		create(t, s, func(c *FunctionConfig) { c.ReservedConcurrency = &n })
		create(t, s, func(c *FunctionConfig) { c.Name = "other" })
		var wg sync.WaitGroup
		wg.Go(func() {
			if got := throttled(t, s, 101, InvokeInput{Function: "other"}); got["ConcurrentInvocationLimitExceeded"] != 1 {
				t.Errorf("others were refused %v, want 1 of 101", got)
			}
		})
		wg.Go(func() {
			if got := throttled(t, s, 10, InvokeInput{Function: "hello"}); len(got) != 0 {
				t.Errorf("the reservation was refused %v", got)
			}
		})
		wg.Wait()
		err := s.PutProvisionedConcurrency(t.Context(), "hello:live", "", 1)
		wantError(t, err, "ResourceNotFoundException", "")
	})
}

func TestProvisionedWithinTheReservation(t *testing.T) {
	s := newService(t, &fakeLauncher{})
	n := 2
	create(t, s, func(c *FunctionConfig) { c.ReservedConcurrency, c.Publish = &n, true })
	wantError(t, s.PutProvisionedConcurrency(t.Context(), "hello", "1", 3), "InvalidParameterValueException",
		"Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
	if err := s.PutProvisionedConcurrency(t.Context(), "hello", "1", 2); err != nil {
		t.Error(err)
	}
}
