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

// Put adds samples. It is idempotent by [results.Sample.Key]: a sample that is
// there already stays as it is.
func (s *Store) Put(ctx context.Context, samples ...results.Sample) error {
	there := map[key]bool{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for _, sample := range samples {
		// Of two with one key the first one stays; concurrent puts could not promise that.
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

// Replace puts samples in the place of those with their keys. The platform's record
// often comes later than what the client saw.
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

// sampleItem stores the sample whole. The other attributes are for people who read
// the table.
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

// Samples yields the samples of a run by start time, then by key. After an error
// it ends. Their keys in the table are not in the order of time, so all of them
// are read before the first is yielded.
func (s *Store) Samples(ctx context.Context, run string) iter.Seq2[results.Sample, error] {
	return s.samples(ctx, run, samplePrefix)
}

// SamplesOf is Samples of one variant.
func (s *Store) SamplesOf(ctx context.Context, run string, v matrix.Variant) iter.Seq2[results.Sample, error] {
	return s.samples(ctx, run, samplePrefix+v.Name()+"#")
}

// MaxCursor is the longest cursor of a sample in bytes, since DynamoDB's sort keys have
// 1,024 at most.
const MaxCursor = 1024 - len(samplePrefix)

// SamplesFrom yields the samples of a run behind a cursor, in the order of
// [SampleCursor], which is not that of time. An empty cursor is the beginning. After
// an error it ends.
func (s *Store) SamplesFrom(ctx context.Context, run, cursor string) iter.Seq2[results.Sample, error] {
	doing := "read the samples of run " + run
	if len(cursor) > MaxCursor {
		return func(yield func(results.Sample, error) bool) {
			yield(results.Sample{}, fmt.Errorf("%s: the cursor has %d bytes, want %d at most", doing, len(cursor), MaxCursor))
		}
	}
	in := consistent()
	if cursor != "" {
		in.ExclusiveStartKey = newItem(key{runPartition(run), samplePrefix + cursor})
	}
	return decoded[results.Sample](s.query(ctx, partitionKey(runPartition(run), samplePrefix), in), doing)
}

func (s *Store) samples(ctx context.Context, run, prefix string) iter.Seq2[results.Sample, error] {
	return func(yield func(results.Sample, error) bool) {
		doing := "read the samples of run " + run
		var found []results.Sample
		for sample, err := range decoded[results.Sample](s.partition(ctx, runPartition(run), prefix), doing) {
			if err != nil {
				yield(results.Sample{}, err)
				return
			}
			found = append(found, sample)
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

// wrap adds what was being done to an error.
func wrap(doing string, err error) error { return fmt.Errorf("%s: %w", doing, err) }
