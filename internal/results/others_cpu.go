package results

import (
	"iter"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// What makes a run's samples not valid: other programs on the machine could explain them.
const (
	// MaxOthersCPU is the largest share of the machine's processor time that other
	// programs may take during a sample.
	MaxOthersCPU = 0.10
	// maxDisturbed is the largest share of the samples that may be taken beside more.
	maxDisturbed = 0.10
)

// OthersCPU says how much of the machine's processor time other programs took while
// the samples of a run were taken.
type OthersCPU struct {
	// Samples are those for which it is known.
	Samples int `json:"samples"`
	// Median and Max are shares of the machine's processor time, from 0 to 1.
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
	// Disturbed are the samples during which it was more than [MaxOthersCPU].
	Disturbed int `json:"disturbed"`
	// Valid is false if so many samples were disturbed that the other programs could
	// explain what the run says.
	Valid bool `json:"valid"`
}

// SummariseOthersCPU judges the samples of a run; nil if it is known of none.
func SummariseOthersCPU(samples iter.Seq[Sample]) *OthersCPU {
	var shares []float64
	var o OthersCPU
	for s := range samples {
		if s.OthersCPU == nil {
			continue
		}
		shares = append(shares, *s.OthersCPU)
		if *s.OthersCPU > MaxOthersCPU {
			o.Disturbed++
		}
	}
	if len(shares) == 0 {
		return nil
	}
	slices.Sort(shares)
	sorted := verdict.Sorted(shares)
	o.Samples, o.Max = len(shares), shares[len(shares)-1]
	o.Median = sorted.AtRank(verdict.RankOf(50, sorted.N()))
	o.Valid = float64(o.Disturbed) <= maxDisturbed*float64(o.Samples)
	return &o
}
