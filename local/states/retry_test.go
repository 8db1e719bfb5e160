package states

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// waited executes a task with the retrier that fails for good, and returns how
// long it was waited before each retry.
func waited(t *testing.T, retrier string, seed uint64) []time.Duration {
	t.Helper()
	m := machine(t, `{"StartAt":"A","States":{"A":{`+task+`,"Retry":[`+retrier+`],"End":true}}}`)
	var waits []time.Duration
	synctest.Test(t, func(t *testing.T) {
		var last time.Time
		tasks := taskFunc(func(context.Context, any) (any, error) {
			if !last.IsZero() {
				waits = append(waits, time.Since(last))
			}
			last = time.Now()
			return nil, &Error{Name: "Busy"}
		})
		_, usage, err := Execution{Machine: m, Tasks: tasks, Seed: seed}.Execute(t.Context())
		if e, ok := errors.AsType[*Error](err); !ok || e.Name != "Busy" {
			t.Errorf("error is %v, want Busy", err)
		}
		if want := int64(1 + len(waits)); usage.Tasks != want || usage.Transitions != want {
			t.Errorf("usage is %+v, want %d tasks and transitions", usage, want)
		}
	})
	return waits
}

func TestRetriesWait(t *testing.T) {
	const s = time.Second
	for _, row := range []struct {
		name, retrier string
		want          []time.Duration
	}{
		{"by default", `{"ErrorEquals":["Busy"]}`, []time.Duration{s, 2 * s, 4 * s}},
		{"for ever the same", `{"ErrorEquals":["Busy"],"IntervalSeconds":3,"BackoffRate":1,"MaxAttempts":4}`, []time.Duration{3 * s, 3 * s, 3 * s, 3 * s}},
		{"by a fraction more", `{"ErrorEquals":["Busy"],"IntervalSeconds":2,"BackoffRate":1.5}`, []time.Duration{2 * s, 3 * s, 4500 * time.Millisecond}},
		{"up to the most", `{"ErrorEquals":["Busy"],"IntervalSeconds":2,"MaxDelaySeconds":5,"MaxAttempts":4}`, []time.Duration{2 * s, 4 * s, 5 * s, 5 * s}},
		{"without jitter", `{"ErrorEquals":["Busy"],"JitterStrategy":"NONE","MaxAttempts":2}`, []time.Duration{s, 2 * s}},
		{"never", `{"ErrorEquals":["Busy"],"MaxAttempts":0}`, nil},
		{"for others", `{"ErrorEquals":["Broken"]}`, nil},
		{"each retrier by itself", `{"ErrorEquals":["Busy"],"MaxAttempts":2},{"ErrorEquals":["States.ALL"],"IntervalSeconds":9}`, []time.Duration{s, 2 * s}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := waited(t, row.retrier, 1); !slices.Equal(got, row.want) {
				t.Errorf("waited %v, want %v", got, row.want)
			}
		})
	}
}

// Full jitter draws each wait between nothing and what the backoff has come to,
// from the execution's seed.
func TestRetriesWithJitter(t *testing.T) {
	const retrier = `{"ErrorEquals":["Busy"],"IntervalSeconds":2,"BackoffRate":2,"MaxAttempts":6,"MaxDelaySeconds":20,"JitterStrategy":"FULL"}`
	limits := []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 20 * time.Second, 20 * time.Second}
	quarters := make([][4]int, len(limits))
	const seeds = 100
	for seed := range uint64(seeds) {
		got := waited(t, retrier, seed)
		if len(got) != len(limits) {
			t.Fatalf("seed %d: waited %v, want %d times", seed, got, len(limits))
		}
		for i, wait := range got {
			if wait < 0 || wait >= limits[i] {
				t.Fatalf("seed %d: wait %d is %v, want less than %v", seed, i, wait, limits[i])
			}
			quarters[i][4*wait/limits[i]]++
		}
	}
	for i, counts := range quarters {
		for quarter, n := range counts {
			if n < seeds/10 {
				t.Errorf("wait %d is in quarter %d of what it may be %d times of %d", i, quarter+1, n, seeds)
			}
		}
	}
	if !slices.Equal(waited(t, retrier, 7), waited(t, retrier, 7)) {
		t.Error("one seed, different waits")
	}
	if slices.Equal(waited(t, retrier, 7), waited(t, retrier, 8)) {
		t.Error("different seeds, the same waits")
	}
}
