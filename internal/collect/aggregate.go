package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
)

// maxNotes bounds the run's item, which DynamoDB limits to 400 kB.
const maxNotes = 50

// aggregate stores what takes all functions to say: the run's tally, the places of its
// series, and their histories. The series are stored as soon as their function is complete.
func (c *Collector) aggregate(ctx context.Context, q Request) (AggregateResponse, error) {
	tallies, err := Tallies(ctx, c.Store, q.Run)
	if err != nil {
		return AggregateResponse{}, &workflow.StoreError{Err: err}
	}
	run, ok, err := c.Store.Run(ctx, q.Run)
	if err != nil {
		return AggregateResponse{}, &workflow.StoreError{Err: err}
	}
	if !ok {
		return AggregateResponse{}, fmt.Errorf("aggregate: there is no run %s", q.Run)
	}
	sum := Total(tallies)
	m := &run.Manifest
	m.Tally = &sum
	m.Notes = nil
	for _, t := range tallies {
		if len(t.Losses) == 0 {
			continue
		}
		if len(m.Notes) == maxNotes {
			m.Notes = append(m.Notes, "and others: every function's counts are in the table")
			break
		}
		m.Notes = append(m.Notes, note(t))
	}
	if err := c.Store.PutRun(ctx, run); err != nil {
		return AggregateResponse{}, &workflow.StoreError{Err: err}
	}
	if err := c.rank(ctx, q.Run); err != nil {
		return AggregateResponse{}, &workflow.StoreError{Err: err}
	}
	if run.Variants, err = c.Store.VariantsOf(ctx, q.Run); err != nil {
		return AggregateResponse{}, &workflow.StoreError{Err: err}
	}
	if err := c.Store.PutHistory(ctx, run); err != nil {
		return AggregateResponse{}, &workflow.StoreError{Err: err}
	}
	return AggregateResponse{Series: sum.Series}, nil
}

// rank sets the places of the run's series.
func (c *Collector) rank(ctx context.Context, run string) error {
	records, err := c.Store.SeriesOf(ctx, run)
	if err != nil {
		return err
	}
	values, err := c.Store.ValuesOf(ctx, run)
	if err != nil {
		return err
	}
	rows := make([]results.VariantSummary, len(records))
	for i, r := range records {
		rows[i] = results.VariantSummary{Variant: r.Series.Variant, Series: []results.SeriesSummary{r.Summary}}
	}
	results.SetPlaces(rows, values, verdict.Options{})
	var ranked []results.SeriesRecord
	for i, r := range records {
		if r.Summary = rows[i].Series[0]; r.Summary.Place != nil {
			ranked = append(ranked, r)
		}
	}
	return c.Store.PutSeries(ctx, run, ranked...)
}

// note says what a function lost: hello-go-arm64-512: 3 of 260 samples are lost: 2 no record in the logs, 1 not taken.
func note(t results.Tally) string {
	var losses []string
	for _, name := range slices.Sorted(maps.Keys(t.Losses)) {
		losses = append(losses, fmt.Sprintf("%d %s", t.Losses[name], name))
	}
	return fmt.Sprintf("%s: %d of %d samples are lost: %s", t.Function, total(t.Losses), t.Asked, strings.Join(losses, ", "))
}

// Tallies are a run's, by function.
func Tallies(ctx context.Context, store Store, run string) ([]results.Tally, error) {
	kept, err := store.AllKept(ctx, run, tallyPrefix)
	if err != nil {
		return nil, err
	}
	var all []results.Tally
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		var t results.Tally
		if err := json.Unmarshal(kept[name], &t); err != nil {
			return nil, fmt.Errorf("read %s of run %s: %w", name, run, err)
		}
		all = append(all, t)
	}
	return all, nil
}
