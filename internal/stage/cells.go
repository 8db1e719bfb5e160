package stage

import (
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// The functions of the catalogue that a stage deploys by name: those that are
// benchmarked, and those of the harness, which measure them.
const (
	Hello     = "hello"
	Runner    = "runner"
	Collector = "collector"
	StatsAPI  = "statsapi"
)

// Benchmarked returns the variants that are measured: every function of the
// hello contract on each of its runtimes and architectures, at each memory
// size, but for those that the stage excludes. They are sorted.
func (c Config) Benchmarked() []matrix.Variant {
	var all []matrix.Variant
	for _, row := range helloRows() {
		all = append(all, matrix.Expand(row, c.MemoryMB)...)
	}
	all = slices.DeleteFunc(all, c.Exclude.Has)
	slices.SortFunc(all, matrix.Compare)
	return all
}

// Modules returns the variants of the functions behind the API, sorted. Exclude
// does not touch them.
func (c Config) Modules() []matrix.Variant {
	return c.single(rows(functions.ContractModule), c.ModuleMemoryMB)
}

// harnessMemoryMB gives our own functions one whole virtual CPU: the runner holds
// the client's clock, and a function that is throttled reads it late. They need a
// fraction of the memory.
const harnessMemoryMB = 1769

// Harness returns the variants of the functions that run the benchmark, keep
// its results and show them, sorted.
func (c Config) Harness() []matrix.Variant {
	ours := rows(functions.ContractNone)
	ours = slices.DeleteFunc(ours, func(f functions.Function) bool {
		return !slices.Contains([]string{Runner, Collector, StatsAPI}, f.Name)
	})
	return c.single(ours, harnessMemoryMB)
}

// single returns one variant of each function: on its first runtime, and on the
// stage's one architecture.
func (c Config) single(rows []functions.Function, memoryMB int) []matrix.Variant {
	var all []matrix.Variant
	for _, row := range rows {
		all = append(all, matrix.Variant{
			Function: row.Name, Language: row.Language, Runtime: row.Runtimes[0],
			Architecture: c.Architecture, MemoryMB: memoryMB,
		})
	}
	slices.SortFunc(all, matrix.Compare)
	return all
}

// All returns every variant that a stage deploys.
func (c Config) All() []matrix.Variant {
	return slices.Concat(c.Benchmarked(), c.Modules(), c.Harness())
}

func helloRows() []functions.Function { return rows(functions.ContractHello) }

func rows(contract functions.Contract) []functions.Function {
	return slices.DeleteFunc(functions.Catalogue(), func(f functions.Function) bool { return f.Contract != contract })
}

// Row finds the row of the catalogue that a variant is a cell of.
func Row(v matrix.Variant) (functions.Function, error) {
	row, ok := functions.Find(v.Function, v.Language, v.Runtime, v.Architecture)
	if !ok {
		return row, fmt.Errorf("%v: no row of functions.json describes it", v)
	}
	return row, nil
}
