package results

import "github.com/lambda-benchmark/lambda-benchmark/internal/verdict"

// Tail is who the slowest requests of a target are: those at or above a percentile.
type Tail struct {
	// Requests is how many they are, and First how many of them were the first that an
	// execution environment served.
	Requests int64
	First    int64
}

// FirstDecide says that most of the slowest requests are first requests: then the
// percentile says how many environments were started, rather than how fast they serve.
func (t Tail) FirstDecide() bool { return t.Requests > 0 && 2*t.First > t.Requests }

// Tail is that of the latencies at a percentile. It is zero where the latencies are no
// longer known one by one.
func (t *Target) Tail(percentile float64) Tail {
	all := t.Latency.Distribution()
	if all == nil || all.N() == 0 {
		return Tail{}
	}
	rank := verdict.RankOf(percentile, all.N())
	tail := Tail{Requests: all.N() - rank + 1}
	from := all.AtRank(rank)
	for i := range t.Classes {
		c := &t.Classes[i]
		if c.Environment != FirstInvocation || c.Latency.Histogram == nil {
			continue
		}
		for ms, n := range c.Latency.Histogram.Buckets() {
			if ms >= from {
				tail.First += n
			}
		}
	}
	tail.First = min(tail.First, tail.Requests) // of ties at the percentile, some are below it
	return tail
}

// Worth is how many independent requests those of a target are worth, for a percentile.
type Worth struct {
	Percentile float64 `json:"percentile"`
	Requests   int64   `json:"requests"`
}

// setIntervals replaces the intervals of percentiles by those that hold for answers
// that depend on when they came, and says how many independent ones they are worth.
func (t *Target) setIntervals(o verdict.Options) {
	t.Worth = nil
	n := t.Latency.N + t.Latency.Unanswered
	for _, percentile := range judged {
		b := t.Bounds(percentile, o)
		if b.Worth > 0 && b.Worth < n {
			t.Worth = append(t.Worth, Worth{percentile, b.Worth})
		}
		t.Latency.SetInterval(percentile, b, n)
		t.Service.SetInterval(percentile, b, n)
		t.FirstByte.SetInterval(percentile, b, n)
		for i := range t.Classes {
			c := &t.Classes[i]
			if c.Environment == FirstInvocation || c.Latency.Distribution() == nil {
				continue
			}
			of := c.Bounds(percentile, o)
			c.Latency.SetInterval(percentile, of, c.Latency.N)
			c.Service.SetInterval(percentile, of, c.Latency.N)
		}
	}
}
