package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// PutVariants puts what became of a run's variants. Their series are not part of the
// items; [Store.PutSeries] puts those. Putting one again replaces it.
func (s *Store) PutVariants(ctx context.Context, run string, variants ...results.VariantSummary) error {
	items := make([]item, 0, len(variants))
	for _, v := range variants {
		v.Series = nil
		i := newItem(variantKey(run, v.Variant))
		if err := i.setData(v); err != nil {
			return fmt.Errorf("put the variants of run %s: %s: %w", run, v.Variant, err)
		}
		items = append(items, i)
	}
	if err := s.writeAll(ctx, items); err != nil {
		return fmt.Errorf("put %d variants of run %s: %w", len(variants), run, err)
	}
	return nil
}

// VariantsOf returns what a run found about its variants, by [matrix.Compare]. Before
// the collector has seen a variant, it is not there.
func (s *Store) VariantsOf(ctx context.Context, run string) ([]results.VariantSummary, error) {
	var found []results.VariantSummary
	at := map[matrix.Variant]int{}
	add := func(v results.VariantSummary) {
		at[v.Variant] = len(found)
		found = append(found, v)
	}
	for v, err := range decoded[results.VariantSummary](s.partition(ctx, runPartition(run), variantPrefix), "read the variants of run "+run) {
		if err != nil {
			return nil, err
		}
		add(v)
	}
	series, err := s.SeriesOf(ctx, run)
	if err != nil {
		return nil, err
	}
	for _, r := range series {
		v := r.Series.Variant
		if _, ok := at[v]; !ok { // its collector did not put variants yet
			add(results.VariantSummary{Variant: v, Status: results.Measured})
		}
		found[at[v]].Series = append(found[at[v]].Series, r.Summary)
	}
	slices.SortFunc(found, func(a, b results.VariantSummary) int { return matrix.Compare(a.Variant, b.Variant) })
	return found, nil
}
