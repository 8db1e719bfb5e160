package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Text writes a run for people, as wide and as colourful as the terminal allows:
// what became of the conditions under which it fails, the four answers, one table for
// each workload (the one that decides first), the ratios behind the answers, what an
// upgrade changes, what invocations cost, the cells that were not measured and why, the
// load test, and where it all ran.
func Text(w io.Writer, r results.Run, t console.Terminal) error {
	r = cleaned(r)
	s := &sheet{terminal: t}
	writeThresholds(s, r.Thresholds)
	if doubt := aaDoubt(r); doubt != "" {
		s.wrap("", indent, emphasise(doubt))
		s.WriteString("\n")
	}
	all := answer.All(r)
	answers := all[0]
	switch {
	case r.LoadOnly():
	case asked(answers):
		writeAnswers(s, r, answers)
	default: // there is nothing to compare, or the samples are gone
		writeFindings(s, r)
	}
	events := workloads(r)
	for _, event := range events {
		writeWorkload(s, r, event)
	}
	if len(events) > 0 {
		writeWords(s, r.Variants)
	}
	writeSnapshots(s, r.Variants)
	writeRatios(s, answers)
	writeUpgrades(s, all)
	writeCosts(s, answers)
	writeUnmeasured(s, r.Variants)
	writeDoubts(s, r.Variants)
	if r.Load != nil {
		writeLoad(s, *r.Load)
	}
	if lines := aaLines(r); len(lines) > 0 {
		for _, line := range lines {
			s.wrap("", indent, line)
		}
		s.WriteString("\n")
	}
	if r.Manifest.Tool != "" || r.Manifest.Platform != "" {
		writePlatform(s, r)
	}
	return s.print(w)
}

// event is a workload with its iterations.
type event struct {
	workload   string
	iterations int
}

// String is the event for people: sha256, 2,000 iterations.
func (e event) String() string {
	if e.iterations == 0 {
		return e.workload
	}
	return fmt.Sprintf("%s, %s", e.workload, counted(int64(e.iterations), "iteration"))
}

// workloads are the events that anything was measured with, the one that decides first.
func workloads(r results.Run) []event {
	var all []event
	for _, e := range answer.Workloads(r) {
		all = append(all, event{string(e.Workload), e.Iterations})
	}
	return all
}

// row is a variant with its two measured series of one event; either may be nil.
type row struct {
	results.VariantSummary
	cold, warm *results.SeriesSummary
}

// rows are the variants that the event was measured with. The runtimes of a language
// stand together, the older generation first, and a cell with SnapStart behind the one
// without. Languages stand by their fastest cold start.
func rows(variants []results.VariantSummary, e event) []row {
	var all []row
	for _, v := range variants {
		r := row{VariantSummary: v}
		for i, s := range v.Series {
			if (event{s.Workload, s.Iterations}) != e {
				continue
			}
			switch s.Temperature {
			case results.Cold:
				r.cold = &v.Series[i]
			case results.Warm:
				r.warm = &v.Series[i]
			}
		}
		if r.cold != nil || r.warm != nil {
			all = append(all, r)
		}
	}
	byTime := func(a, b row) int {
		return cmp.Or(
			cmp.Compare(a.order(a.cold, results.TotalMs), b.order(b.cold, results.TotalMs)),
			cmp.Compare(a.order(a.warm, results.DurationMs), b.order(b.warm, results.DurationMs)),
		)
	}
	slices.SortStableFunc(all, byTime)
	place := map[family]int{}
	for _, r := range all {
		if _, ok := place[r.family()]; !ok {
			place[r.family()] = len(place)
		}
	}
	slices.SortStableFunc(all, func(a, b row) int {
		return cmp.Or(cmp.Compare(place[a.family()], place[b.family()]), matrix.Compare(a.generation(), b.generation()), byTime(a, b))
	})
	return all
}

// family is what the generations of a runtime have in common.
type family struct{ function, language string }

func (r row) family() family { return family{r.Variant.Function, r.Variant.Language} }

// generation is the row's variant without what it has besides its runtime.
func (r row) generation() matrix.Variant {
	v := r.Variant
	v.Architecture, v.MemoryMB = "", 0
	return v
}

