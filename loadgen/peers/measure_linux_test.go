package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The measures of an arrival process, on processes whose measures are known.
func TestSeen(t *testing.T) {
	const rate, n = 2000, 20_000
	random := rand.New(rand.NewPCG(1, 1))
	tests := []struct {
		name               string
		time               func(i int, last float64) float64
		dispersion, late99 float64
		within             float64
	}{
		{"a comb", func(i int, _ float64) float64 { return float64(i) * 1e9 / rate }, 0, 0, 0.01},
		{"Poisson", func(_ int, last float64) float64 { return last + random.ExpFloat64()*1e9/rate }, 1, math.NaN(), 0.1},
		{"bursts of ten", func(i int, _ float64) float64 { return float64(i/10*10) * 1e9 / rate }, 8, 4.5, 0.1},
		{"1 % late by 7 ms", func(i int, _ float64) float64 {
			if i%50 == 49 {
				return float64(i)*1e9/rate + 7e6
			}
			return float64(i) * 1e9 / rate
		}, math.NaN(), 7, 0.01},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			times := make([]float64, n)
			for i := 1; i < n; i++ {
				times[i] = tt.time(i, times[i-1])
			}
			a, err := seen(times, rate)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(a.achieved-rate) > rate/20 {
				t.Errorf("achieved %v", a.achieved)
			}
			if !math.IsNaN(tt.dispersion) && math.Abs(a.dispersion-tt.dispersion) > tt.within {
				t.Errorf("variance over mean %v, want %v", a.dispersion, tt.dispersion)
			}
			if !math.IsNaN(tt.late99) && math.Abs(a.late99-tt.late99) > tt.within {
				t.Errorf("late %v ms at p99, want %v", a.late99, tt.late99)
			}
		})
	}
	if _, err := seen(make([]float64, 10), rate); err == nil {
		t.Error("ten arrivals were measured")
	}
}
