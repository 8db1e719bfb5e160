package statsapi

import (
	"context"
	"iter"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// Reader is what the API reads. A *[dynamo.Store] is one, and documents each method.
type Reader interface {
	Runs(ctx context.Context, since time.Time) iter.Seq2[results.Run, error]
	RunsFrom(ctx context.Context, since, started time.Time, id string) iter.Seq2[results.Run, error]
	CountRuns(ctx context.Context, since time.Time) (int, error)
	Run(ctx context.Context, id string) (r results.Run, ok bool, err error)
	SeriesOf(ctx context.Context, run string) ([]results.SeriesRecord, error)
	VariantsOf(ctx context.Context, run string) ([]results.VariantSummary, error)
	ValuesOf(ctx context.Context, run string) (map[results.Series]results.Values, error)
	Fetch(ctx context.Context, id string) (results.Run, error)
	WithValues(ctx context.Context, run string, v results.VariantSummary) (results.VariantSummary, error)
	SamplesFrom(ctx context.Context, run, cursor string) iter.Seq2[results.Sample, error]
	LoadOf(ctx context.Context, run string) (*results.Load, []results.TargetLog, error)
	History(ctx context.Context, of results.HistoryKey, since, now time.Time) (moments []results.Moment, daily int, err error)
	CountCells(ctx context.Context, since time.Time, f dynamo.Filter) (int, error)
	Functions(ctx context.Context) ([]deployed.Function, error)
}

var _ Reader = (*dynamo.Store)(nil)
