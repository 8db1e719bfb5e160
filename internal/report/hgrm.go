package report

import (
	"fmt"
	"io"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// HGRM writes the latencies of each target of a load test as .hgrm text, one after
// the other, each behind a comment with its name.
func HGRM(w io.Writer, r results.Run) error {
	if r.Load == nil {
		return nil
	}
	for _, t := range r.Load.Targets {
		if t.Latency.Histogram == nil {
			continue
		}
		if _, err := fmt.Fprintf(w, "#[Target: %s]\n", console.Clean(t.Name)); err != nil {
			return fmt.Errorf("write the percentiles of %s: %w", t.Name, err)
		}
		if err := t.Latency.Histogram.WritePercentiles(w); err != nil {
			return fmt.Errorf("write the percentiles of %s: %w", t.Name, err)
		}
	}
	return nil
}
