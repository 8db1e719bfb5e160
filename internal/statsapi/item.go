package statsapi

import (
	"cmp"
	"fmt"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Item is the results of one run for one variant and event: first in the fields of
// the origin's API, as medians, then in ours.
type Item struct {
	// ID stays the same from call to call.
	ID           string `json:"id"`
	Timestamp    int64  `json:"timestamp"` // of the run's start, in Unix seconds
	FunctionName string `json:"functionName"`
	Runtime      string `json:"runtime"`
	Architecture string `json:"architecture"`
	Language     string `json:"language"`
	// A cold start's durations do not include its init, which is a field of its own.
	ColdStartDuration       *float64 `json:"coldStartDuration"`
	WarmStartDuration       *float64 `json:"warmStartDuration"`
	ColdStartMemoryUsed     *float64 `json:"coldStartMemoryUsed"`
	WarmStartMemoryUsed     *float64 `json:"warmStartMemoryUsed"`
	ColdStartBilledDuration *float64 `json:"coldStartBilledDuration"`
	WarmStartBilledDuration *float64 `json:"warmStartBilledDuration"`
	ColdStartInitDuration   *float64 `json:"coldStartInitDuration,omitempty"`

	Run        string            `json:"run"`
	Platform   deployed.Platform `json:"platform"`
	Function   string            `json:"function"`
	MemoryMB   int               `json:"memoryMB"`
	SnapStart  bool              `json:"snapStart,omitempty"`
	Workload   string            `json:"workload"`
	Iterations int               `json:"iterations"`
	// Series are by temperature; a temperature without samples is absent.
	Series map[results.Temperature]Series `json:"series"`

	cell cell
}

// Series is one temperature of an item.
type Series struct {
	// N is how many samples there are.
	N int `json:"n"`
	// Metrics are by [results.Metric.Name]; their intervals are at [verdict.DefaultConfidence].
	Metrics map[string]results.MetricSummary `json:"metrics"`
	// RuntimeMetrics are the runtime's own numbers; absent if it reported none.
	RuntimeMetrics map[string]results.MetricSummary `json:"runtimeMetrics,omitempty"`
}

// items joins a run's records, in the order of [results.CompareSeries], to one item
// for each variant and event.
func items(records []results.SeriesRecord) []Item {
	var all []Item
	for _, r := range records {
		if n := len(all); n == 0 || all[n-1].cell != cellOf(r) {
			all = append(all, newItem(r))
		}
		all[len(all)-1].add(r)
	}
	return all
}

func newItem(r results.SeriesRecord) Item {
	v, e := r.Series.Variant, r.Series.Event
	return Item{
		ID:           fmt.Sprintf("%s.%s.%s.%d", r.Run, v.Name(), e.Workload, e.Iterations),
		Timestamp:    r.Started.Unix(),
		FunctionName: cmp.Or(r.FunctionName, v.Name()),
		Runtime:      v.Runtime, Architecture: string(v.Architecture), Language: v.Language,
		Run: r.Run, Platform: r.Platform, Function: v.Function, MemoryMB: v.MemoryMB, SnapStart: v.SnapStart,
		Workload: string(e.Workload), Iterations: e.Iterations,
		Series: map[results.Temperature]Series{},
		cell:   cellOf(r),
	}
}

func (i *Item) add(r results.SeriesRecord) {
	metrics := r.Summary.Metrics
	if metrics == nil {
		metrics = map[string]results.MetricSummary{}
	}
	i.Series[r.Series.Temperature] = Series{N: r.Summary.N, Metrics: metrics, RuntimeMetrics: r.Summary.RuntimeMetrics}
	median := func(name string) *float64 { return metrics[name].P50 }
	switch r.Series.Temperature {
	case results.Cold:
		i.ColdStartDuration = median(results.DurationMs)
		i.ColdStartMemoryUsed = median(results.MaxMemoryUsedMB)
		i.ColdStartBilledDuration = median(results.BilledMs)
		i.ColdStartInitDuration = median(results.InitMs)
	case results.Warm:
		i.WarmStartDuration = median(results.DurationMs)
		i.WarmStartMemoryUsed = median(results.MaxMemoryUsedMB)
		i.WarmStartBilledDuration = median(results.BilledMs)
	}
}

func cellOf(r results.SeriesRecord) cell { return cell{r.Series.Variant, r.Series.Event} }

// compareCells is the order of the items of a run.
func compareCells(a, b cell) int {
	return cmp.Or(
		matrix.Compare(a.Variant, b.Variant),
		cmp.Compare(a.Event.Workload, b.Event.Workload),
		cmp.Compare(a.Event.Iterations, b.Event.Iterations),
	)
}
