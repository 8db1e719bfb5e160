package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// PutSeries puts the aggregates of a run, and the cells that they belong to. Putting
// one again replaces it. Their values are items of their own, which lists need not read;
// those of an aggregate without any stay as they are.
func (s *Store) PutSeries(ctx context.Context, run string, records ...results.SeriesRecord) error {
	items := make([]item, 0, 3*len(records))
	for _, r := range records {
		if r.Run != run {
			return fmt.Errorf("put series of run %s: a record of %s is of run %q", run, r.Series.Variant, r.Run)
		}
		if len(r.Summary.Values) > 0 {
			i := newItem(valuesKey(run, r.Series))
			if err := i.setData(seriesValues{r.Series, r.Summary.Values}); err != nil {
				return fmt.Errorf("put the values of run %s: %s: %w", run, r.Series.Variant, err)
			}
			items = append(items, i)
			r.Summary.Values = nil
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

// seriesValues is what is kept of a series' samples.
type seriesValues struct {
	Series results.Series `json:"series"`
	Values results.Values `json:"values"`
}

// SeriesOf returns the aggregates of a run without their values, in the order of [results.CompareSeries].
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

// ValuesOf returns what is kept of the samples of a run's series.
func (s *Store) ValuesOf(ctx context.Context, run string) (map[results.Series]results.Values, error) {
	return s.values(ctx, run, valuesPrefix)
}

func (s *Store) values(ctx context.Context, run, prefix string) (map[results.Series]results.Values, error) {
	found := map[results.Series]results.Values{}
	for v, err := range decoded[seriesValues](s.partition(ctx, runPartition(run), prefix), "read the values of run "+run) {
		if err != nil {
			return nil, err
		}
		found[v.Series] = v.Values
	}
	return found, nil
}

// WithValues is a variant of a run whose series have what is kept of their samples.
func (s *Store) WithValues(ctx context.Context, run string, v results.VariantSummary) (results.VariantSummary, error) {
	values, err := s.values(ctx, run, valuesPrefix+v.Variant.Name()+"#")
	if err == nil {
		v.SetValues(values)
	}
	return v, err
}
