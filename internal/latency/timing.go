package latency

// Timing is one clock of a group of requests, such as the latencies of a target's
// answers. Its JSON is the percentiles; the values themselves are in the .hlog.
type Timing struct {
	// Percentiles have an N of 0 where there are no values.
	Percentiles
	// Histogram has the values. It is nil for a clock of which only the percentiles
	// were recorded.
	Histogram *Histogram `json:"-"`
}

// NewTiming summarises a histogram, which is kept and not changed again.
func NewTiming(h *Histogram) Timing {
	return Timing{Percentiles: h.Percentiles(), Histogram: h}
}

// IsZero says that there are no values, which JSON leaves out.
func (t Timing) IsZero() bool { return t.N == 0 }
