package answer_test

import (
	"cmp"
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

// cell is a variant with its medians in milliseconds and its numbers of samples.
type cell struct {
	runtime      string
	language     string // empty is that of the runtime's name
	architecture functions.Architecture
	memoryMB     int
	init, warm   float64
	cold         int
	warmSamples  int
	snapStart    bool
}

func hello(runtime string, init, warm float64) cell {
	return cell{runtime, "", functions.X8664, 512, init, warm, 30, 60, false}
}

func (c cell) on(a functions.Architecture) cell { c.architecture = a; return c }
func (c cell) with(memoryMB int) cell           { c.memoryMB = memoryMB; return c }
func (c cell) samples(cold, warmSamples int) cell {
	c.cold, c.warmSamples = cold, warmSamples
	return c
}

func (c cell) variant() matrix.Variant {
	return matrix.Variant{Function: "hello", Language: cmp.Or(c.language, c.runtime), Runtime: c.runtime, Architecture: c.architecture, MemoryMB: c.memoryMB, SnapStart: c.snapStart}
}

var started = time.Date(2026, time.March, 4, 12, 0, 0, 0, time.UTC)

// run is a run of these cells. Values are drawn from a seed, 8 % around the medians.
func run(platform deployed.Platform, cells ...cell) results.Run {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func(median float64) time.Duration {
		return time.Duration(median * math.Exp(0.08*rng.NormFloat64()) * float64(time.Millisecond))
	}
	r := results.Run{ID: "r", Manifest: results.Manifest{Platform: platform, Region: "us-east-1", Started: started}}
	at := started
	for _, c := range cells {
		for i := range c.cold + c.warmSamples {
			s := results.Sample{
				Run: "r", Platform: platform, Round: i % 3, Variant: c.variant(), Event: functions.Event{Workload: functions.WorkloadHello},
				RequestID: fmt.Sprint(len(r.Samples)), Start: at, Wanted: results.Warm,
			}
			duration, total, invocation := draw(c.warm), time.Duration(0), 2
			record := &lambdalog.Record{}
			if i < c.cold {
				s.Wanted, invocation = results.Cold, 1
				total = draw(c.init)
				record.InitDuration = new(total)
				if c.snapStart {
					record.InitDuration, record.RestoreDuration = nil, new(total)
				}
			}
			total += duration
			record.Duration = &duration
			record.BilledDuration = new((total + time.Millisecond - 1).Truncate(time.Millisecond))
			s.Record, s.Elapsed = record, total+time.Millisecond
			s.Answer = &functions.Answer{EnvironmentID: fmt.Sprint(i), Invocation: invocation, InitializationType: functions.OnDemand}
			if c.snapStart {
				s.Answer.InitializationType = functions.SnapStart
			}
			r.Samples = append(r.Samples, s)
			at = at.Add(2 * time.Second)
		}
	}
	all := results.Summarise(slices.Values(r.Samples))
	for _, c := range cells {
		r.Variants = append(r.Variants, results.VariantSummary{Variant: c.variant(), Status: results.Measured, Series: all[c.variant()]})
	}
	return r
}

// only are the answers of the workload that decides.
func only(r results.Run) answer.Answers { return answer.All(r)[0] }

func find(t *testing.T, a answer.Answers, q answer.Question) answer.Answer {
	t.Helper()
	for _, one := range a.Answers {
		if one.Question == q {
			return one
		}
	}
	t.Fatalf("no answer to %s", q)
	return answer.Answer{}
}

const (
	arm = functions.ARM64
	x86 = functions.X8664
)

func TestPick(t *testing.T) {
	skipped := run(deployed.AWS, hello("fast", 50, 2), hello("slow", 100, 5))
	skipped.Variants = append(skipped.Variants, results.VariantSummary{Variant: hello("java21", 1, 1).variant(), Status: results.Skipped, Reason: "no JDK"})
	unpriced := run(deployed.AWS, hello("slow", 100, 5), hello("fast", 50, 2))
	unpriced.Manifest.Region = "eu-atlantis-1"
	for _, test := range []struct {
		name     string
		run      results.Run
		question answer.Question
		word     answer.Word
		pick     string
		against  string
		missing  answer.Missing
	}{
		{"the faster runtime", run(deployed.AWS, hello("slow", 100, 5), hello("fast", 50, 2)), answer.Runtime, answer.Clear, "fast", "slow", ""},
		{"three runtimes", run(deployed.AWS, hello("slow", 100, 5), hello("fast", 50, 2), hello("middle", 70, 3)), answer.Runtime, answer.Clear, "fast", "middle", ""},
		{"one starts faster, one runs faster", run(deployed.AWS, hello("starter", 50, 20), hello("runner", 100, 10)), answer.Runtime, answer.Trade, "runner", "starter", ""},
		{"a cell that was skipped", skipped, answer.Runtime, answer.Clear, "fast", "slow", ""},
		{"a region without prices", unpriced, answer.Runtime, answer.Clear, "fast", "slow", ""},
		{"alike", run(deployed.AWS, hello("a", 100, 10).samples(600, 1500), hello("b", 100, 10).samples(600, 1500)), answer.Runtime, answer.Tie, "", "", ""},
		{"one runtime", run(deployed.AWS, hello("fast", 50, 2)), answer.Runtime, answer.NotAsked, "", "", answer.OneLevel},
		{"too few samples", run(deployed.AWS, hello("slow", 100, 5).samples(5, 5), hello("fast", 50, 2).samples(5, 5)), answer.Runtime, answer.Open, "", "slow", ""},

		{"arm64 is as fast and cheaper", run(deployed.AWS, hello("a", 100, 10).samples(600, 1500), hello("a", 100, 10).samples(600, 1500).on(arm)), answer.Architecture, answer.Tie, "arm64", "x86_64", ""},
		{"x86_64 is faster in every pair", run(deployed.AWS, hello("a", 100, 10), hello("a", 130, 13).on(arm), hello("b", 50, 5), hello("b", 70, 7).on(arm)), answer.Architecture, answer.Clear, "x86_64", "arm64", ""},
		{"a local run's architecture", run(deployed.Local, hello("fast", 50, 2), hello("slow", 100, 5)), answer.Architecture, answer.NotAsked, "", "", answer.HostOnly},
		{"one architecture on AWS", run(deployed.AWS, hello("fast", 50, 2), hello("slow", 100, 5)), answer.Architecture, answer.NotAsked, "", "", answer.OneLevel},
		{"architectures of different runtimes", run(deployed.AWS, hello("fast", 50, 2), hello("slow", 100, 5).on(arm)), answer.Architecture, answer.NotAsked, "", "", answer.NoPair},

		{"more memory is faster", run(deployed.AWS, hello("a", 100, 40).with(128), hello("a", 90, 10)), answer.Memory, answer.Clear, "512 MB", "128 MB", ""},
		{"the smallest beyond which nothing is faster", run(deployed.AWS, hello("a", 100, 40).with(512), hello("a", 90, 10).samples(900, 2000).with(1769), hello("a", 90, 10).samples(900, 2000).with(3008)), answer.Memory, answer.Tie, "1769 MB", "3008 MB", ""},
		{"nothing", run(deployed.AWS), answer.Memory, answer.NotAsked, "", "", answer.NothingMeasured},
		{"no load test", run(deployed.AWS), answer.Modules, answer.NotAsked, "", "", answer.NoLoad},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := only(test.run)
			a := find(t, all, test.question)
			if a.Word != test.word || test.pick != "" && a.Pick != test.pick || test.against != "" && a.Against != test.against || a.Missing != test.missing {
				t.Errorf("%s is %s: pick %q against %q, missing %q; want %s: %q against %q, missing %q; ratios %+v",
					test.question, a.Word, a.Pick, a.Against, a.Missing, test.word, test.pick, test.against, test.missing, a.Ratios)
			}
			if picked := a.Word == answer.Clear || a.Word == answer.Tie || a.Word == answer.Trade; picked != (a.Pick != "") {
				t.Errorf("%s has the pick %q", a.Word, a.Pick)
			}
		})
	}
}

