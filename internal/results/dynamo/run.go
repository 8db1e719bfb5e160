package dynamo

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// PutRun puts a run. Putting it again replaces it.
func (s *Store) PutRun(ctx context.Context, r results.Run) error {
	if r.ID == "" || len(r.ID) > MaxRunID {
		return fmt.Errorf("put run %.80q: its ID has %d bytes, want 1 to %d", r.ID, len(r.ID), MaxRunID)
	}
	i := newItem(runKey(r.ID))
	err := i.setData(r)
	if err == nil {
		i.index(runsPartition, runMoment(r.Manifest.Started, r.ID))
		err = s.write(ctx, i)
	}
	if err != nil {
		return fmt.Errorf("put run %s: %w", r.ID, err)
	}
	return nil
}

// Run returns the run with that ID; ok is false if there is none.
func (s *Store) Run(ctx context.Context, id string) (r results.Run, ok bool, err error) {
	if id == "" || len(id) > MaxRunID {
		return results.Run{}, false, nil // DynamoDB would refuse a key as long
	}
	i, err := s.read(ctx, runKey(id))
	if err == nil && i != nil {
		err = i.data(&r)
	}
	if err != nil {
		return results.Run{}, false, fmt.Errorf("read run %s: %w", id, err)
	}
	return r, i != nil, nil
}

// Runs yields the runs that started at a time or later, the newest first. After
// an error it ends.
func (s *Store) Runs(ctx context.Context, since time.Time) iter.Seq2[results.Run, error] {
	return decoded[results.Run](s.newest(ctx, runsPartition, span{from: moment(since)}), "read the runs")
}

// RunsFrom is Runs from one run on. That run, named by its start and ID, is the
// first if it is there.
func (s *Store) RunsFrom(ctx context.Context, since, started time.Time, id string) iter.Seq2[results.Run, error] {
	from, to := moment(since), runMoment(started, id)
	if to < from {
		return func(func(results.Run, error) bool) {} // an empty span is an error of DynamoDB's
	}
	return decoded[results.Run](s.newest(ctx, runsPartition, span{from, to}), "read the runs")
}

// CountRuns is how many runs started at a time or later.
func (s *Store) CountRuns(ctx context.Context, since time.Time) (int, error) {
	n, err := s.count(ctx, expression.NewBuilder().WithKeyCondition(indexKey(runsPartition, span{from: moment(since)})))
	if err != nil {
		return 0, fmt.Errorf("count the runs since %s: %w", moment(since), err)
	}
	return n, nil
}
