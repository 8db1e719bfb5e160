package latency

import (
	"io"
	"iter"
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The range and the precision of every histogram. Values under lowest are told
// apart to half a microsecond; values above highest are counted as highest.
const (
	lowest  = time.Microsecond
	highest = 5 * time.Minute
	digits  = 3
)

const nsPerMs = 1e6

// Histogram counts durations. It must not be copied and is not safe for
// concurrent use: each recording thread has its own, and they are merged.
type Histogram struct {
	hdr        *hdrhistogram.Histogram
	outOfRange int64
}

// New returns an empty histogram.
func New() *Histogram {
	return &Histogram{hdr: hdrhistogram.New(int64(lowest), int64(highest), digits)}
}

// Record counts d. A negative duration counts as 0 and one above highest as
// highest, and both are remembered in OutOfRange: dropping them would make the
// tail look better than it was.
func (h *Histogram) Record(d time.Duration) {
	switch {
	case d < 0:
		h.outOfRange++
		d = 0
	case d > highest:
		h.outOfRange++
		d = highest
	}
	// Inside the range RecordValue cannot fail.
	_ = h.hdr.RecordValue(int64(d))
}

// Merge adds what o holds. Every histogram of this package has the same
// geometry, so nothing is lost.
func (h *Histogram) Merge(o *Histogram) {
	if o == nil {
		return
	}
	h.hdr.Merge(o.hdr)
	h.outOfRange += o.outOfRange
}

// Add adds what c holds.
func (h *Histogram) Add(c Counts) {
	for upper, count := range c.Buckets() {
		// Its own geometry has a place for every bucket of another of the same.
		_ = h.hdr.RecordValues(int64(math.Round(upper*nsPerMs)), count)
	}
}

// Reset empties the histogram and keeps its memory.
func (h *Histogram) Reset() {
	h.hdr.Reset()
	h.outOfRange = 0
}

// N is the number of values.
func (h *Histogram) N() int64 { return h.hdr.TotalCount() }

// OutOfRange is how many of the N values were clamped.
func (h *Histogram) OutOfRange() int64 { return h.outOfRange }

// AtRank is the rank-th smallest value in milliseconds; ranks run from 1 to N
// and others are moved to the nearer end. As everywhere in the HdrHistogram
// family it is the upper end of the value's bucket. An empty histogram has 0.
func (h *Histogram) AtRank(rank int64) float64 {
	n := h.N()
	if n == 0 {
		return 0
	}
	rank = min(max(rank, 1), n)
	// The library takes a percentile and turns it into a rank. A quarter below
	// the rank keeps rounding, whichever way it goes, away from the neighbours.
	return float64(h.hdr.ValueAtPercentile(100*(float64(rank)-0.25)/float64(n))) / nsPerMs
}

// Buckets yields the non-empty buckets in ascending order: the upper end in
// milliseconds, as AtRank gives it, and the number of values.
func (h *Histogram) Buckets() iter.Seq2[float64, int64] {
	return func(yield func(float64, int64) bool) {
		for _, b := range h.hdr.Distribution() {
			if b.Count > 0 && !yield(float64(b.To)/nsPerMs, b.Count) {
				return
			}
		}
	}
}

// WritePercentiles writes the percentile distribution in milliseconds as .hgrm
// text, which the plotters of the HdrHistogram family read.
func (h *Histogram) WritePercentiles(w io.Writer) error {
	const ticksPerHalfDistance = 5
	_, err := h.hdr.PercentilesPrint(w, ticksPerHalfDistance, nsPerMs)
	return err
}
