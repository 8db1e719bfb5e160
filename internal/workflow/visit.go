package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// An invocation begins no step that might outlast its deadline: a step may wait for
// the control plane and for the function. answerMargin is kept for the answer.
const (
	stepMargin   = 3 * time.Minute
	answerMargin = 5 * time.Second
	noDeadline   = 10 * time.Minute
)

// VisitResponse says how far a visit came.
type VisitResponse struct {
	Done bool `json:"done"`
	// WaitSeconds is how long to wait before the next request, 0 for not at all.
	WaitSeconds int `json:"waitSeconds"`
	// Cursor is for the next request if the visit is not done.
	Cursor string `json:"cursor"`
	// Samples of the visit are stored; Losses of the wanted ones were given up.
	Samples int `json:"samples"`
	Losses  int `json:"losses"`
}

// visit takes samples of one function until the visit is done or the time is
// short. It continues behind the stored samples. The cursor is how many of them
// there are at least: a read that shows fewer is stale, and continuing from it would
// measure samples twice.
func (r *Runner) visit(ctx context.Context, q Request) (any, error) {
	want := 0
	if q.Cursor != "" {
		var err error
		if want, err = strconv.Atoi(q.Cursor); err != nil {
			return nil, &RequestError{fmt.Errorf("visit: cursor: %w", err)}
		}
	}
	if err := r.renewLease(ctx, q.Run); err != nil {
		return nil, err
	}
	fn, err := r.function(ctx, q.Run, q.Function)
	if err != nil {
		return nil, err
	}
	stored, err := r.stored(ctx, q.Run, fn)
	if err != nil {
		return nil, err
	}
	o := r.options(q)
	v, err := bench.NewVisit(r.Lambda, fn, o, q.Round, stored, keeper{r.Store, fn, q.Run})
	if err != nil {
		return nil, &RequestError{fmt.Errorf("visit: %w", err)}
	}
	before := v.Taken()
	if before < want {
		return nil, &StaleReadError{Run: q.Run, Function: q.Function, Have: before, Want: want}
	}
	limited, until, cancel := budget(ctx)
	defer cancel()
	done, err := v.Run(limited, until)
	answer := VisitResponse{Done: done, Cursor: strconv.Itoa(v.Taken()), Samples: v.Taken(), Losses: v.Lost()}
	if pending, ok := errors.AsType[*bench.PendingError](err); ok {
		answer.WaitSeconds = int(math.Ceil(pending.Wait.Seconds()))
		return answer, nil
	}
	switch {
	case err != nil && limited.Err() != nil && v.Taken() > before:
		// The last step outlasted the margin; those before it are stored.
	case err != nil:
		return nil, named(err)
	case !done && v.Taken() == before:
		return nil, &MeasureError{fmt.Errorf("visit: no sample was taken in a whole invocation of the runner")}
	}
	return answer, nil
}

// options are those of one visit or restore.
func (r *Runner) options(q Request) bench.Options {
	o := q.Input.Options(q.Run, r.Platform)
	o.Patience = cmp.Or(r.Patience, time.Minute)
	if r.Platform == deployed.AWS {
		o.Poll = pollAWS
	}
	return o
}

// pollAWS is half of what an update takes at least. GetFunction may be called
// 100 times a second in an account and region.
const pollAWS = 300 * time.Millisecond

// budget ends the context a little before the invocation ends, and returns the time
// after which no step may begin.
func budget(ctx context.Context) (limited context.Context, until time.Time, cancel context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, time.Now().Add(noDeadline), func() {}
	}
	left := time.Until(deadline)
	limited, cancel = context.WithDeadline(ctx, deadline.Add(-min(answerMargin, left/10)))
	return limited, deadline.Add(-min(stepMargin, left/2)), cancel
}

// stored are the run's samples of the function, by start time.
func (r *Runner) stored(ctx context.Context, run string, fn deployed.Function) ([]results.Sample, error) {
	var all []results.Sample
	for s, err := range r.Store.SamplesOf(ctx, run, fn.Variant) {
		if err != nil {
			return nil, &StoreError{fmt.Errorf("read the stored samples: %w", err)}
		}
		all = append(all, s)
	}
	return all, nil
}

// keeper stores the samples of a visit and the original configuration.
type keeper struct {
	store Store
	fn    deployed.Function
	run   string
}

func (k keeper) KeepSample(ctx context.Context, s results.Sample) error {
	if err := k.store.Put(ctx, s); err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	return nil
}

func (k keeper) KeepOriginal(ctx context.Context, nonce *string) error {
	o := original{ARN: k.fn.ARN, Nonce: nonce, Run: k.run, Kept: time.Now().UTC()}
	if err := k.store.Keep(ctx, originals, k.fn.ARN, o); err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	return nil
}

// restore gives a function its original configuration back after a visit, however
// the visit ended, and deletes the version that the run has published of it after the
// last one. It does nothing if the visit changed nothing.
func (r *Runner) restore(ctx context.Context, q Request) (any, error) {
	fn, err := r.function(ctx, q.Run, q.Function)
	if err != nil {
		return nil, err
	}
	var o original
	ok, err := r.Store.Kept(ctx, originals, fn.ARN, &o)
	if err != nil {
		return nil, &StoreError{fmt.Errorf("restore %s: %w", q.Function, err)}
	}
	if ok {
		if err := bench.Restore(ctx, r.Lambda, fn, o.Nonce, r.options(q)); err != nil {
			return nil, named(err)
		}
	}
	if fn.Variant.SnapStart && q.Round >= q.Input.Rounds {
		if err := bench.DeleteVersions(ctx, r.Lambda, fn, r.options(q)); err != nil {
			return nil, named(err)
		}
	}
	return Nothing{}, nil
}

// fail stores a failed visit.
func (r *Runner) fail(ctx context.Context, q Request) (any, error) {
	if q.Run == "" || q.Function == "" {
		return nil, &RequestError{errors.New("fail: run or function is missing")}
	}
	f := Failure{Run: q.Run, Round: q.Round, Function: q.Function, Error: q.Error, Cause: shorten(q.Cause), At: time.Now().UTC()}
	if err := r.Store.Keep(ctx, q.Run, f.key(), f); err != nil {
		return nil, &StoreError{fmt.Errorf("fail: %w", err)}
	}
	return Nothing{}, nil
}
