package bench

import (
	"context"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Holding invocations keep the environments that are alive busy while a burst is
// sent, so that the burst finds none of them idle. Their work takes at least 0.1 s in
// the fastest language, and stays far below any timeout in the slowest one.
const (
	wholeCPUIterations = 500_000
	wholeCPUMemoryMB   = 1769 // what AWS gives one whole processor for
	holdLead           = 50 * time.Millisecond
)

// HoldIterations is the work of one holding invocation: less where the memory size buys
// less of a processor, so that it lasts as long.
func HoldIterations(memoryMB int) int {
	return wholeCPUIterations * min(memoryMB, wholeCPUMemoryMB) / wholeCPUMemoryMB
}

// hold is the event of a holding invocation. A machine may not enforce the share of a
// processor, and then less work would not last as long.
func (v *Visit) hold() functions.Event {
	e := functions.Event{Workload: functions.WorkloadSHA256, Iterations: wholeCPUIterations}
	if v.options.Platform == deployed.AWS {
		e.Iterations = HoldIterations(v.fn.Variant.MemoryMB)
	}
	return e
}

// takeBurst takes n cold samples by scale-out: n invocations at once, each of
// which needs an environment of its own. The environments of earlier samples are
// held busy meanwhile. A function without the contract cannot be asked to hold, so
// some of its invocations may find an idle environment.
func (v *Visit) takeBurst(ctx context.Context, t *turn, n int) error {
	type answer struct {
		sample results.Sample
		err    error
	}
	holders := 0
	if !t.anyTemperature {
		holders = len(v.environments)
	}
	answers := make(chan answer, holders+n)
	var wg sync.WaitGroup
	send := func(sample results.Sample) {
		wg.Go(func() {
			err := v.send(ctx, &sample)
			answers <- answer{sample, err}
		})
	}
	for range holders {
		send(results.Sample{Event: v.hold(), WarmUp: true})
	}
	if holders > 0 {
		pause(ctx, holdLead)
	}
	for range n {
		send(results.Sample{Event: t.event, Wanted: results.Cold})
	}
	go func() {
		wg.Wait()
		close(answers)
	}()
	var first error
	for a := range answers {
		err := a.err
		if err == nil {
			err = v.keep(ctx, t, a.sample)
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