// TestPairs holds the pairs and the combined ratio against the medians that values were drawn around.
func TestPairs(t *testing.T) {
	a := find(t, only(run(deployed.AWS,
		hello("a", 100, 20).on(arm), hello("a", 100, 10), hello("b", 50, 40).on(arm), hello("b", 50, 10), hello("c", 50, 10),
	)), answer.Architecture)
	if len(a.Pairs) != 4 || len(a.Combined) != 2 {
		t.Fatalf("%d pairs and %d combined, want 2 measures of 2 pairs and of their mean", len(a.Pairs), len(a.Combined))
	}
	for _, r := range append(a.Pairs, a.Combined...) {
		want := 1.0 // of cold totals, roughly
		if r.Measure.Temperature == results.Warm {
			want = map[string]float64{"a": 2, "b": 4, "": math.Sqrt(8)}[r.Within.Runtime]
		} else if r.Measure.Metric != results.TotalMs {
			t.Errorf("cold starts are compared by %s", r.Measure.Metric)
		}
		if r.Measure.Temperature == results.Cold {
			continue
		}
		if r.A != "arm64" || r.B != "x86_64" || r.Ratio == nil || r.Interval[0] > want || r.Interval[1] < want || r.Word != "slower" {
			t.Errorf("%+v, want %v within its interval", r, want)
		}
		if whole := r.Within == (answer.Within{}); whole && (r.Pairs != 2 || r.Judged != 2) || !whole && r.Pairs != 1 {
			t.Errorf("%+v is of %d pairs", r, r.Pairs)
		}
	}
}

