package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
)

// cell is one variant on its way from a row of the catalogue to a function
// that can be started here.
type cell struct {
	variant  matrix.Variant
	artifact artifact.Artifact
	runtime  runtimes.Runtime
	// skipped says why the cell cannot run here; empty means that it can.
	skipped string
}

// emulated says that the cell runs under an emulator, where its answers mean
// something and its times do not.
func (c cell) emulated() bool { return c.runtime.Emulator != "" }

// toolbox builds artefacts and finds runtimes, each once.
type toolbox struct {
	builder *artifact.Builder
	finder  *runtimes.Finder
	console *console.Console
}

// prepare builds and finds everything that the variants need, in parallel. A
// missing toolchain skips its cells; everything else that goes wrong is an error,
// because a function that cannot be built although its tools are here is broken.
func (t *toolbox) prepare(ctx context.Context, variants []matrix.Variant) ([]cell, error) {
	cells := make([]cell, len(variants))
	var (
		group, groupCtx = errgroup.WithContext(ctx)
		mu              sync.Mutex
		done            int
	)
	// Builds wait for registries as often as they compute.
	group.SetLimit(max(4, runtime.NumCPU()))
	for _, i := range longestFirst(variants) {
		group.Go(func() error {
			c, err := t.prepareCell(groupCtx, variants[i])
			if err != nil {
				return err
			}
			cells[i] = c
			mu.Lock()
			defer mu.Unlock()
			done++
			t.console.Status("preparing functions and runtimes: %d of %d", done, len(variants))
			return nil
		})
	}
	err := group.Wait()
	t.console.Done()
	return cells, err
}

// longestFirst orders indices of the variants by how long they take from empty
// caches, so that the last one does not begin when all others are done.
func longestFirst(variants []matrix.Variant) []int {
	order := make([]int, len(variants))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int {
		switch v := variants[i]; {
		case v.Language == "rust":
			return 0 // compiles all that it depends on
		case v.Language == "java":
			return 1 // Maven fetches itself, in parts
		case v.Language == "go" && v.Function != "hello":
			return 2 // the AWS SDK
		}
		return 3
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	return order
}

func (t *toolbox) prepareCell(ctx context.Context, v matrix.Variant) (cell, error) {
	c := cell{variant: v}
	row, err := stage.Row(v)
	if err != nil {
		return c, fmt.Errorf("prepare %w", err)
	}
	// The runtime comes first: an artefact that nothing here can run is not worth building.
	if c.runtime, err = t.finder.Find(ctx, v.Runtime, v.Architecture); err == nil {
		c.artifact, err = t.builder.Build(ctx, row, v.Architecture)
	}
	var (
		noRuntime   *runtimes.MissingError
		noToolchain *artifact.MissingToolchainError
	)
	// The cell is named beside the reason, so that the reason need not name it again.
	switch {
	case errors.As(err, &noRuntime):
		c.skipped = missing(noRuntime.Missing, noRuntime.Err, noRuntime.Hint)
	case errors.As(err, &noToolchain):
		c.skipped = missing(noToolchain.Missing, nil, noToolchain.Hint)
	case err != nil:
		return c, fmt.Errorf("prepare %v: %w", v, err)
	}
	return c, nil
}

// missing says what is not there, why that is known, and what to do about it.
func missing(what string, err error, hint string) string {
	text := what + " is missing"
	if err != nil {
		text += " (" + err.Error() + ")"
	}
	if hint != "" {
		text += ": " + hint
	}
	return text
}
