package dynamo

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// PutRun implements [results.Store].
func (s *Store) PutRun(ctx context.Context, r results.Run) error {
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
	i, err := s.read(ctx, runKey(id))
	if err == nil && i != nil {
		err = i.data(&r)
	}
	if err != nil {
		return results.Run{}, false, fmt.Errorf("read run %s: %w", id, err)
	}
	return r, i != nil, nil
}

// Runs implements [results.Store].
func (s *Store) Runs(ctx context.Context) iter.Seq2[results.Run, error] {
	return decoded[results.Run](s.newest(ctx, runsPartition, span{}, 0), "read the runs")
}

// RunsFrom yields the runs from one on, the newest first; the one that it names,
// by its start and ID, is the first if it is there.
func (s *Store) RunsFrom(ctx context.Context, started time.Time, id string) iter.Seq2[results.Run, error] {
	return decoded[results.Run](s.newest(ctx, runsPartition, span{to: runMoment(started, id)}, 0), "read the runs")
}
