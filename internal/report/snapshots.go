package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// snapshotLines say of every cell with SnapStart how old its version was at the cold
// starts, since a young snapshot may be restored slower, and how long the init phases
// behind the snapshot took, which no caller waits for.
func snapshotLines(variants []results.VariantSummary) (lines []string) {
	for _, v := range variants {
		if v.Snapshot == nil {
			continue
		}
		parts := []string{"version " + v.Snapshot.Version}
		if least, most, ok := versionAge(v); ok {
			parts = append(parts, fmt.Sprintf("%s old at its cold starts", minutes([2]float64{least.Minutes(), most.Minutes()})))
		}
		switch init := v.Snapshot.InitMs; {
		case len(init) == 0:
			parts = append(parts, "no init of the snapshot in the log")
		case len(init) == 1:
			parts = append(parts, fmt.Sprintf("init of the snapshot %s ms", number(init[0])))
		default:
			parts = append(parts, fmt.Sprintf("%d inits of the snapshot, %s ms", len(init), fromTo(number(slices.Min(init)), number(slices.Max(init)))))
		}
		lines = append(lines, fmt.Sprintf("%v: %s", v.Variant, strings.Join(parts, ", ")))
	}
	return lines
}

// versionAge is the least and the most of all cold starts of a cell.
func versionAge(v results.VariantSummary) (least, most time.Duration, ok bool) {
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	for _, s := range v.Series {
		age := s.Metrics[results.VersionAgeS]
		if s.Temperature != results.Cold || age.Min == nil || age.Max == nil {
			continue
		}
		if !ok || seconds(*age.Min) < least {
			least = seconds(*age.Min)
		}
		most, ok = max(most, seconds(*age.Max)), true
	}
	return least, most, ok
}

// writeSnapshots writes them below the workloads' tables.
func writeSnapshots(s *sheet, variants []results.VariantSummary) {
	lines := snapshotLines(variants)
	if len(lines) == 0 {
		return
	}
	s.wrap("", indent, "SnapStart: the snapshots that cold starts were restored from; their init is no part of a start")
	for _, line := range lines {
		s.wrap(indent, indent+indent, line)
	}
	s.WriteString("\n")
}
