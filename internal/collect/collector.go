package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
)

// Store holds the samples that are completed. A *[dynamo.Store] is one, and
// documents each method.
type Store interface {
	PutRun(ctx context.Context, r results.Run) error
	Run(ctx context.Context, id string) (r results.Run, ok bool, err error)
	SamplesOf(ctx context.Context, run string, v matrix.Variant) iter.Seq2[results.Sample, error]
	Replace(ctx context.Context, samples ...results.Sample) error
	Functions(ctx context.Context) ([]deployed.Function, error)
	PutSeries(ctx context.Context, run string, records ...results.SeriesRecord) error
	PutRaw(ctx context.Context, run string, lines ...dynamo.Raw) error
	Keep(ctx context.Context, run, name string, document any) error
	AllKept(ctx context.Context, run, prefix string) (map[string]json.RawMessage, error)
}

var _ Store = (*dynamo.Store)(nil)

// Patience is how long after an invocation its record may come: AWS speaks of 5
// to 10 minutes, and of seconds usually.
const Patience = 12 * time.Minute

// Collector is the handler. Its fields are set once; it is safe for concurrent use.
type Collector struct {
	Logs  LogsAPI
	Store Store
	// Platform is where the run is.
	Platform deployed.Platform
	// Patience replaces the constant of that name if it is not 0.
	Patience time.Duration
	// Log may be nil.
	Log *slog.Logger

	once    sync.Once
	limiter *rate.Limiter
}

// filterPerSecond is a little less than the quota of FilterLogEvents, 5 a second
// for an account and region.
const filterPerSecond = 4.5

func (c *Collector) limit() *rate.Limiter {
	c.once.Do(func() { c.limiter = rate.NewLimiter(filterPerSecond, 1) })
	return c.limiter
}

// The actions of a request.
const (
	ActionCollect   = "collect"
	ActionAggregate = "aggregate"
)

// Request is what the state machine sends.
type Request struct {
	Action string         `json:"action"`
	Run    string         `json:"run"`
	Input  workflow.Input `json:"input,omitzero"`
}

// CollectResponse says whether another pass is needed, and when.
type CollectResponse struct {
	Complete bool `json:"complete"`
	// Missing is how many records are waited for.
	Missing     int `json:"missing"`
	WaitSeconds int `json:"waitSeconds"`
}

// AggregateResponse says how many aggregates the run has.
type AggregateResponse struct {
	Series int `json:"series"`
}

// Handle does what the request asks for.
func (c *Collector) Handle(ctx context.Context, q Request) (any, error) {
	var answer any
	var err error
	switch {
	case q.Run == "":
		err = errors.New("the request names no run")
	case q.Action == ActionCollect:
		answer, err = c.collect(ctx, q)
	case q.Action == ActionAggregate:
		answer, err = c.aggregate(ctx, q)
	default:
		err = fmt.Errorf("action %q is not known", q.Action)
	}
	if c.Log != nil {
		c.Log.Info(q.Action, "run", q.Run, "answer", answer, "error", err)
	}
	return answer, named(err)
}

// named puts the type that the state machine knows outermost, where it looks.
func named(err error) error {
	if _, ok := errors.AsType[*workflow.StoreError](err); ok {
		return &workflow.StoreError{Err: err}
	}
	if _, ok := errors.AsType[*workflow.ThrottledError](err); ok {
		return &workflow.ThrottledError{Err: err}
	}
	return err
}

// tallyPrefix begins the names under which tallies are kept.
const tallyPrefix = "TALLY#"

// stopMargin is what is left of an invocation for the function at hand.
const stopMargin = 45 * time.Second

// collect makes one pass over the functions that are not complete yet.
func (c *Collector) collect(ctx context.Context, q Request) (CollectResponse, error) {
	complete, err := c.Store.AllKept(ctx, q.Run, tallyPrefix)
	if err != nil {
		return CollectResponse{}, &workflow.StoreError{Err: err}
	}
	all, err := c.Store.Functions(ctx)
	if err != nil {
		return CollectResponse{}, &workflow.StoreError{Err: err}
	}
	run, ok, err := c.Store.Run(ctx, q.Run)
	if err != nil {
		return CollectResponse{}, &workflow.StoreError{Err: err}
	}
	if !ok {
		return CollectResponse{}, fmt.Errorf("collect: there is no run %s", q.Run)
	}
	answer := CollectResponse{Complete: true}
	youngest := Patience
	looked := false
	for _, fn := range all {
		if !fn.Measured() || complete[tallyPrefix+fn.Variant.Name()] != nil {
			continue
		}
		if deadline, ok := ctx.Deadline(); ok && looked && time.Until(deadline) < stopMargin {
			answer.Complete, answer.WaitSeconds = false, 1 // the rest needs no waiting, but another invocation
			return answer, nil
		}
		looked = true
		missing, age, err := c.function(ctx, q, run.Manifest.Started, fn)
		if err != nil {
			return CollectResponse{}, fmt.Errorf("collect %s: %w", fn.Variant.Name(), err)
		}
		if missing > 0 {
			answer.Complete = false
			answer.Missing += missing
			youngest = min(youngest, age)
		}
	}
	if !answer.Complete {
		answer.WaitSeconds = wait(youngest)
	}
	return answer, nil
}

// wait is how many seconds to wait for records of which the youngest has waited
// for so long: most come soon, the rest much later.
func wait(age time.Duration) int {
	return int(min(max(age/3, 5*time.Second), time.Minute) / time.Second)
}

