package answer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// randomRun is a run of a random matrix whose cells have random distributions: with
// ties, with two modes, with crossing modes, few values or many, in rounds that differ or
// with one value in each.
func randomRun(seed uint64) results.Run {
	rng := rand.New(rand.NewPCG(seed, 15))
	of := func(all ...int) int { return all[rng.IntN(len(all))] }
	r := results.Run{ID: "r", Manifest: results.Manifest{Platform: deployed.AWS, Region: "us-east-1", Started: started}}
	runtimes, memories := of(2, 2, 3, 6), []int{512, 1769}[:of(1, 1, 2)]
	architectures := []functions.Architecture{x86, arm}[:of(1, 1, 2)]
	cold, warm, rounds, environments := of(3, 7, 8, 12, 30, 60, 150), of(4, 10, 60, 120, 200), of(1, 3, 5, 8, 500), of(1, 5, 8, 20)
	roundEffect, ties := float64(of(0, 0, 1))*0.3, of(0, 0, 1) == 1
	shift := make([]float64, 501) // of each round
	for i := range shift {
		shift[i] = math.Exp(roundEffect * rng.NormFloat64())
	}
	var cells []matrix.Variant
	for i := range runtimes {
		for _, a := range architectures {
			for _, mb := range memories {
				cells = append(cells, matrix.Variant{Function: "hello", Language: fmt.Sprint("l", i/2), Runtime: fmt.Sprint("r", i), Architecture: a, MemoryMB: mb})
			}
		}
	}
	at := started
	for _, v := range cells {
		drawCold, drawWarm := randomDistribution(rng, ties), randomDistribution(rng, ties)
		for i := range cold + warm {
			s := results.Sample{
				Run: "r", Platform: deployed.AWS, Round: i % rounds, Variant: v, Event: functions.Event{Workload: functions.WorkloadHello},
				RequestID: fmt.Sprint(len(r.Samples)), Start: at, Wanted: results.Warm,
			}
			answers, record := &functions.Answer{EnvironmentID: fmt.Sprint("w", i%environments), Invocation: 2, InitializationType: functions.OnDemand}, &lambdalog.Record{}
			draw := drawWarm
			if i < cold {
				draw = drawCold
			}
			duration := time.Duration(draw() * shift[s.Round] * float64(time.Millisecond))
			total := duration
			if i < cold {
				s.Wanted, answers.Invocation, answers.EnvironmentID = results.Cold, 1, fmt.Sprint("c", i)
				record.InitDuration, duration = new(duration), time.Millisecond
				total += duration
			}
			record.Duration, record.BilledDuration = &duration, new((total + time.Millisecond - 1).Truncate(time.Millisecond))
			s.Record, s.Answer, s.Elapsed = record, answers, total+time.Millisecond
			r.Samples = append(r.Samples, s)
			at = at.Add(2 * time.Second)
		}
	}
	all := results.Summarise(slices.Values(r.Samples))
	for _, v := range cells {
		r.Variants = append(r.Variants, results.VariantSummary{Variant: v, Status: results.Measured, Series: all[v]})
	}
	results.SetPlaces(r.Variants, results.ValuesOf(slices.Values(r.Samples)), verdict.Options{})
	return r
}

// randomDistribution draws milliseconds around one to three modes, which cross those of
// other cells: the smaller median may belong to what is slower more often than not.
func randomDistribution(rng *rand.Rand, ties bool) func() float64 {
	spread := []float64{0.02, 0.1, 0.4}[rng.IntN(3)]
	var modes, shares []float64
	for whole := 1.0; ; {
		modes, shares = append(modes, 10*math.Exp(0.5*rng.NormFloat64())), append(shares, whole)
		if len(modes) == 3 || rng.IntN(2) == 0 {
			break
		}
		whole *= 0.3 + 0.4*rng.Float64()
	}
	return func() float64 {
		v := modes[0]
		for i, share := range shares {
			if rng.Float64() < share {
				v = modes[i]
			}
		}
		v *= math.Exp(spread * rng.NormFloat64())
		if ties {
			v = math.Max(1, math.Round(v))
		}
		return v
	}
}

// places are the ranges of places of a run's cells.
type places map[results.Series]results.Place

func placesOf(r results.Run) places {
	all := places{}
	for _, v := range r.Variants {
		for _, s := range v.Series {
			if s.Place != nil {
				all[s.Of(v.Variant)] = *s.Place
			}
		}
	}
	return all
}

// before says that the places have one cell before another.
func (p places) before(front, back matrix.Variant, t results.Temperature) bool {
	e := functions.Event{Workload: functions.WorkloadHello}
	a, okA := p[results.Series{Variant: front, Event: e, Temperature: t}]
	b, okB := p[results.Series{Variant: back, Event: e, Temperature: t}]
	return okA && okB && a.Worst < b.Best
}

// cellsOf are the two cells of a pair.
func cellsOf(q answer.Question, r answer.Ratio, variants []results.VariantSummary) (a, b matrix.Variant) {
	level := func(v matrix.Variant) string {
		switch q {
		case answer.Architecture:
			return string(v.Architecture)
		case answer.Memory:
			return fmt.Sprintf("%d MB", v.MemoryMB)
		}
		return v.RuntimeWithSnapStart()
	}
	for _, v := range variants {
		w, of := r.Within, v.Variant
		if w.Runtime != "" && w.Runtime != of.RuntimeLabel() || w.Architecture != "" && w.Architecture != of.Architecture || w.MemoryMB != 0 && w.MemoryMB != of.MemoryMB {
			continue
		}
		switch level(of) {
		case r.A:
			a = of
		case r.B:
			b = of
		}
	}
	return a, b
}

