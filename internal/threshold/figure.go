package threshold

import (
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// read is the term's figure of a subject. share says that requests are to be a share
// of all.
func (j *judge) read(t term, s subject, share bool) results.Figure {
	switch {
	case s.missing != "":
		return s.figure(t.name())
	case s.cell != nil:
		return j.readSeries(t, s)
	case t.timed():
		return j.readClock(t, s)
	}
	return t.readRequests(s, share)
}

// readSeries is a figure of a cell's samples.
func (j *judge) readSeries(t term, s subject) results.Figure {
	f := s.figure(t.name())
	side, ok := j.side(t, *f.Series)
	if !ok {
		f.Missing = results.NotMeasured
		return f
	}
	values := side.Values()
	n := values.N()
	f.Unit, f.N = results.Milliseconds, n
	switch t.statistic {
	case "mean":
		sum := 0.0
		for rank := range n {
			sum += values.AtRank(rank + 1)
		}
		f.Value = new(sum / float64(n))
	case "min":
		f.Value = new(values.AtRank(1))
	case "max":
		f.Value = new(values.AtRank(n))
	default:
		v, _ := verdict.Quantile(values, t.percentile)
		f.Value = &v
		b := verdict.Bound(side, t.percentile, j.options)
		f.Reason = b.Reason
		if b.Low >= 1 {
			f.Low = new(values.AtRank(b.Low))
		}
		if b.High <= n {
			f.High = new(values.AtRank(b.High))
		}
	}
	return f
}

// readClock is a figure of a target's or a class's clock.
func (j *judge) readClock(t term, s subject) results.Figure {
	f := s.figure(t.name())
	clock := map[string]latency.Timing{"": s.target.Latency, "service": s.target.Service, "firstByte": s.target.FirstByte, "connect": s.target.Connect}
	if s.class != nil {
		clock = map[string]latency.Timing{"": s.class.Latency, "service": s.class.Service}
	}
	clock["latency"] = clock[""]
	of := clock[t.clock]
	switch {
	case of.IsZero():
		f.Missing = results.NoAnswer
		return f
	case of.Distribution() == nil && t.percentile > 0:
		f.Missing = results.NotKept
		return f
	}
	f.Unit, f.N, f.AtLeast = results.Milliseconds, of.N+of.Unanswered, of.IsAtLeast(t.statistic)
	switch t.statistic {
	case "mean":
		f.Value = of.Mean
	case "min":
		f.Value = of.Min
	case "max":
		f.Value = of.Max
	default:
		var value float64
		value, f.AtLeast = of.At(t.percentile)
		f.Value = &value
		j.bound(&f, t, of, s)
	}
	if f.AtLeast {
		f.Unanswered = of.Unanswered
	}
	return f
}

// bound sets the bounds of a percentile. How far answers depend on when they came is
// known of the latencies. The service time and the first byte are those of the same
// requests; connections are made one by one, and taken to be independent.
func (j *judge) bound(f *results.Figure, t term, clock latency.Timing, s subject) {
	values := clock.Distribution()
	b, of := verdict.Bound(verdict.Independent(values), t.percentile, j.options), values.N()
	if t.clock != "connect" {
		latencies := s.target.Latency
		if s.class != nil {
			latencies = s.class.Latency
		}
		b, of = s.bounds(t.percentile, j.options), latencies.N+latencies.Unanswered
	}
	if f.Reason = b.Reason; of == 0 {
		return
	}
	if low := b.Low * values.N() / of; low >= 1 {
		f.Low = new(values.AtRank(low))
	}
	high := (b.High*values.N() + of - 1) / of
	switch {
	case high > values.N(): // the reason says what it lacks
	case clock.Exact(high):
		f.High = new(values.AtRank(high))
	default:
		f.Reason = verdict.Reason{Kind: verdict.Unanswered}
	}
}

// readRequests are the requests without an answer, or those that were never sent.
func (t term) readRequests(s subject, share bool) results.Figure {
	at := s.target
	n, of, why := at.Sent-at.Answered, at.Sent, results.NothingSent
	if t.statistic == "dropped" {
		n, of, why = at.Dropped, at.Planned, results.NothingPlanned
	}
	f := s.figure(t.name())
	f.N = n
	switch {
	case !share:
		f.Value = new(float64(n))
	case of == 0:
		f.Missing = why
	default:
		f.Value, f.Unit, f.Of = new(100*float64(n)/float64(of)), results.Percent, of
	}
	return f
}
