package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// Store keeps a run's state between invocations of the runner. A *[dynamo.Store]
// is one, and documents each method.
type Store interface {
	PutRun(ctx context.Context, r results.Run) error
	Run(ctx context.Context, id string) (r results.Run, ok bool, err error)
	Put(ctx context.Context, samples ...results.Sample) error
	SamplesOf(ctx context.Context, run string, v matrix.Variant) iter.Seq2[results.Sample, error]
	Functions(ctx context.Context) ([]deployed.Function, error)

	Lease(ctx context.Context, holder string, d time.Duration, now time.Time) error
	Renew(ctx context.Context, holder string, d time.Duration, now time.Time) error
	Release(ctx context.Context, holder string) error

	Keep(ctx context.Context, run, name string, document any) error
	Kept(ctx context.Context, run, name string, v any) (ok bool, err error)
	Keeper
}

var _ Store = (*dynamo.Store)(nil)

// originals stands in the place of a run's ID. A function's original configuration
// is stored once and for good. Stored for each run, the configuration that a killed
// run left would become the next run's original.
const originals = "originals"

// original is the part of a function's configuration that runs change.
type original struct {
	ARN string `json:"arn"`
	// Nonce is the value of deployed.NonceVariable, nil if it was not set.
	Nonce *string `json:"nonce"`
	// Run is the run that stored it.
	Run  string    `json:"run"`
	Kept time.Time `json:"kept"`
}

// Failure is a visit that ended before it was done.
type Failure struct {
	Run      string    `json:"run"`
	Round    int       `json:"round"`
	Function string    `json:"function"`
	Error    string    `json:"error"`
	Cause    string    `json:"cause"`
	At       time.Time `json:"at"`
}

const failurePrefix = "FAILURE#"

// key orders failures by round, then by function. A function that could not be
// restored is another failure of the same visit.
func (f Failure) key() string {
	return fmt.Sprintf("%s%06d#%s#%s", failurePrefix, f.Round, f.Function, f.Error)
}

// Keeper has the documents that a run's steps keep.
type Keeper interface {
	AllKept(ctx context.Context, run, prefix string) (map[string]json.RawMessage, error)
}

// Failures are the failed visits of a run, by round and function.
func Failures(ctx context.Context, store Keeper, run string) ([]Failure, error) {
	kept, err := store.AllKept(ctx, run, failurePrefix)
	if err != nil {
		return nil, err
	}
	var all []Failure
	for name, document := range kept {
		var f Failure
		if err := json.Unmarshal(document, &f); err != nil {
			return nil, fmt.Errorf("read %s of run %s: %w", name, run, err)
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b Failure) int {
		if a.key() < b.key() {
			return -1
		}
		return 1
	})
	return all, nil
}

// FailureOf is each function's first failure in a run, by its name.
func FailureOf(ctx context.Context, store Keeper, run string) (map[string]error, error) {
	failures, err := Failures(ctx, store, run)
	if err != nil {
		return nil, err
	}
	first := map[string]error{}
	for _, f := range failures {
		if first[f.Function] == nil {
			first[f.Function] = fmt.Errorf("round %d: %s: %s", f.Round, f.Error, f.Cause)
		}
	}
	return first, nil
}
