package report

import (
	"math"
	"slices"
	"testing"
)

func TestScales(t *testing.T) {
	for _, test := range []struct {
		name  string
		scale scale
		ticks []float64
	}{
		{"from zero", linear(119, 0, 100), []float64{0, 20, 40, 60, 80, 100, 120}},
		{"exactly a round number", linear(10, 0, 100), []float64{0, 2, 4, 6, 8, 10}},
		{"nothing", linear(0, 0, 100), []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{"small", linear(0.0007, 0, 100), []float64{0, 0.0001, 0.0002, 0.0003, 0.0004, 0.0005, 0.0006, 0.0007}},
		{"one decade", logarithmic(1.2, 9, 0, 100), []float64{1.5, 2, 3, 5, 7, 10}},
		{"between ticks", logarithmic(0.48, 2.5, 0, 100), []float64{0.5, 0.7, 1, 1.5, 2}},
		{"many decades", logarithmic(0.5, 9000, 0, 100), []float64{1, 10, 100, 1000, 10000}},
		{"one value", logarithmic(3, 3, 0, 100), []float64{3, 4}},
		{"one round value", logarithmic(2, 2, 0, 100), []float64{2, 2.5}},
		{"zero has no logarithm", logarithmic(0, 0, 0, 100), []float64{0.001, 0.0012}},
		{"no values", logarithmic(noExtent().least, noExtent().most, 0, 100), []float64{0.001, 0.0012}},
		{"no values from zero", linear(noExtent().most, 0, 100), []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{"no end", logarithmic(2, math.Inf(1), 0, 100), []float64{2, 2.5}},
		{"no end from zero", linear(math.Inf(1), 0, 100), []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{"around one without an end", around(math.Inf(1), 0, 100), []float64{0.8, 1, 1.2, 1.5}},
		{"around one without a value", around(math.NaN(), 0, 100), []float64{0.8, 1, 1.2, 1.5}},
		{"more decades than ticks", logarithmic(1e-7, 1e6, 0, 100), []float64{1e-6, 1e-4, 1e-2, 1, 100, 1e4, 1e6}},
		{"around one", around(1.7, 0, 100), []float64{0.5, 0.6, 0.8, 1, 1.2, 1.5, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := test.scale.ticks(8)
			if !slices.EqualFunc(got, test.ticks, func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) }) {
				t.Errorf("ticks are %v, want %v", got, test.ticks)
			}
			previous := math.Inf(-1)
			for _, v := range got {
				x := test.scale.at(v)
				if x < -1e-9 || x > 100+1e-9 || x <= previous {
					t.Errorf("tick %v is at %v after %v", v, x, previous)
				}
				previous = x
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	for _, test := range []struct {
		v    float64
		want string
	}{
		{0, "0.00"}, {0.004, "0.004"}, {0.0994, "0.099"}, {0.0996, "0.10"}, {-0.004, "-0.004"}, {0.314, "0.31"}, {9.994, "9.99"}, {9.996, "10.0"}, {12.34, "12.3"}, {99.94, "99.9"}, {99.96, "100"},
		{1234.5, "1234"}, {-25.83, "-25.8"}, {math.NaN(), "-"}, {math.Inf(1), "-"},
	} {
		if got := number(test.v); got != test.want {
			t.Errorf("%v is %q, want %q", test.v, got, test.want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