func TestNeeds(t *testing.T) {
	few := func(platform deployed.Platform) answer.Answer {
		r := run(platform, hello("slow", 100, 5).samples(5, 4), hello("fast", 50, 2).samples(5, 4))
		return find(t, only(r), answer.Runtime)
	}
	a := few(deployed.AWS)
	if n := a.Needs; n == nil || n.Samples != [2]int64{2, 2} || n.Cells != 2 || n.Measure.Temperature != results.Cold {
		t.Fatalf("needs %+v, want 2 more cold starts of 2 cells: 7 and not 5", a.Needs)
	}
	// Samples of one round were taken 4 seconds apart.
	if n := a.Needs; n.Minutes == nil || n.Minutes[0] <= 0 || n.Minutes[0] > n.Minutes[1] {
		t.Errorf("minutes %v, want a range", n.Minutes)
	}
	if n := a.Needs; n.USD == nil || n.USD[0] <= 0 || n.USD[0] > n.USD[1] {
		t.Errorf("dollars %v, want a range", n.USD)
	}
	if n := few(deployed.Local).Needs; n == nil || n.USD != nil || n.Minutes == nil || n.Minutes[0] > n.Minutes[1] {
		t.Errorf("a local run needs %+v, want minutes and no dollars", n)
	}
}

// TestNeedsRounds has several cold starts in each of three rounds, which differ: more of
// them in these rounds would decide nothing.
func TestNeedsRounds(t *testing.T) {
	r := run(deployed.AWS, hello("slow", 100, 5).samples(30, 1500), hello("fast", 95, 5).samples(30, 1500))
	for i, s := range r.Samples {
		if s.Wanted == results.Cold && s.Round == 1 {
			*r.Samples[i].Record.InitDuration *= 2
			r.Samples[i].Elapsed *= 2
		}
	}
	n := find(t, only(r), answer.Runtime).Needs
	if n == nil || n.Rounds != 4 || n.Samples != [2]int64{40, 40} || n.Measure.Temperature != results.Cold || n.Minutes == nil || n.USD == nil {
		t.Errorf("needs %+v, want 4 more rounds of 10 cold starts: 7 and not 3", n)
	}
}

