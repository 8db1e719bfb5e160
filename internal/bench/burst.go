package bench

import (
	"context"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Holding keeps the environments that are alive busy while a burst goes out, so
// that the burst finds none of them idle. The work is enough for a tenth of a
// second in the fastest language with the most CPU, and far below any timeout in
// the slowest with the least.
const (
	holdIterations = 500_000
	holdLead       = 50 * time.Millisecond
)

// takeBurst takes n cold samples by scale-out: n invocations at once, each of
// which needs an environment of its own. The environments that earlier samples
// have made are held busy meanwhile. A function that is not ours cannot be told
// to hold, so some of its invocations may find an idle environment.
func (s *subject) takeBurst(ctx context.Context, t *turn, n int) error {
	type sent struct {
		sample results.Sample
		phase  Phase
		err    error
	}
	holders := 0
	if !t.asTheyCome {
		holders = len(s.environments)
	}
	answers := make(chan sent, holders+n)
	send := func(wg *sync.WaitGroup, phase Phase, sample results.Sample) {
		wg.Go(func() {
			err := s.send(ctx, &sample)
			answers <- sent{sample, phase, err}
		})
	}
	var wg sync.WaitGroup
	for range holders {
		send(&wg, PhaseWarmUp, results.Sample{
			Event: functions.Event{Workload: functions.WorkloadSHA256, Iterations: holdIterations}, WarmUp: true,
		})
	}
	if holders > 0 {
		pause(ctx, holdLead)
	}
	for range n {
		send(&wg, PhaseCold, results.Sample{Event: t.event, Wanted: results.Cold})
	}
	go func() {
		wg.Wait()
		close(answers)
	}()
	var first error
	for a := range answers {
		err := a.err
		if err == nil {
			_, err = s.keep(t, a.phase, a.sample)
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
