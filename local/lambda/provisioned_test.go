package lambda

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

func TestGetProvisionedConcurrency(t *testing.T) {
	const arn = "arn:aws:lambda:eu-central-1:123456789012:function:hello:"
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{initTime: time.Second, onLaunch: func(n int, _ functions.InitializationType) error {
			if n == 4 {
				return errors.New("fork: no memory")
			}
			return nil
		}}
		s := newService(t, l)
		create(t, s, func(c *FunctionConfig) { c.Publish = true })
		if _, err := s.CreateAlias("hello", "live", "1"); err != nil {
			t.Fatal(err)
		}
		check := func(when string, want ProvisionedConcurrency) {
			t.Helper()
			got, err := s.GetProvisionedConcurrency("hello", "live")
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(got, "LastModified")); err != nil || diff != "" {
				t.Errorf("%s: error %v, (-want +got):\n%s", when, err, diff)
			}
		}

		_, err := s.GetProvisionedConcurrency("hello", "live")
		wantError(t, err, "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function")

		done := make(chan error, 1)
		put := func(n int) { go func() { done <- s.PutProvisionedConcurrency(t.Context(), "hello", "live", n) }() }
		put(3)
		synctest.Wait()
		check("at first", ProvisionedConcurrency{ARN: arn + "live", Requested: 3, Allocated: 3, Status: "IN_PROGRESS"})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		check("afterwards", ProvisionedConcurrency{ARN: arn + "live", Requested: 3, Allocated: 3, Available: 3, Status: "READY"})

		put(4)
		synctest.Wait()
		check("while one more starts", ProvisionedConcurrency{ARN: arn + "live", Requested: 4, Allocated: 4, Available: 3, Status: "IN_PROGRESS"})
		if err := <-done; err == nil {
			t.Fatal("no error although an environment could not be started")
		}
		check("after a failure", ProvisionedConcurrency{ARN: arn + "live", Requested: 4, Status: "FAILED", Reason: "start an environment of hello:1: fork: no memory"})

		_, err = s.GetProvisionedConcurrency("hello", "1")
		wantError(t, err, "ProvisionedConcurrencyConfigNotFoundException", "")
		all, err := s.ListProvisionedConcurrency("hello")
		if err != nil || len(all) != 1 || all[0].ARN != arn+"live" {
			t.Errorf("all of them: %+v, error %v", all, err)
		}
	})
}
