package main

import (
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
)

func TestProgressLines(t *testing.T) {
	load := func(elapsed time.Duration) string {
		return loadLine(attack.Progress{Elapsed: elapsed, Duration: 30 * time.Second, Answered: 7, Failed: 1})
	}
	for _, row := range []struct{ name, got, want string }{
		{"the first visit: nothing to extrapolate from", visitLine(0, 30, 8*time.Second), "workflow: visit 1 of 30"},
		{"a later visit", visitLine(10, 30, 20*time.Second), "workflow: visit 11 of 30, about 40 s left"},
		{"after the last visit", visitLine(30, 30, time.Minute), "workflow: visit 30 of 30"},
		{"the load test begins", load(0), "load test: 0s of 30s, 7 answered, 1 failed"},
		{"the load test goes on", load(10 * time.Second), "load test: 10s of 30s, about 20 s left, 7 answered, 1 failed"},
		{"the load test waits for answers", load(31 * time.Second), "load test: 31s of 30s, 7 answered, 1 failed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.got != row.want {
				t.Errorf("got %q, want %q", row.got, row.want)
			}
		})
	}
}
