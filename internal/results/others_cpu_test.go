package results

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSummariseOthersCPU(t *testing.T) {
	taken := func(shares ...float64) (all []Sample) {
		for _, share := range shares {
			all = append(all, Sample{OthersCPU: &share})
		}
		return all
	}
	quiet := slices.Repeat([]float64{0.01}, 9)
	for _, row := range []struct {
		name    string
		samples []Sample
		want    *OthersCPU
	}{
		{"no samples", nil, nil},
		{"not known", []Sample{{}, {}}, nil},
		{"quiet", taken(quiet...), &OthersCPU{Samples: 9, Median: 0.01, Max: 0.01, Valid: true}},
		{"known of some", append(taken(0.02), Sample{}), &OthersCPU{Samples: 1, Median: 0.02, Max: 0.02, Valid: true}},
		{"at the bound", taken(MaxOthersCPU), &OthersCPU{Samples: 1, Median: 0.1, Max: 0.1, Valid: true}},
		{"one of ten disturbed", taken(append(quiet, 0.9)...), &OthersCPU{Samples: 10, Median: 0.01, Max: 0.9, Disturbed: 1, Valid: true}},
		{"two of eleven disturbed", taken(append(quiet, 0.9, 0.2)...), &OthersCPU{Samples: 11, Median: 0.01, Max: 0.9, Disturbed: 2}},
		{"beside another run", taken(0.3, 0.4, 0.5), &OthersCPU{Samples: 3, Median: 0.4, Max: 0.5, Disturbed: 3}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, SummariseOthersCPU(slices.Values(row.samples))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
