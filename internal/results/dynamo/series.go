package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// PutSeries puts the aggregates of a run, and the cells that they belong to.
// Putting one again replaces it.
func (s *Store) PutSeries(ctx context.Context, run string, records ...results.SeriesRecord) error {
	items := make([]item, 0, 2*len(records))
	for _, r := range records {
		if r.Run != run {
			return fmt.Errorf("put series of run %s: a record of %s is of run %q", run, r.Series.Variant, r.Run)
		}
		i := newItem(seriesKey(run, r.Series))
		if err := i.setData(r); err != nil {
			return fmt.Errorf("put series of run %s: %s: %w", run, r.Series.Variant, err)
		}
		items = append(items, i, cellItem(r))
	}
	if err := s.writeAll(ctx, items); err != nil {
		return fmt.Errorf("put %d series of run %s: %w", len(records), run, err)
	}
	return nil
}

// SeriesOf returns the aggregates of a run, in the order of [results.CompareSeries].
func (s *Store) SeriesOf(ctx context.Context, run string) ([]results.SeriesRecord, error) {
	var found []results.SeriesRecord
	for r, err := range decoded[results.SeriesRecord](s.partition(ctx, runPartition(run), seriesPrefix), "read the series of run "+run) {
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	slices.SortFunc(found, func(a, b results.SeriesRecord) int { return results.CompareSeries(a.Series, b.Series) })
	return found, nil
}
