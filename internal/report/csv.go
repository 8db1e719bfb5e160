package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// CSV writes a row for every series of every cell, for every cell without one, for every
// upgrade of a runtime, and for every target of the load test and every class of its answers. Numbers are in the unit
// that their column's name ends with; what was not measured is empty.
func CSV(w io.Writer, r results.Run) error {
	r = cleaned(r)
	out := csv.NewWriter(w)
	head := []string{
		"run", "platform", "region", "stage", "started", "kind", "name", "function", "language", "runtime", "architecture", "memoryMB", "status", "reason", "ranOn",
		"workload", "iterations", "temperature", "n", "placeBest", "placeWorst", "placeOf",
	}
	later := []string{"snapStart", "ratio", "ratioLow", "ratioHigh", "word"} // the order of the others stays
	metrics := append(results.Metrics(), results.Metric{Name: latencyColumn})
	for _, m := range metrics {
		for _, figure := range []string{"p50", "p50Low", "p50High", "p90", "p99", "max"} {
			head = append(head, figure+"."+m.Name)
		}
	}
	head = append(head, later...)
	rows := [][]string{head}
	add := func(set map[string]string, figures map[string]figures) {
		started := ""
		if !r.Manifest.Started.IsZero() {
			started = r.Manifest.Started.UTC().Format("2006-01-02T15:04:05Z")
		}
		set["run"], set["platform"], set["region"], set["stage"], set["started"] = r.ID, string(r.Platform()), r.Manifest.Region, r.Manifest.Stage, started
		var row []string
		for _, column := range head {
			if figure, metric, ok := strings.Cut(column, "."); ok {
				row = append(row, figures[metric][figure])
			} else {
				row = append(row, harmless(set[column]))
			}
		}
		rows = append(rows, row)
	}
	for _, v := range r.Variants {
		cell := func(kind string) map[string]string {
			set := map[string]string{
				"kind": kind, "name": v.Variant.String(), "function": v.Variant.Function, "language": v.Variant.Language, "runtime": v.Variant.Runtime,
				"architecture": string(v.Variant.Architecture), "memoryMB": strconv.Itoa(v.Variant.MemoryMB), "status": string(v.Status), "reason": v.Reason,
			}
			if v.Variant.SnapStart {
				set["snapStart"] = "true"
			}
			if v.RanOn != nil {
				set["ranOn"] = v.RanOn.Version
			}
			return set
		}
		for _, s := range v.Series {
			set := cell("series")
			set["workload"], set["iterations"], set["temperature"], set["n"] = s.Workload, strconv.Itoa(s.Iterations), string(s.Temperature), strconv.Itoa(s.N)
			if p := s.Place; p != nil {
				set["placeBest"], set["placeWorst"], set["placeOf"] = strconv.Itoa(p.Best), strconv.Itoa(p.Worst), strconv.Itoa(p.Of)
			}
			of := map[string]figures{}
			for name, m := range s.Metrics {
				of[name] = figuresOf(m.P50, m.P50Interval, m.P90, m.P99, m.Max)
			}
			add(set, of)
		}
		if len(v.Series) == 0 {
			add(cell("cell"), nil)
		}
	}
	for _, a := range answer.All(r) {
		for _, u := range a.Upgrades {
			for _, ratio := range u.Ratios {
				set := map[string]string{
					"kind": "upgrade", "name": u.From + " to " + u.To, "workload": string(a.Event.Workload), "iterations": strconv.Itoa(a.Event.Iterations),
					"temperature": string(ratio.Measure.Temperature), "word": string(ratio.Word),
				}
				if ratio.Ratio != nil {
					set["ratio"], set["ratioLow"], set["ratioHigh"] = decimal(*ratio.Ratio), decimal(ratio.Interval[0]), decimal(ratio.Interval[1])
				}
				add(set, nil)
			}
		}
	}
	if r.Load != nil {
		for _, t := range r.Load.Targets {
			timed := func(kind, name string, l latency.Timing) {
				add(map[string]string{"kind": kind, "name": name, "n": strconv.FormatInt(l.N, 10)},
					map[string]figures{latencyColumn: figuresOf(l.P50, l.P50Interval, l.P90, l.P99, l.Max)})
			}
			timed("target", t.Name, t.Latency)
			for _, c := range t.Classes {
				timed("class", t.Name+", "+classWords(c.ClassKey), c.Latency)
			}
		}
	}
	return out.WriteAll(rows)
}

// latencyColumn is the metric of a load test's targets.
const latencyColumn = "latencyMs"

// figures are a metric's, by the beginnings of the columns' names.
type figures map[string]string

func figuresOf(p50 *float64, interval []float64, p90, p99, most *float64) figures {
	f := figures{}
	set := func(name string, v *float64) {
		if v != nil {
			f[name] = decimal(*v)
		}
	}
	set("p50", p50)
	set("p90", p90)
	set("p99", p99)
	set("max", most)
	if len(interval) == 2 {
		set("p50Low", &interval[0])
		set("p50High", &interval[1])
	}
	return f
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// harmless keeps a spreadsheet from taking a text for a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		return "'" + text
	}
	return text
}
