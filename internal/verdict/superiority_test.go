package verdict_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

func TestSuperior(t *testing.T) {
	// Severity of pain after an operation with two treatments, ordinal from 1 to 5: E.
	// Brunner and U. Munzel (2000), section 5. The probability is 0.788961 there,
	// and p = 0.0058 by Student's t without the transformation.
	y := verdict.Sort([]float64{1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1})
	n := verdict.Sort([]float64{3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4})
	s := verdict.Superior(verdict.Independent(y), verdict.Independent(n), verdict.Options{})
	if math.Abs(s.Probability-0.788961) > 1e-6 || s.Word != verdict.Faster || s.PValue < 0.005 || s.PValue > 0.02 {
		t.Errorf("got %+v", s)
	}
	if !(0.5 < s.Interval[0] && s.Interval[0] < s.Probability && s.Probability < s.Interval[1] && s.Interval[1] < 1) {
		t.Errorf("the interval is %v", s.Interval)
	}
	mirrored := verdict.Superior(verdict.Independent(n), verdict.Independent(y), verdict.Options{})
	if math.Abs(mirrored.Probability+s.Probability-1) > 1e-12 || mirrored.Word != verdict.Slower || math.Abs(mirrored.PValue-s.PValue) > 1e-12 {
		t.Errorf("mirrored: %+v", mirrored)
	}
}

func TestSuperiorOfFewAndOfEquals(t *testing.T) {
	of := func(v ...float64) verdict.Side { return verdict.Independent(verdict.Sort(v)) }
	for _, test := range []struct {
		name string
		a, b verdict.Side
		want verdict.Superiority
	}{
		{"four apart from four: two of 70 ways", of(1, 2, 3, 4), of(5, 6, 7, 8),
			verdict.Superiority{Probability: 1, Interval: [2]float64{0.5, 1}, PValue: 2.0 / 70, Word: verdict.Faster}},
		{"the other way", of(5, 6, 7, 8), of(1, 2, 3, 4),
			verdict.Superiority{Probability: 0, Interval: [2]float64{0, 0.5}, PValue: 2.0 / 70, Word: verdict.Slower}},
		{"three are too few", of(1, 2, 3), of(5, 6, 7, 8),
			verdict.Superiority{Word: verdict.Undecided, Reason: verdict.Reason{Kind: verdict.NeedsSamples, Needs: 4, Has: 3}}},
		{"all the same", of(7, 7, 7, 7), of(7, 7, 7, 7),
			verdict.Superiority{Probability: 0.5, Interval: [2]float64{0, 1}, PValue: 1, Word: verdict.Undecided}},
		{"clusters that are too few", verdict.Clustered(verdict.Sort([]float64{1, 2}), nil), of(1, 2, 3, 4),
			verdict.Superiority{Word: verdict.Undecided, Reason: verdict.Reason{Kind: verdict.NeedsClusters, Needs: 7}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := verdict.Superior(test.a, test.b, verdict.Options{})
			if math.Abs(got.PValue-test.want.PValue) > 1e-12 {
				t.Errorf("p is %v, want %v", got.PValue, test.want.PValue)
			}
			got.PValue = test.want.PValue
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// The probability is the share of pairs, counted one by one.
func TestSuperiorCountsPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	for range 50 {
		a, b := repeat(rng, 4+rng.IntN(30), tied), repeat(rng, 4+rng.IntN(30), tied)
		pairs := 0.0
		for _, x := range a {
			for _, y := range b {
				switch {
				case x < y:
					pairs++
				case x == y:
					pairs += 0.5
				}
			}
		}
		want := pairs / float64(len(a)*len(b))
		if got := verdict.Superior(alone(a), alone(b), verdict.Options{}); math.Abs(got.Probability-want) > 1e-12 {
			t.Errorf("%d and %d values: %v, want %v", len(a), len(b), got.Probability, want)
		}
	}
}

// Values that are all the same have no variance to make an interval of.
func TestSuperiorOfTies(t *testing.T) {
	for _, n := range []int{4, 8, 12, 40} {
		ties := verdict.Independent(verdict.Sorted(slices.Repeat([]float64{70}, n)))
		s := verdict.Superior(ties, ties, verdict.Options{})
		if s.Probability != 0.5 || !(s.Interval[0] <= 0.5 && s.Interval[1] >= 0.5) || s.PValue != 1 || s.Word != verdict.Undecided {
			t.Errorf("%d ties: %+v", n, s)
		}
	}
}
