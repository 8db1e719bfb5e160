package verdict_test

import (
	"math"
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
	if all[1].Reason != (verdict.Reason{Kind: verdict.MayBeChance, Comparisons: 4}) || all[2].Reason.Kind != verdict.WithinMargin {
		t.Errorf("reasons are %+v and %+v", all[1].Reason, all[2].Reason)
	}
}

func TestRankSharesPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	sides := []verdict.Distribution{
		lognormal(rng, 200, 300),
		lognormal(rng, 200, 10),
		verdict.Sorted{},         // never answered
		lognormal(rng, 200, 303), // like the first
		lognormal(rng, 3, 5),     // looks fastest, and nobody knows
		lognormal(rng, 200, 10.1),
	}
	type row struct{ Index, Tier, Best, Worst int }
	var got []row
	for _, s := range verdict.Rank(sides, 50, verdict.Options{Seed: 1}) {
		got = append(got, row{s.Index, s.Tier, s.Best, s.Worst})
	}
	if len(got) != len(sides) {
		t.Fatalf("%d standings of %d sides", len(got), len(sides))
	}
	places := map[int]row{}
	for _, r := range got {
		places[r.Index] = r
	}
	if got[0].Index != 4 || got[0].Best != 1 || got[0].Worst != 6 {
		t.Errorf("three samples have %+v, want them anywhere from 1 to 6", got[0])
	}
	if got[5].Index != 2 {
		t.Errorf("the side without values is not last: %+v", got)
	}
	if places[0].Tier != places[3].Tier || places[1].Tier != places[5].Tier {
		t.Errorf("what cannot be told apart is in two tiers: %+v", got)
	}
	if places[1].Worst >= 5 || places[0].Best != 3 || places[3].Best != 3 {
		t.Errorf("10 ms and 300 ms are not told apart: %+v", got)
	}
}

// Over a matrix whose cells are all alike, a ranking should hardly ever have a second tier.
func TestRankingOfEqualsHasOneTier(t *testing.T) {
	const trials, cells = 60, 8
	split := 0
	for seed := range uint64(trials) {
		rng := rand.New(rand.NewPCG(seed, 23))
		sides := make([]verdict.Distribution, cells)
		for i := range sides {
			sides[i] = lognormal(rng, 30, 100)
		}
		standings := verdict.Rank(sides, 50, verdict.Options{Seed: seed, Resamples: 2000})
		if standings[cells-1].Tier > 1 {
			split++
		}
	}
	got := float64(split) / trials
	t.Logf("%.3f of %d rankings of equals had more than one tier", got, trials)
	if limit := 0.05 + 4*math.Sqrt(0.05*0.95/trials); got > limit {
		t.Errorf("%.3f of rankings split equals, want %.3f at most", got, limit)
	}
}
