package verdict_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

func TestDiscoveries(t *testing.T) {
	for _, test := range []struct {
		name string
		p    []float64
		want []bool
	}{
		{"none", nil, []bool{}},
		{"one that stands", []float64{0.04}, []bool{true}},
		{"one that does not", []float64{0.06}, []bool{false}},
		// The example of Benjamini and Hochberg's paper, section 3.2: the first four stand.
		{"the paper's own", []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000},
			[]bool{true, true, true, true, false, false, false, false, false, false, false, false, false, false, false}},
		{"a later one lifts those before it", []float64{0.039, 0.04, 0.03}, []bool{true, true, true}},
		{"any order", []float64{0.9, 0.001, 0.8, 0.002}, []bool{false, true, false, true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, verdict.Discoveries(test.p, 0.05)); diff != "" {
				t.Errorf("discoveries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestControlTakesBackOnlyWords(t *testing.T) {
	all := []verdict.Judgement{
		{Judged: true, Word: verdict.Faster, PValue: 0.0002},
		{Judged: true, Word: verdict.Slower, PValue: 0.04},
		{Judged: true, Word: verdict.Same, Reason: verdict.Reason{Kind: verdict.WithinMargin, Margin: 5}, PValue: 0.3},
		{Word: verdict.Undecided, Reason: verdict.Reason{Kind: verdict.NeedsSamples, Needs: 6, Has: 5}},
	}
	verdict.Control(all, 0.05)
	got := make([]verdict.Word, len(all))
	for i, j := range all {
		got[i] = j.Word
	}
	want := []verdict.Word{verdict.Faster, verdict.Undecided, verdict.Same, verdict.Undecided}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
	if all[1].Reason != (verdict.Reason{Kind: verdict.MayBeChance, Comparisons: 3}) || all[2].Reason.Kind != verdict.WithinMargin {
		t.Errorf("reasons are %+v and %+v", all[1].Reason, all[2].Reason)
	}
}

func TestRankSharesPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	var sides []verdict.Side
	for _, d := range []verdict.Distribution{
		lognormal(rng, 200, 300),
		lognormal(rng, 200, 10),
		verdict.Sorted{},         // never answered
		lognormal(rng, 200, 303), // like the first
		lognormal(rng, 3, 5),     // three values could not be told apart from anything
		lognormal(rng, 200, 10.1),
	} {
		sides = append(sides, verdict.Independent(d))
	}
	want := []verdict.Standing{{Best: 3, Worst: 6}, {Best: 1, Worst: 4}, {Best: 1, Worst: 6}, {Best: 3, Worst: 6}, {Best: 1, Worst: 6}, {Best: 1, Worst: 4}}
	if diff := cmp.Diff(want, verdict.Rank(sides, verdict.Options{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Two sides ten times apart stay told apart when others with too few values come.
func TestRankDoesNotCountWhatCannotBeJudged(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	sides := []verdict.Side{verdict.Independent(lognormal(rng, 10, 10)), verdict.Independent(lognormal(rng, 10, 100))}
	for range 21 {
		sides = append(sides, verdict.Independent(lognormal(rng, 5, 30)))
	}
	got := verdict.Rank(sides, verdict.Options{})
	if got[0].Worst != 22 || got[1].Best != 2 {
		t.Errorf("among 21 others the two have places %+v and %+v", got[0], got[1])
	}
}

// Five values of each of six sides cannot be told apart, all of them alike.
func TestRankNeedsSamples(t *testing.T) {
	for _, test := range []struct {
		sides int
		want  int64
	}{{2, 4}, {3, 5}, {6, 6}, {14, 8}, {42, 9}, {100, 11}, {1000, 14}} {
		if got := verdict.SamplesToRank(test.sides, 0.95); got != test.want {
			t.Errorf("%d sides need %d samples, want %d", test.sides, got, test.want)
		}
	}
	for n, apart := range map[int]bool{5: false, 6: true} {
		var sides []verdict.Side
		for i := range 6 {
			values := make([]float64, n)
			for k := range values {
				values[k] = float64(100*i + k)
			}
			sides = append(sides, verdict.Independent(verdict.Sorted(values)))
		}
		for i, s := range verdict.Rank(sides, verdict.Options{}) {
			want := verdict.Standing{Best: 1, Worst: 6}
			if apart {
				want = verdict.Standing{Best: i + 1, Worst: i + 1}
			}
			if s != want {
				t.Errorf("%d of each: side %d has %+v, want %+v", n, i, s, want)
			}
		}
	}
}

func BenchmarkRank(b *testing.B) {
	for _, size := range []struct{ sides, n int }{{14, 10_000}, {100, 1000}, {1000, 120}} {
		b.Run(fmt.Sprintf("%dx%d", size.sides, size.n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			var sides []verdict.Side
			for i := range size.sides {
				sides = append(sides, verdict.Independent(lognormal(rng, size.n, 100+float64(i%20))))
			}
			for b.Loop() {
				verdict.Rank(sides, verdict.Options{})
			}
		})
	}
}