func (c *Collector) patience() time.Duration { return cmp.Or(c.Patience, Patience) }

// function completes one function's samples as far as its log does today. It
// returns how many records may still come, and how long ago the last of those
// invocations ended.
func (c *Collector) function(ctx context.Context, q Request, started time.Time, fn deployed.Function) (missing int, age time.Duration, err error) {
	var samples []results.Sample
	for s, err := range c.Store.SamplesOf(ctx, q.Run, fn.Variant) {
		if err != nil {
			return 0, 0, &workflow.StoreError{Err: err}
		}
		samples = append(samples, s)
	}
	tally := results.Tally{Function: fn.Variant.Name()}
	found, age, err := c.complete(ctx, q.Run, fn, samples, &tally)
	if err != nil {
		return 0, 0, err
	}
	unrecorded := map[string]string{}
	for _, s := range samples {
		switch {
		case s.Record != nil:
			if s.Record.Extra[fromLogs] != "" {
				tally.Late++
			}
		case s.RequestID == "":
			unrecorded[s.Key()] = LossNoRequest
		case found.mentions(s.RequestID):
			unrecorded[s.Key()] = LossMalformed
		default:
			unrecorded[s.Key()] = LossNoRecord
			missing++
		}
	}
	if missing > 0 && age < c.patience() {
		return missing, age, nil
	}
	return 0, 0, c.close(ctx, q, started, fn, samples, unrecorded, tally)
}

// fromLogs marks a record that came from the logs and not from the tail.
const fromLogs = "collected"

// The window reaches over what is looked for on both sides: clocks differ, and an
// environment's init begins before the request that waits for it.
const (
	before = 15 * time.Second
	after  = 5 * time.Second
)

// complete asks the function's log for what the samples lack, and stores those
// that it completed, in samples too.
func (c *Collector) complete(ctx context.Context, run string, fn deployed.Function, samples []results.Sample, t *results.Tally) (found Matched, age time.Duration, err error) {
	var from, to time.Time
	for _, s := range samples {
		if !lacking(s) {
			continue
		}
		if from.IsZero() || s.Start.Before(from) {
			from = s.Start
		}
		if end := s.Start.Add(s.Elapsed); end.After(to) {
			to = end
		}
	}
	if to.IsZero() {
		return Matched{}, 0, nil
	}
	age = time.Since(to)
	events, err := c.fetch(ctx, fn.LogGroup, from.Add(-before), to.Add(after))
	if err != nil {
		return Matched{}, 0, err
	}
	found = Match(events)
	t.Events = found.Counts
	var changed []results.Sample
	for i, s := range samples {
		record, ok := found.Reports[s.RequestID]
		if !ok || !lacking(s) {
			continue
		}
		if record.Extra == nil {
			record.Extra = map[string]string{}
		}
		record.Extra[fromLogs] = time.Now().UTC().Format(time.RFC3339)
		samples[i].Record = &record
		changed = append(changed, samples[i])
	}
	if err := c.Store.Replace(ctx, changed...); err != nil {
		return Matched{}, 0, &workflow.StoreError{Err: err}
	}
	if err := c.Store.PutRaw(ctx, run, raws(fn.LogGroup, found.Malformed)...); err != nil {
		return Matched{}, 0, &workflow.StoreError{Err: err}
	}
	return found, age, nil
}

// lacking says whether the log may know more of a sample than its tail did: the
// record itself, or of an init that ran out of time, what became of it.
func lacking(s results.Sample) bool {
	if s.RequestID == "" {
		return false
	}
	return s.Record == nil || s.Temperature() == results.InitTimeout && s.Record.Extra[fromLogs] == ""
}

func raws(group string, lines []Malformed) []dynamo.Raw {
	var all []dynamo.Raw
	for _, l := range lines {
		all = append(all, dynamo.Raw{
			LogGroup: group, EventID: l.ID, LogStream: l.Stream, Timestamp: l.Timestamp, Message: l.Message, Error: l.Err.Error(),
		})
	}
	return all
}

// close aggregates a function whose samples are complete, counts them, and keeps
// the tally, after which the function is not looked at again.
func (c *Collector) close(ctx context.Context, q Request, started time.Time, fn deployed.Function, samples []results.Sample, unrecorded map[string]string, t results.Tally) error {
	count(&t, fn, q.Input.Options(q.Run, c.Platform), samples, unrecorded)
	var records []results.SeriesRecord
	for _, summary := range results.Summarise(slices.Values(samples))[fn.Variant] {
		records = append(records, results.SeriesRecord{
			Run: q.Run, Platform: c.Platform, Started: started,
			Series: results.Series{
				Variant:     fn.Variant,
				Event:       functions.Event{Workload: functions.Workload(summary.Workload), Iterations: summary.Iterations},
				Temperature: summary.Temperature,
			},
			FunctionName: fn.ARN[strings.LastIndexByte(fn.ARN, ':')+1:], Summary: summary,
		})
	}
	t.Series = len(records)
	if err := check(t); err != nil {
		return err
	}
	if err := c.Store.PutSeries(ctx, q.Run, records...); err != nil {
		return &workflow.StoreError{Err: err}
	}
	if err := c.Store.Keep(ctx, q.Run, tallyPrefix+t.Function, t); err != nil {
		return &workflow.StoreError{Err: err}
	}
	return nil
}