// order is a metric's median, and behind everything if there is none.
func (row) order(s *results.SeriesSummary, metric string) float64 {
	if v := median(s, metric); v != nil {
		return *v
	}
	return math.Inf(1)
}

func median(s *results.SeriesSummary, metric string) *float64 {
	if s == nil {
		return nil
	}
	return s.Metrics[metric].P50
}

func p90(s *results.SeriesSummary, metric string) *float64 {
	if s == nil {
		return nil
	}
	return s.Metrics[metric].P90
}

// section is the part of a table with one architecture and memory size.
type section struct {
	architecture functions.Architecture
	memoryMB     int
}

func (s section) String() string { return fmt.Sprintf("%s, %d MB", s.architecture, s.memoryMB) }

func (r row) section() section { return section{r.Variant.Architecture, r.Variant.MemoryMB} }

// sections of the rows, each once, the smallest memory first.
func sections(all []row) []section {
	var found []section
	for _, r := range all {
		if !slices.Contains(found, r.section()) {
			found = append(found, r.section())
		}
	}
	slices.SortFunc(found, func(a, b section) int {
		return cmp.Or(cmp.Compare(a.memoryMB, b.memoryMB), cmp.Compare(a.architecture, b.architecture))
	})
	return found
}

// name is what stands before a row.
func (r row) name() string {
	if r.Variant.Function != "hello" {
		return r.Variant.Function + " " + r.Variant.RuntimeWithSnapStart()
	}
	return r.Variant.RuntimeWithSnapStart()
}

func (r row) version() string {
	if r.RanOn == nil {
		return ""
	}
	return r.RanOn.Version
}

func writeWorkload(s *sheet, r results.Run, e event) {
	all := rows(r.Variants, e)
	if len(all) == 0 {
		return
	}
	ended := deprecations(all, r.Manifest.Started)
	sections := sections(all)
	title := e.String()
	if len(sections) == 1 {
		title += ", " + sections[0].String()
	}
	cold, warm := largest(all, coldOf), largest(all, warmOf)
	s.wrap("", indent, fmt.Sprintf("%s: medians of %s and %s, in ms", title, counted(cold, "cold start"), counted(warm, "warm invocation")))
	s.WriteString("\n")

	t := table{columns: []column{
		{"", "runtime", true}, {"", "ran on", true},
		{"cold start", "init", false}, {"cold start", "first", false}, {"cold start", "total", false}, {"cold start", "p90", false}, {"cold start", "client", false}, {"cold start", "#", false},
		{"warm invocation", "p50", false}, {"warm invocation", "p90", false}, {"warm invocation", "cpu", false}, {"warm invocation", "billed", false}, {"warm invocation", "#", false},
		{"max", "MB", false},
	}}
	t.dropped = []string{"warm invocation billed", "warm invocation cpu", "ran on", "max MB", "cold start client", "cold start p90", "warm invocation p90", "cold start first", "cold start init"}
	coldPlaces, warmPlaces := hasPlaces(all, coldOf), hasPlaces(all, warmOf)
	for _, section := range sections {
		if len(sections) > 1 {
			t.heading(section.String())
		}
		for _, r := range all {
			if r.section() == section {
				line := cells(r, coldPlaces, warmPlaces)
				if slices.ContainsFunc(ended, func(l lifecycle.Runtime) bool { return l.ID == r.Variant.Runtime }) {
					line[0] += " *"
				}
				t.add(line...)
			}
		}
	}
	t.write(s)
	for _, l := range ended {
		s.wrap(indent, indent+indent, "* "+l.ID+": "+lifecycleText(l))
	}
	if coldPlaces || warmPlaces {
		s.wrap(indent, indent+indent, "#: the places that it may have, right for all rows at once (95 %)")
	}
	for _, part := range []struct {
		name   string
		places bool
		of     func(row) *results.SeriesSummary
	}{{"cold starts", coldPlaces, coldOf}, {"warm invocations", warmPlaces, warmOf}} {
		if len(all) > 1 && !part.places && largest(all, part.of) > 0 {
			s.wrap(indent, indent+indent, "no places for "+part.name+", "+whyNoPlaces(all, part.of))
		}
	}
	if t.has(absent) {
		fmt.Fprintf(s, "%s-: not measured\n", indent)
	}
	s.WriteString("\n")
}

