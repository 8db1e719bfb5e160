package results

import (
	"cmp"
	"context"
	"iter"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Store keeps the samples of many runs. It may be used by several goroutines at
// once. Package storetest holds an implementation to the promises made here.
type Store interface {
	// PutRun says what a run was, before or after its samples. The same ID again replaces it.
	PutRun(ctx context.Context, r Run) error
	// Put adds samples. It is idempotent by [Sample.Key]: a sample that is there
	// already stays as it is, so whoever is unsure may put again.
	Put(ctx context.Context, samples ...Sample) error
	// Samples yields those that the query asks for, by start time, then by key.
	// After an error it ends.
	Samples(ctx context.Context, q Query) iter.Seq2[Sample, error]
	// Runs yields the runs, the newest first. After an error it ends.
	Runs(ctx context.Context) iter.Seq2[Run, error]
}

// Run is one run of a store.
type Run struct {
	ID       string   `json:"id"`
	Manifest Manifest `json:"manifest"`
}

// Query selects samples. A zero field does not restrict.
type Query struct {
	Run     string
	Variant matrix.Variant
	// From is included, To is not.
	From, To time.Time
}

// Matches says whether the query asks for the sample.
func (q Query) Matches(s Sample) bool {
	return (q.Run == "" || s.Run == q.Run) &&
		(q.Variant == matrix.Variant{} || s.Variant == q.Variant) &&
		(q.From.IsZero() || !s.Start.Before(q.From)) &&
		(q.To.IsZero() || s.Start.Before(q.To))
}

// CompareSamples is the order in which a store yields samples.
func CompareSamples(a, b Sample) int {
	return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Key(), b.Key()))
}

// CompareRuns is the order in which a store yields runs.
func CompareRuns(a, b Run) int {
	return cmp.Or(b.Manifest.Started.Compare(a.Manifest.Started), cmp.Compare(b.ID, a.ID))
}
