package results

import (
	"io"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
)

// ReadLog adds a histogram log to the target: the intervals, and the histograms of
// those clocks and classes that the log has. Percentiles that are known already stay.
func (t *Target) ReadLog(r io.Reader) error {
	var past Timelines
	var current *Interval // whose other rows may follow
	later := map[ClassKey]latency.Counts{}
	end := func() {
		if current != nil {
			past.Add(*current, later)
		}
		clear(later)
	}
	for row, err := range latency.ReadLog(r) {
		if err != nil {
			return err
		}
		clock, unanswered := t.logged(row.Tag)
		if clock == nil {
			continue // it is of another tool
		}
		values := &clock.Histogram
		if unanswered {
			values = &clock.Censored
		}
		if *values == nil {
			*values = latency.New()
		}
		(*values).Merge(row.Histogram)
		key, service, class := classOfTag(row.Tag)
		switch {
		case row.Tag == "":
			end()
			current = &Interval{Start: row.Start, Length: row.Length, Latency: row.Histogram.Counts()}
		case current == nil || !current.Start.Equal(row.Start):
		case row.Tag == UnansweredTag(""):
			current.Unanswered = row.Histogram.Counts()
		case class && !service && key.Environment == LaterInvocations:
			later[key] = row.Histogram.Counts()
		}
	}
	end()
	t.Intervals = past.All()
	for i := range t.Classes {
		t.Classes[i].Intervals = past.Of(t.Classes[i].ClassKey)
	}
	for _, clock := range t.clocks() {
		answers, censored := clock.of.Histogram, clock.of.Censored
		if answers == nil && censored == nil {
			continue
		}
		if answers == nil {
			answers = latency.New()
		}
		summarised := clock.of.Percentiles // of a run that ended
		*clock.of = latency.NewTiming(answers, censored)
		if !summarised.IsZero() {
			clock.of.Percentiles = summarised
		}
	}
	return nil
}

// logged is the clock that the rows of a tag belong to, and whether they hold what was
// not answered; nil for another tool's tag.
func (t *Target) logged(tag string) (clock *latency.Timing, unanswered bool) {
	key, _, class := classOfTag(tag)
	if class && !slices.ContainsFunc(t.Classes, func(c Class) bool { return c.ClassKey == key }) {
		t.Classes = append(t.Classes, Class{ClassKey: key})
	}
	for _, c := range t.clocks() {
		switch tag {
		case c.tag:
			return c.of, false
		case UnansweredTag(c.tag):
			return c.of, true
		}
	}
	return nil, false
}

// clock is one clock of a target, with the tag of its rows in the histogram log.
type clock struct {
	tag string
	of  *latency.Timing
}

func (t *Target) clocks() []clock {
	all := []clock{{"", &t.Latency}, {ServiceTag, &t.Service}, {FirstByteTag, &t.FirstByte}, {ConnectTag, &t.Connect}}
	for i := range t.Classes {
		c := &t.Classes[i]
		all = append(all, clock{c.Tag(), &c.Latency}, clock{c.ServiceTag(), &c.Service})
	}
	return all
}

// WriteLog writes the target as a histogram log that [Target.ReadLog] makes the same of:
// a row for each interval and class of later requests, and one for each other clock.
func (t *Target) WriteLog(w io.Writer) error {
	if len(t.Intervals) == 0 {
		return nil
	}
	start, last := t.Intervals[0].Start, t.Intervals[len(t.Intervals)-1]
	log, err := latency.NewLogWriter(w, start)
	if err != nil {
		return err
	}
	h := latency.New()
	interval := func(tag string, i Interval, values latency.Counts) error {
		h.Reset()
		h.Add(values)
		return log.Write(tag, i.Start, i.Length, h)
	}
	for i, v := range t.Intervals {
		if err := interval("", v, v.Latency); err != nil {
			return err
		}
		if v.Unanswered.N() > 0 {
			if err := interval(UnansweredTag(""), v, v.Unanswered); err != nil {
				return err
			}
		}
		for _, c := range t.Classes {
			if i < len(c.Intervals) && c.Intervals[i].Latency.N() > 0 {
				if err := interval(c.Tag(), v, c.Intervals[i].Latency); err != nil {
					return err
				}
			}
		}
	}
	return t.writeClocks(log, start, last.Start.Add(last.Length).Sub(start))
}

// writeClocks writes a row for each clock of which the intervals have nothing.
func (t *Target) writeClocks(log *latency.LogWriter, start time.Time, length time.Duration) error {
	inIntervals := map[string]bool{"": true}
	for _, c := range t.Classes {
		inIntervals[c.Tag()] = len(c.Intervals) > 0
	}
	for _, c := range t.clocks() {
		if inIntervals[c.tag] {
			continue
		}
		for _, row := range []struct {
			tag    string
			values *latency.Histogram
		}{{c.tag, c.of.Histogram}, {UnansweredTag(c.tag), c.of.Censored}} {
			if row.values == nil || row.values.N() == 0 {
				continue
			}
			if err := log.Write(row.tag, start, length, row.values); err != nil {
				return err
			}
		}
	}
	return nil
}
