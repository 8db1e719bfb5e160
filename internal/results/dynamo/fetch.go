package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// ErrNoRun says that the table has no such run.
var ErrNoRun = errors.New("there is no such run in the table")

// Fetch reads a run whole: its manifest, its variants with their series, and the samples
// that have not expired; where some have, the series have their values. A run that the
// collector has not been through is summarised from its samples. Its load test is that of
// [Store.LoadOf]. An ID that is not there is an [ErrNoRun].
func (s *Store) Fetch(ctx context.Context, id string) (results.Run, error) {
	run, ok, err := s.Run(ctx, id)
	if err == nil && !ok {
		err = ErrNoRun
	}
	if err == nil {
		run.Variants, err = s.VariantsOf(ctx, id)
	}
	if err != nil {
		return results.Run{}, fmt.Errorf("fetch run %.80s: %w", id, err)
	}
	for sample, err := range s.Samples(ctx, id) {
		if err != nil {
			return results.Run{}, fmt.Errorf("fetch run %s: %w", id, err)
		}
		run.Samples = append(run.Samples, sample)
	}
	run.OthersCPU = results.SummariseOthersCPU(slices.Values(run.Samples))
	if err := s.addLoad(ctx, &run); err != nil {
		return results.Run{}, fmt.Errorf("fetch run %s: %w", id, err)
	}
	if len(run.Variants) == 0 {
		run.Summarise()
		return run, nil
	}
	if !run.SamplesWhole() {
		values, err := s.ValuesOf(ctx, id)
		if err != nil {
			return results.Run{}, fmt.Errorf("fetch run %s: %w", id, err)
		}
		for _, v := range run.Variants {
			v.SetValues(values)
		}
	}
	return run, nil
}

// addLoad gives a run the load test of [Store.LoadOf].
func (s *Store) addLoad(ctx context.Context, run *results.Run) error {
	load, logs, err := s.LoadOf(ctx, run.ID)
	if err != nil {
		return err
	}
	return run.AddLoad(load, logs)
}

// Latest is the ID of the newest run that is finished; a table without one is an [ErrNoRun].
func (s *Store) Latest(ctx context.Context) (string, error) {
	for run, err := range s.Runs(ctx, time.Time{}) {
		if err != nil {
			return "", fmt.Errorf("find the latest run: %w", err)
		}
		if run.Manifest.Status == results.RunFinished && !run.Manifest.Interrupted { // a load test alone has no status
			return run.ID, nil
		}
	}
	return "", fmt.Errorf("find the latest run that is finished: %w", ErrNoRun)
}
