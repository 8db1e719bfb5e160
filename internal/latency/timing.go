package latency

import (
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Timing is one clock of a group of requests, such as the latencies of a target.
// Its JSON is the percentiles; the values themselves are in the .hlog.
//
// A request without an answer is censored: it is known to take at least as long as
// it had taken when it failed. So a percentile is that of all requests and not of
// those alone that were lucky, and where censored values could move it, it is a
// lower bound.
type Timing struct {
	// Percentiles have neither answers nor unanswered requests where nothing is known.
	Percentiles
	// Histogram has the answers. It is nil for a clock of which only the percentiles
	// were recorded.
	Histogram *Histogram `json:"-"`
	// Censored has the requests without an answer; nil is none.
	Censored *Histogram `json:"-"`
	all      *Histogram // both
}

// NewTiming summarises the answers and the requests without one, of which there may
// be none (nil). The histograms are kept and must not be changed again.
func NewTiming(answers, censored *Histogram) Timing {
	t := Timing{Histogram: answers, Censored: censored, all: answers}
	if censored != nil && censored.N() > 0 {
		t.all = New()
		t.all.Merge(answers)
		t.all.Merge(censored)
	}
	t.Percentiles = t.percentiles()
	return t
}

// IsZero says that there are no values, which JSON leaves out.
func (p Percentiles) IsZero() bool { return p.N == 0 && p.Unanswered == 0 }

// Distribution is that of all requests, with the lower bounds of those without an
// answer. It is nil for a clock of which only the percentiles were recorded.
func (t Timing) Distribution() verdict.Distribution {
	if t.all == nil {
		return nil
	}
	return t.all
}

// At is a percentile of all requests in milliseconds. atLeast says that it is a
// lower bound. There has to be a value, and the histogram.
func (t Timing) At(percentile float64) (ms float64, atLeast bool) {
	rank := verdict.RankOf(percentile, t.all.N())
	return t.all.AtRank(rank), !t.Exact(rank)
}

// tolerance is how far a lower bound may be below the upper one, as a share of it,
// and still be called the value: that of the shown digits.
const tolerance = 0.01

// Exact says that the value at a rank among all requests is known: wherever the
// requests without an answer really belong, it does not move.
func (t Timing) Exact(rank int64) bool {
	if t.Unanswered == 0 {
		return true
	}
	// At the worst, none of them would have been answered ever.
	if rank > t.Histogram.N() {
		return false
	}
	return t.Histogram.AtRank(rank)*(1-tolerance) <= t.all.AtRank(rank)
}

// SetInterval replaces the interval of p50, p90 or p99 by bounds that are ranks among of
// requests, whose values these are. An open one leaves none.
func (t *Timing) SetInterval(percentile float64, b verdict.Bounds, of int64) {
	field := map[float64]*[]float64{50: &t.P50Interval, 90: &t.P90Interval, 99: &t.P99Interval}[percentile]
	if t.all == nil || of == 0 {
		return
	}
	n := t.all.N()
	low, high := b.Low*n/of, (b.High*n+of-1)/of
	*field = nil
	if low >= 1 && high <= n && t.Exact(high) {
		*field = []float64{t.all.AtRank(low), t.all.AtRank(high)}
	}
}

// IsAtLeast says that the figure of that name, as in JSON, is a lower bound.
func (p Percentiles) IsAtLeast(name string) bool { return slices.Contains(p.AtLeast, name) }
