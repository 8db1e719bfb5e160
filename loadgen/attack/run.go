package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
)

// Run sends what the options say and returns when every request is settled.
// When the context ends, no more are begun, and what is on its way is waited
// for; the record is complete then, too. An error without a record means that
// nothing was run; with one, that the books do not balance or a log could not be
// written.
func Run(ctx context.Context, o Options) (*results.Load, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	c, err := o.config()
	if err != nil {
		return nil, err
	}
	var zero time.Time
	c.Started = func(t time.Time) { zero = t }
	e, err := engine.New(o.Engine, c)
	if err != nil {
		return nil, fmt.Errorf("load test: %w", err)
	}
	return run(ctx, o, e, &zero)
}

// config is what the engine is told.
func (o Options) config() (engine.Config, error) {
	c := engine.Config{
		Schedule: o.Schedule, Timeout: o.Timeout, MaxConns: o.MaxConns, MaxQueue: o.MaxQueue,
		ExpectStatus: o.Expect.Status, ExpectBody: o.Expect.BodyContains,
		Pace: o.Pace, DNS: o.DNS, Shards: o.Shards, HTTP2: o.HTTP2, Insecure: o.Insecure, RootCAs: o.RootCAs,
	}
	if o.Closed != nil {
		c.Closed = &engine.Closed{Seed: o.Schedule.Seed, Conns: o.Closed.Conns, Duration: o.Closed.Duration}
	}
	for _, t := range o.Targets {
		request, u, err := t.request()
		if err != nil {
			return c, fmt.Errorf("load test: target %s: %w", t.Name, err)
		}
		c.Requests = append(c.Requests, engine.Request{URL: u, Request: request})
	}
	return c, nil
}

// run is Run with an engine, which sets zero before it sends.
func run(ctx context.Context, o Options, e engine.Engine, zero *time.Time) (load *results.Load, err error) {
	logs := make([]io.WriteCloser, len(o.Targets))
	if o.HLog != nil {
		for i, t := range o.Targets {
			if logs[i], err = o.HLog(t.Name); err != nil {
				closeAll(logs)
				return nil, fmt.Errorf("load test: histogram log of %s: %w", t.Name, err)
			}
		}
	}
	pauses := startPauseMeter()
	c := newCollector(o, e.Shards(), logs, zero)
	recorders := make([]engine.Recorder, e.Shards())
	for i := range recorders {
		recorders[i] = c.recorders[i]
	}
	go c.collect()
	report := e.Run(ctx, recorders)
	c.finish(report.Elapsed)

	load = c.load(report)
	load.Generator.Engine = e.Name()
	pause := float64(pauses.longest()) / float64(time.Millisecond)
	load.Generator.GCPauseMaxMs = &pause
	audit(load, o, report, c.total.capped)
	if err := errors.Join(c.err, closeAll(logs), balance(load)); err != nil {
		return load, fmt.Errorf("load test: %w", err)
	}
	return load, nil
}

func closeAll(logs []io.WriteCloser) error {
	var errs []error
	for _, log := range logs {
		if log != nil {
			errs = append(errs, log.Close())
		}
	}
	return errors.Join(errs...)
}