func TestLacking(t *testing.T) {
	load := func(reason verdict.Reason) *answer.Needs {
		l := &results.Load{
			Started: started, Ended: started.Add(10 * time.Second), Generator: results.Generator{Valid: true},
			Targets:    []results.Target{{Name: "esmodule", Answered: 100}, {Name: "commonjs", Answered: 120}},
			Comparison: &results.Comparison{A: "esmodule", B: "commonjs", Percentile: 99, Verdict: verdict.Undecided, Reason: reason},
		}
		return find(t, only(results.Run{Summary: results.Summary{Load: l}}), answer.Modules).Needs
	}
	minute := [2]float64{1, 1}
	for _, row := range []struct {
		name   string
		reason verdict.Reason
		want   *answer.Needs
	}{
		{"samples", verdict.Reason{Kind: verdict.NeedsSamples, Needs: 368, Has: 100}, &answer.Needs{Samples: [2]int64{268, 268}}},
		{"seconds", verdict.Reason{Kind: verdict.NeedsBlocks, Needs: 70, Has: 10}, &answer.Needs{Samples: [2]int64{600, 600}, Seconds: 60, Minutes: &minute}},
		{"environments", verdict.Reason{Kind: verdict.NeedsClusters, Needs: 7, Has: 5}, &answer.Needs{Samples: [2]int64{40, 40}, Environments: 2}},
		{"samples that are worth less", verdict.Reason{Kind: verdict.WorthTooFew, Needs: 368, Has: 50}, &answer.Needs{Samples: [2]int64{636, 636}}},
		{"samples that are worth nothing", verdict.Reason{Kind: verdict.WorthTooFew, Needs: 368}, nil},
		{"a range", verdict.Reason{Kind: verdict.MoreSamples, More: 5, Most: 9}, &answer.Needs{Samples: [2]int64{5, 9}}},
		{"too close", verdict.Reason{Kind: verdict.TooClose, Times: 100}, nil},
		{"perhaps chance", verdict.Reason{Kind: verdict.MayBeChance, Comparisons: 9}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := load(row.reason)
			if (got == nil) != (row.want == nil) {
				t.Fatalf("needs %+v, want %+v", got, row.want)
			}
			if got == nil {
				return
			}
			if got.Samples != row.want.Samples || got.Rounds != row.want.Rounds || got.Environments != row.want.Environments || got.Seconds != row.want.Seconds ||
				row.want.Minutes != nil && *got.Minutes != *row.want.Minutes {
				t.Errorf("needs %+v, want %+v", got, row.want)
			}
		})
	}
}

func TestDeprecated(t *testing.T) {
	a := find(t, only(run(deployed.AWS, hello("nodejs18.x", 50, 2), hello("java21", 100, 5))), answer.Runtime)
	for _, l := range a.Levels {
		if l.Deprecated != (l.Name == "nodejs18.x") {
			t.Errorf("%s deprecated: %v", l.Name, l.Deprecated)
		}
	}
}

