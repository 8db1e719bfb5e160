package verdict

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestRatioCoverage draws two populations of known medians again and again: the
// interval of the ratio has to hold the true one in 95 % of all cases, and that of the
// geometric mean over pairs the true mean.
func TestRatioCoverage(t *testing.T) {
	populations := []struct {
		name   string
		median float64
		draw   func(*rand.Rand) float64
	}{
		{"lognormal", 1, func(r *rand.Rand) float64 { return math.Exp(0.5 * r.NormFloat64()) }},
		{"exponential", math.Ln2, func(r *rand.Rand) float64 { return r.ExpFloat64() }},
		{"two modes", 1.5, func(r *rand.Rand) float64 {
			if r.Float64() < 0.5 {
				return 1 + 0.5*r.Float64()
			}
			return 1.5 + 2*r.Float64()
		}},
	}
	const rounds, pairs = 400, 4
	for _, n := range []int{12, 40} {
		for _, p := range populations {
			t.Run(p.name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(uint64(n), 7))
				draw := func(scale float64) Side {
					values := make([]float64, n)
					for i := range values {
						values[i] = scale * p.draw(rng)
					}
					return Independent(Sort(values))
				}
				held, all, mean := 0, 0, 0
				for range rounds {
					var judged []Judgement
					for i := range pairs {
						truth := 1 + float64(i)
						j := CompareRatio(draw(truth*p.median), draw(p.median), 50, Options{})
						ratio, interval := j.Ratio()
						if !j.Judged || ratio < interval[0] || ratio > interval[1] {
							t.Fatalf("%+v: ratio %v in %v", j, ratio, interval)
						}
						all++
						if interval[0] <= truth && truth <= interval[1] {
							held++
						}
						judged = append(judged, j)
					}
					_, interval := MeanRatio(judged, Options{}).Ratio()
					if truth := math.Pow(1*2*3*4, 0.25); interval[0] <= truth && truth <= interval[1] {
						mean++
					}
				}
				t.Logf("n %d: pairs %.1f %%, means %.1f %%", n, 100*float64(held)/float64(all), 100*float64(mean)/rounds)
				if share := float64(held) / float64(all); share < 0.945 {
					t.Errorf("the interval of a ratio holds the true one in %.1f %%", 100*share)
				}
				// 400 rounds have a standard deviation of 1.1 %.
				if share := float64(mean) / rounds; share < 0.93 {
					t.Errorf("the interval of the mean holds the true one in %.1f %%", 100*share)
				}
			})
		}
	}
}

func TestCompareRatio(t *testing.T) {
	side := func(values ...float64) Side { return Independent(Sort(values)) }
	ten := func(from, step float64) Side {
		var values []float64
		for i := range 20 {
			values = append(values, from+step*float64(i))
		}
		return side(values...)
	}
	for _, row := range []struct {
		name string
		a, b Side
		o    Options
		word Word
		why  ReasonKind
	}{
		{"half", ten(10, 0.1), ten(20, 0.1), Options{}, Faster, ""},
		{"twice", ten(20, 0.1), ten(10, 0.1), Options{}, Slower, ""},
		{"within 5 %", ten(100, 0.1), ten(101, 0.1), Options{MarginRel: 0.05}, Same, WithinMargin},
		{"an absolute margin does not count", ten(10, 0.1), ten(20, 0.1), Options{MarginAbs: 1000}, Faster, ""},
		{"too few", side(1, 2, 3), ten(1, 1), Options{}, Undecided, NeedsSamples},
		{"none", side(), ten(1, 1), Options{}, Undecided, NeedsSamples},
		{"a value of zero", ten(0, 1), ten(1, 1), Options{}, Undecided, NoRatio},
	} {
		t.Run(row.name, func(t *testing.T) {
			j := CompareRatio(row.a, row.b, 50, row.o)
			if j.Word != row.word || j.Reason.Kind != row.why {
				t.Errorf("%s because of %+v, want %s because of %q", j.Word, j.Reason, row.word, row.why)
			}
			if row.why == WithinMargin && math.Abs(j.Reason.Margin-0.05) > 1e-12 {
				t.Errorf("the margin is %v, want 0.05", j.Reason.Margin)
			}
		})
	}
	if j := MeanRatio(nil, Options{}); j.Judged || j.Word != Undecided {
		t.Errorf("the mean of nothing is %+v", j)
	}
	// Clusters are judged by the same ranks, so the word is that of the difference.
	var clusters []Part
	var values []float64
	for i := range 8 {
		part := []float64{10 + float64(i), 10.5 + float64(i)}
		clusters, values = append(clusters, Sort(part)), append(values, part...)
	}
	a := Clustered(Sort(values), clusters)
	if difference, ratio := Compare(a, ten(100, 1), 50, Options{}), CompareRatio(a, ten(100, 1), 50, Options{}); difference.Word != Faster || ratio.Word != Faster || ratio.Worth != difference.Worth {
		t.Errorf("difference %+v, ratio %+v: want the same word and worth", difference, ratio)
	}
}
