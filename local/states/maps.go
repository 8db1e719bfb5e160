package states

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// mapOver runs the processor once for each item. sc.data is the effective input.
func (r *run) mapOver(ctx context.Context, s *state, sc scope) (any, error) {
	found, ok := s.itemsPath.get(sc)
	items, isArray := found.([]any)
	if !ok || !isArray {
		return nil, failf(ErrRuntime, "state %q: ItemsPath: no array is at path %q", s.name, s.itemsPath.text)
	}
	inputs := make([]any, len(items))
	infos := make([]any, len(items))
	for i, item := range items {
		infos[i] = map[string]any{"Index": newNumber(int64(i)), "Value": item}
		inputs[i] = item
		if s.parameters == nil {
			continue
		}
		// The selector sees the state's input by $, and the item by $$.Map.Item.
		context := mergeItem(sc.context, infos[i])
		var err error
		if inputs[i], err = s.parameters.eval(scope{data: sc.data, context: context}); err != nil {
			return nil, err
		}
	}
	limit, err := s.concurrency(sc)
	if err != nil {
		return nil, err
	}
	var result any
	if s.distributed {
		result, err = r.distribute(ctx, s, limit, inputs)
	} else {
		result, err = r.iterate(ctx, s, limit, inputs, infos)
	}
	if err == nil {
		// The outputs of all iterations are a payload, also if it is discarded.
		err = checkSize(fmt.Sprintf("the result of state %q", s.name), result)
	}
	return result, err
}

// concurrency is how many iterations may run at once; 0 is as many as the mode allows.
func (s *state) concurrency(sc scope) (int, error) {
	if s.concurrencyAt == nil {
		return s.maxConcurrency, nil
	}
	v, _ := s.concurrencyAt.get(sc)
	n, ok := wholeNumber(v, 0, maxSeconds)
	if !ok {
		return 0, failf(ErrRuntime, "state %q: MaxConcurrencyPath: %s at %q is not a whole number", s.name, quoted(v), s.concurrencyAt.text)
	}
	return n, nil
}

func mergeItem(context, item any) any {
	merged := map[string]any{"Map": map[string]any{"Item": item}}
	for k, v := range context.(map[string]any) {
		if k != "Map" {
			merged[k] = v
		}
	}
	return merged
}

// iterate is an inline map: the iterations share the execution's history.
func (r *run) iterate(ctx context.Context, s *state, most int, inputs, infos []any) (any, error) {
	if err := r.record("MapStateStarted", s.name, nil); err != nil {
		return nil, err
	}
	limit := maxInlineConcurrency
	if most > 0 {
		limit = min(limit, most)
	}
	results, _, err := fan(ctx, len(inputs), limit, 0, func(ctx context.Context, i int) (any, error) {
		if err := r.record("MapIterationStarted", s.name, nil); err != nil {
			return nil, err
		}
		output, err := r.machine(ctx, s.processor, inputs[i], infos[i])
		if err != nil {
			return nil, errors.Join(err, r.record("MapIterationFailed", s.name, err))
		}
		return output, r.record("MapIterationSucceeded", s.name, nil)
	})
	if err != nil {
		return nil, errors.Join(err, r.record("MapStateFailed", s.name, err))
	}
	return results, r.record("MapStateSucceeded", s.name, nil)
}

// distribute is a distributed map: each iteration is an execution of its own,
// with its own history and limits.
func (r *run) distribute(ctx context.Context, s *state, most int, inputs []any) (any, error) {
	if err := r.record("MapRunStarted", s.name, nil); err != nil {
		return nil, err
	}
	if gate, ok := r.Tasks.(MapRunGate); ok {
		if err := gate.StartMapRun(ctx, s.name); err != nil {
			return nil, errors.Join(err, r.record("MapRunFailed", s.name, err))
		}
	}
	limit := defaultDistributedParallel
	if most > 0 {
		limit = most
	}
	results, failures, err := fan(ctx, len(inputs), limit, int(s.toleratedPercentage/100*float64(len(inputs))), func(ctx context.Context, i int) (any, error) {
		child := &run{Execution: r.Execution, started: time.Now(), totals: r.totals, random: r.random}
		child.Machine = s.processor
		child.Input = inputs[i]
		child.MachineName = fmt.Sprintf("%s/%s", r.MachineName, s.name)
		child.Name = fmt.Sprintf("%s:%s:%d", r.Name, s.name, i)
		child.ARN = fmt.Sprintf("%s:%s:%d", r.ARN, s.name, i)
		r.totals.children.Add(1)
		output, err := child.execute(ctx)
		raise(&r.totals.maxChildEvents, child.events.Load())
		return output, err
	})
	if err != nil {
		if context.Cause(ctx) == nil {
			err = failf(ErrToleratedFailure, "%d of %d items failed; the first: %v", failures, len(inputs), err)
		}
		return nil, errors.Join(err, r.record("MapRunFailed", s.name, err))
	}
	return results, r.record("MapRunSucceeded", s.name, nil)
}

func raise(m interface {
	Load() int64
	CompareAndSwap(old, new int64) bool
}, v int64) {
	for old := m.Load(); v > old && !m.CompareAndSwap(old, v); old = m.Load() {
	}
}

// fan runs work for 0..n-1, at most limit at a time (0 is no limit), in order of
// the index. More than tolerated failures end it: what runs is cancelled, what
// has not begun does not, and the first failure is returned.
func fan(ctx context.Context, n, limit, tolerated int, work func(context.Context, int) (any, error)) (results []any, failures int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if limit <= 0 || limit > n {
		limit = n
	}
	results = make([]any, n)
	var (
		mu    sync.Mutex
		next  int
		first error
		wg    sync.WaitGroup
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == n || failures > tolerated || ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range limit {
		wg.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				output, err := work(ctx, i)
				mu.Lock()
				results[i] = output
				if err != nil {
					if failures++; first == nil {
						first = err
					}
					if failures > tolerated {
						cancel(first)
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if failures > tolerated {
		return nil, failures, first
	}
	return results, failures, context.Cause(ctx)
}
