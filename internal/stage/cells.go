package stage

import (
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
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
// size. Optional runtimes are those that the stage includes; what it excludes is
// left out of all. If it includes [matrix.SnapStart], every cell whose runtime has
// SnapStart is there a second time, with it. They are sorted.
func (c Config) Benchmarked() []matrix.Variant {
	var all []matrix.Variant
	for _, row := range helloRows() {
		for _, v := range matrix.Expand(row, c.MemoryMB) {
			if !slices.Contains(row.Runtimes, v.Runtime) && !c.includes(v) {
				continue
			}
			all = append(all, v)
			if c.Include.NamesSnapStart() && lifecycle.Read().SnapStart(v.Runtime) {
				v.SnapStart = true
				all = append(all, v)
			}
		}
	}
	all = slices.DeleteFunc(all, c.Exclude.Has)
	slices.SortFunc(all, matrix.Compare)
	return all
}

// includes says whether the stage includes the cell of an optional runtime. The word
// [matrix.SnapStart] adds no runtime.
func (c Config) includes(v matrix.Variant) bool {
	words := slices.DeleteFunc(slices.Clone(c.Include), func(word string) bool { return word == matrix.SnapStart })
	return len(words) > 0 && words.Keeps(v)
}

// Current is the word for every runtime that has a source here and that AWS had
// not deprecated when its dates were checked.
const Current = "current"

// ParseSelection reads a selection of benchmarked functions: runtimes, languages
// and architectures, with commas between them, [matrix.SnapStart] and [Current].
func ParseSelection(list string) (matrix.Selection, error) {
	catalogue := helloRows()
	var current matrix.Selection
	for _, id := range lifecycle.Read().Current() {
		if slices.ContainsFunc(catalogue, func(f functions.Function) bool { return slices.Contains(f.AllRuntimes(), id) }) {
			current = append(current, id)
		}
	}
	return matrix.ParseSelection(list, catalogue, matrix.Groups{Current: current})
}

// Including is the stage with those optional runtimes too that a selection names
// one by one, and with SnapStart if it names that. A language alone does not include
// the optional ones of its runtimes.
func (c Config) Including(s matrix.Selection) Config {
	c.Include = slices.Clone(c.Include)
	if s.NamesSnapStart() && !c.Include.NamesSnapStart() {
		c.Include = append(c.Include, matrix.SnapStart)
	}
	for _, row := range helloRows() {
		for _, id := range row.OptionalRuntimes {
			v := matrix.Variant{Language: row.Language, Runtime: id}
			for _, word := range []string{v.Runtime, v.RuntimeLabel()} {
				if slices.Contains(s, word) && !slices.Contains(c.Include, word) {
					c.Include = append(c.Include, word)
				}
			}
		}
	}
	return c.counted()
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
