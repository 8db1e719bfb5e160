package dynamo_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

func TestLease(t *testing.T) {
	const hour = time.Hour
	type step struct {
		do      string // lease, renew or release
		holder  string
		after   time.Duration // since noon
		takenBy string        // "" if it succeeds, "nobody" if the lease is free
	}
	each(t, func(t *testing.T, e *emulator) {
		for _, row := range []struct {
			name  string
			steps []step
		}{
			{"free", []step{{"lease", "a", 0, ""}}},
			{"taken", []step{{"lease", "a", 0, ""}, {"lease", "b", hour - time.Millisecond, "a"}}},
			{"the holder again", []step{{"lease", "a", 0, ""}, {"lease", "a", 1, ""}, {"lease", "b", 2, "a"}}},
			{"expired", []step{{"lease", "a", 0, ""}, {"lease", "b", hour, ""}, {"lease", "a", hour, "b"}, {"renew", "a", hour, "b"}}},
			{"released", []step{{"lease", "a", 0, ""}, {"release", "a", 0, ""}, {"lease", "b", 1, ""}}},
			{"released by another", []step{{"lease", "a", 0, ""}, {"release", "b", 0, ""}, {"lease", "b", 1, "a"}}},
			{"released twice", []step{{"lease", "a", 0, ""}, {"release", "a", 0, ""}, {"release", "a", 0, ""}}},
			{"released late does not release the next one's", []step{{"lease", "a", 0, ""}, {"lease", "b", hour, ""}, {"release", "a", hour, ""}, {"lease", "c", hour, "b"}}},
			{"renewed", []step{{"lease", "a", 0, ""}, {"renew", "a", hour / 2, ""}, {"lease", "b", hour, "a"}, {"lease", "b", hour * 3 / 2, ""}}},
			{"renewed late, but nobody came", []step{{"lease", "a", 0, ""}, {"renew", "a", 2 * hour, ""}, {"lease", "b", 2 * hour, "a"}}},
			{"renewed without a lease", []step{{"renew", "a", 0, "nobody"}}},
		} {
			t.Run(row.name, func(t *testing.T) {
				store := e.store(t)
				for i, s := range row.steps {
					var err error
					switch now := noon.Add(s.after); s.do {
					case "lease":
						err = store.Lease(t.Context(), s.holder, hour, now)
					case "renew":
						err = store.Renew(t.Context(), s.holder, hour, now)
					case "release":
						err = store.Release(t.Context(), s.holder)
					}
					got := ""
					if taken, ok := errors.AsType[*dynamo.LeaseTakenError](err); ok {
						got = taken.Holder
						if got == "" {
							got = "nobody"
						} else if !taken.Until.After(noon) {
							t.Errorf("step %d: taken until %v", i, taken.Until)
						}
					} else if err != nil {
						t.Fatalf("step %d, %s of %s: %v", i, s.do, s.holder, err)
					}
					if got != s.takenBy {
						t.Fatalf("step %d, %s of %s: taken by %q, want %q", i, s.do, s.holder, got, s.takenBy)
					}
				}
			})
		}
	})
}

// Of many that want the lease at once exactly one gets it, free or expired.
func TestLeaseRace(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		for round := range 3 {
			now := noon.Add(time.Duration(round) * time.Hour)
			var winners, losers atomic.Int32
			start := make(chan struct{})
			var wg sync.WaitGroup
			for i := range 50 {
				wg.Go(func() {
					<-start
					err := store.Lease(t.Context(), fmt.Sprintf("round %d, holder %d", round, i), time.Hour, now)
					switch {
					case err == nil:
						winners.Add(1)
					case errors.As(err, new(*dynamo.LeaseTakenError)):
						losers.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			close(start)
			wg.Wait()
			if winners.Load() != 1 || losers.Load() != 49 {
				t.Errorf("round %d: %d got the lease and %d were told that it is taken, want 1 and 49", round, winners.Load(), losers.Load())
			}
		}
	})
}

func TestLeaseWithoutHolder(t *testing.T) {
	store := dynamo.New(nil, "t", dynamo.Options{})
	if err := store.Lease(t.Context(), "", time.Hour, noon); err == nil {
		t.Error("a lease without a holder was taken")
	}
}
