package results_test

import (
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Whatever is added, the intervals are few, of one length, without gaps, and lose nothing.
func TestTimelineIsBounded(t *testing.T) {
	h := latency.New()
	h.Record(time.Millisecond)
	one := h.Counts()
	var all results.Timeline
	for n := 1; n <= 3600; n++ {
		row := results.Interval{Start: started.Add(time.Duration(n-1) * time.Second), Length: time.Second, Latency: one}
		if n%2 == 0 {
			row.Unanswered = one
		}
		all.Add(row)
		if n != 1 && n != 512 && n != 513 && n != 3600 {
			continue
		}
		intervals := all.Intervals()
		var answers, unanswered int64
		for i, v := range intervals {
			answers, unanswered = answers+v.Latency.N(), unanswered+v.Unanswered.N()
			if i > 0 && !v.Start.Equal(intervals[i-1].Start.Add(intervals[i-1].Length)) {
				t.Fatalf("%d rows: a gap before interval %d", n, i)
			}
			if i < len(intervals)-1 && v.Length != intervals[0].Length {
				t.Fatalf("%d rows: interval %d has %v, the first %v", n, i, v.Length, intervals[0].Length)
			}
		}
		if len(intervals) > 512 || answers != int64(n) || unanswered != int64(n/2) {
			t.Errorf("%d rows: %d intervals with %d answers and %d without", n, len(intervals), answers, unanswered)
		}
		if e := all.Empty(); len(e.Intervals()) != len(intervals) || e.Intervals()[0].Latency.N() != 0 {
			t.Errorf("%d rows: the empty timeline has %d intervals, want %d", n, len(e.Intervals()), len(intervals))
		}
	}
}
