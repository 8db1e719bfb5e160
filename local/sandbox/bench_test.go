//go:build linux || darwin

package sandbox_test

import (
	"context"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// BenchmarkInvoke is what a warm invocation costs, the echo in the function
// included: to its answer, and to its request for the next event.
func BenchmarkInvoke(b *testing.B) {
	for _, freeze := range []string{"off", ""} {
		h := newHost(b, sandbox.HostOptions{Freeze: freeze})
		b.Run("freeze="+h.Knobs()["freeze"], func(b *testing.B) {
			e, _ := launch(b, h, config(b, "echo"), functions.OnDemand)
			var latency, duration time.Duration
			in := invocation(`{"workload":"hello"}`)
			for b.Loop() {
				out := e.Invoke(context.Background(), in)
				if out.Status != "success" {
					b.Fatalf("outcome is %+v", out)
				}
				latency += out.Latency
				duration += out.Duration
			}
			b.ReportMetric(float64(latency.Microseconds())/float64(b.N), "µs-to-answer/op")
			b.ReportMetric(float64(duration.Microseconds())/float64(b.N), "µs-duration/op")
		})
	}
}

// BenchmarkInit compares the init phase of an environment with the bare start of
// the same program, to the moment when it would ask for its first event. The two
// take turns, as the machine may have other things to do.
func BenchmarkInit(b *testing.B) {
	h := newHost(b, sandbox.HostOptions{})
	c := config(b, "echo")
	var bare, init, placement []time.Duration
	for b.Loop() {
		bare = append(bare, bareStart(b, c.Argv[0]))
		e, err := h.Launch(context.Background(), c, functions.OnDemand, &stream{})
		if err != nil || e.Init().Err != nil {
			b.Fatal(err, e.Init().Err)
		}
		init = append(init, e.Init().Duration)
		placement = append(placement, e.Init().Placement)
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(0, "ns/op") // of both together, which says nothing
	b.ReportMetric(median(bare), "µs-bare")
	b.ReportMetric(median(init), "µs-init")
	b.ReportMetric(median(init)-median(bare), "µs-over-bare")
	b.ReportMetric(median(placement), "µs-placement")
}

// bareStart starts the program with a pipe and nothing else around it.
func bareStart(b *testing.B, path string) time.Duration {
	b.Helper()
	cmd := exec.Command(path)
	cmd.Env = []string{clientVariable + "=ready"}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return took
}

func median(all []time.Duration) float64 {
	slices.Sort(all)
	return float64(all[len(all)/2].Nanoseconds()) / 1000
}
