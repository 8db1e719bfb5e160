package statsapi

import (
	"context"
	"iter"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// Reader is what the API reads.
type Reader interface {
	// Runs yields the runs, the newest first.
	Runs(ctx context.Context) iter.Seq2[results.Run, error]
	// RunsFrom is Runs from one run on, that one included if it is there.
	RunsFrom(ctx context.Context, started time.Time, id string) iter.Seq2[results.Run, error]
	// Run returns one run; ok is false if there is none.
	Run(ctx context.Context, id string) (r results.Run, ok bool, err error)
	// SeriesOf returns what a run found, by [results.CompareSeries].
	SeriesOf(ctx context.Context, run string) ([]results.SeriesRecord, error)
}

var _ Reader = (*dynamo.Store)(nil)
