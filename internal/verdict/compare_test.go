package verdict_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// lognormal values, scaled by factor: latencies look like this.
func lognormal(rng *rand.Rand, n int, factor float64) verdict.Sorted {
	values := make([]float64, n)
	for i := range values {
		values[i] = factor * math.Exp(0.5*rng.NormFloat64())
	}
	return verdict.Sort(values)
}

func TestCompareWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	base, alike, double := lognormal(rng, 500, 100), lognormal(rng, 500, 100), lognormal(rng, 500, 200)
	few := lognormal(rng, 5, 100)
	for _, test := range []struct {
		name       string
		a, b       verdict.Distribution
		percentile float64
		o          verdict.Options
		want       verdict.Word
		reason     verdict.Reason // a margin of 0 is any
	}{
		{"half the time", base, double, 50, verdict.Options{}, verdict.Faster, verdict.Reason{}},
		{"twice the time", double, base, 50, verdict.Options{}, verdict.Slower, verdict.Reason{}},
		{"twice the time at p99", double, base, 99, verdict.Options{}, verdict.Slower, verdict.Reason{}},
		{"alike within a margin", base, alike, 50, verdict.Options{MarginAbs: 30}, verdict.Same, verdict.Reason{Kind: verdict.WithinMargin, Margin: 30}},
		{"alike within a fraction", base, alike, 50, verdict.Options{MarginRel: 0.3}, verdict.Same, verdict.Reason{Kind: verdict.WithinMargin}},
		{"the larger margin counts", base, alike, 50, verdict.Options{MarginAbs: 0.001, MarginRel: 0.3}, verdict.Same, verdict.Reason{Kind: verdict.WithinMargin}},
		{"alike, and no margin", base, alike, 50, verdict.Options{}, verdict.Undecided, verdict.Reason{Kind: verdict.TooClose, Times: 100}},
		{"a difference that does not matter", base, double, 50, verdict.Options{MarginAbs: 1000}, verdict.Same, verdict.Reason{Kind: verdict.WithinMargin, Margin: 1000}},
		{"a margin smaller than the difference", double, base, 50, verdict.Options{MarginAbs: 10}, verdict.Slower, verdict.Reason{}},
		{"too few on one side", few, double, 50, verdict.Options{}, verdict.Undecided, verdict.Reason{Kind: verdict.NeedsSamples, Needs: 7, Has: 5}},
		{"too few for p99", few, few, 99, verdict.Options{}, verdict.Undecided, verdict.Reason{Kind: verdict.NeedsSamples, Needs: 368, Has: 5}},
		{"nothing at all", verdict.Sorted{}, base, 50, verdict.Options{}, verdict.Undecided, verdict.Reason{Kind: verdict.NeedsSamples, Needs: 7}},
		{"the largest value is no question", base, double, 100, verdict.Options{}, verdict.Undecided, verdict.Reason{Kind: verdict.NoSuchInterval, Confidence: 0.95}},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := verdict.Compare(verdict.Independent(test.a), verdict.Independent(test.b), test.percentile, test.o)
			reason := j.Reason
			if test.reason.Margin == 0 {
				reason.Margin = 0
			}
			if j.Word != test.want || reason != test.reason {
				t.Errorf("%s (%+v), want %s (%+v)\n%+v", j.Word, j.Reason, test.want, test.reason, j)
			}
			if j.Judged && !(j.Interval[0] <= j.Difference && j.Difference <= j.Interval[1]) {
				t.Errorf("difference %v is outside its interval %v", j.Difference, j.Interval)
			}
		})
	}
}

func TestCompareIsDeterministicAndMirrored(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	a, b := lognormal(rng, 60, 100), lognormal(rng, 80, 130)
	first, again := verdict.Compare(verdict.Independent(a), verdict.Independent(b), 90, verdict.Options{}), verdict.Compare(verdict.Independent(a), verdict.Independent(b), 90, verdict.Options{})
	if first != again {
		t.Errorf("the same question has two answers:\n%+v\n%+v", first, again)
	}
	mirrored := verdict.Compare(verdict.Independent(b), verdict.Independent(a), 90, verdict.Options{})
	if mirrored.Difference != -first.Difference {
		t.Errorf("difference is %v one way and %v the other", first.Difference, mirrored.Difference)
	}
}

