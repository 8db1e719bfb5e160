package results

import (
	"cmp"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// SeriesRecord is what one run found in one series. It outlives the run's
// samples: the records of a series are its history.
type SeriesRecord struct {
	Run      string            `json:"run"`
	Platform deployed.Platform `json:"platform"`
	// Started is when the run did.
	Started time.Time `json:"started"`
	Series  Series    `json:"series"`
	// FunctionName is the name of the deployed function, if it is known.
	FunctionName string        `json:"functionName,omitempty"`
	Summary      SeriesSummary `json:"summary"`
}

// CompareSeries orders series by variant, event and temperature.
func CompareSeries(a, b Series) int {
	order := Temperatures()
	return cmp.Or(
		matrix.Compare(a.Variant, b.Variant),
		cmp.Compare(a.Event.Workload, b.Event.Workload),
		cmp.Compare(a.Event.Iterations, b.Event.Iterations),
		cmp.Compare(slices.Index(order, a.Temperature), slices.Index(order, b.Temperature)),
	)
}
