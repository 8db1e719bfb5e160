package bench

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Row summarises a function's samples in a run: its series, which wanted samples
// are missing, and failure, the reason that it was measured no further, if any.
func Row(fn deployed.Function, samples []results.Sample, o Options, failure error) results.VariantSummary {
	row := results.VariantSummary{
		Variant: fn.Variant, Status: results.Measured,
		Series: results.Summarise(slices.Values(samples))[fn.Variant],
	}
	for _, sample := range samples {
		if a := sample.Answer; a != nil {
			if row.RanOn == nil {
				row.RanOn = &results.RanOn{Version: a.RuntimeVersion}
			}
			if fn.Contract() == functions.ContractHello {
				right := Verify(fn.Variant, sample.Event, *a) == nil && (row.AnswerOK == nil || *row.AnswerOK)
				row.AnswerOK = &right
			}
		}
		switch temperature := sample.Temperature(); {
		case sample.Error != "":
			row.Errors++
		case sample.WarmUp || sample.Wanted == "" || sample.Wanted == temperature:
		default:
			if row.Missed == nil {
				row.Missed = map[results.Temperature]int{}
			}
			row.Missed[temperature]++
		}
	}
	switch {
	case failure != nil:
		row.Status, row.Reason = results.Failed, failure.Error()
	case len(samples) == 0:
		row.Status, row.Reason = results.Skipped, "the run ended before its turn came"
	default:
		row.Reason = shortfall(fn, samples, o)
	}
	return row
}

// shortfall says which series have fewer samples than were wanted.
func shortfall(fn deployed.Function, samples []results.Sample, o Options) string {
	if fn.Contract() != functions.ContractHello {
		return ""
	}
	taken := map[results.Series]int{}
	for _, sample := range samples {
		if series, ok := sample.Series(); ok {
			taken[series]++
		}
	}
	workloads := o.Workloads
	if len(workloads) == 0 {
		workloads = Workloads()
	}
	var short []string
	for _, e := range workloads {
		for _, want := range []struct {
			temperature results.Temperature
			n           int
		}{{results.Cold, o.Cold}, {results.Warm, o.Warm}} {
			n := taken[results.Series{Variant: fn.Variant, Event: e, Temperature: want.temperature}]
			if n < want.n {
				short = append(short, fmt.Sprintf("%d of %d %s %s samples", n, want.n, want.temperature, e.Workload))
			}
		}
	}
	return strings.Join(short, ", ")
}
