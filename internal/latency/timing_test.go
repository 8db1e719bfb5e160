package latency

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// times is a histogram of n equal values.
func times(n int, d time.Duration) *Histogram {
	h := New()
	for range n {
		h.Record(d)
	}
	return h
}

// What failed after a known time took at least that long, and counts in every percentile.
func TestTimingOfRequestsWithoutAnAnswer(t *testing.T) {
	const ms = time.Millisecond
	for _, row := range []struct {
		name               string
		answers, censored  *Histogram
		p50, p90, p99, max float64
		atLeast            string
	}{
		{"all answered", times(500, 43*ms), nil, 43, 43, 43, 43, ""},
		{"none failed", times(500, 43*ms), New(), 43, 43, 43, 43, ""},
		{"every tenth timed out", times(450, 43*ms), times(50, time.Second), 43, 43, 1000, 1000, "mean p95 p99 p999 max"},
		{"one of many", times(4999, 43*ms), times(1, time.Second), 43, 43, 43, 1000, "mean max"},
		{"half was refused at once", times(250, 43*ms), times(250, ms/5), 0.2, 43, 43, 43, "mean min p50 p75 p90 p95 p99 p999 max"},
		{"a few were refused at once", times(4990, 43*ms), times(10, ms/5), 43, 43, 43, 43, "mean min p999 max"},
		{"nothing was answered", New(), times(500, time.Second), 1000, 1000, 1000, 1000, "mean min p50 p75 p90 p95 p99 p999 max"},
	} {
		t.Run(row.name, func(t *testing.T) {
			timing := NewTiming(row.answers, row.censored)
			p := timing.Percentiles
			got := []float64{*p.P50, *p.P90, *p.P99, *p.Max}
			if diff := cmp.Diff([]float64{row.p50, row.p90, row.p99, row.max}, got, cmpopts.EquateApprox(0.002, 0)); diff != "" {
				t.Errorf("p50, p90, p99 and max (-want +got):\n%s", diff)
			}
			want := strings.Fields(row.atLeast)
			if p.P999 == nil {
				want = strings.Fields(strings.ReplaceAll(row.atLeast, "p999 ", ""))
			}
			if diff := cmp.Diff(want, p.AtLeast, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("at least (-want +got):\n%s", diff)
			}
			if p.N != row.answers.N() || (p.P99Interval != nil) == p.IsAtLeast("p99") {
				t.Errorf("n %d, the interval of p99 is %v", p.N, p.P99Interval)
			}
			if v, atLeast := timing.At(99); v != *p.P99 || atLeast != p.IsAtLeast("p99") {
				t.Errorf("p99 is %v and at least: %v", v, atLeast)
			}
			text, err := json.Marshal(timing)
			if err != nil {
				t.Fatal(err)
			}
			var back Timing
			if err := json.Unmarshal(text, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p, back.Percentiles, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("JSON (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimingOfNothing(t *testing.T) {
	if timing := NewTiming(New(), nil); !timing.IsZero() || timing.P50 != nil {
		t.Errorf("nothing is summarised as %+v", timing.Percentiles)
	}
	if d := (Timing{}).Distribution(); d != nil {
		t.Errorf("percentiles alone have the distribution %v", d)
	}
}
