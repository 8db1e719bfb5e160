package attack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// api answers like the module functions: two environments, provisioned.
func api(t *testing.T) string {
	t.Helper()
	var count atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := count.Add(1) - 1
		w.Header().Set("X-Environment-Id", fmt.Sprint(n%2))
		w.Header().Set("X-Invocation", fmt.Sprint(n/2+1))
		w.Header().Set("X-Initialization-Type", "provisioned-concurrency")
		if r.URL.Path == "/dev/missing" {
			w.WriteHeader(404)
		}
		io.WriteString(w, "value")
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A whole run with the engines that work here, from options to JSON and logs.
func TestRun(t *testing.T) {
	for _, engine := range []string{"", "portable"} {
		t.Run("engine "+engine, func(t *testing.T) {
			base := api(t)
			logs := map[string]*file{}
			o := Options{
				Targets:  []Target{{Name: "esmodule", URL: base + "/dev/esmodule"}, {Name: "missing", URL: base + "/dev/missing"}},
				Schedule: pace.Schedule{Seed: 3, Phases: pace.At(200, 250*time.Millisecond)},
				Engine:   engine, Interval: 100 * time.Millisecond,
				HLog: func(target string) (io.WriteCloser, error) {
					logs[target] = new(file)
					return logs[target], nil
				},
			}
			r, err := Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			good, missing := r.Targets[0], r.Targets[1]
			if good.Planned != 50 || good.Answered != 50 || good.Status[200] != 50 || good.Latency.N != 50 || good.Connect.N == 0 {
				t.Errorf("esmodule: %+v", good)
			}
			if missing.Planned != 50 || missing.Failed["status"] != 50 || missing.Status[404] != 50 || missing.Latency.N != 0 {
				t.Errorf("missing: %+v", missing)
			}
			if len(good.Classes) == 0 || good.Classes[len(good.Classes)-1].Initialization != "provisioned-concurrency" || good.Environments == 0 {
				t.Errorf("esmodule's classes: %+v, %d environments", good.Classes, good.Environments)
			}
			for _, clock := range []struct {
				name             string
				smaller, greater *float64
			}{{"service and latency", good.Service.P50, good.Latency.P50}, {"first byte and service", good.FirstByte.P50, good.Service.P50}} {
				if *clock.smaller > *clock.greater {
					t.Errorf("%s: %v > %v", clock.name, *clock.smaller, *clock.greater)
				}
			}
			var logged int64
			for row, err := range latency.ReadLog(bytes.NewReader(logs["esmodule"].Bytes())) {
				if err != nil {
					t.Fatal(err)
				}
				if row.Tag == "" {
					logged += row.Histogram.N()
				}
				if row.Start.Before(r.Started.Add(-time.Millisecond)) || row.Start.After(r.Ended) {
					t.Errorf("a row of %v in a run from %v to %v", row.Start, r.Started, r.Ended)
				}
			}
			if logged != 50 {
				t.Errorf("%d latencies are logged", logged)
			}
		})
	}
}

// An interrupted run is complete: what had come due is sent, dropped or failed, and nothing else is planned.
func TestRunInterrupted(t *testing.T) {
	base := api(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{
		Targets:  []Target{{Name: "a", URL: base + "/a"}, {Name: "b", URL: base + "/b"}},
		Schedule: pace.Schedule{Phases: pace.At(100, time.Hour)},
		Interval: 50 * time.Millisecond,
		Progress: func(p Progress) {
			if p.Answered > 10 {
				cancel()
			}
		},
	}
	r, err := Run(ctx, o)
	if err != nil || !r.Interrupted || r.Targets[0].Answered < 5 || r.Ended.Sub(r.Started) > 30*time.Minute {
		t.Errorf("got %+v (%v)", r, err)
	}
}
