package results

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
)

// Memory is a [Store] that lasts as long as its process. The zero value is empty
// and ready.
type Memory struct {
	mu      sync.RWMutex
	runs    map[string]Run
	samples map[string]Sample
}

var _ Store = (*Memory)(nil)

// PutRun implements [Store].
func (m *Memory) PutRun(ctx context.Context, r Run) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runs == nil {
		m.runs = map[string]Run{}
	}
	m.runs[r.ID] = r
	return ctx.Err()
}

// Put implements [Store].
func (m *Memory) Put(ctx context.Context, samples ...Sample) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.samples == nil {
		m.samples = map[string]Sample{}
	}
	for _, s := range samples {
		if _, ok := m.samples[s.Key()]; !ok {
			m.samples[s.Key()] = s
		}
	}
	return nil
}

// Samples implements [Store]. It yields what was there when it began.
func (m *Memory) Samples(ctx context.Context, q Query) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		m.mu.RLock()
		var found []Sample
		for _, s := range m.samples {
			if q.Matches(s) {
				found = append(found, s)
			}
		}
		m.mu.RUnlock()
		slices.SortFunc(found, CompareSamples)
		yieldAll(ctx, found, yield)
	}
}

// Runs implements [Store].
func (m *Memory) Runs(ctx context.Context) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		m.mu.RLock()
		found := slices.SortedFunc(maps.Values(m.runs), CompareRuns)
		m.mu.RUnlock()
		yieldAll(ctx, found, yield)
	}
}

// yieldAll yields the values until the context ends, and then its error.
func yieldAll[T any](ctx context.Context, values []T, yield func(T, error) bool) {
	var none T
	for _, v := range values {
		if err := ctx.Err(); err != nil {
			yield(none, err)
			return
		}
		if !yield(v, nil) {
			return
		}
	}
}
