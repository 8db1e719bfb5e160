package bench_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// A visit whose time is short ends after any sample, and another one continues
// behind it: nothing is measured twice.
func TestAVisitContinuesBehindWhatIsStored(t *testing.T) {
	planned := 2 * (1 + 1 + 2)
	for after := 1; after < planned; after++ {
		synctest.Test(t, func(t *testing.T) {
			fake, fns := newFake(variant("nodejs22.x"))
			m := &memory{limit: after, err: errors.New("killed")}
			if err := visit(t, fake, fns[0], small(), 1, m); !errors.Is(err, m.err) {
				t.Errorf("after %d samples: error is %v", after, err)
			}
			m.err = nil
			// The sample that was not stored is taken again: its environment is forced anew
			// if it was a cold one, and is warm already if it was a later one.
			if err := visit(t, fake, fns[0], small(), 1, m); err != nil {
				t.Errorf("after %d samples: %v", after, err)
			}
			o := small()
			o.Rounds, o.Cold, o.Warm = 1, 1, 2
			v := bench.Row(fns[0], m.samples, o, nil)
			want := map[string]int{"hello cold": 1, "hello warm": 2, "sha256 cold": 1, "sha256 warm": 2}
			if diff := cmp.Diff(want, counts(v)); diff != "" || v.Reason != "" {
				t.Errorf("after %d samples: %s, samples (-want +got):\n%s", after, v.Reason, diff)
			}
		})
	}
}

func TestAVisitWithoutTimeTakesNoSample(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		v, err := bench.NewVisit(fake, fns[0], small(), 1, nil, &memory{})
		if err != nil {
			t.Fatal(err)
		}
		done, err := v.Run(t.Context(), time.Now())
		if done || err != nil || v.Taken() != 0 || len(fake.order()) != 0 {
			t.Errorf("done %t, error %v, %d samples, calls %v; want none", done, err, v.Taken(), fake.order())
		}
	})
}

func TestACancelledVisitEnds(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(*fakeFunction)
	}{
		{"while it waits for an invocation", func(f *fakeFunction) { f.alter = func(n int, r *fakeReply) { r.Wait = time.Hour } }},
		{"while it waits for a lock", func(f *fakeFunction) {
			f.refuse = once("update", 1_000_000, &types.ResourceConflictException{})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake, fns := newFake(variant("nodejs22.x"))
				test.prepare(fake.of(&fns[0].ARN))
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				v, err := bench.NewVisit(fake, fns[0], small(), 1, nil, &memory{})
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				if done, err := v.Run(ctx, start.Add(time.Hour)); done || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("done %t, error %v, want the context's", done, err)
				}
				if d := time.Since(start); d > 6*time.Second {
					t.Errorf("ended %v after the start", d)
				}
			})
		})
	}
}

func TestRestoreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		original := "0123456789abcdef"
		fake.of(&fns[0].ARN).refuse = once("update", 1000, &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no longer"})
		err := bench.Restore(t.Context(), fake, fns[0], &original, small())
		if err == nil || !strings.Contains(err.Error(), "restore the environment variable "+deployed.NonceVariable) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestAKeeperThatFailsEndsTheVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, fns := newFake(variant("nodejs22.x"))
		m := &memory{err: errors.New("no space left on device")}
		if err := visit(t, fake, fns[0], small(), 1, m); !errors.Is(err, m.err) {
			t.Errorf("error is %v, want it to wrap %v", err, m.err)
		}
		if n := fake.count("invoke nodejs22.x"); n != 1 {
			t.Errorf("%d invocations, want to stop after 1", n)
		}
	})
}
