package dynamo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// PutSeries puts the aggregates of a run. Putting one again replaces it.
func (s *Store) PutSeries(ctx context.Context, run string, records ...results.SeriesRecord) error {
	items := make([]item, 0, len(records))
	for _, r := range records {
		if r.Run != run {
			return fmt.Errorf("put series of run %s: a record of %s is of run %q", run, r.Series.Variant, r.Run)
		}
		name := seriesName(r.Series)
		i := newItem(key{runPartition(run), name})
		if err := i.setData(r); err != nil {
			return fmt.Errorf("put series of run %s: %s: %w", run, name, err)
		}
		i.index(name, runMoment(r.Started, run))
		items = append(items, i)
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

// History returns what the runs since a time found in a series, the newest
// first. A zero time is no bound, and neither is a limit of 0.
func (s *Store) History(ctx context.Context, series results.Series, since time.Time, limit int) ([]results.SeriesRecord, error) {
	var bounds span
	if !since.IsZero() {
		bounds.from = moment(since)
	}
	name := seriesName(series)
	var found []results.SeriesRecord
	for r, err := range decoded[results.SeriesRecord](s.newest(ctx, name, bounds, limit), "read the history of "+name) {
		if err != nil {
			return nil, err
		}
		found = append(found, r)
		if len(found) == limit {
			break
		}
	}
	return found, nil
}

// Latest returns what the newest run found in a series; ok is false if none did.
func (s *Store) Latest(ctx context.Context, series results.Series) (r results.SeriesRecord, ok bool, err error) {
	found, err := s.History(ctx, series, time.Time{}, 1)
	if err != nil || len(found) == 0 {
		return results.SeriesRecord{}, false, err
	}
	return found[0], true, nil
}
