package bench_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// A run that is ended gives the functions their environments back, and what it has.
func TestInterruptKeepsWhatIsThereAndRestores(t *testing.T) {
	for after := range 12 {
		synctest.Test(t, func(t *testing.T) {
			fake, fns := newFake(variant("nodejs18.x"), variant("nodejs22.x"))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			n := 0
			outcome, err := bench.Run(ctx, fake, fns, small(), func(results.Sample) error {
				if n++; n == after {
					cancel()
				}
				return nil
			})
			if after == 0 {
				return // never cancelled
			}
			if err != nil || !outcome.Interrupted {
				t.Errorf("after %d samples: interrupted %t, error %v", after, outcome.Interrupted, err)
			}
			if n != after {
				t.Errorf("after %d samples: went on to %d", after, n)
			}
			for arn, fn := range fake.functions {
				if want := map[string]string{deployed.NonceVariable: deployed.FirstNonce, "MODE": "kept"}; !maps.Equal(fn.variables, want) {
					t.Errorf("after %d samples: %s was left with %v", after, arn, fn.variables)
				}
			}
			if len(outcome.Variants) != 2 {
				t.Fatalf("after %d samples: %d variants", after, len(outcome.Variants))
			}
			if after == 1 {
				statuses := []results.Status{outcome.Variants[0].Status, outcome.Variants[1].Status}
				if slices.Sort(statuses); !slices.Equal(statuses, []results.Status{results.Measured, results.Skipped}) {
					t.Errorf("after 1 sample: statuses are %v", statuses)
				}
			}
		})
	}
}

func TestInterruptWhileWaiting(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(*fakeFunction)
	}{
		{"for an invocation", func(f *fakeFunction) { f.alter = func(n int, r *fakeReply) { r.Wait = time.Hour } }},
		{"for a lock", func(f *fakeFunction) {
			f.refuse = once("update", 1_000_000, &types.ResourceConflictException{})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake, fns := newFake(variant("nodejs22.x"))
				test.prepare(fake.of(&fns[0].ARN))
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				start := time.Now()
				outcome, err := bench.Run(ctx, fake, fns, small(), func(results.Sample) error { return nil })
				if err != nil || !outcome.Interrupted {
					t.Errorf("interrupted %t, error %v", outcome.Interrupted, err)
				}
				// Restoring has half a minute of its own.
				if d := time.Since(start); d > 36*time.Second {
					t.Errorf("ended %v after the start", d)
				}
			})
		})
	}
}

func TestAnEnvironmentThatCannotBeRestoredIsNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		fn := fake.of(&fns[0].ARN)
		fn.alter = func(n int, r *fakeReply) {
			if n == 16 { // the last one
				fn.refuse = once("update", 1000, &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no longer"})
			}
		}
		outcome, _ := run(t, fake, fns, small())
		if len(outcome.Notes) != 1 || !strings.Contains(outcome.Notes[0], "restore the environment variable "+deployed.NonceVariable) {
			t.Errorf("notes are %q", outcome.Notes)
		}
	})
}

func TestAnEndedSinkEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		full := errors.New("no space left on device")
		_, err := bench.Run(t.Context(), fake, fns, small(), func(results.Sample) error { return full })
		if !errors.Is(err, full) {
			t.Errorf("error is %v, want it to wrap %v", err, full)
		}
		if n := fake.count("invoke nodejs22.x"); n != 1 {
			t.Errorf("%d invocations, want to stop after 1", n)
		}
		if got := fake.of(&fns[0].ARN).variables[deployed.NonceVariable]; got != deployed.FirstNonce {
			t.Errorf("the nonce was left at %s", got)
		}
	})
}
