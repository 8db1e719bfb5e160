package report

import (
	"fmt"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// aaDoubt is said at the head of a report whose A/A test has failed; otherwise it is empty.
func aaDoubt(r results.Run) string {
	if r.AA == nil || !r.AA.Failed() {
		return ""
	}
	return "DOUBT: this run finds differences between halves of the same data more often than chance allows, so its words may be wrong. " + aaCounts(*r.AA)
}

func aaCounts(a results.AA) string {
	return fmt.Sprintf("%d of %s called different, and chance allows %d.", a.Different, comparisonsWere(a.Comparisons), a.Allowed)
}

func comparisonsWere(n int) string {
	if n == 1 {
		return "1 comparison was"
	}
	return fmt.Sprintf("%d comparisons were", n)
}

// aaLines are the A/A test of a run, and what it could have found.
func aaLines(r results.Run) []string {
	if r.AA == nil {
		return nil
	}
	line := "A/A test: no series is large enough for a comparison of its halves."
	if r.AA.Comparisons > 0 {
		line = "A/A test: halves of the same data, split by rounds, execution environments and seconds: " + aaCounts(*r.AA)
	}
	lines := []string{line}
	var finds []string
	for _, f := range r.AA.Finds {
		what := "load test, "
		if of := starts[f.Temperature]; of != "" {
			what = of + ", "
		}
		share := percentOf(f.Least)
		if most := percentOf(f.Most); most != share {
			share += " to " + most
		}
		finds = append(finds, what+figureName(f.Percentile)+": "+share+" %")
	}
	if len(finds) > 0 {
		lines = append(lines, fmt.Sprintf("The smallest difference that this run finds in %.0f %% of all cases: %s.", 100*verdict.Power, strings.Join(finds, "; ")))
	}
	return lines
}

// percentOf is a share in percent with two significant digits.
func percentOf(share float64) string {
	if share >= 0.1 {
		return fmt.Sprintf("%.0f", 100*share)
	}
	return fmt.Sprintf("%.2g", 100*share)
}