// deprecations are the lifecycles of those runtimes of the rows that AWS had
// deprecated at a time, in the order of the rows.
func deprecations(all []row, at time.Time) []lifecycle.Runtime {
	table := lifecycle.Read()
	var ended []lifecycle.Runtime
	for _, r := range all {
		if l, is := table.Deprecated(r.Variant.Runtime, at); is && !slices.Contains(ended, l) {
			ended = append(ended, l)
		}
	}
	return ended
}

// lifecycleText are the dates on which AWS ends a runtime.
func lifecycleText(l lifecycle.Runtime) string {
	return fmt.Sprintf("deprecated %v, no new functions from %v, no changes from %v", l.Deprecated, l.CreateBlocked, l.UpdateBlocked)
}

// writeWords says once what the columns of the workloads' tables are.
func writeWords(s *sheet, variants []results.VariantSummary) {
	init := "init: the environment's start"
	if slices.ContainsFunc(variants, func(v results.VariantSummary) bool { return v.Variant.SnapStart }) {
		init += ", with SnapStart its restore"
	}
	for _, line := range []string{
		init + "; first: its first invocation; total: both, each median on its own",
		"p90: of the total, and of the warm duration; client: what the caller waited in all",
		"cpu: processor time of the handler; report.html has the rest, CPU utilisation and heaps among it",
	} {
		s.wrap(indent, indent+indent, line)
	}
	if ticks := ticksNote(variants); ticks != "" {
		s.wrap(indent, indent+indent, ticks)
	}
	s.WriteString("\n")
}

// Start is the median of the environment's start: of its init, or of its restore.
func (r row) Start() *float64 {
	if restore := median(r.cold, results.RestoreMs); restore != nil {
		return restore
	}
	return median(r.cold, results.InitMs)
}

// cells are a row of the table.
func cells(r row, coldPlaces, warmPlaces bool) []string {
	place := func(s *results.SeriesSummary, shown bool) string {
		switch {
		case !shown:
			return ""
		case s == nil || s.Place == nil:
			return absent
		}
		return placeRange(*s.Place)
	}
	return []string{
		r.name(), r.version(),
		optional(r.Start()), optional(median(r.cold, results.FirstDurationMs)),
		optional(median(r.cold, results.TotalMs)), optional(p90(r.cold, results.TotalMs)), optional(median(r.cold, results.ClientMs)),
		place(r.cold, coldPlaces),
		optional(median(r.warm, results.DurationMs)), optional(p90(r.warm, results.DurationMs)),
		r.CPU(), whole(median(r.warm, results.BilledMs)),
		place(r.warm, warmPlaces),
		whole(memory(r)),
	}
}

// largest is the number of samples of the series that has most.
func largest(all []row, of func(row) *results.SeriesSummary) int64 {
	n := 0
	for _, r := range all {
		if s := of(r); s != nil {
			n = max(n, s.N)
		}
	}
	return int64(n)
}

// placeRange is the places that a series may have.
func placeRange(p results.Place) string {
	if p.Best == p.Worst {
		return fmt.Sprint(p.Best)
	}
	return fmt.Sprintf("%d-%d", p.Best, p.Worst)
}

// hasPlaces says whether a ranking tells anything apart: without that, a column of
// places would look like a result.
func hasPlaces(all []row, of func(row) *results.SeriesSummary) bool {
	for _, r := range all {
		if s := of(r); s != nil && s.Place != nil && s.Place.Best > 1 {
			return true
		}
	}
	return false
}

// memory is the largest memory used that any invocation of the row saw.
func memory(r row) *float64 {
	var most *float64
	for _, s := range []*results.SeriesSummary{r.cold, r.warm} {
		if s == nil {
			continue
		}
		if v := s.Metrics[results.MaxMemoryUsedMB].Max; v != nil && (most == nil || *v > *most) {
			most = v
		}
	}
	return most
}

func whole(v *float64) string {
	if v == nil {
		return absent
	}
	return fmt.Sprintf("%.0f", *v)
}
