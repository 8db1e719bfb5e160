package workflowtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// maxItem is DynamoDB's limit of an item's size.
const maxItem = 400 << 10

// Table is the table of results in memory: what the workflow and the collector
// need of package dynamo's store, with its promises, quick enough for a run of a
// thousand functions. The zero value is empty and ready. It is safe for concurrent use.
type Table struct {
	// Calls, if set, is told the name of every method called, before it does anything.
	// An error that it returns is the method's.
	Calls func(method string) error

	mu        sync.Mutex
	functions []deployed.Function
	runs      map[string]results.Run
	samples   map[string]map[matrix.Variant]map[string]results.Sample
	kept      map[string]map[string][]byte
	raw       map[string]map[string]dynamo.Raw
	variants  map[string]map[matrix.Variant]results.VariantSummary
	series    map[string]map[results.Series]results.SeriesRecord
	values    map[string]map[results.Series]results.Values

	holder string
	until  time.Time

	samplesRead int64
}

// SamplesRead is how many samples were read so far.
func (t *Table) SamplesRead() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.samplesRead
}

func (t *Table) lock(ctx context.Context, method string) error {
	if t.Calls != nil {
		if err := t.Calls(method); err != nil {
			return err
		}
	}
	t.mu.Lock()
	if err := ctx.Err(); err != nil {
		t.mu.Unlock()
		return err
	}
	return nil
}

// PutRun is dynamo's.
func (t *Table) PutRun(ctx context.Context, r results.Run) error {
	if err := t.lock(ctx, "PutRun"); err != nil {
		return err
	}
	defer t.mu.Unlock()
	put(&t.runs, r.ID, r)
	return nil
}

// Run is dynamo's.
func (t *Table) Run(ctx context.Context, id string) (results.Run, bool, error) {
	if err := t.lock(ctx, "Run"); err != nil {
		return results.Run{}, false, err
	}
	defer t.mu.Unlock()
	r, ok := t.runs[id]
	return r, ok, nil
}

// Put is dynamo's: a sample that is there stays as it is.
func (t *Table) Put(ctx context.Context, samples ...results.Sample) error {
	return t.put(ctx, "Put", samples, false)
}

// Replace is dynamo's.
func (t *Table) Replace(ctx context.Context, samples ...results.Sample) error {
	return t.put(ctx, "Replace", samples, true)
}

func (t *Table) put(ctx context.Context, method string, samples []results.Sample, replace bool) error {
	if err := t.lock(ctx, method); err != nil {
		return err
	}
	defer t.mu.Unlock()
	for _, s := range samples {
		run := sub(&t.samples, s.Run)
		variant := run[s.Variant]
		if variant == nil {
			variant = map[string]results.Sample{}
			run[s.Variant] = variant
		}
		if _, there := variant[s.Key()]; there && !replace {
			continue
		}
		variant[s.Key()] = s
	}
	return nil
}

// Samples is dynamo's.
func (t *Table) Samples(ctx context.Context, run string) iter.Seq2[results.Sample, error] {
	return t.read(ctx, run, func(matrix.Variant) bool { return true })
}

// SamplesOf is dynamo's.
func (t *Table) SamplesOf(ctx context.Context, run string, v matrix.Variant) iter.Seq2[results.Sample, error] {
	return t.read(ctx, run, func(of matrix.Variant) bool { return of == v })
}

