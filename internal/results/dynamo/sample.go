package dynamo

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// writers is how many samples are put at the same time.
const writers = 8

// Put implements [results.Store].
func (s *Store) Put(ctx context.Context, samples ...results.Sample) error {
	there := map[key]bool{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for _, sample := range samples {
		// Of two with one key the first one stays, which a race could not promise.
		if k := sampleKey(sample); there[k] {
			continue
		} else {
			there[k] = true
		}
		group.Go(func() error {
			i, err := s.sampleItem(sample)
			if err == nil {
				err = s.writeNew(ctx, i)
			}
			if err != nil {
				return fmt.Errorf("put sample %s of run %s: %w", sample.Key(), sample.Run, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// Replace puts samples in the place of those with their keys: what the platform
// recorded often comes later than what the client saw.
func (s *Store) Replace(ctx context.Context, samples ...results.Sample) error {
	items := make([]item, 0, len(samples))
	for _, sample := range samples {
		i, err := s.sampleItem(sample)
		if err != nil {
			return fmt.Errorf("replace sample %s of run %s: %w", sample.Key(), sample.Run, err)
		}
		items = append(items, i)
	}
	if err := s.writeAll(ctx, items); err != nil {
		return fmt.Errorf("replace %d samples: %w", len(samples), err)
	}
	return nil
}

// sampleItem keeps the sample whole. The attributes beside it are for people who
// look into the table.
func (s *Store) sampleItem(sample results.Sample) (item, error) {
	i := newItem(sampleKey(sample))
	if err := i.setData(sample); err != nil {
		return nil, err
	}
	i["variant"] = text(sample.Variant.Name())
	i["temperature"] = text(string(sample.Temperature()))
	i["startMs"] = number(sample.Start.UnixMilli())
	i["round"] = number(int64(sample.Round))
	i.expire(sample.Start, s.options.SampleTTL)
	return i, nil
}

// Samples implements [results.Store]. The keys of a run's samples are not in the
// order of time, so all that match are read before the first is yielded. A
// query that names no run scans the table.
func (s *Store) Samples(ctx context.Context, q results.Query) iter.Seq2[results.Sample, error] {
	return func(yield func(results.Sample, error) bool) {
		items, doing := s.scan(ctx, samplePrefix), "read the samples of all runs"
		if q.Run != "" {
			prefix := samplePrefix
			if q.Variant != (matrix.Variant{}) {
				prefix += q.Variant.Name() + "#"
			}
			items, doing = s.partition(ctx, runPartition(q.Run), prefix), "read the samples of run "+q.Run
		}
		var found []results.Sample
		for sample, err := range decoded[results.Sample](items, doing) {
			if err != nil {
				yield(results.Sample{}, err)
				return
			}
			if q.Matches(sample) {
				found = append(found, sample)
			}
		}
		slices.SortFunc(found, results.CompareSamples)
		for _, sample := range found {
			if err := context.Cause(ctx); err != nil {
				yield(results.Sample{}, wrap(doing, err))
				return
			}
			if !yield(sample, nil) {
				return
			}
		}
	}
}

// wrap says what was being done when err came.
func wrap(doing string, err error) error { return fmt.Errorf("%s: %w", doing, err) }
