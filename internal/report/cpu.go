package report

import (
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// countsTicks says that the runtime counts its processor time in clock ticks of
// 10 ms (functions/CONTRACT.md): a median of 0 is then less than a tick, and not nothing.
func (r row) countsTicks() bool { return r.Variant.Language == "java" }

// CPU is the warm median of processor time.
func (r row) CPU() string {
	v := median(r.warm, results.CPUMs)
	if v != nil && *v == 0 && r.countsTicks() {
		return "<10"
	}
	return optional(v)
}

// CPUUtilisation is the warm median of processor time over wall time.
func (r row) CPUUtilisation() string {
	v := median(r.warm, results.CPUUtilisation)
	if v != nil && *v == 0 && r.countsTicks() {
		return absent
	}
	return optional(v)
}

// ticksNote explains the processor time of runtimes that count ticks, if there are any.
func ticksNote(variants []results.VariantSummary) string {
	if !slices.ContainsFunc(variants, func(v results.VariantSummary) bool { return len(v.Series) > 0 && row{VariantSummary: v}.countsTicks() }) {
		return ""
	}
	return "java counts cpu in steps of 10 ms, so only many or long invocations tell it"
}