func (t *Table) read(ctx context.Context, run string, wanted func(matrix.Variant) bool) iter.Seq2[results.Sample, error] {
	return func(yield func(results.Sample, error) bool) {
		if err := t.lock(ctx, "Samples"); err != nil {
			yield(results.Sample{}, err)
			return
		}
		var found []results.Sample
		for variant, samples := range t.samples[run] {
			if wanted(variant) {
				found = slices.AppendSeq(found, maps.Values(samples))
			}
		}
		t.samplesRead += int64(len(found))
		t.mu.Unlock()
		slices.SortFunc(found, results.CompareSamples)
		for _, s := range found {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// PutFunction puts a function as the stack does.
func (t *Table) PutFunction(ctx context.Context, f deployed.Function) error {
	if err := t.lock(ctx, "PutFunction"); err != nil {
		return err
	}
	defer t.mu.Unlock()
	t.functions = append(t.functions, f)
	slices.SortFunc(t.functions, func(a, b deployed.Function) int { return matrix.Compare(a.Variant, b.Variant) })
	return nil
}

// Functions is dynamo's.
func (t *Table) Functions(ctx context.Context) ([]deployed.Function, error) {
	if err := t.lock(ctx, "Functions"); err != nil {
		return nil, err
	}
	defer t.mu.Unlock()
	return slices.Clone(t.functions), nil
}

// Lease is dynamo's.
func (t *Table) Lease(ctx context.Context, holder string, d time.Duration, now time.Time) error {
	if err := t.lock(ctx, "Lease"); err != nil {
		return err
	}
	defer t.mu.Unlock()
	if t.holder != "" && t.holder != holder && now.Before(t.until) {
		return &dynamo.LeaseTakenError{Holder: t.holder, Until: t.until}
	}
	t.holder, t.until = holder, now.Add(d)
	return nil
}

// Renew is dynamo's.
func (t *Table) Renew(ctx context.Context, holder string, d time.Duration, now time.Time) error {
	if err := t.lock(ctx, "Renew"); err != nil {
		return err
	}
	defer t.mu.Unlock()
	if t.holder != holder {
		return &dynamo.LeaseTakenError{Holder: t.holder, Until: t.until}
	}
	t.until = now.Add(d)
	return nil
}

// Release is dynamo's.
func (t *Table) Release(ctx context.Context, holder string) error {
	if err := t.lock(ctx, "Release"); err != nil {
		return err
	}
	defer t.mu.Unlock()
	if t.holder == holder {
		t.holder = ""
	}
	return nil
}

// Holder is who has the lease.
func (t *Table) Holder() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.holder
}

// Keep is dynamo's: a document that is there stays as it is.
func (t *Table) Keep(ctx context.Context, run, name string, document any) error {
	data, err := json.Marshal(document)
	if err != nil {
		return err
	}
	if err := t.lock(ctx, "Keep"); err != nil {
		return err
	}
	defer t.mu.Unlock()
	kept := sub(&t.kept, run)
	if _, there := kept[name]; !there {
		kept[name] = data
	}
	return nil
}

// Kept is dynamo's.
func (t *Table) Kept(ctx context.Context, run, name string, v any) (bool, error) {
	if err := t.lock(ctx, "Kept"); err != nil {
		return false, err
	}
	defer t.mu.Unlock()
	data, ok := t.kept[run][name]
	if !ok {
		return false, nil
	}
	return true, json.Unmarshal(data, v)
}

// AllKept is dynamo's.
func (t *Table) AllKept(ctx context.Context, run, prefix string) (map[string]json.RawMessage, error) {
	if err := t.lock(ctx, "AllKept"); err != nil {
		return nil, err
	}
	defer t.mu.Unlock()
	found := map[string]json.RawMessage{}
	for name, data := range t.kept[run] {
		if strings.HasPrefix(name, prefix) {
			found[name] = data
		}
	}
	return found, nil
}

// PutRaw is dynamo's.
func (t *Table) PutRaw(ctx context.Context, run string, lines ...dynamo.Raw) error {
	if err := t.lock(ctx, "PutRaw"); err != nil {
		return err
	}
	defer t.mu.Unlock()
	for _, line := range lines {
		if data, err := json.Marshal(line); err != nil || len(data) > maxItem {
			return fmt.Errorf("ValidationException: item size has exceeded the maximum allowed size (%w)", err)
		}
		sub(&t.raw, run)[line.LogGroup+"#"+line.EventID] = line
	}
	return nil
}

// Raw are the lines that were put for a run, in no order.
func (t *Table) Raw(run string) []dynamo.Raw {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Collect(maps.Values(t.raw[run]))
}

// PutVariants is dynamo's.
func (t *Table) PutVariants(ctx context.Context, run string, variants ...results.VariantSummary) error {
	if err := t.lock(ctx, "PutVariants"); err != nil {
		return err
	}
	defer t.mu.Unlock()
	for _, v := range variants {
		v.Series = nil
		sub(&t.variants, run)[v.Variant] = v
	}
	return nil
}

// VariantsOf is dynamo's.
func (t *Table) VariantsOf(ctx context.Context, run string) ([]results.VariantSummary, error) {
	series, err := t.SeriesOf(ctx, run)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	variants := slices.SortedFunc(maps.Values(t.variants[run]), func(a, b results.VariantSummary) int {
		return matrix.Compare(a.Variant, b.Variant)
	})
	for _, r := range series {
		for i := range variants {
			if variants[i].Variant == r.Series.Variant {
				variants[i].Series = append(variants[i].Series, r.Summary)
			}
		}
	}
	return variants, nil
}

// PutSeries is dynamo's.
func (t *Table) PutSeries(ctx context.Context, run string, records ...results.SeriesRecord) error {
	if err := t.lock(ctx, "PutSeries"); err != nil {
		return err
	}
	defer t.mu.Unlock()
	for _, r := range records {
		if r.Run != run {
			return errors.New("a record of another run")
		}
		series := t.series[run]
		if series == nil {
			series = map[results.Series]results.SeriesRecord{}
			put(&t.series, run, series)
		}
		if len(r.Summary.Values) > 0 {
			sub(&t.values, run)[r.Series] = r.Summary.Values
			r.Summary.Values = nil
		}
		series[r.Series] = r
	}
	return nil
}

// PutHistory is dynamo's, and keeps nothing.
func (t *Table) PutHistory(ctx context.Context, r results.Run) error {
	if err := t.lock(ctx, "PutHistory"); err != nil {
		return err
	}
	t.mu.Unlock()
	return nil
}

// ValuesOf is dynamo's.
func (t *Table) ValuesOf(ctx context.Context, run string) (map[results.Series]results.Values, error) {
	if err := t.lock(ctx, "ValuesOf"); err != nil {
		return nil, err
	}
	defer t.mu.Unlock()
	return maps.Clone(t.values[run]), nil
}

// SeriesOf is dynamo's.
func (t *Table) SeriesOf(ctx context.Context, run string) ([]results.SeriesRecord, error) {
	if err := t.lock(ctx, "SeriesOf"); err != nil {
		return nil, err
	}
	defer t.mu.Unlock()
	return slices.SortedFunc(maps.Values(t.series[run]), func(a, b results.SeriesRecord) int {
		return results.CompareSeries(a.Series, b.Series)
	}), nil
}

func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

// sub is the map below a key, made if need be.
func sub[A, B comparable, V any](m *map[A]map[B]V, k A) map[B]V {
	if (*m)[k] == nil {
		put(m, k, map[B]V{})
	}
	return (*m)[k]
}
