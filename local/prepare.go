package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/program"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
	"github.com/lambda-benchmark/lambda-benchmark/stack"
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

// cells are those of a stage, by what they are for.
type cells struct{ benchmarked, modules, harness []cell }

func (c cells) all() []cell { return slices.Concat(c.benchmarked, c.modules, c.harness) }

// artifacts are the zips of the cells that can run here.
func (c cells) artifacts() stack.Artifacts {
	zips := stack.Artifacts{}
	for _, c := range c.all() {
		if c.skipped == "" {
			zips[c.variant] = c.artifact
		}
	}
	return zips
}

// hashes are those of the artifacts, by the variant's name.
func (c cells) hashes() map[string]string {
	hashes := map[string]string{}
	for v, zip := range c.artifacts() {
		hashes[v.Name()] = zip.SHA256
	}
	return hashes
}

// defined are the benchmarked variants that can run here.
func (c cells) defined() []matrix.Variant {
	return variantsOf(c.benchmarked, func(c cell) bool { return c.skipped == "" })
}

// emulated are the benchmarked variants that can run here under an emulator only.
func (c cells) emulated() []matrix.Variant {
	return variantsOf(c.benchmarked, func(c cell) bool { return c.skipped == "" && c.emulated() })
}

// any says whether a cell can run here that was asked for. The module functions are
// asked for unless a selection names others.
func (c cells) any(selected bool) bool {
	asked := c.benchmarked
	if !selected {
		asked = slices.Concat(asked, c.modules)
	}
	return slices.ContainsFunc(asked, func(c cell) bool { return c.skipped == "" })
}

func variantsOf(cells []cell, keep func(cell) bool) (variants []matrix.Variant) {
	for _, c := range cells {
		if keep(c) {
			variants = append(variants, c.variant)
		}
	}
	return variants
}

// printSkipped prints the cells that cannot run here, grouped by the reason.
func (c cells) printSkipped(to *console.Console) {
	of := map[string][]string{}
	var reasons []string
	for _, c := range c.all() {
		if c.skipped == "" {
			continue
		}
		if of[c.skipped] == nil {
			reasons = append(reasons, c.skipped)
		}
		of[c.skipped] = append(of[c.skipped], c.variant.String())
	}
	for _, reason := range reasons {
		to.Printf("skipped  %s: %s", strings.Join(of[reason], ", "), reason)
	}
}

// toolbox builds artefacts and finds runtimes, each once.
type toolbox struct {
	// dir is where artefacts, fetched runtimes and unpacked code are kept.
	dir     string
	builder *artifact.Builder
	finder  *runtimes.Finder
	console *console.Console
}

func newToolbox(root string, c *console.Console) *toolbox {
	dir := filepath.Join(root, ".build")
	return &toolbox{
		dir:     dir,
		builder: &artifact.Builder{Root: root, Dir: dir, Progress: c.Printf},
		finder:  &runtimes.Finder{Root: root, Cache: filepath.Join(dir, "runtimes"), Progress: c.Printf},
		console: c,
	}
}

// prepare makes the cells of a stage. Of the benchmarked ones only keeps some; an
// empty selection keeps all.
func (t *toolbox) prepare(ctx context.Context, c stage.Config, only matrix.Selection) (cells, error) {
	benchmarked, modules := c.Benchmarked(), c.Modules()
	benchmarked = slices.DeleteFunc(benchmarked, func(v matrix.Variant) bool { return !only.Keeps(v) })
	all, err := t.prepareAll(ctx, slices.Concat(benchmarked, modules, c.Harness()))
	if err != nil {
		return cells{}, err
	}
	first, second := len(benchmarked), len(benchmarked)+len(modules)
	return cells{benchmarked: all[:first], modules: all[first:second], harness: all[second:]}, nil
}

// prepareAll builds and finds everything that the variants need, in parallel. A
// missing toolchain, or a registry out of reach, skips its cells; everything else that goes wrong is an error,
// because a function that cannot be built although its tools are here is broken.
func (t *toolbox) prepareAll(ctx context.Context, variants []matrix.Variant) ([]cell, error) {
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
	if v.SnapStart {
		c.skipped = "SnapStart exists only on AWS"
		return c, nil
	}
	// The runtime comes first: an artefact that nothing here can run is not worth building.
	if c.runtime, err = t.finder.Find(ctx, v.Runtime, v.Architecture); err == nil {
		c.artifact, err = t.builder.Build(ctx, row, v.Runtime, v.Architecture)
	}
	var (
		noRuntime   *runtimes.MissingError
		noToolchain *artifact.MissingToolchainError
		noNetwork   *program.UnreachableError
	)
	// The cell is named beside the reason, so that the reason need not name it again.
	switch {
	case errors.As(err, &noRuntime):
		c.skipped = missing(noRuntime.Missing, noRuntime.Err, noRuntime.Hint)
	case errors.As(err, &noToolchain):
		c.skipped = missing(noToolchain.Missing, nil, noToolchain.Hint)
	case errors.As(err, &noNetwork):
		c.skipped = noNetwork.Error()
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
