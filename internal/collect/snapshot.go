package collect

import (
	"context"
	"errors"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// snapshot is what a cell with SnapStart began from, nil for other cells and where
// nothing was measured. Lambda writes the init phases behind the snapshot into the
// function's log before the first invocation. A log that cannot be read has none.
func (c *Collector) snapshot(ctx context.Context, fn deployed.Function, samples []results.Sample) (*results.Snapshot, error) {
	var s results.Snapshot
	var until time.Time
	for _, sample := range samples {
		if sample.Published.IsZero() {
			continue
		}
		if s.Version == "" && sample.Answer != nil {
			s.Version = sample.Answer.FunctionVersion
		}
		if s.Published = sample.Published; until.IsZero() || sample.Start.Before(until) {
			until = sample.Start
		}
	}
	if until.IsZero() {
		return nil, nil
	}
	matcher := newMatcher()
	err := c.fetch(ctx, fn.LogGroup, s.Published.Add(-after), until, matcher.add)
	if u, ok := errors.AsType[*unreadableLogError](err); ok {
		c.logger().Warn("the log of the snapshot cannot be read", "function", fn.Variant.Name(), "error", u.Error())
	} else if err != nil {
		return nil, err
	}
	for _, l := range matcher.lines {
		if l.record.Kind == lambdalog.InitReport && l.record.InitDuration != nil {
			s.InitMs = append(s.InitMs, l.record.InitDuration.Seconds()*1000)
		}
	}
	return &s, nil
}
