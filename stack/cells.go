package stack

import (
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Benchmarked returns the variants that are measured: every function of the
// hello contract on each of its runtimes and architectures, at each memory
// size, but for those that the stage leaves out. They are sorted.
func (c Config) Benchmarked() []matrix.Variant {
	var all []matrix.Variant
	for _, row := range helloRows() {
		all = append(all, matrix.Expand(row, c.MemoryMB)...)
	}
	all = slices.DeleteFunc(all, c.Exclude.Has)
	slices.SortFunc(all, matrix.Compare)
	return all
}

// Modules returns the variants of the functions behind the API, sorted. What a
// stage leaves out of the benchmark never touches them.
func (c Config) Modules() []matrix.Variant {
	var all []matrix.Variant
	for _, row := range rows(functions.ContractModule) {
		all = append(all, matrix.Variant{
			Function: row.Name, Language: row.Language, Runtime: row.Runtimes[0],
			Architecture: c.Architecture, MemoryMB: c.ModuleMemoryMB,
		})
	}
	slices.SortFunc(all, matrix.Compare)
	return all
}

// harnessMemoryMB gives our own functions one whole virtual CPU: the runner holds
// the client's clock, and a function that is throttled reads it late. They need a
// fraction of the memory.
const harnessMemoryMB = 1769

// The functions of the harness, as the catalogue names them.
const (
	runnerName    = "runner"
	collectorName = "collector"
	statsAPIName  = "statsapi"
)

// Harness returns the variants of the functions that run the benchmark, keep
// its results and show them, sorted.
func (c Config) Harness() []matrix.Variant {
	var all []matrix.Variant
	for _, row := range rows(functions.ContractNone) {
		if slices.Contains([]string{runnerName, collectorName, statsAPIName}, row.Name) {
			all = append(all, matrix.Variant{
				Function: row.Name, Language: row.Language, Runtime: row.Runtimes[0],
				Architecture: c.Architecture, MemoryMB: harnessMemoryMB,
			})
		}
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

// rowOf finds the row of the catalogue that a variant is a cell of.
func rowOf(v matrix.Variant) (functions.Function, error) {
	row, ok := functions.Find(v.Function, v.Language, v.Runtime, v.Architecture)
	if !ok {
		return row, fmt.Errorf("%v: no row of functions.json describes it", v)
	}
	return row, nil
}
