package results

import (
	"slices"
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
		t.intervals = halved(t.intervals)
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

// halved puts each two neighbours together.
func halved(intervals []Interval) []Interval {
	half := make([]Interval, 0, (len(intervals)+1)/2)
	for two := range slices.Chunk(intervals, 2) {
		one := two[0]
		if len(two) > 1 {
			one = one.plus(two[1])
		}
		half = append(half, one)
	}
	return half
}

// Timelines are those of a target: of all its latencies, and of each class of later
// requests. First requests have nothing to do with the time before them.
type Timelines struct {
	all   Timeline
	later map[ClassKey]*Timeline
}

// Add appends a row of all requests, and the latencies of the classes of later requests
// in it. A class that has none may be left out.
func (t *Timelines) Add(all Interval, later map[ClassKey]latency.Counts) {
	for key := range later {
		if t.later[key] == nil { // a class may come late
			if t.later == nil {
				t.later = map[ClassKey]*Timeline{}
			}
			t.later[key] = new(t.all.Empty())
		}
	}
	for key, line := range t.later {
		line.Add(Interval{Start: all.Start, Length: all.Length, Latency: later[key]})
	}
	t.all.Add(all)
}

// All are the intervals of all requests.
func (t *Timelines) All() []Interval { return t.all.Intervals() }

// Of are the intervals of a class of later requests, as many as those of all; nil for
// other classes.
func (t *Timelines) Of(key ClassKey) []Interval {
	if line := t.later[key]; line != nil {
		return line.Intervals()
	}
	return nil
}

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
