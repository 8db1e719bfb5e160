package main

import (
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

var full = flag.Bool("full", false, "make 80 load tests of two targets that are alike, one minute each")

// pastServer is a server of which each path has a latency that depends on that path's own
// past: the logarithm of the latency is an Ornstein-Uhlenbeck process with a time constant
// of one second. Paths are independent of each other, and alike.
func pastServer(t *testing.T, seed uint64) string {
	const (
		typical = 30 * time.Millisecond
		spread  = 0.3 // standard deviation of the logarithm
	)
	var mu sync.Mutex
	rng := rand.New(rand.NewPCG(seed, 0xaa))
	type state struct {
		z  float64
		at time.Time
	}
	states := map[string]*state{}
	latency := func(path string, now time.Time) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		s := states[path]
		if s == nil {
			s = &state{rng.NormFloat64(), now}
			states[path] = s
		}
		kept := math.Exp(-now.Sub(s.at).Seconds())
		s.z, s.at = kept*s.z+math.Sqrt(1-kept*kept)*rng.NormFloat64(), now
		return time.Duration(float64(typical) * math.Exp(spread*s.z))
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(latency(r.URL.Path, time.Now()))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Two targets that are alike are load-tested against each other. With -full 80 load tests
// of a minute give at most 9 words for each percentile: had a word a probability of 0.05,
// there would be more than 9 in 1 % of all cases. Without, three short ones show that the
// latencies over time reach the verdict.
func TestTargetsThatAreAlike(t *testing.T) {
	tests, atOnce, most := 3, 3, 2
	load := []string{"-rate", "20", "-duration", "9s"}
	if *full {
		tests, atOnce, most = 80, 20, 9
		load = []string{"-rate", "10", "-duration", "1m"}
	}
	t.Parallel()
	var mu sync.Mutex
	words, open, invalid := map[float64]int{}, map[float64]int{}, 0
	count := func(r results.Run) {
		mu.Lock()
		defer mu.Unlock()
		if !r.Load.Generator.Valid {
			invalid++
		}
		for _, c := range append([]results.Comparison{*r.Load.Comparison}, r.Load.Comparison.Others...) {
			switch {
			case c.Verdict == verdict.Faster || c.Verdict == verdict.Slower:
				words[c.Percentile]++
			case c.DifferenceMs == nil:
				open[c.Percentile]++
			}
			if r.Load.Generator.Valid && c.WorthA == 0 && c.Percentile == 50 {
				t.Errorf("the median is not judged: %+v", c)
			}
		}
	}
	var running sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range tests {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			url := pastServer(t, uint64(i))
			_, stdout, stderr := command(t, with(load, url+"/a", url+"/b", "-pace", "eco", "-format", "json")...)
			var r results.Run
			if err := json.NewDecoder(strings.NewReader(stdout)).Decode(&r); err != nil || r.Load == nil || r.Load.Comparison == nil {
				t.Errorf("load test %d has no comparison: %v\n%s", i, err, stderr)
				return
			}
			count(r)
		})
	}
	running.Wait()
	for _, percentile := range []float64{50, 90, 99} {
		t.Logf("%d load tests, %d of them not valid: %d words at p%v, %d without a difference", tests, invalid, words[percentile], percentile, open[percentile])
		if words[percentile] > most {
			t.Errorf("p%v: %d words, want %d at most", percentile, words[percentile], most)
		}
	}
}
