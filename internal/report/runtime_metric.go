package report

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// runtimeMetric is one of the numbers that a runtime counts of itself, for people.
type runtimeMetric struct {
	Title string
	// Cold and Warm are medians, Most is the largest of both.
	Cold, Warm, Most string
}

// RuntimeMetrics are those of a row's runtime, by name.
func (r row) RuntimeMetrics() []runtimeMetric {
	names := map[string]bool{}
	for _, s := range []*results.SeriesSummary{r.cold, r.warm} {
		if s != nil {
			for name := range s.RuntimeMetrics {
				names[name] = true
			}
		}
	}
	var all []runtimeMetric
	for _, name := range slices.Sorted(maps.Keys(names)) {
		title, unit := runtimeMetricTitle(name)
		of := func(s *results.SeriesSummary) results.MetricSummary {
			if s == nil {
				return results.MetricSummary{}
			}
			return s.RuntimeMetrics[name]
		}
		cold, warm := of(r.cold), of(r.warm)
		most := cold.Max
		if most == nil || warm.Max != nil && *warm.Max > *most {
			most = warm.Max
		}
		all = append(all, runtimeMetric{title, runtimeMetricValue(cold.P50, unit), runtimeMetricValue(warm.P50, unit), runtimeMetricValue(most, unit)})
	}
	return all
}

// bytesPerMB is Lambda's: its MB are powers of two.
const bytesPerMB = 1 << 20

// runtimeMetricTitle makes words and a unit of a name: heapUsedBytes is "heap used, MB".
func runtimeMetricTitle(name string) (title string, unit float64) {
	unit, suffix := 1.0, ""
	if stem, ok := strings.CutSuffix(name, "Bytes"); ok && stem != "" {
		name, unit, suffix = stem, bytesPerMB, ", MB"
	} else if stem, ok := strings.CutSuffix(name, "Ms"); ok && stem != "" {
		name, suffix = stem, ", ms"
	}
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.TrimSpace(b.String()) + suffix, unit
}

func runtimeMetricValue(v *float64, unit float64) string {
	switch {
	case v == nil:
		return absent
	case unit == 1 && *v == math.Trunc(*v) && math.Abs(*v) < 1e15:
		return grouped(int64(*v))
	}
	return number(*v / unit)
}
