package latency

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

var _ verdict.Distribution = (*Histogram)(nil)

func filled(values ...time.Duration) *Histogram {
	h := New()
	for _, v := range values {
		h.Record(v)
	}
	return h
}

// Every rank gives the value that sorting would, to 0.1 % or half a microsecond.
func TestAtRank(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 2, 3, 7, 100, 999, 10_000} {
		values := make([]time.Duration, n)
		for i := range values {
			values[i] = time.Duration(math.Exp(random.Float64()*math.Log(3e11-1e3)) + 1e3)
		}
		h := filled(values...)
		slices.Sort(values)
		for i, v := range values {
			want := float64(v) / 1e6
			got := h.AtRank(int64(i + 1))
			if got < want || got > want*1.001+0.0006 {
				t.Fatalf("n %d, rank %d: got %v ms, want %v ms", n, i+1, got, want)
			}
		}
		if h.AtRank(0) != h.AtRank(1) || h.AtRank(int64(n)+1) != h.AtRank(int64(n)) {
			t.Errorf("n %d: ranks beyond the ends are not the ends", n)
		}
	}
	if got := New().AtRank(1); got != 0 {
		t.Errorf("an empty histogram has %v at rank 1", got)
	}
}

func TestOutOfRange(t *testing.T) {
	tests := []struct {
		name       string
		value      time.Duration
		ms         float64
		outOfRange int64
	}{
		{"negative", -time.Second, 0, 1},
		{"nothing", 0, 0, 0},
		{"below a microsecond", 300, 0.0003, 0},
		{"in range", 20 * time.Microsecond, 0.02, 0},
		{"the highest", highest, 300_000, 0},
		{"above", highest + 1, 300_000, 1},
		{"far above", 24 * time.Hour, 300_000, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := filled(tt.value)
			if h.N() != 1 || h.OutOfRange() != tt.outOfRange {
				t.Errorf("N %d, out of range %d; want 1 and %d", h.N(), h.OutOfRange(), tt.outOfRange)
			}
			if got := h.AtRank(1); math.Abs(got-tt.ms) > tt.ms/1000+0.0006 {
				t.Errorf("counted as %v ms, want %v ms", got, tt.ms)
			}
		})
	}
}

func TestMergeAndReset(t *testing.T) {
	a, b := filled(time.Millisecond, -1), filled(time.Second, 2*time.Second)
	a.Merge(b)
	a.Merge(nil)
	if a.N() != 4 || a.OutOfRange() != 1 || math.Abs(a.AtRank(4)-2000) > 2 {
		t.Errorf("merged: N %d, out of range %d, largest %v ms", a.N(), a.OutOfRange(), a.AtRank(4))
	}
	if b.N() != 2 {
		t.Errorf("merging changed the other: N %d", b.N())
	}
	a.Reset()
	if a.N() != 0 || a.OutOfRange() != 0 {
		t.Errorf("reset: N %d, out of range %d", a.N(), a.OutOfRange())
	}
}

// A percentile is there once N bears its interval, and not one value earlier.
func TestPercentilesNeedValues(t *testing.T) {
	if !NewTiming(New(), nil).IsZero() {
		t.Error("an empty histogram has percentiles")
	}
	h := New()
	shown := map[string]int{}
	for n := 1; n <= 3700; n++ {
		h.Record(time.Duration(n) * time.Millisecond)
		if n > 380 && n < 3680 {
			continue // nothing is due there, and intervals take their time
		}
		p := NewTiming(h, nil).Percentiles
		for name, v := range map[string]*float64{"p50": p.P50, "p75": p.P75, "p90": p.P90, "p95": p.P95, "p99": p.P99, "p999": p.P999} {
			if v != nil && shown[name] == 0 {
				shown[name] = n
			}
			if v == nil && shown[name] != 0 {
				t.Fatalf("%s is gone again at %d", name, n)
			}
		}
		if (p.P99 != nil) != (p.P99Interval != nil) {
			t.Fatalf("n %d: p99 %v, but its interval %v", n, p.P99, p.P99Interval)
		}
	}
	for name, want := range map[string]int{"p50": 6, "p75": 13, "p90": 36, "p95": 72, "p99": 368, "p999": 3688} {
		if shown[name] != want {
			t.Errorf("%s is shown from %d values on, want %d", name, shown[name], want)
		}
	}
}

func TestPercentiles(t *testing.T) {
	h := New()
	for i := 1; i <= 1000; i++ {
		h.Record(time.Duration(i) * time.Millisecond)
	}
	p := NewTiming(h, nil).Percentiles
	for name, tt := range map[string]struct{ got, want float64 }{
		"mean": {*p.Mean, 500.5}, "min": {*p.Min, 1}, "p50": {*p.P50, 500}, "p90": {*p.P90, 900}, "p99": {*p.P99, 990}, "max": {*p.Max, 1000},
	} {
		if math.Abs(tt.got-tt.want) > tt.want/1000+0.001 {
			t.Errorf("%s is %v, want %v", name, tt.got, tt.want)
		}
	}
	if lo, hi := p.P99Interval[0], p.P99Interval[1]; !(lo < *p.P99 && *p.P99 < hi) {
		t.Errorf("p99 %v is not inside its interval [%v, %v]", *p.P99, lo, hi)
	}
}

func TestBuckets(t *testing.T) {
	h := filled(time.Millisecond, time.Millisecond, time.Second)
	var sum int64
	last := 0.0
	for upper, count := range h.Buckets() {
		if upper <= last {
			t.Errorf("bucket %v after %v", upper, last)
		}
		last = upper
		sum += count
	}
	if sum != 3 || last != h.AtRank(3) {
		t.Errorf("%d values up to %v ms; want 3 up to %v ms", sum, last, h.AtRank(3))
	}
}

func TestWritePercentiles(t *testing.T) {
	var out bytes.Buffer
	if err := filled(time.Millisecond, time.Second).WritePercentiles(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Value", "Percentile", "#[Max     =     1000.342", "Total count    =            2"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	h := New()
	b.ReportAllocs()
	d := time.Duration(0)
	for b.Loop() {
		d = (d*7 + 12345) & (1<<27 - 1)
		h.Record(d)
	}
}

func BenchmarkMerge(b *testing.B) {
	h, o := New(), filled(time.Millisecond, time.Second)
	b.ReportAllocs()
	for b.Loop() {
		h.Merge(o)
	}
}

func BenchmarkAtRank(b *testing.B) {
	h := New()
	for i := range 100_000 {
		h.Record(time.Duration(i) * time.Microsecond)
	}
	b.ReportAllocs()
	for b.Loop() {
		h.AtRank(99_000)
	}
}
