package main

import (
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
)

func TestProgressLine(t *testing.T) {
	p50, p99 := 0.43, 12.5
	for _, row := range []struct {
		name string
		now  attack.Progress
		want string
	}{
		{"at the start", attack.Progress{Duration: time.Minute}, "  0 of 60 s   errors 0   p50 -   p99 -   0.0 requests/s   in flight 0"},
		{"under way", attack.Progress{Elapsed: 20 * time.Second, Duration: time.Minute, Rate: 20, InFlight: 3, P50Ms: &p50, P99Ms: &p99, Failed: 2, Dropped: 1},
			" 20 of 60 s   about 40 s left   errors 2   dropped 1   p50 0.43 ms   p99 12.5 ms   20.0 requests/s   in flight 3"},
		{"waiting for the last answers", attack.Progress{Elapsed: 61 * time.Second, Duration: time.Minute, InFlight: 1},
			" 61 of 60 s   errors 0   p50 -   p99 -   0.0 requests/s   in flight 1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := progressLine(row.now); got != row.want {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}