// TestCrossingModes has a cell with the smaller median that is the slower one in two of
// three pairs of values: 60 % of its values take 10 ms and the others a second, against 5
// and 20 ms.
func TestCrossingModes(t *testing.T) {
	r := run(deployed.AWS, hello("steady", 20, 5).samples(200, 400), hello("stalls", 20, 5).samples(200, 400))
	n := map[string]int{}
	for i, s := range r.Samples {
		name := s.Variant.Runtime
		n[name]++
		ms := 5.0
		switch k := n[name] % 20; {
		case s.Wanted == results.Warm:
			continue
		case name == "stalls" && k < 12:
			ms = 10
		case name == "stalls":
			ms = 1000
		case k >= 8:
			ms = 20
		}
		total := time.Duration(ms*(1+float64(i%7)/100)*float64(time.Millisecond)) - *s.Record.Duration
		r.Samples[i].Record.InitDuration, r.Samples[i].Elapsed = &total, 2*time.Second
	}
	all := results.Summarise(slices.Values(r.Samples))
	for i, v := range r.Variants {
		r.Variants[i].Series = all[v.Variant]
	}
	results.SetPlaces(r.Variants, results.ValuesOf(slices.Values(r.Samples)), verdict.Options{})
	stalls, steady := r.Variants[1].Variant, r.Variants[0].Variant
	if !placesOf(r).before(steady, stalls, results.Cold) {
		t.Fatalf("the places do not have %s before %s: %+v", steady, stalls, placesOf(r))
	}
	a := find(t, only(r), answer.Runtime)
	if a.Word != answer.Open {
		t.Errorf("the answer is %s: %s", a.Word, a.Pick)
	}
	for _, one := range slices.Concat(a.Pairs, a.Combined) {
		if one.Measure.Temperature == results.Cold && (one.Ratio == nil || one.Word != verdict.Undecided || one.Reason.Kind != verdict.PlacesDisagree) {
			t.Errorf("%+v, want no word, since the places say the opposite of the medians", one)
		}
	}
}

// TestNothingContradicts holds the words of pairs, the answers' picks and the steps of
// upgrades against the places of the same run: none may say of two cells that one is the
// faster one while another says that of the other one.
func TestNothingContradicts(t *testing.T) {
	const runs = 300
	words, told, picks := 0, 0, map[answer.Word]int{}
	for seed := range uint64(runs) {
		r := randomRun(seed)
		p, all := placesOf(r), only(r)
		for _, a := range all.Answers[:3] {
			picks[a.Word]++
			for _, one := range a.Pairs {
				front, back := cellsOf(a.Question, one, r.Variants)
				switch one.Word {
				case verdict.Slower:
					front, back = back, front
				case verdict.Faster:
				default:
					continue
				}
				words++
				if p.before(front, back, one.Measure.Temperature) {
					told++
				}
				if p.before(back, front, one.Measure.Temperature) {
					t.Errorf("run %d: %s, %s: %s over %s is %s on %+v, and the places have it the other way", seed, a.Question, one.Measure.Temperature, one.A, one.B, one.Word, one.Within)
				}
			}
			if a.Word != answer.Clear || a.Ratios[0].Pairs > 1 {
				continue
			}
			// The pick is faster than each other level in a measure and slower in none.
			for _, one := range a.Pairs {
				if one.A != a.Pick && one.B != a.Pick {
					continue
				}
				pick, other := cellsOf(a.Question, one, r.Variants)
				if one.B == a.Pick {
					pick, other = other, pick
				}
				if one.Word != verdict.Same && p.before(other, pick, one.Measure.Temperature) {
					t.Errorf("run %d: %s is a clear pick for %s, and the places have %s before it, %s", seed, a.Pick, a.Question, other, one.Measure.Temperature)
				}
			}
		}
		for _, v := range r.Variants {
			for _, s := range v.Series {
				if s.Place == nil || s.Place.Lead == nil {
					continue
				}
				lead := s.Place.Lead
				if over := p.before(v.Variant, lead.Over, s.Temperature); over && lead.Interval[1] < 0.5 {
					t.Errorf("run %d: %s is before %s, and the faster one in %v of pairs", seed, v.Variant, lead.Over, lead.Interval)
				}
				if under := p.before(lead.Over, v.Variant, s.Temperature); under && lead.Interval[0] > 0.5 {
					t.Errorf("run %d: %s is behind %s, and the faster one in %v of pairs", seed, v.Variant, lead.Over, lead.Interval)
				}
			}
		}
		// One pair of levels has one word, over all pairs as in each where there is one.
		for _, a := range all.Answers[:3] {
			for _, c := range a.Combined {
				i := slices.IndexFunc(a.Pairs, func(one answer.Ratio) bool { return one.A == c.A && one.B == c.B && one.Measure == c.Measure })
				single := !slices.ContainsFunc(a.Combined, func(other answer.Ratio) bool { return other.Pairs > 1 })
				if one := a.Pairs[i]; single && one.Word != c.Word {
					t.Errorf("run %d: %s over %s is %s, and its only pair is %s", seed, c.A, c.B, c.Word, one.Word)
				}
			}
		}
	}
	t.Logf("%d words, of which the places say %d too; answers: %v", words, told, picks)
	if words < 1000 || told < words/2 || picks[answer.Clear] < 20 || picks[answer.Open] < 20 || picks[answer.Trade] < 5 {
		t.Errorf("%d words, %d of them told by places, and %v: the runs ask too little", words, told, picks)
	}
}
