package main

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// allocations prints what one more request allocates, at 10,000 a second: the
// difference between a long run and a short one, so that what a run allocates
// once does not count. The load generator runs inside this process for it.
func (b *bench) allocations() error {
	fmt.Printf("\nallocations at 10,000 requests/s\n\n")
	for _, tls := range []bool{false, true} {
		name := "plain"
		if tls {
			name = "TLS"
		}
		short, err := b.allocated(tls, 2*time.Second)
		if errors.Is(err, errNoTLS) {
			fmt.Println(" ", err)
			return nil
		}
		if err != nil {
			return err
		}
		long, err := b.allocated(tls, time.Duration(2+2*b.seconds)*time.Second)
		if err != nil {
			return err
		}
		requests := float64(long.requests - short.requests)
		// Adding 0 takes the sign off a zero.
		objects := math.Round(float64(long.objects-short.objects)/requests*1000)/1000 + 0
		bytes := math.Round(float64(long.bytes-short.bytes)/requests) + 0
		fmt.Printf("  %-6s %.3f allocations, %.0f B a request\n", name, objects, bytes)
	}
	return nil
}

// garbage is what a run allocated.
type garbage struct{ requests, objects, bytes int64 }

func (b *bench) allocated(tls bool, length time.Duration) (garbage, error) {
	s, err := b.server(tls)
	if err != nil {
		return garbage{}, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	result, err := attack.Run(b.ctx, attack.Options{
		Targets:  []attack.Target{{Name: "target", URL: s.url() + "/"}},
		Schedule: pace.Schedule{Phases: []pace.Phase{{Duration: length, From: 10_000, To: 10_000}}},
		Insecure: true,
	})
	runtime.ReadMemStats(&after)
	if _, ended := s.end(); err == nil {
		err = ended
	}
	if err == nil {
		err = b.ctx.Err() // an interrupted run has a result, too
	}
	if err != nil {
		return garbage{}, err
	}
	if t := &result.Targets[0]; t.Answered < t.Planned {
		return garbage{}, fmt.Errorf("%d of %d requests at %s were answered: %v", t.Answered, t.Planned, s.url(), t.Failed)
	}
	return garbage{result.Targets[0].Answered, int64(after.Mallocs - before.Mallocs), int64(after.TotalAlloc - before.TotalAlloc)}, nil
}
