package results

import (
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
)

// maxIntervals bounds a [Timeline]. At 10,000 requests a second an interval takes
// about 50 kB.
const maxIntervals = 512

// Timeline is a target's latencies over time in at most [maxIntervals] intervals.
// Once they are full, neighbours are put together, and from then on each interval
// has twice the rows. Timelines that get as many rows have the same intervals.
type Timeline struct {
	intervals []Interval
	rows      int // of a whole interval; 0 is 1
	last      int // rows of the last interval
}

// Add appends a row, which is the next stretch of time.
func (t *Timeline) Add(row Interval) {
	t.rows = max(t.rows, 1)
	if n := len(t.intervals); n > 0 && t.last < t.rows {
		t.intervals[n-1] = t.intervals[n-1].plus(row)
		t.last++
		return
	}
	if len(t.intervals) == maxIntervals {
		for i := range maxIntervals / 2 {
			t.intervals[i] = t.intervals[2*i].plus(t.intervals[2*i+1])
		}
		t.intervals = t.intervals[:maxIntervals/2]
		t.rows *= 2
	}
	t.intervals, t.last = append(t.intervals, row), 1
}

// Empty is a timeline of the same rows without values.
func (t *Timeline) Empty() Timeline {
	e := Timeline{rows: t.rows, last: t.last}
	for _, i := range t.intervals {
		e.intervals = append(e.intervals, Interval{Start: i.Start, Length: i.Length})
	}
	return e
}

// Intervals are the intervals in their order.
func (t *Timeline) Intervals() []Interval { return t.intervals }

// plus puts an interval and the next one together.
func (i Interval) plus(next Interval) Interval {
	return Interval{
		Start: i.Start, Length: max(next.Start.Add(next.Length).Sub(i.Start), time.Duration(0)),
		Latency: together(i.Latency, next.Latency), Unanswered: together(i.Unanswered, next.Unanswered),
	}
}

func together(a, b latency.Counts) latency.Counts {
	if b.N() == 0 {
		return a
	}
	if a.N() == 0 {
		return b
	}
	h := latency.New()
	h.Add(a)
	h.Add(b)
	return h.Counts()
}
