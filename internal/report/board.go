package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// board is the cells that one workload was measured with: runtimes by architecture
// and memory size.
type board struct {
	event    event
	rows     []row
	runtimes []string // in the order of the rows
	columns  []section
	answers  answer.Answers
	started  time.Time
}

func newBoard(r results.Run, a answer.Answers) board {
	e := event{string(a.Event.Workload), a.Event.Iterations}
	b := board{event: e, rows: rows(r.Variants, e), answers: a, started: r.Manifest.Started}
	for _, row := range b.rows {
		if !slices.Contains(b.runtimes, row.name()) {
			b.runtimes = append(b.runtimes, row.name())
		}
	}
	b.columns = sections(b.rows)
	slices.SortFunc(b.columns, func(a, b section) int {
		return cmp.Or(cmp.Compare(a.architecture, b.architecture), cmp.Compare(a.memoryMB, b.memoryMB))
	})
	return b
}

// asked is the event as it was sent.
func (e event) asked() functions.Event {
	return functions.Event{Workload: functions.Workload(e.workload), Iterations: e.iterations}
}

// cell is the row of a runtime in a column, if it was measured.
func (b board) cell(runtime string, s section) (row, bool) {
	i := slices.IndexFunc(b.rows, func(r row) bool { return r.name() == runtime && r.section() == s })
	if i < 0 {
		return row{}, false
	}
	return b.rows[i], true
}

// of are a runtime's cells on one architecture, the smallest memory first.
func (b board) of(runtime string, a functions.Architecture) (all []row) {
	for _, s := range b.columns {
		if r, ok := b.cell(runtime, s); ok && s.architecture == a {
			all = append(all, r)
		}
	}
	return all
}

func (b board) architectures() []functions.Architecture {
	var all []functions.Architecture
	for _, s := range b.columns {
		if !slices.Contains(all, s.architecture) {
			all = append(all, s.architecture)
		}
	}
	return all
}

func (b board) memorySizes() []int {
	var all []int
	for _, s := range b.columns {
		if !slices.Contains(all, s.memoryMB) {
			all = append(all, s.memoryMB)
		}
	}
	slices.Sort(all)
	return all
}

// cost is what a cell's invocations cost; nil if that is not known.
func (b board) cost(v matrix.Variant) *answer.CellCost {
	if b.answers.Pricing == nil {
		return nil
	}
	for i, c := range b.answers.Pricing.Cells {
		if c.Variant == v {
			return &b.answers.Pricing.Cells[i]
		}
	}
	return nil
}

// colour is the class of a runtime's colour, the same in every chart and for every
// workload. Where there are more runtimes than colours, those of a language share one.
func (b board) colour(runtime string) string {
	var names, families []string
	mine := ""
	for _, r := range slices.SortedStableFunc(slices.Values(b.rows), func(x, y row) int { return matrix.Compare(x.Variant, y.Variant) }) {
		family := r.Variant.Function + " " + r.Variant.Language
		if r.name() == runtime {
			mine = family
		}
		if !slices.Contains(names, r.name()) {
			names = append(names, r.name())
		}
		if !slices.Contains(families, family) {
			families = append(families, family)
		}
	}
	if len(names) > seriesColours {
		return seriesClass(slices.Index(families, mine))
	}
	return seriesClass(slices.Index(names, runtime))
}

// seriesColours is how many colours the style has for things of one kind.
const seriesColours = 8

// seriesClass is the class of the colour of the i-th of several things.
func seriesClass(i int) string { return fmt.Sprintf("s%d", i%seriesColours) }

// deprecated says that AWS no longer supported a row's runtime on the day of the run.
func (b board) deprecated(r row) bool {
	_, is := lifecycle.Read().Deprecated(r.Variant.Runtime, b.started)
	return is
}
