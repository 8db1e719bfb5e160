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

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
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
	PutVariants(ctx context.Context, run string, variants ...results.VariantSummary) error
	PutSeries(ctx context.Context, run string, records ...results.SeriesRecord) error
	SeriesOf(ctx context.Context, run string) ([]results.SeriesRecord, error)
	ValuesOf(ctx context.Context, run string) (map[results.Series]results.Values, error)
	VariantsOf(ctx context.Context, run string) ([]results.VariantSummary, error)
	PutHistory(ctx context.Context, r results.Run) error
	PutRaw(ctx context.Context, run string, lines ...dynamo.Raw) error
	Keep(ctx context.Context, run, name string, document any) error
	AllKept(ctx context.Context, run, prefix string) (map[string]json.RawMessage, error)
}

var _ Store = (*dynamo.Store)(nil)

// Patience is how long after an invocation its record may come. AWS documents 5
// to 10 minutes; seconds are usual.
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

// Handle performs the request.
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
	c.logger().Info(q.Action, "run", q.Run, "answer", answer, "error", err)
	return answer, named(err)
}

// named puts the type that the state machine knows outermost, since Step Functions
// sees only that one.
func named(err error) error {
	if _, ok := errors.AsType[*workflow.StoreError](err); ok {
		return &workflow.StoreError{Err: err}
	}
	return err
}

// tallyPrefix begins the names under which tallies are kept.
const tallyPrefix = "TALLY#"

// stopMargin is the time that one function may take: no other is begun with less.
const stopMargin = 45 * time.Second

// pass is a request to collect, and what is read once for all functions.
type pass struct {
	Request
	started   time.Time
	failureOf map[string]error
}

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
	failureOf, err := workflow.FailureOf(ctx, c.Store, q.Run)
	if err != nil {
		return CollectResponse{}, &workflow.StoreError{Err: err}
	}
	pass := pass{Request: q, started: run.Manifest.Started, failureOf: failureOf}
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
		missing, age, err := c.function(ctx, pass, fn)
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

// wait is how many seconds to wait until the next pass, by the age of the youngest
// missing record: most records come soon, the rest much later.
func wait(age time.Duration) int {
	return int(min(max(age/3, 5*time.Second), time.Minute) / time.Second)
}

func (c *Collector) patience() time.Duration { return cmp.Or(c.Patience, Patience) }

// function completes one function's samples as far as its log does today. It
// returns how many records may still come, and how long ago the last of those
// invocations ended. A log that cannot be read is a loss of this function only.
func (c *Collector) function(ctx context.Context, p pass, fn deployed.Function) (missing int, age time.Duration, err error) {
	var samples []results.Sample
	for s, err := range c.Store.SamplesOf(ctx, p.Run, fn.Variant) {
		if err != nil {
			return 0, 0, &workflow.StoreError{Err: err}
		}
		samples = append(samples, s)
	}
	tally := results.Tally{Function: fn.Variant.Name()}
	loss, final := LossNoRecord, false
	found, age, err := c.complete(ctx, p.Run, fn, samples, &tally)
	if u, ok := errors.AsType[*unreadableLogError](err); ok {
		loss, final, err = u.loss, u.final, nil
		c.logger().Warn("the log cannot be read", "run", p.Run, "function", tally.Function, "error", u.Error())
	}
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
			unrecorded[s.Key()] = loss
			missing++
		}
	}
	if missing > 0 && age < c.patience() && !final {
		return missing, age, nil
	}
	return 0, 0, c.close(ctx, p, fn, samples, unrecorded, tally)
}

func (c *Collector) logger() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
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
func (c *Collector) complete(ctx context.Context, run string, fn deployed.Function, samples []results.Sample, t *results.Tally) (found matched, age time.Duration, err error) {
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
		return matched{}, 0, nil
	}
	age = time.Since(to)
	matcher := newMatcher()
	// What was read before an error counts.
	unread := c.fetch(ctx, fn.LogGroup, from.Add(-before), to.Add(after), matcher.add)
	if ctx.Err() != nil {
		return matched{}, 0, unread
	}
	found = matcher.match()
	t.Events = found.counts
	var changed []results.Sample
	for i, s := range samples {
		record, ok := found.reports[s.RequestID]
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
		return matched{}, 0, &workflow.StoreError{Err: err}
	}
	if err := c.Store.PutRaw(ctx, run, raws(fn.LogGroup, found.malformed)...); err != nil {
		return matched{}, 0, &workflow.StoreError{Err: err}
	}
	return found, age, unread
}

// lacking says whether the log may complete a sample: its record is missing, or its
// init ran out of time and the log has what happened to it.
func lacking(s results.Sample) bool {
	if s.RequestID == "" {
		return false
	}
	return s.Record == nil || s.Temperature() == results.InitTimeout && s.Record.Extra[fromLogs] == ""
}

// maxRawBytes bounds the message and the error of a stored line. JSON may write a
// byte as six, and an item of DynamoDB has 400 kB at most.
const maxRawBytes = 16 << 10

func raws(group string, lines []malformed) []dynamo.Raw {
	var all []dynamo.Raw
	for _, l := range lines {
		message, cut := head(l.message, maxRawBytes)
		why, _ := head(l.err.Error(), maxRawBytes)
		all = append(all, dynamo.Raw{
			LogGroup: group, EventID: l.id, LogStream: l.stream, Timestamp: l.timestamp, Message: message, Cut: cut, Error: why,
		})
	}
	return all
}

// head is the beginning of a text, and how many bytes were cut off behind it.
func head(text string, most int) (beginning string, cut int) {
	cut = max(0, len(text)-most)
	return text[:len(text)-cut], cut
}

// close aggregates a function whose samples are complete, counts them, and keeps
// the tally, after which the function is not looked at again.
func (c *Collector) close(ctx context.Context, p pass, fn deployed.Function, samples []results.Sample, unrecorded map[string]string, t results.Tally) error {
	o := p.Input.Options(p.Run, c.Platform)
	count(&t, fn, o, samples, unrecorded)
	row := bench.Row(fn, samples, o, p.failureOf[t.Function])
	row.Losses = t.Losses
	snapshot, err := c.snapshot(ctx, fn, samples)
	if err != nil {
		return err
	}
	row.Snapshot = snapshot
	values := results.ValuesOf(slices.Values(samples))
	var records []results.SeriesRecord
	for _, summary := range row.Series {
		summary.Values = values[summary.Of(fn.Variant)].Kept()
		records = append(records, results.SeriesRecord{
			Run: p.Run, Platform: c.Platform, Started: p.started, Series: summary.Of(fn.Variant),
			FunctionName: fn.ARN[strings.LastIndexByte(fn.ARN, ':')+1:], Summary: summary,
		})
	}
	t.Series = len(records)
	if err := check(t); err != nil {
		return err
	}
	if err := c.Store.PutSeries(ctx, p.Run, records...); err != nil {
		return &workflow.StoreError{Err: err}
	}
	if err := c.Store.PutVariants(ctx, p.Run, row); err != nil {
		return &workflow.StoreError{Err: err}
	}
	if err := c.Store.Keep(ctx, p.Run, tallyPrefix+t.Function, t); err != nil {
		return &workflow.StoreError{Err: err}
	}
	return nil
}
