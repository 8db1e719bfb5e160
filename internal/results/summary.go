package results

import (
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Summary is summary.json: what one run found about every cell, and in its load test.
type Summary struct {
	// Variants are empty for a load test alone.
	Variants []VariantSummary `json:"variants,omitempty"`
	// Load is nil if there was no load test.
	Load *Load `json:"load,omitempty"`
	// AA is the run's A/A test; nil if it was not made.
	AA *AA `json:"aa,omitempty"`
	// Thresholds are the conditions under which the run was to fail.
	Thresholds []Threshold `json:"thresholds,omitempty"`
	// OthersCPU is nil where it was not measured.
	OthersCPU *OthersCPU `json:"othersCPU,omitempty"`
}

// LoadValid says whether the load test, if there was one, can be believed.
func (s Summary) LoadValid() bool { return s.Load == nil || s.Load.Generator.Valid }

// StartsValid says whether the cold and warm samples can be believed, as far as is known.
func (s Summary) StartsValid() bool { return s.OthersCPU == nil || s.OthersCPU.Valid }

// Status says how far a cell came.
type Status string

// The statuses. A checked cell gave the right answers under an emulator, which
// says nothing about time.
const (
	Measured Status = "measured"
	Checked  Status = "checked"
	Skipped  Status = "skipped"
	Failed   Status = "failed"
)

// VariantSummary is one cell of the matrix.
type VariantSummary struct {
	Variant matrix.Variant `json:"variant"`
	Status  Status         `json:"status"`
	Reason  string         `json:"reason,omitempty"`
	RanOn   *RanOn         `json:"ranOn,omitempty"`
	// AnswerOK says that the cell's answers agree with the contract; nil if it was not asked.
	AnswerOK *bool           `json:"answerOk,omitempty"`
	Series   []SeriesSummary `json:"series,omitempty"`
	// Missed counts the samples that were wanted cold or warm and were not, by what
	// they were instead. They were kept and tried again.
	Missed map[Temperature]int `json:"missed,omitempty"`
	// Losses are the samples that were asked for and are not in a series, by what became
	// of them; the collector counts them.
	Losses map[string]int `json:"losses,omitempty"`
	// Errors counts invocations that failed.
	Errors int `json:"errors,omitempty"`
	// Snapshot is what the environments of a cell with SnapStart began from; nil for the others.
	Snapshot *Snapshot `json:"snapshot,omitempty"`
}

// Snapshot is the one that Lambda took when a run published a version with SnapStart.
type Snapshot struct {
	// Version is the number that the function's answers gave.
	Version   string    `json:"version"`
	Published time.Time `json:"published"`
	// InitMs are the init phases behind the snapshot in milliseconds, by the log of the
	// time between Published and the first invocation. Lambda may have had more than one;
	// empty if the log has none. No caller waits for them, and they are part of no total.
	InitMs []float64 `json:"initMs,omitempty"`
}

// RanOn is what really ran, read from the runtime itself.
type RanOn struct {
	Version string `json:"version"`
	Client  string `json:"client,omitempty"`
}

// SeriesSummary condenses one series. Metrics are keyed by [Metric.Name]; one
// without values is absent.
type SeriesSummary struct {
	Workload    string                   `json:"workload"`
	Iterations  int                      `json:"iterations"`
	Temperature Temperature              `json:"temperature"`
	N           int                      `json:"n"`
	Metrics     map[string]MetricSummary `json:"metrics"`
	// RuntimeMetrics are the runtime's own numbers ([functions.Answer.Metrics]) by
	// their names there, at most [MaxRuntimeMetrics] of them.
	RuntimeMetrics map[string]MetricSummary `json:"runtimeMetrics,omitempty"`
	// Place is nil for a series that is not ranked.
	Place *Place `json:"place,omitempty"`
	// Values are set where the samples have expired. They are bounded, so that there may
	// be fewer than N.
	Values Values `json:"values,omitempty"`
}

// MetricSummary is a metric's percentiles, in the unit of its name. Each is one
// of the values that were measured.
type MetricSummary struct {
	N   int      `json:"n"`
	Min *float64 `json:"min,omitempty"`
	P50 *float64 `json:"p50,omitempty"`
	P90 *float64 `json:"p90,omitempty"`
	// P99 is absent below the samples that it needs (368).
	P99 *float64 `json:"p99,omitempty"`
	Max *float64 `json:"max,omitempty"`
	// P50Interval is the median's distribution-free interval [lo, hi] at [verdict.DefaultConfidence];
	// absent where there are too few values for one.
	P50Interval []float64 `json:"p50Interval,omitempty"`
}

// Find returns the variant's series of that workload and temperature, or nil.
// If a run measured several iteration counts, it is the first.
func (v VariantSummary) Find(workload string, t Temperature) *SeriesSummary {
	for i, s := range v.Series {
		if s.Workload == workload && s.Temperature == t {
			return &v.Series[i]
		}
	}
	return nil
}