func TestALargerDifferenceIsNeverLessCertain(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	base := lognormal(rng, 100, 100)
	previous := math.Inf(1)
	for shift := 0.0; shift <= 60; shift += 5 {
		moved := make(verdict.Sorted, len(base))
		for i, v := range base {
			moved[i] = v + shift
		}
		j := verdict.Compare(verdict.Independent(moved), verdict.Independent(base), 50, verdict.Options{})
		if j.Difference != moved[49]-base[49] {
			t.Fatalf("shifted by %v: difference is %v", shift, j.Difference)
		}
		if j.PValue > previous {
			t.Errorf("shifted by %v: p-value rose from %v to %v", shift, previous, j.PValue)
		}
		previous = j.PValue
	}
	if previous > 0.001 {
		t.Errorf("a large difference has a p-value of %v", previous)
	}
}

// The guess at missing samples is of the right size: if the true difference is the one
// that was seen, the smaller number decides about half of the time, and the larger one
// about as often as [verdict.Power] says.
func TestMoreSamplesWouldDecide(t *testing.T) {
	const n, trials = 20, 400
	var guesses, ofMore, ofMost int
	for seed := range uint64(trials) {
		rng := rand.New(rand.NewPCG(seed, 15))
		j := verdict.Compare(verdict.Independent(lognormal(rng, n, 100)), verdict.Independent(lognormal(rng, n, 125)), 50, verdict.Options{})
		if j.Word != verdict.Undecided || j.Reason.More == 0 || j.Difference > 0 {
			continue
		}
		guesses++
		// The medians that were seen are the true ones from here on.
		decides := func(more int64) int {
			a, b := lognormal(rng, n+int(more), j.A), lognormal(rng, n+int(more), j.B)
			if verdict.Compare(verdict.Independent(a), verdict.Independent(b), 50, verdict.Options{}).Word == verdict.Faster {
				return 1
			}
			return 0
		}
		ofMore += decides(j.Reason.More)
		ofMost += decides(j.Reason.Most)
	}
	more, most := float64(ofMore)/float64(guesses), float64(ofMost)/float64(guesses)
	t.Logf("%d guesses: the smaller number decided %.2f, the larger one %.2f", guesses, more, most)
	if guesses < 50 || more < 0.3 || more > 0.7 || most < 0.65 || most > 0.95 {
		t.Errorf("%d guesses: the smaller number decided %.2f and the larger one %.2f, want about 0.5 and 0.8", guesses, more, most)
	}
}

// Looking again after each doubling of the samples, until something is found, finds
// something in more of all cases without a difference than one look does: the reports
// say 29 % by the tenth look.
func TestFurtherLooks(t *testing.T) {
	const trials, first, looks = 300, 10, 10
	found := 0
	for seed := range uint64(trials) {
		rng := rand.New(rand.NewPCG(seed, 16))
		var a, b []float64
		for look := range looks {
			for len(a) < first<<look {
				a, b = append(a, rng.NormFloat64()), append(b, rng.NormFloat64())
			}
			j := verdict.Compare(verdict.Independent(verdict.Sort(a)), verdict.Independent(verdict.Sort(b)), 50, verdict.Options{})
			if j.Word != verdict.Undecided {
				found++
				break
			}
		}
	}
	rate := float64(found) / trials
	t.Logf("something was found in %.3f of %d", rate, trials)
	if rate < 0.2 || rate > 0.38 {
		t.Errorf("something was found in %.3f of %d, and the reports say 0.29", rate, trials)
	}
}

func ExampleCompare() {
	esmodule := verdict.Sort([]float64{31, 32, 30, 33, 35, 31, 30, 34, 32, 33})
	commonjs := verdict.Sort([]float64{55, 51, 54, 58, 52, 53, 57, 55, 52, 56})
	j := verdict.Compare(verdict.Independent(esmodule), verdict.Independent(commonjs), 50, verdict.Options{})
	fmt.Printf("the ES module is %s: %.0f ms at p50\n", j.Word, j.Difference)
	// Output: the ES module is faster: -22 ms at p50
}

func BenchmarkCompare(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := lognormal(rng, 100_000, 100), lognormal(rng, 100_000, 101)
	for b.Loop() {
		verdict.Compare(verdict.Independent(x), verdict.Independent(y), 99, verdict.Options{})
	}
}