// TestModules takes its words from the load test's own comparison.
func TestModules(t *testing.T) {
	first := results.ClassKey{Environment: results.FirstInvocation, Initialization: string(functions.ProvisionedConcurrency)}
	load := func(p99, ofFirst verdict.Word, change func(*results.Load)) *results.Load {
		l := &results.Load{
			Generator: results.Generator{Valid: true},
			Targets:   []results.Target{{Name: "esmodule", Answered: 9}, {Name: "dev/commonjs", Answered: 9}},
			Comparison: &results.Comparison{A: "esmodule", B: "dev/commonjs", Percentile: 99, Verdict: p99, Others: []results.Comparison{
				{A: "esmodule", B: "dev/commonjs", Percentile: 50, Verdict: verdict.Slower},
				{A: "esmodule", B: "dev/commonjs", Percentile: 50, Class: first, Verdict: ofFirst},
			}},
		}
		if change != nil {
			change(l)
		}
		return l
	}
	for _, test := range []struct {
		name    string
		load    *results.Load
		word    answer.Word
		pick    string
		missing answer.Missing
	}{
		{"the first request decides", load(verdict.Undecided, verdict.Faster, nil), answer.Clear, "esmodule", ""},
		{"the other way", load(verdict.Slower, verdict.Slower, nil), answer.Clear, "commonjs", ""},
		{"each in one", load(verdict.Slower, verdict.Faster, nil), answer.Trade, "esmodule", ""},
		{"the same", load(verdict.Same, verdict.Same, nil), answer.Tie, "esmodule", ""},
		{"open", load(verdict.Undecided, verdict.Same, nil), answer.Open, "", ""},
		{"not valid", load(verdict.Faster, verdict.Faster, func(l *results.Load) { l.Generator.Valid = false }), answer.NotAsked, "", answer.NotValid},
		{"silent", load(verdict.Faster, verdict.Faster, func(l *results.Load) { l.Targets[1].Answered = 0 }), answer.NotAsked, "", answer.NoAnswers},
		{"other targets", load(verdict.Faster, verdict.Faster, func(l *results.Load) { l.Targets[1].Name = "orders" }), answer.NotAsked, "", answer.NoLoad},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := find(t, only(results.Run{Summary: results.Summary{Load: test.load}}), answer.Modules)
			if a.Word != test.word || a.Pick != test.pick || a.Missing != test.missing {
				t.Errorf("%s, pick %q, missing %q, want %s, %q, %q", a.Word, a.Pick, a.Missing, test.word, test.pick, test.missing)
			}
			if asked := test.word != answer.NotAsked; asked && len(a.Pairs) != 3 {
				t.Errorf("%d pairs, want all comparisons", len(a.Pairs))
			}
		})
	}
}

func TestModulesNeed(t *testing.T) {
	lacks := verdict.Reason{Kind: verdict.NeedsSamples, Needs: 368, Has: 100}
	l := &results.Load{
		Started: started, Ended: started.Add(2 * time.Minute), Generator: results.Generator{Valid: true},
		Targets:    []results.Target{{Name: "esmodule", Answered: 100}, {Name: "commonjs", Answered: 134}},
		Comparison: &results.Comparison{A: "esmodule", B: "commonjs", Percentile: 99, Verdict: verdict.Undecided, Reason: lacks},
	}
	n := find(t, only(results.Run{Summary: results.Summary{Load: l}}), answer.Modules).Needs
	if n == nil || n.Samples != [2]int64{268, 268} || n.Minutes == nil || math.Abs(n.Minutes[0]-5.36) > 1e-9 || n.USD != nil {
		t.Errorf("needs %+v, want 268 requests in 5.36 minutes", n)
	}
}

func TestSamplesThatAreGone(t *testing.T) {
	r := run(deployed.AWS, hello("slow", 100, 5), hello("fast", 50, 2))
	r.Samples = nil
	if a := find(t, only(r), answer.Runtime); a.Missing != answer.NoSamples {
		t.Errorf("missing is %q, want %q", a.Missing, answer.NoSamples)
	}
	// The values that outlive the samples are as good, but do not say how long one took.
	r = run(deployed.AWS, hello("slow", 100, 5), hello("fast", 50, 2))
	want, values := only(r), r.Values()
	for _, v := range r.Variants {
		v.SetValues(values)
	}
	r.Samples = nil
	got := only(r)
	if find(t, got, answer.Runtime).Pick != "fast" || math.Abs(got.Pricing.Cells[0].Warm-want.Pricing.Cells[0].Warm) > 1e-12 {
		t.Errorf("from kept values the answers are %+v, want %+v", got, want)
	}
}

func BenchmarkProd(b *testing.B) {
	var cells []cell
	for i := range 7 {
		for _, a := range []functions.Architecture{arm, x86} {
			for _, mb := range []int{128, 512, 1769} {
				cells = append(cells, hello(fmt.Sprint("r", i), 50+float64(i), 2).on(a).with(mb).samples(60, 200))
			}
		}
	}
	r := run(deployed.AWS, cells...)
	for b.Loop() {
		only(r)
	}
}
